"""MCAP files: written by us and read by others, read by us and written by others, cut anywhere."""

from __future__ import annotations

import io
from contextlib import suppress
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcap.reader import make_reader
from mcap.writer import CompressionType
from mcap.writer import Writer as McapWriter

from cwire_structs.mcap.compression import COMPRESSIONS
from cwire_structs.mcap.reader import McapFile, messages
from cwire_structs.mcap.records import MAGIC, McapError
from cwire_structs.mcap.writer import Writer, mended
from support import schemas
from support.recordings import SECOND, frame_rows, written

SCHEMA = schemas.schema()
TICK, PICTURE = SCHEMA.messages["tick"], SCHEMA.messages["picture"]
RANDOM = Random(3)
TICKS = [RANDOM.randbytes(TICK.size) for _ in range(300)]
PICTURES = [RANDOM.randbytes(PICTURE.size + 2 * (n % 5)) for n in range(40)]


def payloads(file: McapFile, start: int = 0, stop: int = 1 << 64) -> dict[str, list[bytes]]:
    """The data of all messages by topic."""
    found: dict[str, list[bytes]] = {}
    for channel in file.channels.values():
        found[channel.topic] = [
            data.tobytes()
            for records, entries in file.parts(channel.id, start, stop)
            for some in messages(records, entries)
            for data in some.data
        ]
    return found


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("chunk_bytes", [600, 1 << 12, 1 << 20])
def test_what_is_written_is_read_by_us_and_by_others(compression: str, chunk_bytes: int) -> None:
    data = written(SCHEMA, {"tick": TICKS, "picture": PICTURES}, compression, chunk_bytes)
    file = McapFile(memoryview(data))
    assert file.whole
    assert (file.profile, file.library) == ("ros2", "test")
    ours = payloads(file)
    assert [one[4:] for one in ours["/lab/tick"]] == TICKS
    reader = make_reader(io.BytesIO(data), validate_crcs=True)
    theirs: dict[str, list[bytes]] = {}
    for _, channel, message in reader.iter_messages(log_time_order=True):
        theirs.setdefault(channel.topic, []).append(message.data)
        assert message.log_time == message.sequence * SECOND
    assert theirs == ours
    summary = reader.get_summary()
    assert summary is not None
    assert summary.statistics is not None
    assert summary.statistics.channel_message_counts == file.counts() == {1: 300, 2: 40}


@pytest.mark.parametrize("compression", ["NONE", "ZSTD", "LZ4"])
@pytest.mark.parametrize("chunked", [True, False])
def test_files_of_others_are_read(compression: str, chunked: bool) -> None:
    buffer = io.BytesIO()
    writer = McapWriter(
        buffer, 1024, CompressionType[compression], use_chunking=chunked, index_types=_all_indexes()
    )
    writer.start("x", "them")
    schema = writer.register_schema("a", "json", b"{}")
    channels = [writer.register_channel(f"/{name}", "json", schema) for name in "ab"]
    expected: dict[str, list[bytes]] = {"/a": [], "/b": []}
    for number in range(200):
        data = b"x" * (number % 7)
        writer.add_message(channels[number % 2], number, data, number, number)
        expected[f"/{'ab'[number % 2]}"].append(data)
    writer.finish()  # type: ignore[no-untyped-call]
    file = McapFile(memoryview(buffer.getvalue()))
    assert payloads(file) == expected
    assert {channel.topic: file.counts()[channel.id] for channel in file.channels.values()} == {
        "/a": 100,
        "/b": 100,
    }
    assert payloads(file, 10, 14) == {"/a": expected["/a"][5:7], "/b": expected["/b"][5:7]}
    assert file.span([1, 2]) == (0, 199)


def _all_indexes() -> Any:
    from mcap.writer import IndexType

    return IndexType.ALL


