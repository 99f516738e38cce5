"""Frames in MCAP files, and what readers by others make of them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from rosbags.highlevel import AnyReader

from cwire_structs.frames import pack
from cwire_structs.mcap.ros2 import describe
from cwire_structs.mcap.writer import Writer
from cwire_structs.schema import Message, Schema

__all__ = ["by_rosbags", "frame_rows", "write", "written"]

SECOND = 1_000_000_000


def frame_rows(message: Message, payloads: Iterable[bytes], start: int = 0) -> np.ndarray[Any, Any]:
    """Frames of one size as rows of bytes; one is published each second, since 1970."""
    frames = [
        pack(message.id, payload, sequence=number, time_ns=number * SECOND)
        for number, payload in enumerate(payloads, start)
    ]
    return np.frombuffer(b"".join(frames), np.uint8).reshape(len(frames), -1)


def written(
    schema: Schema,
    payloads: Mapping[str, Iterable[bytes]],
    compression: str = "",
    chunk_bytes: int = 1 << 16,
) -> bytes:
    """An MCAP file with these payloads, by message."""
    file = io.BytesIO()
    writer = Writer(
        lambda parts: [file.write(part) for part in parts],  # type: ignore[arg-type]
        library="test",
        compression=compression,
        chunk_bytes=chunk_bytes,
    )
    for name, some in payloads.items():
        message = schema.messages[name]
        description = describe(schema, message)
        number = writer.schema(description.name, "ros2msg", description.text.encode())
        channel = writer.channel(f"/lab/{name}", "cdr", number, {})
        for index, payload in enumerate(some):
            rows = frame_rows(message, [payload], index)
            writer.frames(channel, rows, len(payload), description)
    writer.finish()
    return file.getvalue()


def write(path: Path, schema: Schema, payloads: Mapping[str, Iterable[bytes]]) -> Path:
    """The same as a file."""
    path.write_bytes(written(schema, payloads))
    return path


def by_rosbags(path: Path) -> dict[str, list[tuple[bytes, Any]]]:
    """The bytes and the messages of each topic, as rosbags reads them."""
    found: dict[str, list[tuple[bytes, Any]]] = {}
    with AnyReader([path]) as reader:
        ours = [one for one in reader.connections if one.msgtype != "__schemaless__"]
        for connection, _, raw in reader.messages(ours):
            message = reader.deserialize(raw, connection.msgtype)
            found.setdefault(connection.topic, []).append((bytes(raw), message))
    return found
