"""Frames from a ring, and the replies at their places among them. No socket, no loop."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from cwire_server.drivers.batch_reader import READ_BYTES, Special
from cwire_server.drivers.read_buffers import ReadBuffers
from cwire_server.drivers.ring_reader import RingReader
from cwire_server.errors import BatchError
from cwire_server.hub.batch import HEADROOM, Batch
from cwire_structs import control, frames
from cwire_structs.frames import Tally
from cwire_structs.ring import ReaderPage, RingError, open_ring
from support.fake_driver import ticks
from support.fake_ring import FakeRing
from support.schemas import GO, PICTURE, RARE

from .test_batch_reader import flat, no_losses, reply, special, stamped

SOURCE = 7
NUMBER = 3


class Reading:
    """A ring and its reader."""

    def __init__(self, size: int = 1 << 20, account: Any = no_losses) -> None:
        self.ring = FakeRing(size)
        with ReaderPage() as page:
            opened = open_ring(self.ring.fd, page, epoch=1, position=0)
        self.buffers = ReadBuffers(8 << 20)
        self.reader = RingReader(opened, NUMBER, SOURCE, account, account, self.buffers)
        self.due: list[Batch | Special] = []

    def read(self) -> list[Batch | Special]:
        due, self.due = self.due, []
        return due + list(self.reader.read())

    def reply(self, number: int) -> bool:
        """Takes a reply; whether it was due at once."""
        one = special(reply(number))
        held = self.reader.hold(one)
        self.due += [] if held else [one]
        return not held


@pytest.fixture
def reading() -> Iterator[Reading]:
    made = Reading()
    yield made
    made.reader.close()
    made.ring.close()


def place(count: int, number: int = NUMBER) -> bytes:
    return control.place(number, count)


def numbers(parts: list[Batch | Special]) -> list[int | str]:
    """The sequences of ticks, and the requests of replies as text."""
    found: list[int | str] = []
    for part in parts:
        if isinstance(part, Special):
            found.append(f"reply {part.header.request}")
            continue
        view = bytes(part.view)
        found += [frames.unpack_header(view, at).sequence for at in range(0, len(view), 64)]
    return found


def test_one_read_is_one_batch_stamped_with_the_source(reading: Reading) -> None:
    assert reading.read() == []
    reading.ring.put(ticks(0, 100))
    (batch,) = reading.read()
    assert isinstance(batch, Batch)
    assert bytes(batch.view) == stamped(ticks(0, 100)) != ticks(0, 100)
    assert (batch.start, batch.headroom, batch.slack) == (HEADROOM, True, 0)
    assert reading.read() == []


def test_the_ring_stays_as_it_is(reading: Reading) -> None:
    reading.ring.put(ticks(0, 1))
    reading.read()
    assert reading.ring.read(0, 64) == ticks(0, 1)


def test_a_few_bytes_take_as_much_memory_and_many_that_of_a_read(reading: Reading) -> None:
    reading.ring.put(ticks(0, 10))
    (few,) = reading.read()
    reading.ring.put(ticks(10, 2000))
    (many,) = reading.read()
    assert isinstance(few, Batch)
    assert isinstance(many, Batch)
    assert len(few.buffer) == HEADROOM + 640
    assert len(many.buffer) == HEADROOM + READ_BYTES
    assert many.pinned == READ_BYTES


def test_a_read_is_no_larger_than_a_message_to_a_client(reading: Reading) -> None:
    count = READ_BYTES // 64
    reading.ring.put(ticks(0, 2 * count + 5))
    sizes = []
    while parts := reading.read():
        sizes += [part.end - part.start for part in parts if isinstance(part, Batch)]
    assert sizes == [READ_BYTES, READ_BYTES, 5 * 64]


def test_large_frames_come_whole_and_their_memory_comes_back(reading: Reading) -> None:
    large = frames.pack(PICTURE, bytes(8) + b"p" * (600_000))
    seen = set()
    for _ in range(8):
        reading.ring.put(large)
        (batch,) = reading.read()
        assert isinstance(batch, Batch)
        assert bytes(batch.view) == stamped(large)
        seen.add(id(batch.buffer))
        del batch
    assert len(seen) == 1
    reading.ring.put(ticks(0, 5) + large + ticks(5, 5))
    parts = [*reading.read(), *reading.read(), *reading.read()]
    assert flat(parts) == [stamped(ticks(0, 5) + large + ticks(5, 5))]


def test_one_that_rests_keeps_no_memory_for_much(reading: Reading) -> None:
    tracemalloc.start()
    try:
        reading.ring.put(ticks(0, 2000))
        reading.read()
        assert tracemalloc.get_traced_memory()[0] > READ_BYTES
        reading.reader.rest()
        assert tracemalloc.get_traced_memory()[0] < READ_BYTES
    finally:
        tracemalloc.stop()


def test_what_waits_stays_as_it_was_when_the_ring_goes_on(reading: Reading) -> None:
    held = []
    for number in range(60):
        reading.ring.put(ticks(number * 2000, 2000))
        held += reading.read()
    assert numbers(held) == list(range(120_000))


def test_what_was_overtaken_is_missing_and_the_account_is_told() -> None:
    told: list[int] = []

    def account(tallies: tuple[Tally, ...]) -> dict[int, int]:
        told.extend(tally.first_sequence for tally in tallies)
        return {}

    made = Reading(1 << 16, account)
    made.ring.put(ticks(0, 1))
    made.read()
    for number in range(1, 5001):
        made.ring.put(ticks(number, 1))
    assert numbers(made.read()) == list(range(5001 - 1024, 5001))
    assert told == [0, 5001 - 1024]
    made.reader.close()
    made.ring.close()


# Replies


def test_a_reply_that_came_early_waits_for_its_place(reading: Reading) -> None:
    reading.ring.put(ticks(0, 2) + place(1) + ticks(2, 2))
    reading.reply(11)
    assert numbers(reading.read()) == [0, 1, "reply 11", 2, 3]


def test_reading_waits_at_a_place_for_its_reply(reading: Reading) -> None:
    reading.ring.put(ticks(0, 2) + place(1) + ticks(2, 2))
    assert numbers(reading.read()) == [0, 1]
    assert reading.reader.blocked
    reading.ring.put(ticks(4, 1))
    assert reading.read() == []
    reading.reply(11)
    assert not reading.reader.blocked
    assert numbers(reading.read()) == ["reply 11", 2, 3]
    assert numbers(reading.read()) == [4]


def test_a_reply_whose_place_is_next_is_due_at_once(reading: Reading) -> None:
    reading.ring.put(place(1) + ticks(0, 1) + place(2) + place(3))
    assert reading.reply(11)
    assert not reading.reply(12), "a tick is before its place"
    assert not reading.reply(13), "and the other reply"
    assert numbers(reading.read()) == ["reply 11", 0, "reply 12", "reply 13"]
    reading.ring.put(place(4) + ticks(1, 1))
    assert reading.reply(14)
    assert numbers(reading.read()) == ["reply 14", 1]


def test_no_reply_is_due_before_what_a_read_has_not_yielded(reading: Reading) -> None:
    reading.ring.put(ticks(0, 1) + place(1) + ticks(1, 1))
    assert numbers(reading.read()) == [0]
    reading.ring.put(place(2))
    assert not reading.reply(11), "reading waits at its place"
    assert not reading.reply(12)
    assert numbers(reading.read() + reading.read()) == ["reply 11", 1, "reply 12"]


def test_several_replies_at_several_places(reading: Reading) -> None:
    reading.ring.put(place(1) + place(2) + ticks(0, 1) + place(3) + ticks(1, 1) + place(4))
    for request in (11, 12, 13):
        reading.reply(request)
    assert numbers(reading.read()) == ["reply 11", "reply 12", 0, "reply 13", 1]
    assert reading.reader.blocked
    reading.reply(14)
    assert numbers(reading.read()) == ["reply 14"]
    assert not reading.reader.blocked


def test_places_of_others_and_other_control_frames_are_skipped(reading: Reading) -> None:
    other = frames.pack(frames.CONTROL, (99).to_bytes(4, "little"))
    reading.ring.put(ticks(0, 1) + place(5, NUMBER + 1) + ticks(1, 1) + other + ticks(2, 1))
    assert numbers(reading.read()) == [0, 1, 2]


def test_replies_whose_places_were_overtaken_come_when_all_is_read(reading: Reading) -> None:
    ring = reading.ring
    ring.put(place(1))
    for number in range(ring.size // 64 + 10):
        ring.put(ticks(number, 1))
    reading.reply(11)
    parts: list[Batch | Special] = []
    while "reply 11" not in numbers(parts):
        parts += reading.read()
    assert numbers(parts)[-2:] == [ring.size // 64 + 9, "reply 11"]


def test_a_reply_without_a_place_comes_when_what_was_before_it_is_read(reading: Reading) -> None:
    reading.ring.put(ticks(0, 2))
    reading.reply(11)
    assert numbers(reading.read()) == [0, 1, "reply 11"]
    reading.reply(12)
    assert numbers(reading.read()) == ["reply 12"]


def test_counts_of_replies_begin_again_behind_the_largest(reading: Reading) -> None:
    reading.reader._came = 2**32 - 2
    reading.ring.put(place(2**32 - 1) + ticks(0, 1) + place(0) + ticks(1, 1) + place(1))
    for request in (11, 12):
        reading.reply(request)
    assert numbers(reading.read()) == ["reply 11", 0, "reply 12", 1]
    assert reading.reader.blocked


def test_at_the_end_no_reply_is_waited_for(reading: Reading) -> None:
    reading.ring.put(ticks(0, 1) + place(1) + ticks(1, 1) + place(2))
    reading.reply(11)
    assert numbers(reading.read()) == [0, "reply 11", 1]
    assert reading.reader.blocked
    reading.ring.put(ticks(2, 1))
    reading.reader.finish()
    assert not reading.reader.ended
    assert numbers(reading.read() + reading.read()) == [2]
    assert reading.reader.ended


def test_a_driver_that_says_goodbye_and_writes_on_is_not_read_for_ever(reading: Reading) -> None:
    reading.ring.put(ticks(0, 1))
    reading.reader.finish()
    reading.ring.put(ticks(1, 9))
    reading.read()
    assert reading.reader.ended


# What breaks the protocol


@pytest.mark.parametrize(
    ("bad", "error", "reason"),
    [
        (b"\1\0\0\0" + bytes(60), frames.FrameError, "less than a header"),
        (frames.pack(RARE, bytes(8), flags=0x80), frames.FrameError, "reserved flags"),
        (reply(1), RingError, "has a reply in it"),
        (b"\x80\0\0\0" + ticks(0, 1)[4:], RingError, "goes on where the ring ends"),
        ((1 << 30).to_bytes(4, "little") + ticks(0, 1)[4:], frames.FrameError, "over the limit"),
        (frames.pack(frames.CONTROL, b"\7\0\0\0"), frames.FrameError, "cut short"),
        (frames.pack(frames.CONTROL), frames.FrameError, "a control frame needs"),
    ],
)
def test_what_does_not_belong_into_a_ring(
    reading: Reading, bad: bytes, error: type[Exception], reason: str
) -> None:
    reading.ring.put(ticks(0, 2) + control.doorbell() + bad)
    parts = reading.reader.read()
    assert numbers([next(parts)]) == [0, 1]
    with pytest.raises(error, match=reason):
        next(parts)


def test_a_frame_over_the_limit_takes_no_memory() -> None:
    made = Reading(128 << 20)
    made.ring.write(0, (100 << 20).to_bytes(4, "little") + GO.to_bytes(2, "little"))
    made.ring.set(0, 100 << 20)
    with pytest.raises(RingError, match="over the limit of 67108864"):
        made.read()
    made.reader.close()
    made.ring.close()


def test_numbers_that_cannot_be(reading: Reading) -> None:
    reading.ring.set(0, 1 << 30)
    with pytest.raises(RingError, match="the driver's ring is damaged"):
        reading.read()


def test_what_the_schema_does_not_have() -> None:
    def account(tallies: tuple[Tally, ...]) -> dict[int, int]:
        raise BatchError("not in the schema")

    made = Reading(account=account)
    made.ring.put(ticks(0, 1))
    with pytest.raises(BatchError):
        made.read()
    made.reader.close()
    made.ring.close()
