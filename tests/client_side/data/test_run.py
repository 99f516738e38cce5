"""Views of frames in the history: where they lie, and whether they have been overwritten."""

from __future__ import annotations

import copy
import gc
import pickle
import random
import threading
import weakref
from typing import Any

import numpy as np
import pytest

from cwire.data.feed import Feed, make_history
from cwire.data.fixed_history import FixedHistory
from cwire.data.frame_array import FrameArray, frame_of
from cwire.data.history import History
from cwire.data.newest import Newest
from cwire.data.tail_history import TailHistory
from cwire_structs.schema import Message
from support import schemas
from support.fake_relay import pictures, ticks
from support.histories import feed, put

SCHEMA = schemas.schema()
TICK, PICTURE = SCHEMA.messages["tick"], SCHEMA.messages["picture"]
TEN = 10 * 64


def view(history: History, count: int | None) -> FrameArray:
    found = history.latest(count, copy=False)
    assert isinstance(found, FrameArray)
    return found


def in_history(found: FrameArray, history: History) -> bool:
    memory = history._ring if isinstance(history, FixedHistory) else history._arena.data  # type: ignore[attr-defined]
    return np.shares_memory(found, memory)


def test_a_view_is_the_historys_memory_and_cannot_be_written() -> None:
    for history, batch in (
        (make_history(TICK, 1 << 20), ticks(0, 7)),
        (make_history(PICTURE, 1 << 20), pictures(0, *[6] * 7)),
    ):
        feed(history, batch)
        found = view(history, 5)
        assert found.sequence.tolist() == list(range(2, 7))
        assert in_history(found, history)
        assert not in_history(history.latest(5), history)  # type: ignore[arg-type]
        assert found.valid()
        assert found[-1].message is history.message
        for part in (found, found[1:], found[0]._cwire_frame):
            with pytest.raises(ValueError, match="read-only"):
                np.asarray(part).view(np.uint8)[...] = 1
        assert found.copy().flags.writeable


def test_it_is_valid_until_one_of_its_own_frames_is_overwritten() -> None:
    history = FixedHistory(TICK, TEN)
    feed(history, ticks(0, 8))
    found = view(history, 4)
    parts = [found, found[2:], found[::-2], found[:1][0], found[-1], found[3:3]]
    firsts = [4, 6, 5, 4, 7, 100]
    for number in range(8, 30):
        feed(history, ticks(number, 1))
        # Where a frame comes, the one of a round before was.
        gone = number - len(history._ring)
        assert [part.valid() for part in parts] == [first > gone for first in firsts], number
    assert history.latest(4)[0].valid()


def test_tails_are_valid_as_long_too() -> None:
    history = TailHistory(PICTURE, 4096)
    feed(history, pictures(0, *[300] * 3))
    found = view(history, 3)
    number = 3
    while found[-1].valid():
        kept = [int(part.number) for part in found if part.valid()]
        assert kept == list(range(3))[3 - len(kept) :]
        feed(history, pictures(number, 300))
        number += 1
    assert number <= 9
    assert not found.valid()


def test_a_place_that_is_reserved_is_overwritten() -> None:
    history = FixedHistory(TICK, TEN)
    feed(history, ticks(0, 11))
    feed(history, ticks(11, 10))
    found = history.latest(10, copy=False)
    while isinstance(found, FrameArray) and not in_history(found, history):
        feed(history, ticks(history.total, 1))
        found = history.latest(10, copy=False)
    assert isinstance(found, FrameArray)
    while found.valid():
        assert history.reserve(64) is not None
        if found.valid():
            history.commit()
    assert found[0].sequence == history.total - len(history._ring)


