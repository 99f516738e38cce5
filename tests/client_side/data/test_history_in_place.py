"""Frames that are written straight into the history: in their place, without a copy."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

import numpy as np
import pytest

from cwire.data.feed import make_history
from cwire.data.frame_array import FrameArray
from cwire.data.history import History
from cwire_structs import frames
from cwire_structs.schema import Message
from support import schemas
from support.fake_relay import pictures, ticks
from support.histories import feed, put

SCHEMA = schemas.schema()
TICK, PICTURE = SCHEMA.messages["tick"], SCHEMA.messages["picture"]
TICK_BYTES = 64


def checked(history: History) -> list[int]:
    """The numbers of all frames that are here, each of which must be whole."""
    start, found = history.read(0, 1 << 40)
    if isinstance(found, FrameArray):
        numbers: list[int] = found["index" if history.message is TICK else "number"].tolist()
        sequences = found.sequence.tolist()
    else:
        numbers = [record["number"] for record in found]
        sequences = [record.sequence for record in found]
        assert all((record["pixels"] == record["number"]).all() for record in found)
    assert numbers == sequences == list(range(start, history.total))
    return numbers


def spoil(history: History, size: int) -> None:
    """Takes a place and writes anything there, as one does who finds that it is the wrong frame."""
    place = history.reserve(size)
    assert place is not None
    place[:] = b"\xee" * len(place)


@pytest.mark.parametrize("limit", [1, 9000, 150_000])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("message", [TICK, PICTURE])
def test_in_place_and_by_batches_in_any_order(message: Message, seed: int, limit: int) -> None:
    """Beginning small, growing, wrapping around: what is here is the last of what was written."""
    chance = random.Random(seed)
    history, number = make_history(message, limit), 0
    least = []
    for _ in range(150):
        pixels = chance.choice([0, 1, 7, 100, 1500])
        count = chance.choice([1, 1, 2, 30])
        action = chance.choice([feed, put, put, None])
        before = checked(history)[-2:]
        if action is None:
            size = TICK_BYTES if message is TICK else 32 + 2 * pixels
            spoil(history, size)
            assert checked(history)[-2:] == before, "two are always here"
            continue
        batch = ticks(number, count) if message is TICK else pictures(number, *[pixels] * count)
        assert action(history, batch) == count
        number += count
        numbers = checked(history)
        least.append(len(numbers) - min(number, 2))
    assert history.total == number
    assert min(least) >= 0


def test_nothing_is_seen_of_a_place_that_is_not_committed() -> None:
    for message, batch in ((TICK, ticks(0, 4)), (PICTURE, pictures(0, 5, 5, 5, 5))):
        history = make_history(message, 1 << 20)
        feed(history, batch)
        spoil(history, TICK_BYTES)
        spoil(history, TICK_BYTES)
        assert checked(history) == [0, 1, 2, 3]
        assert len(history.latest(None)) == 4


def test_sizes_that_the_message_has_not() -> None:
    history = make_history(TICK, 1 << 20)
    for size in (0, 24, TICK_BYTES - 8, TICK_BYTES - 1, TICK_BYTES + 8, 1 << 31):
        assert history.reserve(size) is None
    tails = make_history(PICTURE, 1 << 20)
    for size in (0, 24, 31, 33):
        assert tails.reserve(size) is None
    assert (history.total, tails.total) == (0, 0)


@pytest.mark.parametrize(
    ("message", "size", "span"), [(TICK, 64, 64), (PICTURE, 32, 32), (PICTURE, 38, 40)]
)
def test_a_place_has_room_for_the_padding(message: Message, size: int, span: int) -> None:
    place = make_history(message, 1 << 20).reserve(size)
    assert place is not None
    assert (len(place), place.readonly, place.itemsize) == (span, False, 1)


@pytest.mark.parametrize(
    "before",
    [
        lambda history: None,
        lambda history: put(history, ticks(0, 1)),
        lambda history: (history.reserve(TICK_BYTES), feed(history, ticks(0, 1))),
        lambda history: (history.reserve(TICK_BYTES), history.reserve(1)),
    ],
)
def test_only_what_is_reserved_is_committed(before: Callable[[History], object]) -> None:
    history = make_history(TICK, 1 << 20)
    before(history)
    total = history.total
    with pytest.raises(AssertionError, match="nothing is reserved"):
        history.commit()
    assert history.total == total


@pytest.mark.parametrize("message", [TICK, PICTURE])
def test_readers_see_whole_frames_while_places_are_written(message: Message) -> None:
    """One thread writes in place, and leaves some places spoiled; others read all the time."""
    history = make_history(message, 16 * 1024)
    done = threading.Event()
    torn: list[str] = []

    def read() -> None:
        while not done.is_set():
            start, found = history.read(0, 1 << 40)
            numbers = [int(record["index" if message is TICK else "number"]) for record in found]
            sequences = [record.sequence for record in found]
            if not numbers == sequences == list(range(start, start + len(numbers))):
                torn.append(f"{numbers} {sequences} from {start}")

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    sizes = np.random.default_rng(0).integers(0, 300, 2000).tolist()
    for number, pixels in enumerate(sizes):
        batch = ticks(number, 1) if message is TICK else pictures(number, pixels)
        put(history, batch)
        if pixels % 3 == 0:
            spoil(history, frames.unpack_header(batch).size)
    done.set()
    for reader in readers:
        reader.join()
    assert not torn
    assert history.total == len(sizes)
