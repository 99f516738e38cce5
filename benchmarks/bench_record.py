"""Recording beside other writers of MCAP, opening a large file, replay and export."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import foxglove
import numpy as np
from mcap.writer import CompressionType
from mcap.writer import Writer as McapWriter

import cwire
from cwire.link.link import now
from cwire.recording.names import MESSAGE, SCHEMA
from cwire.recording.output import GrowingFile
from cwire.recording.player import Player
from cwire_structs.frames import HEADER, HEADER_SIZE
from cwire_structs.mcap.ros2 import describe
from cwire_structs.mcap.writer import Writer
from cwire_structs.schema import Message, Schema
from cwire_structs.schema.written import Written
from result import Result

__all__ = ["bench_record"]

_SMALL, _LARGE = 64, 1 << 20
_SECONDS = 1.0  # of each measurement
_SIZE = 10_000_000_000  # bytes of the file that is opened
_SECOND = 1_000_000_000


def bench_record(repeats: int, say: Callable[[str], None]) -> list[Result]:
    """Measures in this process, on the disk of the temporary folder.

    Args:
        repeats: Interleaved runs.
        say: Shows what is measured.
    """
    folder = Path(tempfile.mkdtemp())
    try:
        return [
            *_writers(folder, repeats, say),
            _opened(folder, repeats, say),
            *_replayed(folder, say),
            *_exported(folder, repeats, say),
        ]
    finally:
        shutil.rmtree(folder)


def _schema(size: int) -> Schema:
    """One message whose frame has so many bytes, header included."""
    written = Written("bench")
    fields: list[tuple[Any, ...]] = [("number", "<u8")]
    if size > HEADER_SIZE + 8:
        fields.append(("data", "u1", (size - HEADER_SIZE - 8,)))
    written.add(np.dtype(fields), "sample")
    return written.schema()


def _rows(message: Message, count: int) -> np.ndarray[Any, Any]:
    rows = np.zeros((count, HEADER_SIZE + message.size), np.uint8)
    headers = rows[:, :HEADER_SIZE].view(HEADER)[:, 0]
    headers["size"], headers["type"] = HEADER_SIZE + message.size, message.id
    headers["sequence"] = np.arange(count)
    headers["time_ns"] = np.arange(count) * 1000
    return rows


def _for_a_while(step: Callable[[], int]) -> float:
    """Calls a function again and again; returns what it counts, per second."""
    begun, done = now(), 0
    while (passed := now() - begun) < _SECONDS:
        done += step()
    return done / passed


def _writers(folder: Path, repeats: int, say: Callable[[str], None]) -> Iterator[Result]:
    for size in (_SMALL, _LARGE):
        subjects: dict[str, Callable[[Path], float]] = {
            "cwire": partial(_by_cwire, size=size, compression=""),
            "cwire_zstd": partial(_by_cwire, size=size, compression="zstd"),
            "foxglove": partial(_by_foxglove, size=size),
            "mcap": partial(_by_mcap, size=size),
            "write": partial(_by_write, size=size),
        }
        rates: dict[str, list[float]] = {name: [] for name in subjects}
        for _ in range(repeats):
            for name, measure in subjects.items():
                say(f"record: {name}, {size} bytes")
                path = folder / f"{name}.mcap"
                rates[name].append(measure(path))
                path.unlink()
        for name, found in rates.items():
            rate = median(found)
            spread = (max(found) - min(found)) / rate
            yield Result("record", name, size, rate, rate * size, spread=spread)


def _by_cwire(path: Path, size: int, compression: str) -> float:
    schema = _schema(size)
    message = schema.messages["sample"]
    rows = _rows(message, max(1, (1 << 20) // size))
    description = describe(schema, message)
    output = GrowingFile(path)
    writer = Writer(output.write, library="bench", compression=compression)
    channel = writer.channel("/bench/sample", "cdr", 0, {})

    def step() -> int:
        writer.frames(channel, rows, message.size, description)
        return len(rows)

    rate = _for_a_while(step)
    writer.finish()
    output.close()
    return rate


def _by_foxglove(path: Path, size: int) -> float:
    payload = bytes(size - HEADER_SIZE)
    schema = foxglove.Schema(name="sample", encoding="ros2msg", data=b"uint8[] data\n")
    context = foxglove.Context()
    channel = foxglove.Channel(
        "/bench/sample", schema=schema, message_encoding="cdr", context=context
    )
    options = foxglove.mcap.MCAPWriteOptions(profile="ros2", compression=None)
    with foxglove.open_mcap(path, context=context, writer_options=options):

        def step() -> int:
            channel.log(payload)
            return 1

        return _for_a_while(step)


def _by_mcap(path: Path, size: int) -> float:
    payload = bytes(size - HEADER_SIZE)
    with path.open("wb") as file:
        writer = McapWriter(file, 4 << 20, CompressionType.NONE)
        writer.start("ros2", "bench")
        channel = writer.register_channel("/bench/sample", "cdr", 0)

        def step() -> int:
            writer.add_message(channel, 0, payload, 0, 0)
            return 1

        rate = _for_a_while(step)
        writer.finish()  # type: ignore[no-untyped-call]
    return rate


def _by_write(path: Path, size: int) -> float:
    block = bytes(4 << 20)
    with path.open("wb", buffering=0) as file:

        def step() -> int:
            file.write(block)
            return len(block)

        return _for_a_while(step) / size


class _Sparse:
    """A file in which zeros are holes."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb", buffering=0)

    def write(self, parts: Sequence[Any]) -> None:
        for part in parts:
            view = memoryview(part).cast("B")
            if view.nbytes > _LARGE // 2:
                self._file.seek(view.nbytes, os.SEEK_CUR)
            else:
                self._file.write(view)

    def close(self) -> None:
        self._file.close()


