"""The frame codec, from Python."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cwire_structs import frames
from cwire_structs.schema import Schema
from support.fake_driver import ticks
from support.processes import ROOT

headers = st.fixed_dictionaries(
    {
        "type": st.integers(1, 2**16 - 1),
        "flags": st.integers(0, 7),
        "source": st.integers(0, 255),
        "sequence": st.integers(0, 2**32 - 1),
        "request": st.integers(0, 2**32 - 1),
        "time_ns": st.integers(0, 2**64 - 1),
    }
)


def pack(payload: bytes, *, type: int, **header: int) -> bytes:
    return frames.pack(type, payload, **header)


@given(headers, st.binary(max_size=100))
def test_a_frame_is_what_struct_makes_of_it(header: dict[str, int], payload: bytes) -> None:
    expected = struct.pack(
        "<IHBBIIQ",
        24 + len(payload),
        *(header[name] for name in ("type", "flags", "source", "sequence", "request", "time_ns")),
    )
    expected += payload
    frame = pack(payload, **header)
    assert frame == expected + bytes(-len(expected) % 8)
    read = frames.unpack_header(frame)
    assert read._asdict() == {"size": 24 + len(payload), **header}
    row = np.frombuffer(frame, frames.HEADER, 1)[0]
    assert {name: int(row[name]) for name in read._fields} == read._asdict()


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 40)), max_size=30))
def test_a_scan_counts_what_is_there(batch: list[tuple[int, int]]) -> None:
    data = b"".join(
        frames.pack(type_, bytes(size), sequence=number)
        for number, (type_, size) in enumerate(batch)
    )
    found = frames.scan(data)
    assert found.end == len(data)
    assert not found.special
    for tally in found.tallies:
        numbers = [number for number, (type_, _) in enumerate(batch) if type_ == tally.type]
        sizes = [24 + size for type_, size in batch if type_ == tally.type]
        assert tally.count == len(numbers)
        assert (tally.first_sequence, tally.last_sequence) == (numbers[0], numbers[-1])
        assert tally.gaps == numbers[-1] - numbers[0] - len(numbers) + 1
        assert tally.bytes == sum(map(frames.span, sizes))
        assert tally.mixed == (len(set(sizes)) > 1)
        assert frames.unpack_header(data, tally.first_offset).sequence == numbers[0]
        assert frames.unpack_header(data, tally.last_offset).sequence == numbers[-1]
    assert sum(tally.count for tally in found.tallies) == len(batch)


@given(st.binary(max_size=200))
def test_any_bytes_are_scanned_or_refused(data: bytes) -> None:
    try:
        found = frames.scan(data, limit=1000)
    except frames.FrameError:
        return
    assert 0 <= found.end <= len(data)


@given(st.integers(0, 64 * 3))
def test_a_frame_that_is_cut_waits(cut: int) -> None:
    data = ticks(0, 3)[:cut]
    found = frames.scan(data)
    assert found.end == cut // 64 * 64
    rest = cut - found.end
    assert found.span == (64 if rest >= frames.HEADER_SIZE else 0)


def test_a_scan_stops_at_control_and_replies() -> None:
    for special in (frames.pack(frames.CONTROL), frames.pack(5, flags=frames.REPLY)):
        data = ticks(0, 2) + special + ticks(2, 1)
        found = frames.scan(data)
        assert (found.end, found.special, found.span) == (128, True, 24)
        rest = frames.scan(data, found.end + found.span)
        assert (rest.end, rest.special) == (len(data), False)
        assert rest.tallies[0].first_offset == 128 + 24


def test_more_types_than_one_scan_can_hold_take_several() -> None:
    data = b"".join(frames.pack(type_) for type_ in range(1, 201))
    seen: list[int] = []
    position = 0
    while position < len(data):
        found = frames.scan(data, position)
        seen += [tally.type for tally in found.tallies]
        assert found.end > position
        position = found.end
    assert seen == list(range(1, 201))


def test_a_scan_stamps_the_source() -> None:
    data = bytearray(ticks(0, 3))
    (tally,) = frames.scan(data, source=9).tallies
    assert tally.source == 9
    assert [frames.unpack_header(data, 64 * i).source for i in range(3)] == [9, 9, 9]
    with pytest.raises(BufferError):
        frames.scan(bytes(data), source=9)


def test_a_sequence_that_wraps_has_no_gap_and_one_that_goes_back_neither() -> None:
    def gaps(*sequence: int) -> int:
        data = b"".join(frames.pack(1, sequence=number) for number in sequence)
        return frames.scan(data).tallies[0].gaps

    assert gaps(2**32 - 1, 0, 1) == 0
    assert gaps(2**32 - 1, 2) == 2
    assert gaps(10, 5) == 0


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (struct.pack("<I", 23) + bytes(20), "23 bytes, less than a header"),
        (struct.pack("<I", 65) + bytes(20), "65 bytes, over the limit of 64"),
        (struct.pack("<IHB", 24, 1, 8) + bytes(17), r"reserved flags \(0x08\)"),
    ],
)
def test_malformed_frames_say_where_and_why(data: bytes, reason: str) -> None:
    with pytest.raises(frames.FrameError, match=f"frame at byte 64 is malformed.*{reason}"):
        frames.scan(ticks(0, 1) + data, limit=64)


def test_select_keeps_the_types_that_are_wanted() -> None:
    one, two, three = (frames.pack(type_, bytes(type_)) for type_ in (1, 2, 60_000))
    data = one + two + two + three + one
    assert frames.select(data, 0, len(data), frames.type_bitmap({1, 60_000})) == one + three + one
    assert frames.select(data, len(one), len(data), frames.type_bitmap({2})) == two + two
    assert frames.select(data, 0, len(data), frames.type_bitmap(set())) == b""
    with pytest.raises(ValueError, match="8192 bytes"):
        frames.select(data, 0, len(data), b"")


def test_gather_fills_rows_and_goes_on_where_it_stopped() -> None:
    data = ticks(0, 3) + frames.pack(2, bytes(40)) + frames.pack(1, bytes(48)) + ticks(3, 2)
    rows = np.zeros((4, 64), np.uint8)
    written, position = frames.gather(data, 0, len(data), 1, 0, 64, rows.data.cast("B"), 4)
    assert written == 4
    sequences = [frames.unpack_header(rows.tobytes(), 64 * row).sequence for row in range(4)]
    assert sequences == [0, 1, 2, 3]
    written, position = frames.gather(data, position, len(data), 1, 0, 64, rows.data.cast("B"), 4)
    assert (written, position) == (1, len(data))
    assert frames.unpack_header(rows.tobytes()).sequence == 4


def test_gather_never_writes_beyond_its_rows() -> None:
    with pytest.raises(ValueError, match="3 rows of 64 bytes do not fit 128 bytes"):
        frames.gather(ticks(0, 3), 0, 192, 1, 0, 64, bytearray(128), 3)
    with pytest.raises(IndexError, match="bytes 0 to 200 of a buffer of 192"):
        frames.gather(ticks(0, 3), 0, 200, 1, 0, 64, bytearray(192), 3)


def test_a_payload_over_the_limit_is_refused() -> None:
    with pytest.raises(frames.FrameError, match="over the limit"):
        frames.pack(1, bytes(frames.FRAME_LIMIT))


def test_errors_travel_as_code_and_text() -> None:
    payload = frames.error_payload(-5, "größer als 10 V")
    assert frames.parse_error(payload) == (-5, "größer als 10 V")
    assert frames.code_name(-5) == "CWIRE_ERANGE"
    assert frames.code_name(-99) == "code -99"
    with pytest.raises(frames.FrameError, match="needs 4 bytes"):
        frames.parse_error(b"no")


def test_codes_are_those_of_the_c_header() -> None:
    text = (ROOT / "c_driver/include/cwire.h").read_text()
    table = re.findall(r'X\((CWIRE_\w+), (-?\d+), "([^"]+)"\)', text)
    assert len(table) > 10
    assert {int(value): (name, text) for name, value, text in table} == frames.CODES
    assert {code.value: f"CWIRE_{code.name}" for code in frames.Code} == {
        number: name for number, (name, _) in frames.CODES.items()
    }


DEMO = Schema.from_json((ROOT / "c_driver/generated/messages.schema.json").read_bytes())
GOLDEN = sorted((ROOT / "tests" / "golden").glob("*.json"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_bytes_are_read_and_made(path: Path) -> None:
    told = json.loads(path.read_text())
    data = path.with_suffix(".bin").read_bytes()
    position = 0
    for frame in told["frames"]:
        payload = bytes.fromhex(frame.pop("payload"))
        frame["time_ns"] = int(frame["time_ns"])
        if message := frame.pop("message", None):
            values = frame.pop("values")
            # 64-bit integers are text in JSON; no field of these messages is digits only.
            whole = {k: int(v) if str(v).isdigit() else v for k, v in values.items()}
            assert DEMO.messages[message].encode(whole) == payload
        assert frames.unpack_header(data, position)._asdict() == frame
        del frame["size"]
        made = pack(payload, **frame)
        assert data[position : position + len(made)] == made
        position += len(made)
    if fault := told.get("fault"):
        reason = {"short": "less than a header", "large": "over the limit", "flags": "reserved"}
        with pytest.raises(frames.FrameError, match=f"at byte {position} .*{reason[fault]}"):
            frames.scan(data)
    else:
        assert position == len(data)


@given(st.lists(st.tuples(st.integers(0, 3), st.binary(max_size=20)), max_size=5))
def test_frames_without_a_time_get_one(many: list[tuple[int, bytes]]) -> None:
    buffer = bytearray(b"before")
    for time_ns, payload in many:
        buffer += frames.pack(1, payload, sequence=7, time_ns=time_ns)
    expected = b"before" + b"".join(
        frames.pack(1, payload, sequence=7, time_ns=time_ns or 99) for time_ns, payload in many
    )
    frames.stamp(buffer, 6, len(buffer), 99)
    assert buffer == expected


def test_what_is_no_whole_frame_is_not_stamped() -> None:
    buffer = bytearray(frames.pack(1, b"12345678"))
    with pytest.raises(frames.FrameError, match="no whole frames"):
        frames.stamp(buffer, 0, len(buffer) - 8, 99)
