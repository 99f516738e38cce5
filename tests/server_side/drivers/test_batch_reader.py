"""Bytes to batches, control frames and replies, however the bytes are cut. No socket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cwire_server.drivers.batch_reader import READ_BYTES, BatchReader, Special
from cwire_server.drivers.read_buffers import ReadBuffers
from cwire_server.errors import BatchError
from cwire_server.hub.batch import HEADROOM, Batch
from cwire_structs import control, frames
from cwire_structs.frames import FRAME_LIMIT, FrameError, Tally
from support.fake_driver import ticks
from support.schemas import GO, PICTURE, RARE, STATE, TICK

SOURCE = 7


def no_losses(tallies: tuple[Tally, ...]) -> dict[int, int]:
    return {}


def reader(buffers: ReadBuffers | None = None) -> BatchReader:
    return BatchReader(SOURCE, no_losses, buffers or ReadBuffers(8 << 20))


def give(reading: BatchReader, data: bytes) -> list[Batch | Special]:
    """Reads bytes that arrive together, as many at once as there is room for."""
    parts: list[Batch | Special] = []
    while data:
        room = reading.room()
        size = min(len(room), len(data))
        room[:size] = data[:size]
        parts += reading.received(size)
        data = data[size:]
    return parts


def stamped(data: bytes) -> bytes:
    """A stream of frames with their source."""
    expected = bytearray(data)
    position = 0
    while position < len(data):
        expected[position + 7] = SOURCE
        position += frames.span(frames.unpack_header(data, position).size)
    return bytes(expected)


def flat(parts: Iterable[Batch | Special]) -> list[bytes | Special]:
    """The stream again: neighbouring batches as one."""
    flattened: list[bytes | Special] = []
    for part in parts:
        if isinstance(part, Special):
            flattened.append(part)
        elif flattened and isinstance(flattened[-1], bytes):
            flattened[-1] += bytes(part.view)
        else:
            flattened.append(bytes(part.view))
    return flattened


def reply(request: int, payload: bytes = b"") -> bytes:
    return frames.pack(GO, payload, flags=frames.REPLY, request=request)


def special(frame: bytes) -> Special:
    header = frames.unpack_header(stamped(frame))
    return Special(header, frame[frames.HEADER_SIZE : header.size])


HEARTBEAT = frames.pack(frames.CONTROL, (3).to_bytes(4, "little") + bytes(4))
PICTURE_FRAME = frames.pack(PICTURE, bytes(8) + b"odd" * 31)
STREAM = (
    ticks(0, 2) + PICTURE_FRAME + reply(5, b"12345") + ticks(2, 1) + HEARTBEAT + reply(6)
) + frames.pack(RARE, bytes(8))
EXPECTED = [
    stamped(ticks(0, 2) + PICTURE_FRAME),
    special(reply(5, b"12345")),
    stamped(ticks(2, 1)),
    special(HEARTBEAT),
    special(reply(6)),
    stamped(frames.pack(RARE, bytes(8))),
]


def test_one_read_is_one_batch_stamped_with_the_source() -> None:
    (batch,) = give(reader(), ticks(0, 100))
    assert isinstance(batch, Batch)
    assert batch.source == SOURCE
    (tally,) = batch.tallies
    assert (tally.source, tally.count, tally.last_sequence) == (SOURCE, 100, 99)
    assert bytes(batch.view) == stamped(ticks(0, 100)) != ticks(0, 100)


@pytest.mark.parametrize("cut", range(len(STREAM) + 1))
def test_every_cut_in_two_gives_the_same(cut: int) -> None:
    reading = reader()
    assert flat([*give(reading, STREAM[:cut]), *give(reading, STREAM[cut:])]) == EXPECTED


def test_byte_by_byte_gives_the_same() -> None:
    reading = reader()
    parts = [part for at in range(len(STREAM)) for part in give(reading, STREAM[at : at + 1])]
    assert flat(parts) == EXPECTED


FRAMES = st.one_of(
    st.integers(0, 3).map(lambda count: ticks(0, count)),
    st.integers(0, 300).map(lambda size: frames.pack(PICTURE, bytes(8 + size))),
    st.sampled_from([0, 9, READ_BYTES]).map(lambda size: frames.pack(PICTURE, bytes(size))),
    st.integers(1, 9).map(lambda request: reply(request, bytes(request))),
    st.just(HEARTBEAT),
)


@settings(max_examples=60)
@given(stream=st.lists(FRAMES, max_size=12), sizes=st.lists(st.integers(1, 400_000), max_size=20))
def test_any_stream_in_any_pieces_comes_out_as_it_was(
    stream: list[bytes], sizes: list[int]
) -> None:
    reading, rest = reader(), b"".join(stream)
    parts: list[Batch | Special] = []
    for size in [*sizes, len(rest)]:
        parts += give(reading, rest[:size])
        rest = rest[size:]
    # Compared now, not when they came: what waits for a client must stay as it was.
    assert b"".join(map(bytes_of, parts)) == stamped(b"".join(stream))


def bytes_of(part: Batch | Special) -> bytes:
    if isinstance(part, Batch):
        return bytes(part.view)
    header = part.header
    return frames.pack(
        header.type,
        part.payload,
        flags=header.flags,
        source=header.source,
        request=header.request,
    )


def test_replies_and_control_frames_keep_their_place() -> None:
    assert flat(give(reader(), STREAM)) == EXPECTED


def test_a_control_frame_is_what_control_makes_of_it() -> None:
    (part,) = give(reader(), control.bye(-9, "enough"))
    assert isinstance(part, Special)
    assert control.parse_control(part.payload) == control.Bye(-9, "enough")


def test_a_reply_larger_than_a_read_comes_whole() -> None:
    answer = frames.pack(STATE, b"x" * (3 * READ_BYTES), flags=frames.REPLY, request=8)
    assert give(reader(), ticks(0, 1) + answer)[1] == special(answer)


@pytest.mark.parametrize("size", [READ_BYTES - 24, READ_BYTES, READ_BYTES + 1, 3 * READ_BYTES])
def test_a_frame_larger_than_a_read_is_one_batch(size: int) -> None:
    large = frames.pack(PICTURE, b"p" * size)
    parts = give(reader(), ticks(0, 1) + large + ticks(1, 1))
    assert flat(parts) == [stamped(ticks(0, 1) + large + ticks(1, 1))]
    assert any(isinstance(part, Batch) and part.end - part.start >= len(large) for part in parts)


def test_room_ends_with_the_large_frame_that_has_begun() -> None:
    reading = reader()
    large = frames.pack(PICTURE, bytes(1 << 20))
    assert len(reading.room()) == READ_BYTES
    assert give(reading, large[:1000]) == []
    assert len(reading.room()) == len(large) - 1000
    assert len(give(reading, large[1000:])) == 1
    assert len(reading.room()) >= READ_BYTES


def test_the_largest_frame_is_taken_and_a_larger_one_refused() -> None:
    reading = reader()
    head = FRAME_LIMIT.to_bytes(4, "little") + TICK.to_bytes(2, "little") + bytes(18)
    assert give(reading, head) == []
    assert len(reading.room()) == FRAME_LIMIT - len(head)
    with pytest.raises(FrameError, match="over the limit"):
        give(reader(), (FRAME_LIMIT + 1).to_bytes(4, "little") + bytes(20))


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b"\1\0\0\0" + bytes(20), "less than a header"),
        (frames.pack(TICK, bytes(40), flags=0x80), "reserved flags"),
    ],
)
def test_what_was_before_a_malformed_frame_has_been_given(bad: bytes, reason: str) -> None:
    reading = reader()
    data = ticks(0, 2) + reply(1) + bad
    reading.room()[: len(data)] = data
    parts = reading.received(len(data))
    assert [next(parts), next(parts)] != []
    with pytest.raises(FrameError, match=reason):
        next(parts)


def test_the_account_is_asked_once_for_each_batch_and_its_losses_are_the_batchs() -> None:
    asked: list[tuple[Tally, ...]] = []

    def account(tallies: tuple[Tally, ...]) -> Mapping[int, int]:
        asked.append(tallies)
        if any(tally.type == RARE for tally in tallies):
            raise BatchError("it is not in the schema")
        return {TICK: 3}

    reading = BatchReader(SOURCE, account, ReadBuffers(1 << 20))
    (batch,) = give(reading, ticks(0, 5))
    assert isinstance(batch, Batch)
    assert batch.losses == {TICK: 3}
    assert asked == [batch.tallies]
    with pytest.raises(BatchError, match="not in the schema"):
        give(reading, frames.pack(RARE, bytes(8)))


def test_a_few_bytes_are_copied_and_a_full_read_is_not() -> None:
    (few,) = give(reader(), ticks(0, 10))
    (many,) = give(reader(), ticks(0, 4000))
    assert isinstance(few, Batch)
    assert isinstance(many, Batch)
    assert len(few.buffer) == HEADROOM + 640
    assert len(many.buffer) == HEADROOM + READ_BYTES


@pytest.mark.parametrize("count", [10, 4000])
def test_only_the_first_batch_of_a_read_has_headroom_and_the_slack(count: int) -> None:
    first, _, second = give(reader(), ticks(0, count) + reply(1) + ticks(count, 1))
    assert isinstance(first, Batch)
    assert isinstance(second, Batch)
    assert (first.start, first.headroom, second.headroom) == (HEADROOM, True, False)
    assert first.buffer is second.buffer
    assert second.slack == 0
    assert first.slack == len(first.buffer) - second.end


def test_memory_comes_back_when_nobody_holds_a_batch_and_not_before() -> None:
    reading = reader()
    data = ticks(0, READ_BYTES // 64)
    (held,) = give(reading, data)
    assert isinstance(held, Batch)
    number = id(held.buffer)
    (other,) = give(reading, data)
    assert isinstance(other, Batch)
    assert other.buffer is not held.buffer
    del held, other
    seen = set()
    for _ in range(20):
        (batch,) = give(reading, data)
        assert isinstance(batch, Batch)
        seen.add(id(batch.buffer))
        del batch
    assert number in seen
    assert len(seen) <= 3, "the two that were held and the one to read into"


def test_another_connection_of_the_driver_leaves_what_waits_alone() -> None:
    buffers = ReadBuffers(8 << 20)
    (held,) = give(reader(buffers), ticks(0, 4000))
    give(reader(buffers), ticks(5000, 4000))
    assert isinstance(held, Batch)
    assert bytes(held.view) == stamped(ticks(0, 4000))
