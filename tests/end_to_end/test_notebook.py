"""The notebooks, executed against real drivers and relays."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from support.notebooks import execute, printed
from support.processes import ROOT, Relay

FOLDER = ROOT / "notebooks"
OWN = FOLDER / "02_your_own_struct.ipynb"

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


def test_quickstart(relay: Relay) -> None:
    cells, counts = execute(FOLDER / "01_quickstart.ipynb")
    assert counts["update_display_data"] >= 4
    assert "cwire-scope" in cells["connect"].outputs[0].data["text/html"]
    assert "demo" in cells["overview"].outputs[0].data["text/html"]
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
    assert counts["update_display_data"] >= 4
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
    assert "needs a running kernel" in cells["panel"].outputs[0].data["text/html"]
    # The kernel slept, the client did not: of about 360, if the driver had the time to make them.
    assert int(printed(cells["busy"]).split()[0]) > 10
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


_TINY = """
from cwire.ipc.plan import Settings

settings = Settings(
    sizes=(64, 1 << 16),
    batches=(1, 16),
    seconds=0.01,
    repeats=1,
    latency_sizes=(64,),
    latency_seconds=0.01,
    readers=(1,),
    load_seconds=0.01,
    beyond_caches=1 << 20,
)
ways = ["pipe", "unix", "ring", "shared_memory"]
"""


def test_ipc_comparison(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(runtime.parent))
    cells, _ = execute(FOLDER / "05_ipc_comparison.ipynb", {"settings": _TINY})
    assert printed(cells["pack"]).startswith("11 bytes: 01 00 00 00 00 00 00 d0 3f 2c 01")
    assert "24 bytes: 01 00" in printed(cells["header"])
    wrong, right = printed(cells["wrong"]).splitlines()
    assert "0.25" not in wrong
    assert "(1, 0.25, 300)" in right
    assert "In another order it would have 16 bytes, 8 fewer" in printed(cells["padding"])
    assert "struct: 18 bytes each; C: 24" in printed(cells["padding-more"])
    assert "little-endian: 33619968 big-endian: 258" in printed(cells["endian"])
    fits = [line.split(" -> ")[1] for line in printed(cells["capacity"]).splitlines()]
    assert [found.split(":")[0] for found in fits] == [
        "error",
        "OverflowError",
        "[44]",
        "44",
        "FieldError",
        "0",
        "11",
    ]
    torn = re.fullmatch(
        r"copy number \d+ is torn: it begins with (\d+) and ends with (\d+)\n",
        printed(cells["torn"]),
    )
    assert torn is not None
    assert torn[1] != torn[2]
    assert printed(cells["seqlock"]).endswith("torn among 1000: 0\n")
    for line in printed(cells["ring"]).splitlines():
        written, came, lost, _ = (int(number) for number in re.findall(r"(\d+) ", line))
        assert came + lost == written
        assert lost > 0
    assert printed(cells["pickle"]) == (
        "pickle.loads has called print\nno object at all, but the result of a call: 3\n"
    )
    assert "REDUCE" in printed(cells["pickle-inside"])
    assert "allow_pickle=False" in printed(cells["pickle-more"])
    assert "cores" in printed(cells["measure"])
    assert "Each was measured once" in printed(cells["tables"])
    assert "Not measured" not in printed(cells["tables"])
    shown = [output for output in cells["tables"].outputs if output.output_type == "display_data"]
    tables = [output.data["text/plain"] for output in shown]
    assert len(tables) == 5
    assert all("shared_memory" in table for table in tables)
    assert "image/png" in cells["figure"].outputs[-1].data
    best = cells["versus"].outputs[0].data
    assert "64 B x 16, copied" in best["text/plain"]
    assert "(shared_memory)</td>" in best["text/html"]
    assert printed(cells["versus-sizes"]).count("times as fast") == 2
    assert "'throughput'" in printed(cells["end"])
    assert [path.name for path in runtime.parent.iterdir()] == ["run"]


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


def test_actions(runtime: Path) -> None:
    cells, _ = execute(FOLDER / "06_actions.ipynb")
    listed = cells["server"].outputs[0].data["text/plain"]
    assert "events.create(*, name: str, level: int = 0)\n    Writes an event." in listed
    assert cells["call"].outputs[0].data["text/plain"] == "{'name': 'lamp on', 'level': 2}"
    assert cells["array"].outputs[0].data["text/plain"] == "((2049,), dtype('float64'), 32)"
    assert [line.split()[0] for line in printed(cells["stream"]).splitlines()] == [
        "0.0", "2.0", "4.0", "6.0", "8.0"
    ]  # fmt: skip
    assert "1 results taken" in cells["cancel"].outputs[0].data["text/plain"]
    told = printed(cells["errors"]).splitlines()
    assert [line.split(":")[0] for line in told] == [
        "InvalidData", "InvalidData", "UnknownAction", "ActionTimeout"
    ]  # fmt: skip
    assert "did you mean 'events.create'?" in told[2]
    assert printed(cells["together"]).startswith("20 answers, all at once")
    assert printed(cells["events"]).count("degrees") == 3
    assert list(runtime.iterdir()) == []


def test_record_and_replay(relay: Relay, short_dir: Path) -> None:
    path = short_dir / "07_record_and_replay.ipynb"  # it writes files beside itself
    shutil.copy(FOLDER / path.name, path)
    cells, _ = execute(path)
    assert "demo/scope_block" in cells["open"].outputs[0].data["text/plain"]
    assert ", 1024), " in cells["read"].outputs[0].data["text/plain"]
    events = cells["events"].outputs[0].data["text/plain"]
    assert "('note', 'triangle on channel 0')" in events
    commands = cells["commands"].outputs[0].data["text/plain"]
    assert "('set_waveform', 'DONE', 50.0)" in commands
    assert "run.parquet" in cells["export"].outputs[0].data["text/plain"]
    assert "temperature" in cells["pandas"].outputs[0].data["text/html"]
    assert "demo: " in printed(cells["replay"])
    assert cells["again"].outputs[0].data["text/plain"].startswith("(True,")
    assert "playing=False" in cells["steer"].outputs[0].data["text/plain"]
    told = printed(cells["refused"])
    assert "frequency=50" in told  # as it was answered; another one is refused
    assert "this is a replay of run.mcap, which has no answer to this set_waveform" in told
    assert [one.name for one in short_dir.glob("run.*")] == []
