"""Structs of classes with annotations."""

import enum
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, ClassVar

import numpy as np
import numpy.typing as npt
import pytest

from cwire_structs.schema import Message, SchemaError
from cwire_structs.schema.tags import (
    array,
    channels,
    command,
    label,
    range,
    scale,
    tail,
    text,
    tile,
    time,
    unit,
)
from cwire_structs.schema.written import Written
from cwire_structs.schema.written_class import snake_case


def message_of(cls: type) -> Message:
    made = Written("lab")
    name = made.add(cls)
    return made.schema().messages[name]


def of_field(annotation: Any, default: Any = None) -> Message:
    body = {"__annotations__": {"x": annotation}, **({} if default is None else {"x": default})}
    return message_of(type("It", (), body))


class Mode(enum.IntEnum):
    """How it runs."""

    OFF = 0
    ON = 1
    RUNNING = 1


class Signed(enum.IntEnum):
    LOW = -1
    HIGH = 5_000_000_000


class Point:
    """A place."""

    x: float
    y: float


@dataclass
class Everything:
    flag: bool
    mode: Annotated[Mode, np.uint8]
    count: Annotated[int, np.uint16, "How many.", "In all."] = 3
    name: Annotated[str, text(10), label("Name")] = "a"
    at: Point = field(default=None)  # type: ignore[assignment]
    raw: Annotated[int, np.int16, scale(0.5, 2), unit("V"), range(-10, 10)] = 0
    stamp: Annotated[int, time("ns")] = 0
    pairs: Annotated[npt.NDArray[np.float32], array(3, 2), channels("a", "b")] = field(
        default_factory=lambda: np.full((3, 2), 2.0, "f4")
    )
    limit: ClassVar[int] = 9
    rest: Annotated[list[float], tail()] = field(default_factory=list)


class Wide:
    a: np.int8
    b: complex
    c: np.int8
    d: Annotated[complex, np.complex64]
    e: np.int8
    f: Annotated[Point, array(2)]
    g: np.int16
    h: Annotated[np.int8, array(3)]
    i: np.float32


def test_members_lie_where_c_puts_them() -> None:
    message = message_of(Everything)
    places = {one.name: (one.offset, one.c_type) for one in message.struct.members}
    assert places == {
        "flag": (0, "_Bool"),
        "mode": (1, "enum mode"),
        "count": (2, "uint16_t"),
        "name": (4, "char[10]"),
        "at": (16, "struct point"),
        "raw": (32, "int16_t"),
        "stamp": (40, "int64_t"),
        "pairs": (48, "float[3][2]"),
        "rest": (72, "double[]"),
    }
    assert (message.struct.size, message.struct.align) == (72, 8)


def test_the_compiler_puts_them_there_too(tmp_path: Path) -> None:
    made = Written("lab")
    for cls in (Everything, Wide):
        made.add(cls)
    schema = made.schema()
    lines = ["#include <stddef.h>", "#include <stdint.h>"]
    lines += [f"enum {name} {{{name}_ = 0}};" for name in schema.enums]
    for struct in schema.structs.values():
        members = [declared(one.c_type, one.name) for one in struct.members]
        lines += [f"{struct.c_name} {{", *members, "};"]
        lines += [f'_Static_assert(sizeof({struct.c_name}) == {struct.size}, "");']
        lines += [
            f'_Static_assert(offsetof({struct.c_name}, {one.name}) == {one.offset}, "{one.name}");'
            for one in struct.members
        ]
    (tmp_path / "a.c").write_text("\n".join(lines))
    subprocess.run(["cc", "-fshort-enums", "-c", "a.c"], cwd=tmp_path, check=True)


def declared(c_type: str, name: str) -> str:
    """A member as C declares it; an enum that is stored in one byte is one of -fshort-enums."""
    base, bracket, shape = c_type.partition("[")
    return f"{base} {name}{bracket}{shape};"


