"""The commands in a recorded file, of all clients, with what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from cwire.data.frame_array import FrameArray, Record, record_of
from cwire_structs import frames
from cwire_structs.schema import Message, Schema

__all__ = ["RecordedCommand", "commands_of"]


@dataclass(frozen=True, slots=True)
class RecordedCommand:
    """A command that a client has sent while a file was recorded.

    Attributes:
        time: When the relay passed it on, UTC.
        driver: Whom it was for.
        name: The command's name.
        client: Who sent it: the relay's number for that client.
        fields: Its values; None where the file does not have the driver's schema, or not all of
            the command.
        outcome: ``DONE``, ``REFUSED`` (by the driver), ``TIMED_OUT``, ``DRIVER_DOWN`` or
            ``CLIENT_LEFT``; empty: the file does not say.
        seconds: Until then; None where the file does not say.
        reply: What the driver replied; None: nothing but that it was done.
        code: Of the error; 0 if there was none.
        error: Its text.
        payload: The command as the driver got it.
        answer: The reply as the driver sent it.
    """

    time: np.datetime64
    driver: str
    name: str
    client: int
    fields: Record | None = field(repr=False)
    outcome: str = ""
    seconds: float | None = None
    reply: Record | None = field(default=None, repr=False)
    code: int = 0
    error: str = ""
    payload: bytes = field(default=b"", repr=False)
    answer: bytes = field(default=b"", repr=False)

    @property
    def time_ns(self) -> int:
        """The same time in ns since 1970 UTC."""
        return int(self.time.astype("datetime64[ns]").astype(np.int64))


def commands_of(
    commands: Iterable[Record],
    answers: Iterable[Record],
    schemas: Mapping[tuple[str, str], Schema],
) -> list[RecordedCommand]:
    """Puts commands and what became of them together.

    Args:
        commands: Those of the relay's `relay_command`.
        answers: Those of its `relay_answer`.
        schemas: By driver and `layout_hash`.
    """
    ends: dict[tuple[int, int], list[Record]] = {}
    for one in answers:
        ends.setdefault((int(one["number"]), int(one["client"])), []).append(one)
    found = []
    for one in commands:
        # A relay that is started anew counts anew: in their order, each has one end.
        key = int(one["number"]), int(one["client"])
        later = (end for end in ends.get(key, ()) if end.time >= one.time)
        found.append(_command(one, next(later, None), schemas))
    return found


def _command(
    one: Record, end: Record | None, schemas: Mapping[tuple[str, str], Schema]
) -> RecordedCommand:
    driver, layout = str(one["driver"]), str(one["layout"])
    schema = schemas.get((driver, layout))
    payload = np.asarray(one["payload"]).tobytes()
    fields = _record(schema, int(one["id"]), payload, int(one["size"]))
    about = one.time, driver, str(one["name"]), int(one["client"])
    if end is None:
        return RecordedCommand(*about, fields, payload=payload)
    outcome, code = end["outcome"].name or "", int(end["code"])
    answer = np.asarray(end["payload"]).tobytes()
    return RecordedCommand(
        *about,
        fields,
        outcome,
        float(end["seconds"]),
        _record(schema, int(end["id"]), answer, int(end["size"])) if end["id"] else None,
        code,
        answer.decode(errors="replace") if code else "",
        payload,
        b"" if code else answer,
    )


def _record(schema: Schema | None, id_: int, payload: bytes, size: int) -> Record | None:
    message: Message | None = schema.by_id.get(id_) if schema else None
    if message is None or size != len(payload):
        return None
    frame = frames.pack(id_, payload)
    try:
        dtype = message.frame_dtype(size)
    except ValueError:
        return None
    return record_of(FrameArray.from_frames(bytearray(frame), dtype, message))
