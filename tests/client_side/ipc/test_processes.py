"""Writers and workers: how they fail, and how they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import cwire
from cwire.ipc.processes import Worker, Writer
from cwire.ipc.programs import build
from support.processes import alive, until


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("programs"), publisher=False).writer


@pytest.fixture
def worker() -> Iterator[Worker]:
    with Worker() as made:
        yield made


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["way=map", "place=/no/such/file"], "/no/such/file: No such file"),
        (["way=zmq", "text=/no/such.so"], "cannot open shared object"),
        (["way=pigeon"], "the ways are fds, map and zmq"),
    ],
    ids=["file", "library", "way"],
)
def test_a_writer_that_cannot_start_says_why(writer: Path, words: list[str], reason: str) -> None:
    with pytest.raises(cwire.CwireError, match=f"the writer ended: .*{reason}"):
        Writer(writer, words)


def test_a_writer_whose_reader_is_gone(writer: Path) -> None:
    read, write = os.pipe()
    with Writer(writer, ["way=fds", f"text={write}", "seconds=0.01"], [write]) as one:
        os.close(read)
        os.close(write)
        one.go()
        with pytest.raises(cwire.CwireError, match="write: Broken pipe"):
            one.result(10)


def test_a_writer_ends_without_a_word(writer: Path) -> None:
    with Writer(writer, ["way=fds"]) as one:
        pass
    assert one.process.returncode == 0


def test_an_order_that_cannot_be_carried_out(worker: Worker) -> None:
    with pytest.raises(cwire.CwireError, match="FileNotFoundError"):
        worker.order("read", {**_ORDER, "place": "/no/such/file"})
    # It waits for the next one.
    read, write = os.pipe()
    worker.order("read", {**_ORDER, "way": "pipe"}, [read])
    os.close(read)
    os.close(write)
    with pytest.raises(cwire.CwireError, match="EOFError: the writer has ended"):
        worker.result(10)


def test_a_worker_that_is_killed_is_told_and_started_again(worker: Worker) -> None:
    first = worker.process
    first.kill()
    with pytest.raises(cwire.CwireError, match="a worker ended by itself"):
        worker.order("read", _ORDER)
    worker.restart()
    assert worker.process.pid != first.pid
    assert worker.process.poll() is None


def test_a_worker_that_does_not_answer(worker: Worker) -> None:
    read, write = os.pipe()
    worker.order("read", {**_ORDER, "way": "pipe", "wait": True}, [read])
    with pytest.raises(cwire.CwireError, match="not done in 0 s"):
        worker.result(0.01)
    worker.restart()
    os.close(read)
    os.close(write)


def test_ctrl_c_is_for_who_started_them(worker: Worker, writer: Path) -> None:
    read, write = os.pipe()
    with Writer(writer, ["way=fds", f"text={write}"], [write]) as one:
        worker.order("read", {**_ORDER, "way": "pipe", "wait": True}, [read])
        for process in (worker.process, one.process):
            process.send_signal(signal.SIGINT)
        one.go()
        assert one.result(10).published > 0
        assert worker.result(10)["delivered"] > 0
    os.close(read)
    os.close(write)


def test_they_end_with_who_started_them_however_that_ends(writer: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path\n"
        "from cwire.ipc.processes import Worker, Writer\n"
        f"worker, writer = Worker(), Writer(Path({str(writer)!r}), ['way=fds'])\n"
        "print(worker.process.pid, writer.process.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    pids = [int(word) for word in done.stdout.split()]
    assert len(pids) == 2
    until(lambda: not any(alive(pid) for pid in pids))


_ORDER = {
    "way": "file",
    "size": 64,
    "batch": 1,
    "mode": "copy",
    "wait": False,
    "held": True,
    "seconds": 0.1,
    "pause": 0.0,
    "times": False,
}