def test_tags_and_defaults_are_the_fields() -> None:
    by_name = message_of(Everything).struct.by_name
    assert by_name["count"].doc == "How many. In all."
    assert (by_name["count"].default, by_name["name"].default) == (3, "a")
    assert by_name["name"].label == "Name"
    raw = by_name["raw"]
    assert (raw.scale, raw.bias, raw.unit, raw.range) == (0.5, 2.0, "V", (-10, 10))
    assert by_name["stamp"].time is not None
    assert by_name["pairs"].channels == ("a", "b")
    assert by_name["pairs"].default == 2.0
    mode = by_name["mode"].type.enum
    assert mode is not None
    assert (mode.size, mode.signed, mode.doc) == (4, False, "How it runs.")
    assert mode.values == {"OFF": 0, "ON": 1, "RUNNING": 1}


def test_a_dataclass_has_no_doc_that_it_wrote_itself() -> None:
    assert message_of(Everything).doc == ""
    assert message_of(Point).doc == "A place."


@pytest.mark.parametrize(
    ("annotation", "code"),
    [
        (bool, "|b1"),
        (int, "<i8"),
        (float, "<f8"),
        (complex, "<c16"),
        (np.float16, "<f2"),
        (Annotated[float, np.float32], "<f4"),
        (Annotated[int, np.dtype(">u2")], ">u2"),
        (Annotated[np.int8, "doc"], "|i1"),
        (Signed, "<i8"),
        (Annotated[Mode, np.int16], "<i2"),
    ],
)
def test_numbers(annotation: Any, code: str) -> None:
    assert of_field(annotation).struct.by_name["x"].type.np == code


@pytest.mark.parametrize(
    ("annotation", "shape", "code"),
    [
        (Annotated[np.float32, array(4)], (4,), "<f4"),
        (Annotated[list[int], array(2, 3)], (2, 3), "<i8"),
        (Annotated[tuple[bool, ...], array(2)], (2,), "|b1"),
        (Annotated[tuple[float, float], array(2)], (2,), "<f8"),
        (Annotated[npt.NDArray[np.uint8], array(5)], (5,), "|u1"),
        (Annotated[list[Annotated[int, np.uint8]], array(5)], (5,), "|u1"),
        (Annotated[list[Mode], array(3)], (3,), "<u4"),
        (Annotated[list[str], array(3), text(7)], (3,), "|S7"),
    ],
)
def test_arrays(annotation: Any, shape: tuple[int, ...], code: str) -> None:
    kind = of_field(annotation).struct.by_name["x"].type
    assert (kind.shape, kind.element.np) == (shape, code)


def test_tails() -> None:
    rows = of_field(Annotated[np.uint16, tail(4)])
    assert (rows.tail_size, rows.dtype(2)["x"].shape) == (8, (2, 4))
    words = of_field(Annotated[str, tail()])
    assert words.encode({"x": "öl"}) == "öl".encode()
    assert (words.size, words.tail_size) == (0, 1)


def test_bases_come_first() -> None:
    class Child(Point):
        z: float

    assert list(message_of(Child).struct.by_name) == ["x", "y", "z"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("ScopeBlock", "scope_block"), ("HTTPStatus", "http_status"), ("block", "block")],
)
def test_classes_are_named_as_in_c(name: str, expected: str) -> None:
    assert snake_case(name) == expected


class Color(enum.Enum):
    RED = "red"


class Flags(enum.IntFlag):
    A = 1


class Nothing(enum.IntEnum):
    pass


class Huge(enum.IntEnum):
    LOW = -1
    HIGH = 1 << 63


class Open:
    rest: Annotated[float, tail()]


@command()
class Empty:
    pass


class Itself:
    inner: "Itself"


class Unreadable:
    inner: "Missing"  # type: ignore[name-defined]  # noqa: F821


