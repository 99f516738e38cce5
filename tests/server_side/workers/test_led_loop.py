"""A loop that runs functions itself: it goes on without them, and none is lost or called twice."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from cwire.link.loop_thread import LoopThread
from cwire_server.workers.led_loop import LedLoop
from cwire_server.workers.threads import ThreadPool
from support.processes import until


@pytest.fixture
def loop() -> Iterator[LedLoop]:
    """A loop that runs, with a thread that stands by."""
    loop = LedLoop()
    thread = LoopThread("led", loop)
    try:
        stands_by(loop)
        yield loop
    finally:
        thread.stop()
        until(lambda: loop.is_closed())


class Blocking:
    """A function that blocks until `go_on` is set."""

    def __init__(self) -> None:
        self.began, self.go_on = threading.Event(), threading.Event()

    def __call__(self) -> None:
        self.began.set()
        assert self.go_on.wait(30)

    def start(self, loop: LedLoop, then: Callable[[], object] = lambda: None) -> None:
        """Has the loop run it, calls something in the same round, and waits until it blocks."""

        def again(_: Callable[[], object]) -> None:
            loop.call_soon_threadsafe(begin)

        def begin() -> None:
            loop.run_aside(self, again)
            then()

        loop.call_soon_threadsafe(begin)
        assert self.began.wait(30)


def here(loop: LedLoop, function: Callable[[], object]) -> bool:
    """Has a function run by the loop, and waits for it; False: it was to be submitted."""
    done = threading.Event()
    aside: list[bool] = []

    def run() -> None:
        function()
        aside.append(True)
        done.set()

    def submit(_: Callable[[], object]) -> None:
        aside.append(False)
        done.set()

    loop.call_soon_threadsafe(loop.run_aside, run, submit)
    assert done.wait(30)
    return aside[0]


def stands_by(loop: LedLoop) -> None:
    """Waits until the loop runs functions itself."""
    until(lambda: here(loop, lambda: None))


def in_loop(loop: LedLoop) -> int:
    """The thread that runs the loop."""
    found: list[int] = []
    loop.call_soon_threadsafe(lambda: found.append(threading.get_ident()))
    until(lambda: bool(found))
    return found[0]


def test_a_function_runs_in_the_thread_of_the_loop_but_not_in_the_loop(loop: LedLoop) -> None:
    def look() -> None:
        seen[:] = threading.get_ident(), asyncio._get_running_loop()

    seen: list[object] = []
    # On a busy machine the loop may be taken over meanwhile, as if the function were long.
    until(lambda: here(loop, look) and seen == [in_loop(loop), None])


def test_one_that_blocks_keeps_neither_the_loop_nor_what_is_behind_it(loop: LedLoop) -> None:
    for _ in range(3):  # the threads change their roles each time
        blocking, behind = Blocking(), threading.Event()
        then = partial(loop.run_aside, behind.set, lambda function: function())
        blocking.start(loop, then)
        assert behind.wait(30)
        in_loop(loop)  # it goes on
        blocking.go_on.set()
        stands_by(loop)  # the thread has come back from the function


def test_while_nobody_stands_by_functions_are_submitted(loop: LedLoop) -> None:
    blocking = Blocking()
    blocking.start(loop)
    assert not here(loop, lambda: None)
    blocking.go_on.set()


def test_what_a_function_has_left_is_looked_at_when_the_loop_goes_on(loop: LedLoop) -> None:
    seen: list[object] = []
    loop.on_return = lambda: seen.append("looked")

    def short() -> None:
        seen[:] = [loop.goes_on]

    until(lambda: here(loop, short) and bool(in_loop(loop)) and seen[:2] == [True, "looked"])

    def long() -> None:  # the loop is taken over: who posts must wake it
        went_on = threading.Event()
        loop.call_soon_threadsafe(went_on.set)
        assert went_on.wait(30)
        seen[:] = [loop.goes_on]

    until(lambda: here(loop, long))
    assert seen == [False]
    assert not loop.goes_on


def test_a_function_that_never_ends_does_not_keep_the_loop_from_its_end() -> None:
    blocking, loop = Blocking(), LedLoop()
    thread = LoopThread("led", loop)
    stands_by(loop)
    blocking.start(loop)
    thread.stop()
    assert loop.is_closed()
    blocking.go_on.set()
    until(lambda: not [one for one in threading.enumerate() if one.name.startswith("cwire loop")])


def test_no_thread_is_left(loop: LedLoop) -> None:
    before = threading.active_count()
    for _ in range(5):
        other = LedLoop()
        thread = LoopThread("led", other)
        stands_by(other)
        thread.stop()
    assert threading.active_count() == before


def test_one_that_raises_is_told_in_the_log(
    loop: LedLoop, caplog: pytest.LogCaptureFixture
) -> None:
    loop.call_soon_threadsafe(loop.run_aside, lambda: 1 / 0, lambda _: None)
    until(lambda: "ZeroDivisionError" in caplog.text)
    stands_by(loop)


def test_what_ends_a_loop_of_asyncio_ends_this_one() -> None:
    with asyncio.Runner(loop_factory=LedLoop) as runner:
        assert runner.run(asyncio.sleep(0, 5)) == 5
        loop = runner.get_loop()
        loop.stop()
        seen: list[int] = []
        loop.call_soon(seen.append, 1)
        loop.run_forever()  # one round
        assert seen == [1]

        async def leave() -> None:
            raise SystemExit(3)

        with pytest.raises(SystemExit):
            runner.run(leave())


def test_every_function_is_called_once_whatever_they_do(loop: LedLoop) -> None:
    count, random_ = 1500, random.Random(1)
    pool = ThreadPool(4, "test pool")
    calls: dict[int, int] = {}
    hold = threading.Event()  # nobody sets it: a function that waits for it blocks for so long

    def function(number: int, seconds: float) -> None:
        calls[number] = calls.get(number, 0) + 1
        if seconds:
            hold.wait(seconds)

    def some(start: int) -> None:
        for number in range(start, min(start + 5, count)):
            seconds = random_.choice((0.0,) * 40 + (0.0004, 0.003))
            loop.run_aside(partial(function, number, seconds), pool.submit)
        if start + 5 < count:
            loop.call_soon(some, start + 5)

    loop.call_soon_threadsafe(some, 0)
    until(lambda: len(calls) == count)
    assert set(calls.values()) == {1}
    pool.stop()
