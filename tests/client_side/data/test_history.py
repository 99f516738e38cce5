"""Histories: rings that one thread fills and others read."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cwire.data.feed import make_history
from cwire.data.fixed_history import FixedHistory
from cwire.data.frame_array import FrameArray, frame_of
from cwire.data.tail_history import TailHistory
from cwire_structs import frames
from cwire_structs.schema import Message
from support import schemas
from support.fake_relay import pictures, ticks
from support.histories import feed

SCHEMA = schemas.schema()
TICK, PICTURE = SCHEMA.messages["tick"], SCHEMA.messages["picture"]


def indices(rows: object) -> list[int]:
    assert isinstance(rows, FrameArray)
    return [int(i) for i in rows["index"]]


def test_the_kind_follows_the_message() -> None:
    assert isinstance(make_history(TICK, 1 << 20), FixedHistory)
    assert isinstance(make_history(PICTURE, 1 << 20), TailHistory)


def test_empty() -> None:
    history = make_history(TICK, 1 << 20)
    rows = history.latest(5)
    assert isinstance(rows, FrameArray)
    assert (len(rows), rows.dtype) == (0, TICK.frame_dtype(40))
    assert rows["values"].shape == (0, 4)


@pytest.mark.parametrize("batch", [1, 3, 7, 10, 11, 23, 64])
def test_wraparound(batch: int) -> None:
    history = FixedHistory(TICK, 10 * 64)
    assert history.capacity == 10
    for first in range(0, 200, batch):
        assert feed(history, ticks(first, batch)) == batch
        total = first + batch
        kept = list(range(max(0, total - 10), total))
        assert history.total == total
        assert history.oldest == kept[0]
        assert indices(history.latest(100)) == kept
        assert indices(history.latest(4)) == kept[-4:]


@pytest.mark.parametrize("most", [None, 1000, 400, 16])
def test_the_last_seconds(most: int | None) -> None:
    history = make_history(TICK, 1 << 20)
    assert len(history.latest_seconds(5, most)) == 0
    feed(history, ticks(0, 600))
    assert indices(history.latest_seconds(5, most)) == list(range(594, 600))
    assert indices(history.latest_seconds(0, most)) == [599]
    for seconds in (1000.0, float("inf")):
        count = min(600, most or 600)
        assert indices(history.latest_seconds(seconds, most)) == list(range(600 - count, 600))


def test_the_last_seconds_of_several_sizes() -> None:
    history = make_history(PICTURE, 1 << 16)
    feed(history, pictures(0, 6, 0, 3))
    assert [record.number for record in history.latest_seconds(1)] == [1, 2]
    assert [record.number for record in history.latest_seconds(5, 1)] == [2]


def test_the_last_seconds_of_stamps_that_jump() -> None:
    history = make_history(TICK, 1 << 20)
    feed(history, ticks(100, 3) + ticks(50, 1) + ticks(101, 1))
    assert indices(history.latest_seconds(1)) == [100, 101, 102, 101]


def test_the_last_seconds_of_a_clock_that_was_set_back() -> None:
    history = make_history(TICK, 1 << 20)
    feed(history, ticks(7200, 300) + ticks(3600, 3))
    # The time goes on: the seconds before that are those of the clock as it was.
    assert indices(history.latest_seconds(5)) == [7497, 7498, 7499, 3600, 3601, 3602]


@pytest.mark.parametrize("wrong", [0, 50, 100 + 86400 * 365])
def test_the_last_seconds_are_not_those_of_a_wrong_stamp(wrong: int) -> None:
    history = make_history(TICK, 1 << 20)
    feed(history, ticks(100, 50) + ticks(wrong, 1) + ticks(151, 50))
    assert indices(history.latest_seconds(5)) == list(range(195, 201))
    feed(history, ticks(wrong, 1))
    assert indices(history.latest_seconds(2)) == [199, 200, wrong]


def test_read_says_where_it_begins() -> None:
    history = FixedHistory(TICK, 10 * 64)
    feed(history, ticks(0, 25))
    start, rows = history.read(3, 18)
    assert (start, indices(rows)) == (15, [15, 16, 17])
    assert history.read(30, 40)[0] == 25


def test_other_types_between_are_left_out() -> None:
    history = FixedHistory(TICK, 100 * 64)
    data = ticks(0, 2) + pictures(0, 3) + ticks(2, 2) + pictures(1, 4) + ticks(4, 1)
    assert feed(history, data) == 5
    assert indices(history.latest(9)) == [0, 1, 2, 3, 4]


def test_wrong_sizes_are_left_out() -> None:
    short = frames.pack(schemas.TICK, bytes(8), source=1)
    history = FixedHistory(TICK, 100 * 64)
    assert feed(history, short + short) == 0
    assert feed(history, ticks(0, 2) + short + ticks(2, 2)) == 4
    assert feed(history, short + ticks(4, 1) + short) == 1
    assert indices(history.latest(9)) == [0, 1, 2, 3, 4]
    odd = frames.pack(schemas.PICTURE, bytes(9), source=1)
    tail = TailHistory(PICTURE, 4096)
    assert feed(tail, odd) == 0
    assert feed(tail, pictures(0, 2) + odd + pictures(1, 2)) == 2


def test_two_frames_fit_however_large() -> None:
    history = FixedHistory(TICK, 1)
    feed(history, ticks(0, 5))
    assert indices(history.latest(5)) == [3, 4]
    tail = TailHistory(PICTURE, 1)
    feed(tail, pictures(0, 20_000, 20_000, 20_000))
    rows = tail.latest(5)
    assert isinstance(rows, FrameArray)
    assert rows["number"].tolist() == [1, 2]


def test_tails_of_one_size_are_one_array() -> None:
    history = TailHistory(PICTURE, 1 << 16)
    feed(history, pictures(0, *[6] * 20))
    rows = history.latest(8)
    assert isinstance(rows, FrameArray)
    assert rows["number"].tolist() == list(range(12, 20))
    assert rows["pixels"].tolist() == [[n] * 6 for n in range(12, 20)]
    assert rows.sequence.tolist() == list(range(12, 20))


def test_tails_of_several_sizes_are_records() -> None:
    history = TailHistory(PICTURE, 1 << 16)
    feed(history, ticks(0, 1) + pictures(0, 6, 0, 3) + ticks(1, 1) + pictures(3, 6))
    rows = history.latest(4)
    assert isinstance(rows, list)
    assert [record.number for record in rows] == [0, 1, 2, 3]
    assert [record.pixels.tolist() for record in rows] == [[0] * 6, [], [2] * 3, [3] * 6]
    assert [record.sequence for record in rows] == [0, 1, 2, 3]


def test_tails_are_all_here_while_the_arena_can_grow() -> None:
    history = make_history(PICTURE, 1 << 24)
    for first in range(0, 3000, 10):
        feed(history, pictures(first, *[300] * 10))
        assert history.oldest == 0
    start, rows = history.read(0, 3000)
    assert (start, len(rows)) == (0, 3000)


@pytest.mark.parametrize("seed", range(5))
def test_tails_wrap_around(seed: int) -> None:
    random = np.random.default_rng(seed)
    history = TailHistory(PICTURE, 4096)
    number = 0
    for _ in range(200):
        sizes = random.integers(0, 300, random.integers(1, 6)).tolist()
        if random.random() < 0.5:
            sizes = sizes[:1] * len(sizes)
        feed(history, pictures(number, *sizes))
        number += len(sizes)
        rows = list(history.latest(1000))
        assert rows
        assert [record.number for record in rows] == list(range(number - len(rows), number))
        assert all((record.pixels == record.number).all() for record in rows)
        assert sum(len(frame_of(record).tobytes()) for record in rows) <= 4096
    assert history.total == number


@pytest.mark.parametrize("limit", [1, 12_000])
@pytest.mark.parametrize("seed", range(4))
def test_two_tails_are_here_whatever_their_sizes(seed: int, limit: int) -> None:
    random = np.random.default_rng(seed)
    history = TailHistory(PICTURE, limit)
    for number, pixels in enumerate(random.choice([0, 7, 100, 1400, 1500], 400).tolist()):
        feed(history, pictures(number, pixels))
        found = [record.number for record in history.latest(2)]
        assert found == [number - 1, number][-(number + 1) :]


def test_small_tails_are_bounded_by_the_index() -> None:
    history = TailHistory(PICTURE, 4096)
    feed(history, pictures(0, *[0] * 100))
    assert history.capacity == 16
    assert [record.number for record in history.latest(100)] == list(range(84, 100))


def test_a_reader_never_sees_a_torn_row() -> None:
    """One thread writes rows whose fields agree, another reads: they always agree."""
    history = FixedHistory(TICK, 16 * 64)
    done = threading.Event()

    def write() -> None:
        for first in range(0, 30_000, 5):
            feed(history, ticks(first, 5))
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    reads = 0
    while not done.is_set():
        start, rows = history.read(0, 1 << 40)
        expected = np.arange(start, start + len(rows))
        assert (rows["index"] == expected).all()
        assert (rows.sequence == expected).all()
        reads += 1
    writer.join()
    assert reads


class Hook:
    """An array, or a history's number, that is read just after something else has happened."""

    def __init__(self, array: Any, action: Callable[[], object]) -> None:
        self.array = array
        self.action: Callable[[], object] | None = action

    def __getitem__(self, index: Any) -> Any:
        action, self.action = self.action, None
        if action:
            action()
        return self.array[index]

    def __setitem__(self, index: Any, value: Any) -> None:
        self.array[index] = value

    def __len__(self) -> int:
        return len(self.array)


