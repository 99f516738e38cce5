"""The frames of a file in their order: by time between messages, as published within one."""

from __future__ import annotations

from pathlib import Path

import cwire
from cwire.recording.file import RecordedFile
from cwire.recording.timeline import stretches
from cwire_structs import frames
from support import schemas
from support.fake_relay import pictures, record, ticks

SECOND = 1_000_000_000


def recorded(path: Path, *batches: bytes, count: int) -> RecordedFile:
    return cwire.open(record(path, *batches, count=count))


def order(file: RecordedFile, start: int = 0) -> list[tuple[str, int]]:
    return [
        (piece.message.name, int(stamp) // SECOND)
        for stretch in stretches(list(file.messages.values()), start)
        for piece in stretch.between(0, len(stretch.times))
        for stamp in piece.stamps
    ]


def stamped(*seconds: int) -> bytes:
    return b"".join(
        frames.pack(schemas.TICK, bytes(40), source=1, sequence=number, time_ns=second * SECOND)
        for number, second in enumerate(seconds)
    )


def test_messages_are_merged_by_time(tmp_path: Path) -> None:
    file = recorded(tmp_path / "a.mcap", ticks(0, 5), pictures(2, 1, 2), count=7)
    assert order(file) == [
        ("tick", 0), ("tick", 1), ("tick", 2), ("picture", 2), ("tick", 3), ("picture", 3),
        ("tick", 4),
    ]  # fmt: skip
    assert order(file, 3 * SECOND) == [("tick", 3), ("picture", 3), ("tick", 4)]


def test_a_clock_that_goes_back_changes_no_order(tmp_path: Path) -> None:
    file = recorded(tmp_path / "a.mcap", stamped(5, 6, 2, 3, 7), count=5)
    assert [second for _, second in order(file)] == [5, 6, 2, 3, 7]
    (stretch,) = stretches(list(file.messages.values()))
    assert (stretch.times // SECOND).tolist() == [5, 6, 6, 6, 7]


def test_any_part_of_a_stretch(tmp_path: Path) -> None:
    file = recorded(tmp_path / "a.mcap", ticks(0, 5), pictures(2, 1, 2), count=7)
    (stretch,) = stretches(list(file.messages.values()))
    every = order(file)
    for start in range(8):
        for stop in range(start, 8):
            found = [
                (piece.message.name, int(stamp) // SECOND)
                for piece in stretch.between(start, stop)
                for stamp in piece.stamps
            ]
            assert found == every[start:stop]


def test_no_messages() -> None:
    assert list(stretches([])) == []