def test_a_time_is_cut_out_to_the_nanosecond() -> None:
    file = McapFile(memoryview(written(SCHEMA, {"tick": TICKS}, chunk_bytes=900)))
    cut = payloads(file, 10 * SECOND, 20 * SECOND)["/lab/tick"]
    assert [one[4:] for one in cut] == TICKS[10:20]
    cut = payloads(file, 10 * SECOND + 1, 20 * SECOND + 1)["/lab/tick"]
    assert [one[4:] for one in cut] == TICKS[11:21]
    assert payloads(file, 400 * SECOND)["/lab/tick"] == []


def test_stamps_that_go_back_are_read_as_they_were_written() -> None:
    file = io.BytesIO()
    writer = Writer(lambda parts: [file.write(one) for one in parts], library="t")  # type: ignore[arg-type]
    channel = writer.channel("/x", "json", 0, {})
    for stamp in (5, 3, 3, 9, 1):
        writer.message(channel, 0, stamp, str(stamp).encode())
    writer.finish()
    read = McapFile(memoryview(file.getvalue()))
    assert payloads(read) == {"/x": [b"5", b"3", b"3", b"9", b"1"]}
    assert payloads(read, 3, 6) == {"/x": [b"5", b"3", b"3"]}


@settings(max_examples=60, deadline=None)
@given(share=st.floats(0, 1), compression=st.sampled_from(["", "zstd"]))
def test_a_file_that_is_cut_anywhere_is_read_and_mended(share: float, compression: str) -> None:
    whole = written(SCHEMA, {"tick": TICKS[:60], "picture": PICTURES}, compression, 700)
    cut = whole[: len(MAGIC) + round(share * (len(whole) - len(MAGIC) - 1))]
    file = McapFile(memoryview(cut))
    assert not file.whole
    found = payloads(file)
    every = payloads(McapFile(memoryview(whole)))
    for topic, some in found.items():
        assert some == every[topic][: len(some)], "nothing is missing between"
    chunks = [chunk for chunk in McapFile(memoryview(whole)).chunks
              if chunk.start + chunk.length <= len(cut)]  # fmt: skip
    assert len(file.chunks) == len(chunks), "all whole chunks are read"
    keep, parts = mended(file)
    made = cut[:keep] + b"".join(parts)
    again = McapFile(memoryview(made))
    assert again.whole
    assert payloads(again) == found
    assert again.counts() == file.counts()
    theirs = list(make_reader(io.BytesIO(made), validate_crcs=True).iter_messages())
    assert len(theirs) == sum(map(len, found.values()))


@settings(max_examples=150, deadline=None)
@given(at=st.floats(0, 1), value=st.integers(0, 255), compression=st.sampled_from(["", "zstd"]))
def test_a_damaged_byte_is_an_error_or_other_values(
    at: float, value: int, compression: str
) -> None:
    data = bytearray(written(SCHEMA, {"tick": TICKS[:40]}, compression, 700))
    data[round(at * (len(data) - 1))] = value
    with suppress(McapError):  # and nothing else
        payloads(McapFile(memoryview(data)))


def test_what_is_no_file_is_refused() -> None:
    with pytest.raises(McapError, match="no MCAP file: it begins with b'PK"):
        McapFile(memoryview(b"PK\x03\x04 a zip file"))


def test_a_compression_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "zstandard", None)
    with pytest.raises(McapError, match="pip install zstandard"):
        Writer(lambda _: None, library="t", compression="zstd")
    with pytest.raises(McapError, match="zstd, lz4, or none"):
        Writer(lambda _: None, library="t", compression="gzip")


def test_large_frames_are_not_copied() -> None:
    rows = frame_rows(PICTURE, [bytes(PICTURE.size + 60_000)] * 3)
    parts: list[Any] = []
    writer = Writer(parts.extend, library="t", chunk_bytes=1 << 18)
    from cwire_structs.mcap.ros2 import describe

    writer.frames(writer.channel("/x", "cdr", 0, {}), rows, PICTURE.size + 60_000,
                  describe(SCHEMA, PICTURE))  # fmt: skip
    writer.flush()
    shared = [
        one for one in parts if isinstance(one, np.ndarray) and np.may_share_memory(one, rows)
    ]
    assert sum(map(len, shared)) == 3 * (PICTURE.size + 60_000)