@pytest.mark.parametrize("pixels", [0, 40, 400])
@pytest.mark.parametrize("count", range(30, 240, 5))
def test_slots_taken_over_between_place_and_size(count: int, pixels: int) -> None:
    history = TailHistory(PICTURE, 8192)
    feed(history, pictures(0, *[4] * count))

    def write() -> None:
        for number in range(count, count + 5):
            feed(history, pictures(number, pixels))

    history._arena.size = Hook(history._arena.size, write)  # type: ignore[assignment]
    start, rows = history.read(history.total - 30, history.total)
    found = [record.number for record in rows]
    assert found == list(range(start, start + len(found)))


class Growing(TailHistory):
    """A writer makes it grow after a reader has looked at the arena."""

    action: Callable[[], object] | None = None

    @property
    def total(self) -> int:
        action, self.action = self.action, None
        if action:
            action()
        return self._total

    @total.setter
    def total(self, value: int) -> None:
        self._total = value


def test_an_arena_that_grows_under_a_reader() -> None:
    history = Growing(PICTURE, 8192)
    feed(history, pictures(0, *[4] * 10))
    history.action = lambda: feed(history, pictures(10, 5000, 5000, 5000))
    start, rows = history.read(5, 1000)
    numbers = [record.number for record in rows]
    assert numbers
    assert numbers == list(range(start, start + len(numbers)))


