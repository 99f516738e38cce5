"""`cwire new`, `make run`: a newcomer's folder builds, runs, plots and stops."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest

import cwire
from cwire_structs.relays import living_relays
from support.notebooks import execute, printed
from support.processes import ROOT, Running


@pytest.fixture
def folder(built_driver: None, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new folder, in a shell where no environment is active."""
    path = runtime.parent / "my lab" / "bench"
    subprocess.run(
        [sys.executable, "-m", "cwire", "new", "bench", "-o", str(path)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    monkeypatch.setenv("PATH", "/usr/local/bin:/usr/bin:/bin")
    return path


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_make_run_and_the_notebook(folder: Path) -> None:
    with Running("make", "-C", folder, "run", session=True) as run:
        link = run.wait_for("http://").split()[-1]
        # Before or after the link: the driver and the relay start together.
        if not any("driver bench is up" in line for line in run.output):
            run.wait_for("driver bench is up")

        with cwire.connect(link) as bridge:
            traces = bridge.latest("trace", 10, timeout=10)
            assert isinstance(traces, cwire.FrameArray)
            assert traces["volts"].shape == (10, 500)
            assert abs(traces["volts"].max() - 1) < 0.01
            reply = bridge.send.set_sine(amplitude=2.0)
            assert reply is not None
            assert (reply.frequency, reply.amplitude) == (100.0, 2.0)
            with pytest.raises(cwire.CommandError, match="out of range: allowed is 1 to 1000 Hz"):
                bridge.send.set_sine(frequency=0.0)

        cells, _ = execute(folder / "bench.ipynb")
        assert "bench" in cells["connect"].outputs[0].data["text/html"]
        assert "image/png" in cells["plot"].outputs[0].data
        assert "200" in cells["command"].outputs[0].data["text/plain"]
        assert printed(cells["numpy"]) == ""

        os.killpg(run.process.pid, signal.SIGINT)
        run.wait_for_end()
    assert [line for line in run.output if "Traceback" in line or "rror" in line] == []


def test_make_stops_both_when_it_is_told_to_end(folder: Path, runtime: Path) -> None:
    subprocess.run(["make", "-s"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with Running("make", "-s", "-C", folder, "run") as run:
        link = run.wait_for("pages:").split()[-1]
        run.wait_for("Ctrl-C stops everything")
        (first,) = living_relays()
        # A second one says where the first one is, and leaves no relay for nobody.
        second = subprocess.run(
            ["make", "-s", "-C", folder, "run"], capture_output=True, text=True, check=False
        )
        assert second.returncode == 0, second.stderr
        assert link in second.stdout
        assert living_relays() == [first]
        # The end of the driver is a sentence, and not the end of the relay.
        with socket.socket(socket.AF_UNIX) as peer:
            peer.connect(str(runtime / "bench.sock"))
            driver = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        os.kill(struct.unpack("3i", driver)[0], signal.SIGKILL)
        assert "bench was ended by SIGKILL" in run.wait_for("all else goes on")
        assert living_relays() == [first]
        run.process.send_signal(signal.SIGTERM)
        run.wait_for_end()
    assert living_relays() == []


def test_make_makes_only_what_changed(folder: Path) -> None:
    def make(*words: str) -> str:
        done = subprocess.run(
            ["make", *words], cwd=folder, check=True, capture_output=True, text=True
        )
        assert "warning" not in done.stderr
        return done.stdout

    assert "wrap" in make()
    assert "up to date" in make("driver")
    os.utime(folder / "driver.c")
    assert "wrap" not in (said := make())
    assert "driver.c" in said
    assert "cwire.c" not in said
    # A change that changes nothing that is generated is looked at once.
    os.utime(folder / "messages.h")
    assert "wrap" in make()
    assert "up to date" in make("driver")
    make("clean")
    assert {path.name for path in folder.iterdir()} == {
        ".gitignore", "Makefile", "README.md", "bench.ipynb", "driver.c", "messages.h"
    }  # fmt: skip


@pytest.mark.skipif(shutil.which("pkg-config") is None, reason="no pkg-config")
def test_an_installed_library_is_linked(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(
        ["make", "-s", "-C", str(ROOT / "c_driver"), "install", f"PREFIX={tmp_path}"], check=True
    )
    monkeypatch.setenv("PKG_CONFIG_PATH", str(tmp_path / "lib" / "pkgconfig"))
    subprocess.run(["make", "-s"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    assert not (folder / "build" / "cwire.o").exists()
    found = subprocess.run(
        ["ldd", folder / "driver"], check=True, capture_output=True, text=True
    ).stdout
    assert str(tmp_path / "lib" / "libcwire.so.0") in found
    with Running(folder / "driver") as driver:
        driver.wait_for("listening")
