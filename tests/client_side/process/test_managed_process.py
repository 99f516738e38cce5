"""Processes of a notebook: started, watched, ended. Real ones."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import cwire
from cwire.process.managed_process import running, span_text
from support.processes import DRIVER, alive, open_files, until


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    files, threads = open_files(), set(threading.enumerate())
    yield
    for process in running():
        process.stop()
    for thread in set(threading.enumerate()) - threads:
        thread.join(30)  # it tells its listeners yet
        assert not thread.is_alive(), thread
    assert open_files() - files == set()


def shell(script: str, **options: object) -> cwire.DriverProcess:
    return cwire.DriverProcess("sh", "-c", script, name="it", **options)  # type: ignore[arg-type]


def test_the_demo_driver_from_start_to_end(built_driver: None, runtime: Path) -> None:
    driver = cwire.DriverProcess(DRIVER, "--rate", 100)
    assert (driver.state, driver.pid, driver.output) == ("new", None, "")
    assert repr(driver) == "<DriverProcess driver: not started: call start()>"
    assert driver.start() is driver
    line = driver.wait_until("listening")
    assert line == f"driver: listening at {runtime / 'demo.sock'} (Ctrl-C stops)"
    pid = driver.pid
    assert (driver.state, running()) == ("running", [driver])
    assert driver.start().pid == pid
    driver.restart()
    driver.wait_until("listening")
    assert driver.pid not in (None, pid)
    assert driver.lines(2) == ["--- driver is started again ---", line]
    driver.stop()
    assert (driver.state, driver.status, driver.reason) == ("stopped", 0, "stopped")
    assert not (runtime / "demo.sock").exists()
    assert f"<code>{DRIVER} --rate 100</code>" in driver._repr_html_()
    driver.stop()


def test_lines_come_when_they_are_written() -> None:
    """C's stdout holds back what goes into a pipe, and does not what goes to a terminal."""
    program = "import sys, time; print('first'); time.sleep(100)"
    with cwire.DriverProcess("python3", "-c", program) as process:
        assert process.wait_until("first", 20) == "first"


def test_folder_and_environment(tmp_path: Path) -> None:
    with shell('pwd; echo "$COLOUR <&>"', cwd=tmp_path, env={"COLOUR": "red"}) as process:
        assert process.wait(10) == 0
    assert process.output == f"{tmp_path}\nred <&>"
    assert "red &lt;&amp;&gt;" in process._repr_html_()
    assert process.state == "ended"


@pytest.mark.parametrize(
    ("script", "state", "reason"),
    [
        ("exit 3", "failed", "failed with status 3"),
        ("kill -SEGV $$", "failed", "Segmentation fault (SIGSEGV)"),
        ("exit 0", "ended", "ended by itself"),
    ],
)
def test_how_it_ended_is_said_in_words(script: str, state: str, reason: str) -> None:
    process = shell(script).start()
    process.wait(10)
    assert process.state == state
    assert process.reason.startswith(reason)
    assert f"<DriverProcess it: {reason}" in repr(process)


def test_what_does_not_heed_is_killed_with_all_that_it_started() -> None:
    process = shell("trap '' TERM; sleep 1000 & echo ready; while :; do sleep 0.05; done").start()
    process.wait_until("ready")
    process.stop(0.1)
    assert process.status == -signal.SIGKILL
    assert process.reason == "stopped (it did not heed SIGTERM: killed)"


def test_children_that_it_leaves_end_with_it() -> None:
    process = shell("sleep 1000 & echo $!").start()
    assert process.wait(10) == 0
    until(lambda: not alive(int(process.output)))


def test_waiting_for_what_does_not_come() -> None:
    process = shell("echo hello; exec sleep 1000")
    with pytest.raises(cwire.CwireError, match="it was never started: call start()"):
        process.wait_until("hello")
    process.start()
    process.wait_until("hello")
    with pytest.raises(cwire.WaitTimeout, match="'no' in 0.05 s; it wrote:\n  hello"):
        process.wait_until("no", 0.05)
    with pytest.raises(cwire.WaitTimeout, match="still runs after 0.01 s"):
        process.wait(0.01)
    process.stop()
    with pytest.raises(cwire.CwireError, match="it has not written 'no' .stopped.; it wrote"):
        process.wait_until("no")


def test_a_crash_ends_the_waiting() -> None:
    process = shell("read nothing; echo oh; exit 4").start()
    with pytest.raises(cwire.CwireError, match="failed with status 4.*; it wrote:\n  oh"):
        process.wait_until("ready", 30)


def test_it_waits_for_lines_of_this_run_only() -> None:
    process = shell("echo hello").start()
    process.wait(10)
    process._env["NOTHING"] = "1"
    process.command[-1] = "exec sleep 1000"
    with process, pytest.raises(cwire.WaitTimeout, match="it wrote nothing"):
        process.wait_until("hello", 0.05)


def test_what_cannot_run(tmp_path: Path) -> None:
    with pytest.raises(cwire.CwireError, match="is missing"):
        cwire.DriverProcess(tmp_path / "no").start()
    text = tmp_path / "text"
    text.write_text("no program")
    text.chmod(0o700)
    with pytest.raises(cwire.CwireError, match="not built for this machine, or is a script"):
        cwire.DriverProcess(text).start()


def test_the_same_command_takes_the_place_of_the_earlier() -> None:
    first = shell("exec sleep 1000").start()
    other = shell("exec sleep 1001").start()
    second = shell("exec sleep 1000").start()
    assert (first.running, other.running, second.running) == (False, True, True)
    assert first.reason == "the same command was started again"


def test_its_cell_is_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cwire.kernel.cell.cell_of_now", lambda: ("cell", 1))
    first = shell("exec sleep 1000").start()
    monkeypatch.setattr("cwire.kernel.cell.cell_of_now", lambda: ("cell", 2))
    second = shell("exec sleep 1001").start()
    assert (first.reason, second.running) == ("its cell was run again", True)


def test_a_flood_is_bounded() -> None:
    process = shell("yes 'a line of forty characters, more or less'")
    with process:
        process.wait_until("a line")
        seen = threading.Event()

        def look() -> None:
            if process._buffer.total > 20_000:
                seen.set()

        leave = process.listen(look)
        assert seen.wait(30)
        leave()
    assert len(process.lines(20_000)) == 10_000


def test_an_unsupervised_process_is_ended() -> None:
    process = shell("exec sleep 1000").start()
    assert process.pid is not None
    supervisor = int(Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(supervisor, signal.SIGKILL)
    process.wait(10)
    assert (process.state, process.reason) == ("failed", "nobody knows: its supervisor was killed")


@pytest.mark.parametrize(
    ("seconds", "text"), [(5.2, "5 s"), (61, "1 min 1 s"), (3 * 3600 + 120, "3 h 2 min")]
)
def test_spans(seconds: float, text: str) -> None:
    assert span_text(seconds) == text
