"""cwire bench ipc."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from cwire import cli
from cwire.ipc.plan import Settings
from cwire.ipc.ways import SHARED
from support.processes import Running, until

TINY = Settings(
    sizes=(64,),
    batches=(1, 16),
    seconds=0.005,
    repeats=1,
    latency_sizes=(64,),
    latency_seconds=0.005,
    readers=(1,),
    load_seconds=0.01,
    beyond_caches=1 << 20,
)


def test_tables_json_and_figure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cwire.tools.bench.QUICK", TINY, raising=False)
    made, drawn = tmp_path / "made.json", tmp_path / "drawn.svg"
    words = ["bench", "ipc", "--quick", "--only", "file,unix", "-o", made, "--figure", drawn]
    assert cli.main([str(word) for word in words]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "cores, Linux" in lines[0]
    assert any(line.startswith("mapped file ") for line in lines)
    assert any(line.startswith("64 B x 16, copied ") for line in lines)
    found = json.loads(made.read_text())
    assert [row["way"] for row in found["ways"]] == ["unix", "file"]
    assert drawn.read_text().startswith("<?xml")


def test_what_is_missing_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cwire.tools.bench.QUICK", TINY, raising=False)
    monkeypatch.setattr("cwire.ipc.ways.find_spec", lambda name: None)
    reason = "iceoryx2 is not installed; install it with: pip install iceoryx2"
    assert cli.main(["bench", "ipc", "--quick", "--only", "pipe,iceoryx2"]) == 0
    assert f"Not measured: iceoryx2: {reason}" in capsys.readouterr().out
    assert cli.main(["bench", "ipc", "--quick", "--only", "iceoryx2"]) == 1
    assert capsys.readouterr().err == f"cwire bench ipc: {reason}\n"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--only", "pip"], "no way is called 'pip'; there are: pipe, unix"),
        (["-o", "/no/such/folder/x.json"], "there is no folder /no/such/folder; make it first"),
        (["--figure", "/no/such/folder/x.png"], "there is no folder /no/such/folder"),
    ],
)
def test_wrong_arguments(words: list[str], reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "ipc", *words]) == 2
    assert f"cwire bench ipc: {reason}" in capsys.readouterr().err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_nothing_is_left_of_an_interrupted_run(
    number: signal.Signals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    words = ("bench", "ipc", "--quick", "--only", "shared_memory,unix")
    with Running(sys.executable, "-m", "cwire", *words, session=True) as run:
        until(lambda: bool(shared_by(run.process.pid)))  # it measures
        shared = shared_by(run.process.pid)
        group = os.getpgid(run.process.pid)
        os.killpg(group, number)  # as a terminal does it: all of them hear it
        assert run.wait_for_end() == 130
    assert [path for path in shared if path.exists()] == []
    assert list(tmp_path.iterdir()) == []
    until(lambda: not _is_there(group))
    assert not any("Traceback" in line for line in run.output), run.output


def shared_by(pid: int) -> set[Path]:
    """The shared memory that a process has; others' may be in the same folder."""
    words = [line.split()[-1] for line in Path(f"/proc/{pid}/maps").read_text().splitlines()]
    return {Path(word) for word in words if Path(word).parent == SHARED}


def _is_there(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