@pytest.mark.parametrize(
    ("annotation", "reason"),
    [
        (str, r"it\.x: a text needs a length"),
        (bytes, r"it\.x: bytes has no layout in C"),
        (object, r"it\.x: object has no layout in C"),
        (int | None, r"it\.x: .* has no layout in C"),
        (dict[str, int], r"it\.x: .* has no layout in C"),
        (Annotated[int, text(3)], r"it\.x: only a str has text"),
        (Annotated[int, np.float32], r"it\.x: float32 does not store a int"),
        (Annotated[int, np.uint8, np.uint16], r"uint8 and uint16 are both to store it"),
        (np.floating, r"floating is a kind of numbers, not one"),
        (np.longdouble, r"no number that other machines have"),
        (np.object_, r"holds Python objects"),
        (Color, r"Color is an enum without one integer for each name"),
        (Annotated[Mode, np.float32], r"float32 does not hold 0 to 1"),
        (Annotated[Signed, np.int32], r"int32 does not hold -1 to 5000000000"),
        (Nothing, r"the enum Nothing has no names"),
        (Huge, r"Huge has values of more than 64 bits"),
        (list[float], r"it\.x: an array needs its length"),
        (np.ndarray, r"does not say what it consists of"),
        (Annotated[list, array(3)], r"does not say what it consists of"),
        (Annotated[tuple[int, float], array(2)], r"does not say what it consists of"),
        (Annotated[npt.NDArray[Any], array(3)], r"say what it consists of|Any has no layout in C"),
        (Annotated[float, array(3), tail()], r"not both"),
        (Annotated[float, unit("V"), unit("A")], r"a tag is given twice"),
        (Annotated[Mode, range(0, 1)], r"only numbers have a range"),
        (Annotated[str, text(3), scale(2)], r"only numbers have a scale"),
        (Annotated[bool, time()], r"only numbers have a time"),
        (Annotated[float, tile("x")], r"tile: x is one whole number"),
        (Annotated[float, array(3), channels("a")], r"1 channels are named, but .* has 3"),
        (Annotated[Open, array(3)], r"an array's elements must have one length"),
        (Annotated[Empty, array(3)], r"an array's elements must have bytes"),
        (Empty, r"empty has no fields, so no bytes"),
        (Itself, r"Itself contains itself"),
        (Unreadable, r"Unreadable: its annotations cannot be read .*Missing"),
    ],
)
def test_what_has_no_layout_in_c_is_refused(annotation: Any, reason: str) -> None:
    with pytest.raises(SchemaError, match=reason):
        of_field(annotation)


@pytest.mark.parametrize(
    ("annotation", "default", "reason"),
    [
        (Annotated[float, array(2)], (1.0, 2.0), "the default of an array is one value"),
        (Annotated[float, array(2)], (1.0,), "the default of an array is one value"),
        (Annotated[float, tail()], 3.0, "has no default"),
        (Point, 3.0, "has no default"),
        (complex, 1j, "a complex number has no default"),
        (float, "x", "the default of 'x' does not fit|must be a number"),
        (Annotated[int, range(0, 3)], 7, "out of range"),
        (Mode, 9, "the default of 'x' does not fit"),
    ],
)
def test_a_default_that_does_not_fit_is_refused(
    annotation: Any, default: object, reason: str
) -> None:
    with pytest.raises(SchemaError, match=reason):
        of_field(annotation, default)


def test_two_classes_of_one_name_are_refused() -> None:
    one, other = (type("Twin", (), {"__annotations__": {"x": float}}) for _ in "ab")
    made = Written("lab")
    made.add(one)
    with pytest.raises(SchemaError, match="two structs 'twin'"):
        made.add(other, "second")


def test_two_enums_of_one_name_are_refused() -> None:
    one, other = (enum.IntEnum("Kind", ["A"]) for _ in "ab")
    twin = type("Twin", (), {"__annotations__": {"x": one, "y": other}})
    with pytest.raises(SchemaError, match="two enums 'kind'"):
        message_of(twin)
