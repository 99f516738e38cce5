"""What belongs to a trigger: compared with the plain definition, for streams of chance."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest

from cwire.data.frame_array import FrameArray
from cwire.errors import InvalidArgument
from cwire.recording.trigger import Begin, Edge, End, Ring, Take, When
from support import schemas
from support.fake_relay import ticks

SECOND = 10**9
TICK = schemas.schema().messages["tick"]


def frames(numbers: list[int]) -> FrameArray:
    raw = b"".join(ticks(number, 1) for number in numbers)
    return FrameArray.from_frames(raw, TICK.frame_dtype(TICK.size), TICK)


class Files:
    """The files that a ring's steps make: numbers of the frames, by track."""

    def __init__(self, when: When) -> None:
        self.ring = Ring(when)
        self.files: list[list[tuple[str, int]]] = []
        self.begins: list[Begin] = []
        self.edges: list[int] = []

    def look(
        self, batches: list[tuple[str, list[int], list[int]]], true: list[int], was: bool = False
    ) -> None:
        """Takes batches of (track, numbers, times) and the times when it is true."""
        for track, numbers, times in batches:
            self.ring.hold(track, frames(numbers), np.array(times, np.int64))
        rising = np.zeros(len(true), bool)
        rising[:1] = not was
        begun = self.ring.recording
        for step in self.ring.steps(np.array(true, np.int64), rising):
            match step:
                case Begin():
                    assert not begun
                    begun = True
                    self.files.append([])
                    self.begins.append(step)
                case Edge(place):
                    self.edges.append(true[place])
                case Take(track, some):
                    assert begun
                    assert isinstance(some, FrameArray)
                    self.files[-1] += [(track, int(one)) for one in some["index"]]
                case End():
                    assert begun
                    begun = False
        assert begun == self.ring.recording


def when(before: float, after: float, memory: str = "1GiB") -> When:
    made = When.of("x.y", before, after, memory)
    assert made is not None
    return made


@pytest.mark.parametrize("seed", range(40))
def test_streams_of_chance(seed: int) -> None:
    random = Random(seed)
    how = when(random.choice([0, 0.3, 2]), random.choice([0, 0.3, 2]))
    files = Files(how)
    number, time = 0, 100 * SECOND
    streams: list[tuple[int, int, str]] = []
    every: list[int] = []
    was = False
    for _ in range(60):
        batches: list[tuple[str, list[int], list[int]]] = []
        true: list[int] = []
        begin, end = time, time + SECOND // 5
        for track in "ab":
            times = sorted(random.randrange(begin, end) for _ in range(random.randrange(4)))
            if times:
                batches.append((track, list(range(number, number + len(times))), times))
                streams += [(at, number + index, track) for index, at in enumerate(times)]
                number += len(times)
            if track == "a":
                true = [at for at in times if random.random() < 0.1]
        files.look(batches, true, was)
        was = bool(true)
        every += true
        time = end
    files.look([("b", [number], [time + 10 * SECOND])], [])
    assert not files.ring.recording
    spans: list[list[int]] = []
    for at in every:
        if spans and at - how.before <= spans[-1][1]:
            spans[-1][1] = at + how.after
        else:
            spans.append([at - how.before, at + how.after])
    expected = [
        sorted((track, one) for at, one, track in streams if first <= at <= last)
        for first, last in spans
    ]
    assert [sorted(one) for one in files.files] == expected
    assert [one.start for one in files.begins] == [first for first, _ in spans]
    for begin_, (first, _) in zip(files.begins, spans, strict=True):
        assert begin_.had == min(how.before, first + how.before - streams[0][0]) or begin_.short


def test_how_much_there_was_before() -> None:
    files = Files(when(5, 1))
    files.look([("a", [0, 1, 2], [10 * SECOND, 11 * SECOND, 12 * SECOND])], [12 * SECOND])
    (begin,) = files.begins
    assert (begin.had, begin.short) == (2 * SECOND, "the recording had just begun")
    assert files.files == [[("a", 0), ("a", 1), ("a", 2)]]


def test_memory_that_does_not_suffice() -> None:
    files = Files(when(5, 1, f"{3 * 64}B"))  # of three frames of 64 bytes
    for number in range(20):
        files.look([("a", [number], [number * SECOND])], [])
    files.look([("a", [20], [20 * SECOND])], [20 * SECOND])
    (begin,) = files.begins
    assert begin.short == "there was no more memory"
    assert begin.had == 4 * SECOND - 1
    assert files.files == [[("a", 17), ("a", 18), ("a", 19), ("a", 20)]]


def test_what_comes_late_belongs_to_it() -> None:
    files = Files(when(1, 1))
    files.look([("a", [0], [10 * SECOND])], [10 * SECOND])
    files.look([("a", [1], [11 * SECOND + SECOND // 4])], [])
    files.look([("b", [2], [11 * SECOND])], [])
    assert files.ring.recording
    files.look([("a", [3], [13 * SECOND])], [])
    assert files.files == [[("a", 0), ("b", 2)]]
    assert not files.ring.recording


def test_a_long_wait_forgets() -> None:
    files = Files(when(1, 1))
    for number in range(1000):
        files.look([("a", [number], [number * SECOND])], [])
        assert files.ring._bytes <= 3 * 64


def test_a_condition_that_flickers_is_told_a_hundred_times() -> None:
    ring = Ring(when(1, 1))
    ring.hold("a", frames(list(range(300))), np.arange(300))
    steps = list(ring.steps(np.arange(300), np.arange(300) % 2 == 0))
    edges = [(step.place, step.more) for step in steps if isinstance(step, Edge)]
    assert edges == [*((2 * number, 0) for number in range(99)), (198, 50)]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((None, 1), "go with a condition: give when, too"),
        ((None, None, 0), "go with a condition"),
        ((None, None, None, "1GiB"), "go with a condition"),
        (("x.y", -1), "before is -1: give seconds from 0 to"),
        (("x.y", 1, float("nan")), "after is nan: give seconds"),
        (("x.y", "soon"), "before is a number of seconds, not 'soon'"),
        (("x.y", 1, 1, "much"), "'much' is no size of memory: give 64MiB"),
    ],
)
def test_wrong_arguments(arguments: Any, text: str) -> None:
    with pytest.raises(InvalidArgument, match=text):
        When.of(*arguments)
    assert When.of(None) is None
