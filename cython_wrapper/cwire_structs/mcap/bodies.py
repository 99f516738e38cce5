"""Bodies of messages in CDR, made of frames and made payloads again. Pure."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cwire_structs.frames import HEADER_SIZE
from cwire_structs.mcap.ros2 import ENCAPSULATION, Description

__all__ = ["body_fields", "body_of", "body_parts", "fill_bodies", "payload_of"]


def body_fields(size: int, description: Description) -> tuple[list[Any], bytes]:
    """Lays out bodies as the last fields of a numpy dtype.

    Args:
        size: Bytes of a payload.
        description: Of the message.

    Returns:
        The fields, and what stands between the fixed part and the tail.
    """
    fields: list[Any] = [("encapsulation", f"V{len(description.encapsulation)}")]
    fixed = description.fixed if description.tail else size
    if fixed:
        fields.append(("fixed", f"V{fixed}"))
    elif description.tail is None:  # CDR knows no struct without bytes
        fields.append(("empty", "u1"))
    between = b""
    if description.tail is not None:
        between = description.tail.before(size - fixed)
        fields.append(("between", f"V{len(between)}"))
        if size > fixed:
            fields.append(("tail", f"V{size - fixed}"))
    return fields, between


def fill_bodies(
    out: npt.NDArray[Any], rows: npt.NDArray[np.uint8], size: int, description: Description
) -> None:
    """Writes the bodies of frames into such fields.

    Args:
        out: Of the dtype, one for each frame.
        rows: The frames, of shape (n, bytes of a frame).
        size: Bytes of a payload.
        description: Of the message.
    """
    out["encapsulation"] = np.void(description.encapsulation)
    tail = description.tail
    fixed = description.fixed if tail else size
    if fixed:
        out["fixed"] = rows[:, HEADER_SIZE : HEADER_SIZE + fixed].view(f"V{fixed}")[:, 0]
    elif tail is None:
        out["empty"] = 0
    if tail is not None:
        out["between"] = np.void(tail.before(size - fixed))
        if rest := size - fixed:
            tails = rows[:, HEADER_SIZE + fixed : HEADER_SIZE + size]
            out["tail"] = tails.view(f"V{rest}")[:, 0]


def body_parts(payload: memoryview, description: Description) -> list[memoryview]:
    """Returns a payload as the parts of a body, the encapsulation first; nothing is copied."""
    parts = [memoryview(description.encapsulation)]
    tail = description.tail
    if tail is None:
        return [*parts, payload if len(payload) else memoryview(b"\0")]
    rest = payload[description.fixed :]
    between = memoryview(tail.before(len(rest)))
    return [*parts, payload[: description.fixed], between, rest]


def body_of(payload: bytes, description: Description) -> bytes:
    """Returns a payload as a body, with its encapsulation."""
    return b"".join(body_parts(memoryview(payload), description))


def payload_of(body: bytes | memoryview, description: Description) -> bytes:
    """Returns the payload that a body is made of.

    Args:
        body: With its encapsulation.
        description: Of the message.

    Raises:
        ValueError: It is no such body; the text says why.
    """
    expected = description.encapsulation
    expected = description.encapsulation
    given, rest = bytes(body[: len(expected)]), bytes(body[len(expected) :])
    if given[:2] != expected[:2]:
        (order,) = (one for one, start in ENCAPSULATION.items() if start[:2] == expected[:2])
        raise ValueError(
            f"it begins with the bytes {given.hex(' ') or '(none)'}: write it as {order}-endian "
            f"CDR, which begins with {expected.hex(' ')}"
        )
    tail, fixed = description.tail, description.fixed
    if tail is None:
        # Some writers fill up to a multiple of four bytes.
        if not fixed <= len(rest) <= max(fixed, 1) + 3:
            raise ValueError(
                f"its body has {len(rest)} bytes, and {description.name} {max(fixed, 1)}"
            )
        return rest[:fixed]
    begin = fixed + tail.extra
    count = int.from_bytes(rest[begin - 4 : begin], tail.byte_order)
    size = count * tail.item
    if len(rest) < begin or not size <= len(rest) - begin <= size + 3:
        raise ValueError(
            f"its body has {len(rest)} bytes, and {description.name} with {count} elements at its "
            f"end {begin + size}"
        )
    return rest[:fixed] + rest[begin : begin + size]