def test_a_copy_is_made_only_where_the_frames_are_in_two_pieces() -> None:
    history = FixedHistory(TICK, TEN)
    rows = 11
    for number in range(60):
        feed(history, ticks(number, 1))
        for count in (1, 4, None):
            found = view(history, count)
            here = min(number + 1, 10 if count is None else count)
            assert found.sequence.tolist() == list(range(number + 1 - here, number + 1))
            cut = (number + 1 - here) // rows != number // rows
            assert in_history(found, history) == (not cut)
    assert len(history._ring) == rows
    found = view(history, 8)
    assert not in_history(found, history)
    feed(history, ticks(60, 100))
    assert found.valid(), "it is a copy"


def test_tails_of_several_sizes_are_copied() -> None:
    history = TailHistory(PICTURE, 4096)
    feed(history, pictures(0, 6, 6, 5))
    found = history.latest(3, copy=False)
    assert isinstance(found, list)
    last = view(history, 1)
    assert in_history(last, history)
    feed(history, pictures(3, *[50] * 100))
    assert [record.valid() for record in found] == [True] * 3
    assert not last.valid()
    assert [record.pixels.tolist() for record in found] == [[0] * 6, [1] * 6, [2] * 5]


def test_an_empty_view() -> None:
    for message in (TICK, PICTURE):
        history = make_history(message, 1 << 20)
        assert len(view(history, 5)) == 0
        assert view(history, 5).valid()
        assert len(view(history, 0)) == 0


def test_copies_of_a_view_tell_whether_they_were_made_in_time() -> None:
    history = FixedHistory(TICK, TEN)
    feed(history, ticks(0, 8))
    found = view(history, 4)

    def copies() -> list[Any]:
        return [
            found.copy(),
            copy.copy(found),
            copy.deepcopy(found),
            pickle.loads(pickle.dumps(found)),
            found[[0, 2]],
            found[found["index"] >= 0],
            np.concatenate([found, view(history, 1)]),
            copy.copy(found[0]),
            pickle.loads(pickle.dumps(found[0])),
        ]

    early = copies()
    feed(history, ticks(8, 30))
    late = copies()
    assert [part.valid() for part in early] == [True] * len(early)
    assert [part.valid() for part in late] == [False] * len(late)
    assert not late[0][1:].valid()
    assert history.latest(3)[1:].valid()  # type: ignore[union-attr]


def test_what_came_with_no_history_is_valid() -> None:
    found = FrameArray.from_frames(ticks(0, 3), TICK.frame_dtype(40), TICK)
    assert found.valid()
    assert found[1].valid()
    assert found.copy().valid()


def test_a_view_stays_readable_when_the_history_has_grown_and_is_gone() -> None:
    for message, make in ((TICK, ticks), (PICTURE, lambda first, n: pictures(first, *[16] * n))):
        history = make_history(message, 1 << 20)
        feed(history, make(0, 50))
        found = view(history, 50)
        before = len(history._ring if isinstance(history, FixedHistory) else history._arena.data)  # type: ignore[attr-defined]
        feed(history, make(50, 4000))
        after = len(history._ring if isinstance(history, FixedHistory) else history._arena.data)  # type: ignore[attr-defined]
        assert after > before
        assert found.valid(), "what has grown has not come around in the old memory"
        feed(history, make(4050, 20_000))
        assert found.valid()
        end = weakref.ref(history)
        del history
        gc.collect()
        assert found.valid()
        assert found.sequence.tolist() == list(range(50))
        found = found[:0].copy()
        gc.collect()
        assert end() is None


def test_an_arena_that_came_around_before_it_was_replaced() -> None:
    """A frame comes that is larger than all before: what was overwritten stays overwritten."""
    history = TailHistory(PICTURE, 4096)
    number = 0
    views: list[tuple[int, FrameArray]] = []
    for _ in range(60):
        feed(history, pictures(number, 100))
        views.append((number, view(history, 1)))
        number += 1
    there = [found.valid() for _, found in views]
    feed(history, pictures(number, 9000))
    assert (
        [found.valid() for _, found in views]
        == there
        == [(found.sequence == first).all() for first, found in views]
    )
    assert 10 < sum(there) < 30


