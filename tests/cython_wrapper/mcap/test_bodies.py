"""Bodies in CDR: many at a time, one alone, and back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from cwire_structs import frames, wrap
from cwire_structs.mcap.bodies import body_fields, body_of, fill_bodies, payload_of
from cwire_structs.mcap.ros2 import Description, describe

Wrap = Callable[..., wrap.Wrapped]

LAYOUTS = {
    "plain": ("uint32_t a; double b; uint8_t c;", 24, b""),
    "empty": ("", 0, b""),
    "tail": ("uint16_t a; uint16_t tail[];", 2 + 10, b"\5\0\0\0"),
    "empty tail": ("uint64_t a; double tail[];", 8, b"\0\0\0\0"),
}


def described(wrap_text: Wrap, members: str) -> Description:
    text = f"#include <stdint.h>\n/** @msg 1 */ struct m {{ {members} }};"
    schema = wrap_text(text).schema
    return describe(schema, schema.messages["m"])


@pytest.mark.parametrize(("members", "size", "count"), LAYOUTS.values(), ids=LAYOUTS)
def test_many_are_as_one_and_back(wrap_text: Wrap, members: str, size: int, count: bytes) -> None:
    description = described(wrap_text, members)
    payloads = [bytes(range(first, first + size)) for first in (0, 7)]
    packed = b"".join(frames.pack(1, payload) for payload in payloads)
    rows = np.frombuffer(packed, np.uint8).reshape(2, -1)
    fields, between = body_fields(size, description)
    out = np.empty(2, np.dtype(fields))
    fill_bodies(out, rows, size, description)
    bodies = [body_of(payload, description) for payload in payloads]
    assert [row.tobytes() for row in out] == bodies
    assert between.endswith(count)
    assert [payload_of(body, description) for body in bodies] == payloads


@pytest.mark.parametrize("filled", [1, 2, 3])
@pytest.mark.parametrize(("members", "size"), [("uint32_t a;", 4), ("uint32_t a; int8_t b[];", 7)])
def test_a_writer_may_fill_up_to_a_multiple_of_four(
    wrap_text: Wrap, members: str, size: int, filled: int
) -> None:
    description = described(wrap_text, members)
    payload = bytes(range(size))
    assert payload_of(body_of(payload, description) + bytes(filled), description) == payload


@pytest.mark.parametrize(
    ("members", "body", "reason"),
    [
        (
            "uint32_t a;",
            b"",
            r"begins with the bytes \(none\): write it as little-endian CDR.*00 01 00 00",
        ),
        ("uint32_t a;", b"\0\0\0\0\0\0\0\1", "begins with the bytes 00 00 00 00: write it as"),
        ("uint32_t a;", b"\0\1\0\0\1\2\3", r"its body has 3 bytes, and cwire_msgs/msg/M\w+ 4"),
        ("uint32_t a;", b"\0\1\0\0" + bytes(8), "its body has 8 bytes, and"),
        ("uint32_t a; int8_t b[];", b"\0\1\0\0" + bytes(6), "its body has 6 bytes, and"),
        (
            "uint32_t a; int8_t b[];",
            b"\0\1\0\0" + bytes(4) + b"\xff\xff\xff\xff" + b"12",
            "its body has 10 bytes, and .* with 4294967295 elements at its end 4294967303",
        ),
    ],
)
def test_what_is_no_body(wrap_text: Wrap, members: str, body: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        payload_of(body, described(wrap_text, members))
