"""Keys: fields that say what a frame tells of, where a message tells of several subjects.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cwire_server.errors import ErrorCode, RequestError
from cwire_structs.errors import hint_text
from cwire_structs.frames import HEADER_SIZE
from cwire_structs.schema import Message

__all__ = ["subject_reader"]


def subject_reader(
    message: Message, fields: Sequence[str]
) -> Callable[[bytes | bytearray | memoryview, int], bytes]:
    """Makes a function that reads a frame's subject, the bytes of the fields.

    It is called with a buffer and the offset of a frame of this message in it.

    Raises:
        RequestError: The message has no such field, or it has no bytes of its own in every frame.
    """
    places = [_place(message, name) for name in fields]

    def read(buffer: bytes | bytearray | memoryview, frame: int) -> bytes:
        return b"".join([bytes(buffer[frame + begin : frame + end]) for begin, end in places])

    return read


def _place(message: Message, name: str) -> tuple[int, int]:
    field = message.struct.by_name.get(name)
    if field is None:
        hint = hint_text(name, list(message.struct.by_name))
        raise _bad(f"{message.name} has no field {name[:80]!r} for a key; {hint}")
    if field.bits is not None or field.type.is_open:
        kind = "bits" if field.bits is not None else "of no fixed size"
        raise _bad(f"{message.name}.{name} is {kind}: a key has fields of whole bytes")
    return HEADER_SIZE + field.offset, HEADER_SIZE + field.offset + field.size


def _bad(text: str) -> RequestError:
    return RequestError(ErrorCode.BAD_REQUEST, text)