@pytest.mark.parametrize("limit", [1, 4000, 100_000])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("message", [TICK, PICTURE])
def test_what_is_valid_is_what_it_was(message: Message, seed: int, limit: int) -> None:
    """Random batches, places, sizes and growth; views of any age: none that changed is valid."""
    chance = random.Random(seed)
    history, number = make_history(message, limit), 0
    held: list[tuple[FrameArray, bytes]] = []
    changed = 0
    for _ in range(150):
        pixels = chance.choice([0, 7, 7, 100, 1500]) if chance.random() < 0.2 else 7
        count = chance.choice([1, 1, 2, 30])
        batch = ticks(number, count) if message is TICK else pictures(number, *[pixels] * count)
        if chance.random() < 0.2:
            # Written to and given up: also where the next frames do not come to lie.
            place = history.reserve(64 if message is TICK else 32 + 2 * chance.randrange(1600))
            assert place is not None
            place[:] = b"\xee" * len(place)
        number += chance.choice([feed, put])(history, batch)
        for wanted in (1, chance.randrange(1, 60), None):
            found = history.latest(wanted, copy=False)
            assert len(found) >= min(number, 2) or wanted == 1
            assert int(found[-1].sequence) == number - 1
            if isinstance(found, FrameArray):
                parts = [found, found[chance.randrange(len(found)) :], found[::-3]]
                held += [(part, part._raw().tobytes()) for part in parts]
        for part, was in held:
            if part._raw().tobytes() != was:
                changed += 1
                assert not part.valid()
        held = [one for one in held if one[0].valid()][-60:]
    assert changed or limit == 100_000


class Interrupted(FixedHistory):
    """Is written to just before and just after its oldest position is read, a few times."""

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
            feed(self, ticks(self.total, 15))


@pytest.mark.parametrize("waiting", range(1, 6))
def test_a_view_that_is_overtaken_while_it_is_made_is_made_again(waiting: int) -> None:
    history = Interrupted(TICK, TEN)
    feed(history, ticks(0, 30))
    history.waiting = waiting
    found = view(history, 3)
    assert found.valid()
    assert found.sequence.tolist() == found["index"].tolist()
    assert np.diff(found.sequence).tolist() == [1, 1]


def test_a_torn_read_is_seen_and_a_whole_one_is_whole() -> None:
    """A thread writes rows whose bytes all agree, around and around; what is valid agrees."""
    history = TailHistory(PICTURE, 1 << 20)
    done = threading.Event()

    def write() -> None:
        number = 0
        while not done.is_set():
            feed(history, pictures(number % (1 << 16), 50_000))
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    whole = torn = 0
    try:
        while whole < 20 or torn < 20:
            found = history.latest(5, copy=False)
            copies = [np.asarray(found["pixels"]).copy() for _ in range(1 + whole // 8)]  # type: ignore[call-overload]
            if isinstance(found, FrameArray) and not found.valid():
                torn += 1
                continue
            whole += 1
            for pixels in copies:
                assert (pixels == pixels[:, :1]).all()
    finally:
        done.set()
        writer.join()


def test_waiting_for_a_number_of_frames_gives_a_view() -> None:
    feed_ = Feed("lab", TICK, TEN)
    feed(feed_.history, ticks(0, 3))
    newest = Newest(feed_, 5, copy=False)
    assert newest.count == 3
    feed(feed_.history, ticks(3, 2))
    newest.take()
    assert newest.count == 5
    found = newest.frames()
    assert isinstance(found, FrameArray)
    assert in_history(found, feed_.history)
    assert found.sequence.tolist() == list(range(5))
    at_once = Newest(feed_, 4, copy=False)
    assert at_once.count == 4
    assert in_history(at_once.frames(), feed_.history)  # type: ignore[arg-type]
    # More than the history holds can only be collected.
    many = Newest(feed_, 25, copy=False)
    for number in range(5, 30, 5):
        feed(feed_.history, ticks(number, 5))
        many.take()
    assert many.count == 25
    assert [int(one.sequence) for one in many.frames()] == list(range(5, 30))
    assert frame_of(many.frames()[0]).valid()
