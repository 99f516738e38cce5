"""The notebooks, executed against real drivers and relays."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from support.notebooks import execute, printed
from support.processes import ROOT, Relay

FOLDER = ROOT / "notebooks"
OWN = FOLDER / "02_your_own_struct.ipynb"

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


def test_quickstart(relay: Relay) -> None:
    cells, counts = execute(FOLDER / "01_quickstart.ipynb")
    assert counts["update_display_data"] >= 10
    assert "demo" in cells["connect"].outputs[0].data["text/html"]
    shown = cells["schema"].outputs[0].data["text/html"]
    assert "<b>set_waveform</b> → waveform: Sets what" in shown
    assert "One block of samples" in shown
    assert "in Hz" in cells["schema-one"].outputs[0].data["text/html"] + shown
    assert ">SINE (0)<" in cells["command"].outputs[0].data["text/html"].replace("&gt;", ">")
    assert "image/png" in cells["plot"].outputs[0].data
    assert "(100, 1024) float32" in cells["numpy-more"].outputs[0].text
    found = cells["wait"].outputs[0].data["text/html"]
    assert "acquisition.level" in found
    assert ">0.5<" in found
    assert "temperature" in cells["record"].outputs[-1].data["text/html"]
    assert "image/png" in cells["camera"].outputs[0].data
    assert "out of range: allowed is 0.01 to 1000000.0 Hz" in cells["errors"].outputs[0].text
    assert "CWIRE_EFAILED - channel 1 clips" in cells["errors-more"].outputs[0].text
    assert "scope_block" in cells["end"].outputs[0].data["text/plain"]


def test_your_own_struct(
    built_driver: None, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A kernel that does not find `cwire` in PATH, as in an environment that is not activated.
    monkeypatch.setenv("PATH", "/usr/local/bin:/usr/bin:/bin")
    monkeypatch.setenv("TMPDIR", str(runtime.parent))
    cells, counts = execute(OWN)
    assert "pendulum/driver.c" in printed(cells["new"])
    assert "2 messages, 1 of them commands; layout proved" in printed(cells["build"])
    # Of the padding, which the notebook comes back to; the compilers have nothing to say.
    (warning,) = (line for line in printed(cells["build"]).splitlines() if "warning" in line)
    assert "struct motion has bytes that no member names" in warning
    assert "10 frames of motion" in cells["run"].outputs[0].data["text/plain"]
    assert "image/png" in cells["plot"].outputs[0].data
    assert counts["update_display_data"] >= 10
    assert "100.0 is out of range: allowed is -5 to 5 rad/s" in printed(cells["range"])
    explained = printed(cells["explain"])
    assert "motion: 32 bytes" in explained
    assert "In another order it would have 24 bytes, 8 fewer" in explained
    refused = printed(cells["refused-wrap"])
    assert "refused.h:3: struct report.text is a pointer" in refused
    assert "refused.h:4: struct report.value is a long double" in refused
    # It stopped what it started, and took its folder away.
    assert list(runtime.glob("relay-*")) == []
    assert [path.name for path in runtime.parent.iterdir()] == ["run"]


def test_live_lab(built_driver: None, runtime: Path) -> None:
    cells, _ = execute(FOLDER / "03_live_lab.ipynb")
    started = cells["start"].outputs[0].data["text/plain"]
    assert re.search(r"left +up", started)
    assert re.search(r"right +up", started)
    for cell in ("scope", "second"):
        assert "cwire-scope" in cells[cell].outputs[0].data["text/html"]
    assert "widget-view" in " ".join(cells["panel"].outputs[0].data)
    # About 120 blocks per second; the kernel slept, the client did not.
    assert int(printed(cells["busy"]).split()[0]) > 100
    health = cells["restart"].outputs[0].data["text/plain"]
    assert re.search(r"left +up +scope_block", health)
    assert re.search(r"driver +left +up", cells["magic"].outputs[0].data["text/plain"])
    assert "temperature" in cells["record"].outputs[-1].data["text/plain"]
    assert printed(cells["end"]).splitlines() == [
        f"{name} stopped" for name in ("relay", "left", "right")
    ]
    assert list(runtime.iterdir()) == []


def test_server(built_driver: None, runtime: Path) -> None:
    cells, _ = execute(FOLDER / "04_server.ipynb")
    assert "(100,) at " in printed(cells["connect"])
    assert "1 demo scope_block camera_tile" in printed(cells["wire"])
    assert cells["json"].outputs[-1].data["text/plain"].startswith("{'sample_rate': 61440.0")
    assert "the first frame: Header(size=4144, type=1, flags=0, source=1" in printed(
        cells["binary"]
    )
    assert [line[:3] for line in printed(cells["door"]).splitlines()] == ["401", "403"]
    assert "demo up" in printed(cells["inside"])
    assert "state=UP (2), name='demo'" in cells["statistics"].outputs[0].data["text/plain"]
    assert list(runtime.iterdir()) == []


def test_twenty_lines_of_c() -> None:
    cells = {cell["id"]: cell["source"] for cell in json.loads(OWN.read_text())["cells"]}
    lines = [line for line in cells["driver"][1:] if line.strip()]
    assert len(lines) <= 20


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.ipynb")), ids=lambda path: path.stem)
def test_notebooks_are_saved_without_outputs(path: Path) -> None:
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        assert re.fullmatch("[a-z-]+", cell["id"])
