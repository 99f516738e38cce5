"""Soon, not too often, and never in the thread that asks."""

from __future__ import annotations

import threading

from cwire.kernel.pacer import Pacer
from support.processes import until


def names() -> list[str]:
    return [thread.name for thread in threading.enumerate()]


def test_many_pokes_are_few_calls_and_the_last_one_counts() -> None:
    seen: list[int] = []
    value = 0
    leave = threading.Event()

    def call() -> None:
        seen.append(value)
        leave.wait(30)

    pacer = Pacer(call, 0.02, "the pacer")
    for value in range(1000):  # noqa: B007 - the pacer reads it
        pacer.poke()
    leave.set()
    until(lambda: "the pacer" not in names())
    assert seen[-1] == 999
    assert len(seen) <= 2
    pacer.poke()
    until(lambda: "the pacer" not in names())
    assert seen[-2:] == [999, 999]
    assert len(seen) <= 3


def test_a_call_that_fails_is_not_the_last_one() -> None:
    called = threading.Semaphore(0)

    def call() -> None:
        called.release()
        raise RuntimeError("the widget is closed")

    pacer = Pacer(call, 0.0, "the pacer")
    for _ in range(2):
        pacer.poke()
        assert called.acquire(timeout=10)


def test_closed_is_closed() -> None:
    entered, leave = threading.Event(), threading.Event()

    def call() -> None:
        entered.set()
        leave.wait(10)

    pacer = Pacer(call, 100.0, "the pacer")
    pacer.poke()
    assert entered.wait(10)
    pacer.poke()
    pacer.close()
    entered.clear()
    leave.set()
    until(lambda: "the pacer" not in names())
    pacer.poke()
    assert not entered.is_set()
