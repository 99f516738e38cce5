"""A reader's counts of frames that come, are lost or torn."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator

import pytest

from cwire.ipc.orders import ReadOrder
from cwire.ipc.plan import Mode
from cwire.ipc.receive import FirstPass, WarmClock, receive

SIZE = 64


def order(*, mode: Mode = "copy", held: bool = True, times: bool = False) -> ReadOrder:
    return ReadOrder(
        way="file",
        size=SIZE,
        batch=1,
        mode=mode,
        wait=False,
        held=held,
        seconds=0.0,
        pause=0.0,
        times=times,
    )


def run(*indexes: int, last: bool = False) -> memoryview:
    return memoryview(
        b"".join(
            struct.pack("=QQQ", index, 1000, last and index == indexes[-1]).ljust(SIZE, b"\0")
            for index in indexes
        )
    )


class Runs:
    """Hands out these; those in `torn` were overwritten meanwhile."""

    copies, offset = False, 0

    def __init__(self, runs: Iterable[memoryview | None], torn: Iterable[int] = ()) -> None:
        self._runs: Iterator[memoryview | None] = iter(runs)
        self._torn = set(torn)
        self._number = -1

    def take(self, wait: bool) -> memoryview | None:
        self._number += 1
        return next(self._runs)

    def intact(self) -> bool:
        return self._number not in self._torn

    def close(self) -> None:
        pass


@pytest.mark.parametrize("mode", ["view", "touch", "copy"])
def test_until_the_last(mode: Mode) -> None:
    found = receive(Runs([run(1, 2), None, run(3, last=True)]), order(mode=mode, times=True))
    assert (found.delivered, found.lost, found.torn) == (3, 0, 0)
    assert len(found.times_ns) == 2
    assert min(found.times_ns) > 0


def test_lost_and_torn_are_counted_apart() -> None:
    runs = [run(1), run(2, 3), run(5, 6), run(9, last=True)]
    found = receive(Runs(runs, torn=[1]), order(held=False))
    assert (found.delivered, found.lost, found.torn) == (4, 5, 2)


@pytest.mark.parametrize("wrong", [(3,), (1,)], ids=["a gap", "again"])
def test_a_writer_that_waits_loses_nothing_and_repeats_nothing(wrong: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=f"message {wrong[0]} came after 1"):
        receive(Runs([run(1), run(*wrong, last=True)]), order())


def test_the_clock_starts_when_all_is_warm() -> None:
    clock = WarmClock(1.0)
    for messages, now in ((1, 0), (10, 100_000_000), (20, 200_000_000), (30, 300_000_000)):
        clock.saw(messages, now)
    assert clock.end(100, 1_200_000_000) == (80, 1.0)


def test_a_reader_that_did_not_run_counts_all_of_the_time() -> None:
    clock = WarmClock(1.0)
    clock.saw(1, 0)
    clock.saw(2, 990_000_000)
    assert clock.end(5, 1_000_000_000) == (4, 1.0)


def test_the_first_pass_is_apart_from_those_after_it() -> None:
    passes = FirstPass(4)
    for messages, now in ((1, 1000), (3, 2000), (5, 3000), (9, 3500), (13, 4000)):
        passes.saw(messages, now)
    assert passes.end(13, 4000) == (4 / 2000 * 1e9, 8 / 1000 * 1e9)


@pytest.mark.parametrize("seen", [0, 1, 3])
def test_no_pass_that_was_not_made_is_told(seen: int) -> None:
    passes = FirstPass(4)
    for messages in range(1, seen + 1):
        passes.saw(messages, 1000 * messages)
    assert passes.end(seen, 9000) == (0.0, 0.0)
