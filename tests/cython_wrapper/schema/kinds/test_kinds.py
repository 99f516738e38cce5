"""The kinds of fields: what each promises, and that every table by form knows every form."""

from __future__ import annotations

import array
import ctypes
import mmap
from collections.abc import Callable
from typing import Any, get_args

import numpy as np
import pytest

from cwire.bridge import commands
from cwire.panel import inputs
from cwire_structs import compiled
from cwire_structs.emit import stub
from cwire_structs.errors import FieldError, SchemaError
from cwire_structs.header import tag_values
from cwire_structs.schema.fields import Enum, Field, Form, Place
from cwire_structs.schema.json_cursor import Cursor
from cwire_structs.schema.kinds import (
    ELEMENTS,
    LISTS,
    NUMBERS,
    ArrayType,
    EnumType,
    IntType,
    NumberType,
    Scalar,
    TailType,
    TextType,
)
from cwire_structs.schema.values import plain_array

SHAPE = EnumType("<u2", Enum("shape", 2, False, {"SINE": 0, "SQUARE": 7}))
SCALARS: list[tuple[Scalar, list[Any], list[Any]]] = [
    (NUMBERS["int"].of(2, "little"), [-5, 0, 32767], [32768, 1.5, "1", None]),
    (NUMBERS["uint"].of(8, "big"), [0, 2**64 - 1], [-1, 2**64, "1"]),
    (NUMBERS["float"].of(2, "big"), [0.5, -65504.0, float("inf")], [65505.0, "1"]),
    (NUMBERS["float"].of(4, "big"), [0.5, float("-inf")], [1e39, "1"]),
    (NUMBERS["float"].of(8, "little"), [0.1, -1e300], ["1", None, 10**400]),
    (NUMBERS["complex"].of(8, "little"), [1 + 2j, -0.5j], ["1", 1e39]),
    (NUMBERS["bool"].of(1, "little"), [True, False], [2, "true"]),
    (SHAPE, [0, 7], [1, "SIN", 1.0]),
    (TextType(4), ["", "abc", "ä"], ["abcde", 5, "a\0b"]),
]
IDS = [f"{kind.kind}-{kind.np}" for kind, _, _ in SCALARS]


class Enums:
    """A reader of kinds that knows one enum."""

    def enum(self, cursor: Cursor) -> Enum:
        return SHAPE.enum

    def struct(self, cursor: Cursor) -> Any:
        raise NotImplementedError

    def element(self, cursor: Cursor) -> Any:
        return ELEMENTS[cursor.get("kind").text()].from_json(cursor, self)


def place(kind: Any) -> Place:
    return Place("message", "field", Field("field", "c", 0, kind.size, kind))


@pytest.mark.parametrize(("kind", "values", "_"), SCALARS, ids=IDS)
def test_what_is_written_is_read(kind: Scalar, values: list[Any], _: Any) -> None:
    count = len(values)
    array, tail = ArrayType((count,), kind), TailType(kind)
    data = bytearray(2 + count * kind.size)
    for index, value in enumerate(values):
        kind.put(data, 2 + index * kind.size, value, place(kind))
    for index, value in enumerate(values):
        at = 2 + index * kind.size
        read = kind.reader(lambda struct: lambda memory, at: None)(data, at)
        assert read == kind.read(data, at) == value
        assert kind.from_numpy(np.frombuffer(data, kind.dtype(), 1, at)[0]) == value
        assert kind.equal(data, data, at, at + kind.size)
    plain = [kind.named(value) for value in values]
    assert array.plain(data, 2, len(data)) == plain
    again = bytearray(len(data))
    array.put(again, 2, values, place(array))
    assert again == data
    if not kind.is_text:
        assert tail.plain(data, 2, len(data)) == plain
        assert tail.rest_bytes(values, place(tail)) == data[2:]
        assert tail.dtype(count).itemsize == count * kind.size
    if kind.is_viewed:
        view = array.reader(lambda struct: lambda memory, at: None)(data, 2)
        assert view.tolist() == values