def test_a_ring_that_grows_under_a_reader() -> None:
    history = FixedHistory(TICK, 1 << 20)
    feed(history, ticks(0, 1000))
    history._ring = Hook(  # type: ignore[assignment]
        history._ring, lambda: feed(history, ticks(1000, 500))
    )
    start, rows = history.read(0, 1000)
    assert start == 0, "none of them was overwritten"
    assert indices(rows) == list(range(1000))


@pytest.mark.parametrize("kept", [2, 5, 100])
@pytest.mark.parametrize("wanted", [1, 2, 5, 100])
@pytest.mark.parametrize("meanwhile", [1, 2, 3, 7, 150])
def test_as_many_as_asked_for_though_others_come_meanwhile(
    kept: int, wanted: int, meanwhile: int
) -> None:
    history = FixedHistory(TICK, kept * 64)
    feed(history, ticks(0, 300))
    history._ring = Hook(  # type: ignore[assignment]
        history._ring, lambda: feed(history, ticks(300, meanwhile))
    )
    found = indices(history.latest(wanted))
    assert len(found) == min(wanted, kept)
    assert found == list(range(found[0], found[0] + len(found)))


@pytest.mark.parametrize("meanwhile", [1, 2, 3, 40])
def test_as_many_as_asked_for_of_tails(meanwhile: int) -> None:
    history = TailHistory(PICTURE, 4096)
    feed(history, pictures(0, *[300] * 30))
    history._arena.size = Hook(  # type: ignore[assignment]
        history._arena.size, lambda: feed(history, pictures(30, *[300] * meanwhile))
    )
    found = [record.number for record in history.latest(2)]
    assert len(found) == 2
    assert found[1] == found[0] + 1


@pytest.mark.parametrize("wanted", [1, 10, None])
@pytest.mark.parametrize("written", [3, 10, 40])
def test_as_many_though_others_come_while_they_are_counted(
    wanted: int | None, written: int
) -> None:
    class Interrupted(FixedHistory):
        """Is written to just before and just after its oldest position is read, once."""

        waiting = 0

        @property
        def oldest(self) -> int:
            self.write()
            found = super().oldest
            self.write()
            return found

        def write(self) -> None:
            if self.waiting:
                self.waiting -= 1
                feed(self, ticks(self.total, written))

    history = Interrupted(TICK, 10 * 64)
    feed(history, ticks(0, 30))
    history.waiting = 2
    found = indices(history.latest(wanted))
    assert len(found) == (wanted or 10)
    assert found == list(range(found[0], found[0] + len(found)))


