"""The console widget with real processes; clicks and what it shows."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

import cwire
from cwire.process.managed_process import running
from support.processes import until
from support.widgets import open_widgets


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    for process in running():
        process.stop()
    assert open_widgets() == []
    until(lambda: not [t for t in threading.enumerate() if t.name.startswith("cwire")])


def shell(script: str) -> cwire.DriverProcess:
    return cwire.DriverProcess("sh", "-c", script, name="it")


def test_buttons_output_and_state() -> None:
    process = shell("echo '<b>hello</b>'; exec sleep 1000")
    console: Any = process.console()
    buttons = console._start, console._stop, console._restart
    assert [one.disabled for one in buttons] == [False, True, True]
    assert "(nothing written yet)" in console._output.value
    console._start.click()
    until(lambda: "&lt;b&gt;hello" in console._output.value)
    assert [one.disabled for one in buttons] == [True, False, False]
    assert f"running, pid {process.pid}, for " in console._state.value
    first = process.pid
    console._restart.click()
    until(lambda: process.pid not in (None, first))
    console._stop.click()
    until(lambda: "stopped, after" in console._state.value)
    until(lambda: [one.disabled for one in buttons] == [False, True, False])
    console.close()


def test_what_cannot_start_says_so() -> None:
    process = cwire.DriverProcess("./no-such-driver")
    console: Any = process.console()
    console._start.click()
    until(lambda: "is missing" in console._state.value)
    console.close()


def test_a_crash_is_told_in_words() -> None:
    process = shell("kill -ABRT $$").start()
    console: Any = process.console()
    until(lambda: "Aborted (SIGABRT)" in console._state.value)
    console.close()


def test_a_flood_is_shown_in_a_few_pictures() -> None:
    process = shell("seq 100000; echo end; exec sleep 1000")
    console: Any = process.console()
    pictures: list[str] = []
    console._output.observe(lambda change: pictures.append(change["new"]), "value")
    begun = time.monotonic()
    process.start()
    until(lambda: "end</pre>" in console._output.value)
    assert len(pictures) <= (time.monotonic() - begun) / 0.1 + 2
    assert console._output.value.count("\n") == 199
    console.close()


def test_several_at_once_and_a_cell_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = shell("exec sleep 1000").start(), shell("exec sleep 1001").start()
    monkeypatch.setattr("cwire.kernel.cell.cell_of_now", lambda: ("cell", 1))
    first.console(), second.console()
    monkeypatch.setattr("cwire.kernel.cell.cell_of_now", lambda: ("cell", 2))
    again = first.console()
    assert len(first._listeners) == 1
    assert second._listeners == []
    assert first.running
    again.close()


def test_it_lives_while_a_thread_waits() -> None:
    """Nothing of it needs the main thread, which is busy in a cell."""
    process = shell("for i in 1 2 3; do echo line $i; sleep 0.05; done")
    console: Any = process.console()
    threads: set[int] = set()
    console._output.observe(lambda _: threads.add(threading.get_ident()), "value")
    process.start().wait(10)
    until(lambda: "line 3" in console._output.value)
    assert threading.get_ident() not in threads
    console.close()