@pytest.mark.parametrize(("kind", "_", "wrong"), SCALARS, ids=IDS)
def test_what_does_not_fit_is_refused_alone_and_in_an_array(
    kind: Scalar, _: Any, wrong: list[Any]
) -> None:
    for value in wrong:
        with pytest.raises(FieldError, match=r"message\.field: "):
            kind.check(value, place(kind))
        with pytest.raises(FieldError, match=r"message\.field\[0\]: "):
            ArrayType((1,), kind).put(bytearray(8), 0, [value], place(kind))


@pytest.mark.parametrize(("kind", "values", "_"), SCALARS, ids=IDS)
def test_what_is_shown_is_read_when_it_is_typed(kind: Scalar, values: list[Any], _: Any) -> None:
    for value in map(kind.named, values):
        assert kind.parse(kind.text(value)) == value


@pytest.mark.parametrize(
    "value",
    [
        "",
        "b",
        "b'",
        "a b'c'",
        "b'x'",
        'b"x"',
        "b'\\xff'",
        b"",
        b"\xff\0\xfe",
        b"it's",
        b"b'x'",
        b"\n",
    ],
)
@pytest.mark.parametrize("kind", [TextType(99), TailType(TextType(1))])
def test_text_and_bytes_are_typed(kind: Any, value: str | bytes) -> None:
    shown = kind.text(value)
    again = kind.parse(shown)
    whole = value.encode() if isinstance(value, str) else value
    assert (again.encode() if isinstance(again, str) else again) == whole
    if isinstance(value, str) and not value.startswith(("b'", 'b"')):
        assert shown == value


@pytest.mark.parametrize("text", ["b'\\xzz'", "b'ä'", "b'it's'", "b'a' + b'b'"])
def test_what_is_typed_like_bytes_and_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"is neither text nor bytes such as b'\\xff\\x00'"):
        TextType(9).parse(text)


@pytest.mark.parametrize("kind", [ArrayType((2,), TextType(4)), TailType(TextType(4))])
def test_lists_of_texts_are_typed(kind: Any) -> None:
    assert kind.parse('["a b", "ä"]') == ["a b", "ä"]
    assert kind.parse(r"['a', b'\xff']") == ["a", b"\xff"]
    for text in ("", "5", "a, b", "['a'", "{}", "[" * 10_000, "open('x')"):
        with pytest.raises(ValueError, match="is no list of texts, such as"):
            kind.parse(text)


@pytest.mark.parametrize(("kind", "values", "_"), SCALARS, ids=IDS)
def test_the_schemas_json(kind: Scalar, values: list[Any], _: Any) -> None:
    known = Enums()
    for one in (kind, ArrayType((2, 3), kind)):
        cls: Any = {**ELEMENTS, **LISTS}[one.kind]
        again = cls.from_json(Cursor(one.to_json()), known)
        assert again.to_json() == one.to_json()
        assert (again.size, again.dtype(), again.form) == (one.size, one.dtype(), one.form)
    if isinstance(kind, NumberType):
        with pytest.raises(SchemaError, match="must be"):
            type(kind).from_json(Cursor({"kind": kind.kind, "np": "<f3"}), known)