@pytest.mark.parametrize("batch", [1, 7, 50])
@pytest.mark.parametrize("message", [TICK, PICTURE])
def test_a_reader_gets_as_many_as_it_asks_for(message: Message, batch: int) -> None:
    """One thread writes batches, also larger than the history; another never gets too few."""
    history = make_history(message, 10 * 64 if message is TICK else 5120)
    make = ticks if message is TICK else lambda first, n: pictures(first, *[20] * n)
    feed(history, make(0, 40))
    done = threading.Event()

    def write() -> None:
        for first in range(40, 8_000, batch):
            feed(history, make(first, batch))
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    counts = set()
    while not done.is_set():
        counts.add(len(history.latest(10)))
    writer.join()
    assert counts <= {10}


def test_a_reader_that_was_overtaken_goes_on() -> None:
    history = FixedHistory(TICK, 2 * 64)
    feed(history, ticks(0, 10))
    start, rows = history.next(3, 1)
    assert (start, indices(rows)) == (8, [8])
    assert len(history.next(10, 5)[1]) == 0
    history._ring = Hook(history._ring, lambda: feed(history, ticks(10, 9)))  # type: ignore[assignment]
    start, rows = history.next(9, 1)
    assert indices(rows) == [start]
    assert start >= 17


def test_large_tails_leave_the_others_here() -> None:
    history = TailHistory(PICTURE, 8192)
    feed(history, pictures(0, 4, 4, 4))
    feed(history, pictures(3, 50_000))
    assert [record.number for record in history.latest(10)] == [0, 1, 2, 3]
    feed(history, pictures(4, 50_000, 50_000))
    assert [record.number for record in history.latest(2)] == [4, 5]


def test_memory_is_taken_as_frames_come() -> None:
    tracemalloc.start()
    try:
        histories = [
            make_history(message, 64 << 20) for _ in range(50) for message in (TICK, PICTURE)
        ]
        for history in histories:
            feed(history, ticks(0, 3) + pictures(0, 5, 5, 5))
        assert tracemalloc.get_traced_memory()[0] < 100 * 100_000
    finally:
        tracemalloc.stop()
    for history in histories:
        feed(history, ticks(3, 20) + pictures(3, 5))
        assert history.total == len(history.latest(100))


@pytest.mark.parametrize("take", ["feed", "put"])
@pytest.mark.parametrize("kind", ["tick", "picture"])
def test_memory_that_is_short(kind: str, take: str) -> None:
    """A process whose memory is limited keeps fewer frames than it could, and says so."""
    ran = subprocess.run(
        [sys.executable, "-c", SHORT, kind, take],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    kept, newest, problem, error = ran.stdout.splitlines()
    assert 2 <= int(kept) < 300
    assert newest == "299"
    assert re.match(rf"memory is short: \d+ frames? (is|are) kept of {kind}, of \d", problem)
    assert "history_bytes=" in problem
    assert f"there is no memory to copy 2 frames of {kind}" in error


SHORT = """
import json, resource, sys
from cwire.data.feed import make_history
from cwire_structs import frames
from cwire_structs.schema import Schema
from cwire_structs.schema.layout_hash import layout_hash
from support import histories, schemas
document = schemas.document()
size = 8 + 8 * (1 << 17)
values = document["types"]["tick"]["fields"][1]
values.update(size=size - 8, type={**values["type"], "shape": [1 << 17]})
document["types"]["tick"]["size"] = size
document["layout_hash"] = layout_hash(document)
message = Schema.from_json(json.dumps(document)).messages[sys.argv[1]]
history = make_history(message, 1 << 30)
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (80 << 20),) * 2)
take = getattr(histories, sys.argv[2])
for number in range(300):
    payload = number.to_bytes(8, "little") + bytes(size - 8)
    take(history, frames.pack(message.id, payload, source=1))
print(history.total - history.oldest)
print(history.latest(1)[0][message.struct.fields[0].name])
print(history.problem)
held = []
try:
    while True:
        held.append(history.latest(2))
except MemoryError as error:
    print(error)
"""