def _record(
    path: Path, size: int, count: int, step: int, *, sparse: bool = False, noise: bool = False
) -> None:
    """A recording of so many frames, one every `step` nanoseconds; of zeros, or of noise."""
    schema = _schema(size)
    message = schema.messages["sample"]
    description = describe(schema, message)
    output: Any = _Sparse(path) if sparse else GrowingFile(path)
    writer = Writer(output.write, library="bench")
    about = {"driver": "bench", "layout_hash": schema.layout_hash}
    writer.metadata(SCHEMA, about | {"schema": json.dumps(schema.json)})
    number = writer.schema(description.name, "ros2msg", description.text.encode())
    names = {MESSAGE: "sample", "cwire:driver": "bench", "cwire:layout_hash": schema.layout_hash}
    channel = writer.channel("/bench/sample", "cdr", number, names)
    most = max(1, (1 << 20) // size)
    rows = _rows(message, min(count, most))
    if noise:  # what compresses to nothing tells little of a compressed format
        data = np.random.default_rng(1).integers(0, 256, rows[:, HEADER_SIZE:].shape)
        rows[:, HEADER_SIZE:] = data
    headers = rows[:, :HEADER_SIZE].view(HEADER)[:, 0]
    for start in range(0, count, len(rows)):
        some = rows[: count - start]
        headers["time_ns"] = (start + np.arange(len(rows))) * step
        writer.frames(channel, some, message.size, description)
    writer.finish()
    output.close()


def _opened(folder: Path, repeats: int, say: Callable[[str], None]) -> Result:
    """Opens a file of 10 GB, and reads one second of its message: 10 frames of 1 MiB."""
    say("record: opening 10 GB")
    path = folder / "large.mcap"
    _record(path, _LARGE, _SIZE // _LARGE, _SECOND // 10, sparse=True)
    times = []
    for _ in range(max(3, repeats)):
        begun = now()
        with cwire.open(path) as file:
            frames = file["sample"].read(500.0, 501.0)
        times.append(now() - begun)
        assert len(frames) == 10
    size = path.stat().st_size
    path.unlink()
    return Result("record", "open", size, p50_s=median(times))


def _replayed(folder: Path, say: Callable[[str], None]) -> Iterator[Result]:
    say("record: replay")
    path = folder / "replay.mcap"
    _record(path, _SMALL, 3_000_000, 1000)
    with cwire.open(path) as file, Player(file, None, str(folder / "a.sock"), speed=0) as player:
        with cwire.connect(f"unix://{player.driver.path}", history_bytes=1 << 22) as bridge:
            begun = now()
            player.ended.wait(60)
            rate = player.frames / (now() - begun)
            assert bridge.connected
        yield Result("record", "replay", _SMALL, rate, rate * _SMALL)
    path.unlink()
    _record(path, _SMALL, 1000, 5_000_000)  # 200 Hz for five seconds
    with cwire.open(path) as file, Player(file, None, str(folder / "b.sock")) as player:
        with cwire.connect(f"unix://{player.driver.path}") as bridge:
            came: list[float] = []
            for _ in bridge.stream("sample", timeout=10):
                came.append(time.monotonic())
                if len(came) == 900:
                    break
    gaps = np.abs(np.diff(came) - 5e-3)
    p50, p99 = (float(one) for one in np.percentile(gaps, [50, 99]))
    yield Result("record", "replay_gaps", _SMALL, p50_s=p50, p99_s=p99)
    path.unlink()


def _exported(folder: Path, repeats: int, say: Callable[[str], None]) -> Iterator[Result]:
    path = folder / "export.mcap"
    size = 4120
    _record(path, size, 50_000, 1000, noise=True)
    for ending in ("parquet", "h5", "zarr"):
        rates = []
        for _ in range(repeats):
            say(f"record: export to {ending}")
            begun = now()
            with cwire.open(path) as file:
                file.export(folder / f"out.{ending}", overwrite=True)
            rates.append(50_000 * size / (now() - begun))
        rate = median(rates)
        yield Result("record", f"export_{ending}", size, rate / size, rate)
    path.unlink()
