"""Layouts as ROS 2 messages: the body is the payload, and readers by others find its numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from mcap.reader import make_reader
from mcap_ros2.decoder import DecoderFactory

from cwire_structs import wrap
from cwire_structs.mcap.ros2 import ENCAPSULATION, Description, describe
from cwire_structs.schema import Message, Schema
from support.c_values import compiler
from support.random_structs import StructWriter
from support.recordings import by_rosbags, write

Wrap = Callable[..., wrap.Wrapped]


def described(wrap_text: Wrap, text: str, name: str = "m") -> Description:
    schema = wrap_text(f"#include <stdint.h>\n#include <stdbool.h>\n{text}").schema
    return describe(schema, schema.messages[name])


def lines(description: Description) -> list[str]:
    return [line.partition("  #")[0] for line in description.text.splitlines()]


@pytest.mark.parametrize(
    ("members", "expected"),
    {
        "uint8_t a; double b;": ["uint8 a", "uint8[7] padding", "float64 b"],
        "double b; uint8_t a;": ["float64 b", "uint8 a", "uint8[7] padding"],
        "float a[2][3]; int16_t b;": ["float32[6] a", "int16 b", "uint8[2] padding"],
        "bool on; char text[5]; char one; int8_t n;": [
            "bool on", "uint8[5] text", "int8 one", "int8 n",
        ],
        "uint32_t a : 3; uint32_t b : 20; uint32_t c;": [
            "uint8[3] bits_0", "uint8 padding", "uint32 c",
        ],
        "union { float f; uint32_t u; } either; uint32_t n;": ["uint8[4] either", "uint32 n"],
        "float _Complex z; _Float16 half; uint16_t n;": [
            "float32[2] z", "uint8[2] half", "uint16 n",
        ],
        "int motorSpeed; int Motor_speed; int __x; int X2y;": [
            "int32 motor_speed", "int32 motor_speed_2", "int32 x", "int32 x2y",
        ],
    }.items(),
)  # fmt: skip
def test_members(wrap_text: Wrap, members: str, expected: list[str]) -> None:
    text = f"/** @msg 1 */ struct m {{ {members} }};"
    assert lines(described(wrap_text, text)) == expected


def test_what_is_at_odd_addresses_is_bytes(wrap_text: Wrap) -> None:
    text = (
        "#pragma pack(1)\n/** @msg 1 */ struct m { uint8_t a; double b; uint8_t c; uint16_t d; };"
    )
    assert lines(described(wrap_text, text)) == [
        "uint8 a", "uint8[8] b", "uint8 c", "uint16 d",
    ]  # fmt: skip


def test_nested_structs_are_types_of_their_own(wrap_text: Wrap) -> None:
    text = """struct axis { uint8_t on; float speed; };
    /** @msg 1 */ struct m { uint16_t n; struct axis axis[3]; struct axis last; };"""
    found = lines(described(wrap_text, text))
    name = found[2].partition("[")[0]
    assert found == [
        "uint16 n", "uint8[2] padding", f"{name}[3] axis", f"{name} last",
        "=" * 80, f"MSG: {name}", "uint8 on", "uint8[3] padding", "float32 speed",
    ]  # fmt: skip


def test_a_struct_that_would_be_aligned_in_several_ways_is_bytes(wrap_text: Wrap) -> None:
    text = """#pragma pack(4)
    struct odd { uint32_t n; double x; };
    /** @msg 1 */ struct m { struct odd one; struct odd some[3]; };"""
    found = lines(described(wrap_text, text))
    assert found[1] == "uint8[36] some"
    assert found[-2:] == ["uint32 n", "uint8[8] x"]


def test_names_of_enums_stand_before_their_field(wrap_text: Wrap) -> None:
    text = """enum mode { OFF, slow = -2, Fast = 7 };
    /** @msg 1 */ struct m { enum mode mode; enum mode other; };"""
    assert lines(described(wrap_text, text)) == [
        "int32 OFF=0", "int32 SLOW=-2", "int32 FAST=7", "int32 mode", "int32 other",
    ]  # fmt: skip


def test_units_and_docs_are_comments(wrap_text: Wrap) -> None:
    text = "/** @msg 1 */ struct m { double v; /**< The mean\n * of all. @unit V */ };"
    assert described(wrap_text, text).text == "float64 v  # [V] The mean of all.\n"


def test_types_of_other_layouts_have_other_names(wrap_text: Wrap) -> None:
    one = described(wrap_text, "/** @msg 1 */ struct m { double v; };")
    other = described(wrap_text, "/** @msg 1 */ struct m { float v; };")
    assert one.name != other.name
    assert one.name == described(wrap_text, "/** @msg 1 */ struct m { double v; };").name


@pytest.mark.parametrize("seed", range(3))
def test_random_structs_are_read_by_others(wrap_text: Wrap, tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    header = StructWriter(random).header(60)
    schema = wrap_text(header).schema
    check(schema, tmp_path / "random.mcap", random)


def test_every_construct_is_read_by_others(zoo: wrap.Wrapped, tmp_path: Path) -> None:
    check(zoo.schema, tmp_path / "zoo.mcap", Random(1))


def test_big_endian_structs_are_read_by_others(wrap_text: Wrap, tmp_path: Path) -> None:
    header = StructWriter(Random(5)).header(30)
    schema = wrap_text(header, compiler("powerpc-linux-gnu-gcc")).schema
    check(schema, tmp_path / "big.mcap", Random(1))


def check(schema: Schema, path: Path, random: Random) -> None:
    """Compares what rosbags and mcap's own reader find with what cwire finds."""
    payloads = {
        name: [random.randbytes(message.size + count * message.tail_size)
               for count in ((0, 1, 2, 5) if message.tail else (0, 0))]
        for name, message in schema.published.items()
    }  # fmt: skip
    write(path, schema, payloads)
    compared = 0
    for topic, found in by_rosbags(path).items():
        message = schema.messages[topic.rpartition("/")[2]]
        for payload, (raw, decoded) in zip(payloads[message.name], found, strict=True):
            assert raw == body(schema, message, payload)
            compared += compare(message, payload, decoded)
    assert compared > len(payloads)
    with path.open("rb") as file:
        reader = make_reader(file, decoder_factories=[DecoderFactory()])
        decoded = [(channel.topic, one) for _, channel, _, one in reader.iter_decoded_messages()]
    assert len(decoded) == sum(map(len, payloads.values()))


def body(schema: Schema, message: Message, payload: bytes) -> bytes:
    description = describe(schema, message)
    start = ENCAPSULATION[schema.byte_order]
    if description.tail is None:
        return start + (payload or bytes(1))
    fixed, tail = payload[: message.size], payload[message.size :]
    return start + fixed + description.tail.before(len(tail)) + tail


def compare(message: Message, payload: bytes, decoded: Any) -> int:
    """Compares the plain numbers of a message; returns how many there are."""
    count = (len(payload) - message.size) // message.tail_size if message.tail else 0
    record = np.frombuffer(payload, message.dtype(count))[0] if payload else None
    compared = 0
    for field in message.struct.members:
        value = getattr(decoded, field.name, None)
        if value is None or field.bits or field.element.form not in ("whole", "real", "choice"):
            continue
        ours = np.asarray(record[field.name])  # type: ignore[index]
        theirs = np.asarray(value)
        if theirs.dtype == np.uint8 and ours.dtype.itemsize > 1:
            continue  # CDR cannot say it: bytes
        assert theirs.reshape(-1).tolist() == pytest.approx(
            ours.reshape(-1).tolist(), nan_ok=True, rel=0, abs=0
        ), (message, field)
        compared += 1
    return compared