@pytest.mark.parametrize("width", [1, 3, 16])
def test_bit_fields_hold_what_their_bounds_say(width: int) -> None:
    kind = IntType("<i2")
    for value in range(-(1 << width - 1), 1 << width - 1, 1 + (1 << width) // 8):
        assert kind.from_bits(value & (1 << width) - 1, width) == value
    assert [one.kind for one, _, _ in SCALARS if not one.bit_limit] == [
        *("float", "float", "float", "complex", "char"),
    ]


def test_every_form_is_in_every_table() -> None:
    forms = set(get_args(Form))
    scalars = forms - {"struct", "list"}
    assert {kind.form for kind in (*ELEMENTS.values(), *LISTS.values())} == forms
    assert set(inputs._INPUTS) == forms
    assert set(tag_values._DEFAULTS) == forms - {"list"}
    codes = {f"{kind.letter}{size}" for kind in NUMBERS.values() for size in kind.sizes}
    assert set(compiled.CODES) == codes
    assert set(stub._GOTTEN) == set(commands._TYPES) == scalars
    assert set(stub._GIVEN) == set(commands._ZEROS) == scalars - {"choice"}


BYTES = bytes([3, 0, 7, 255, 1, 2, 9, 4])


def mapped() -> Any:
    memory = mmap.mmap(-1, 8)
    memory[:] = BYTES
    return memory


BUFFERS: dict[str, Callable[[], Any]] = {
    "bytes": lambda: BYTES,
    "bytearray": lambda: bytearray(BYTES),
    "memoryview": lambda: memoryview(BYTES),
    "chars": lambda: memoryview(BYTES).cast("c"),
    "array": lambda: array.array("B", BYTES),
    "ctypes": lambda: (ctypes.c_uint8 * 8)(*BYTES),
    "ctypes char": lambda: (ctypes.c_char * 8)(*[bytes([one]) for one in BYTES]),
    "mmap": mapped,
    "list": lambda: list(BYTES),
}


@pytest.mark.parametrize("buffer", BUFFERS)
@pytest.mark.parametrize("kind", ["uint", "float"])
def test_whatever_shows_its_memory_is_an_array(buffer: str, kind: str) -> None:
    value, of = BUFFERS[buffer](), NUMBERS[kind].of(4, "big")
    found = plain_array(value)
    assert found is not None
    assert found.tolist() == list(BYTES)
    where = place(ArrayType((8,), of))
    expected = np.frombuffer(BYTES, "u1").astype(of.np).tobytes()
    data = bytearray(32)
    ArrayType((8,), of).put(data, 0, value, where)
    assert bytes(data) == expected
    assert TailType(of).rest_bytes(value, where) == expected
    with pytest.raises(FieldError, match=r"field: needs 9 values, got 8"):
        ArrayType((9,), of).put(bytearray(36), 0, value, where)


@pytest.mark.parametrize("wrap", [bytes, bytearray, memoryview])
def test_rows_of_bytes_are_arrays(wrap: Callable[[bytes], Any]) -> None:
    rows = [wrap(BYTES[:4]), wrap(BYTES[4:])]
    found = plain_array(rows)
    assert found is not None
    assert found.tolist() == [list(BYTES[:4]), list(BYTES[4:])]
    nested = plain_array([rows, rows])
    assert nested is not None
    assert nested.shape == (2, 2, 4)
    of = NUMBERS["uint"].of(1, "little")
    data = bytearray(8)
    ArrayType((2, 4), of).put(data, 0, rows, place(ArrayType((2, 4), of)))
    assert bytes(data) == BYTES
    assert plain_array([wrap(b"a"), wrap(b"bc")]) is None


def test_arrays_of_enums_are_checked_as_a_whole() -> None:
    where = place(ArrayType((2, 2), SHAPE))
    data = bytearray(8)
    ArrayType((2, 2), SHAPE).put(data, 0, np.array([[0, 7], [7, 0]], ">i8"), where)
    assert bytes(data) == bytes([0, 0, 7, 0, 7, 0, 0, 0])
    assert TailType(SHAPE).rest_bytes(bytes([7, 0]), where) == bytes([7, 0, 0, 0])
    with pytest.raises(FieldError, match=r"field\[1\]\[0\]: enum shape has no value 3"):
        ArrayType((2, 2), SHAPE).put(data, 0, [[0, 7], [3, 4]], where)
    with pytest.raises(FieldError, match="needs shape"):
        ArrayType((2, 2), SHAPE).put(data, 0, np.zeros(4, int), where)
    narrow = EnumType("|u1", Enum("wide", 2, False, {"A": 1, "B": 300}))
    for value in ([1, 300], ["A", "B"], np.array([1, 300])):
        with pytest.raises(FieldError, match=r"field\[1\]: .*300 does not fit: .* 0 to 255"):
            ArrayType((2,), narrow).put(bytearray(2), 0, value, where)
