"""Arrays: fixed ones, and the flexible array member at the end. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from typing import Any, Self

import numpy as np

from cwire_structs.schema.decode import array_view, texts
from cwire_structs.schema.fields import SIZE_LIMIT, Array, Dtype, Kind, Memory, Nested, Place
from cwire_structs.schema.json_cursor import Cursor
from cwire_structs.schema.kinds.element import Element, Known
from cwire_structs.schema.kinds.text import TextType
from cwire_structs.schema.values import sequence

DIMENSION_LIMIT = 16  # numpy allows 32 (64 from 2.0), and a batch needs some of its own
SHOWN_ELEMENTS = 6


@dataclass(frozen=True, slots=True, eq=False)
class ArrayType(Kind):
    """A fixed array of one or more dimensions, in C order."""

    kind = "array"
    form = "list"

    shape: tuple[int, ...] = field()
    of: Element

    @classmethod
    def from_json(cls, cursor: Cursor, known: Known) -> Self:
        """Reads it from a schema's JSON."""
        shape = tuple(n.integer(1, SIZE_LIMIT) for n in cursor.get("shape").items())
        if not 1 <= len(shape) <= DIMENSION_LIMIT:
            cursor.get("shape").fail(f"must have from 1 to {DIMENSION_LIMIT} dimensions")
        array = cls(shape, known.element(cursor.get("of")))
        if array.size > SIZE_LIMIT:
            cursor.fail(f"is larger than {SIZE_LIMIT} bytes")
        if not array.size:
            cursor.fail("consists of elements without bytes")
        _check_closed(array.of, cursor)
        return array

    def to_json(self) -> dict[str, Any]:
        """See `Kind`."""
        return {"kind": "array", "shape": list(self.shape), "of": self.of.to_json()}

    @property
    def size(self) -> int:
        """Bytes of the whole array."""
        return prod(self.shape) * self.of.size

    @property
    def element(self) -> Element:
        """See `Kind`."""
        return self.of

    def dtype(self, tail: int = 0, *, storage: bool = False) -> Dtype:
        """See `Kind`."""
        return np.dtype((self.of.dtype(storage=storage), self.shape))

    def reader(self, nested: Nested) -> Callable[..., Any]:
        """See `Kind`."""
        return self.of.array_reader(self.shape, nested)

    def plain(self, memory: Memory, at: int, end: int) -> list[Any]:
        """See `Kind`."""
        return self.of.plain_list(self.shape, memory, at)

    def put(self, data: bytearray | memoryview, at: int, value: object, place: Place) -> None:
        """See `Kind`."""
        self.of.put_array(self.shape, data, at, value, place)

    def parse(self, text: str) -> object:
        """See `Kind`."""
        return self.of.parse_list(text) if isinstance(self.of, TextType) else text

    def equal(self, one: Memory, other: Memory, at: int, end: int) -> bool:
        """See `Kind`."""
        if self.of.is_viewed:
            return _equal_views(self.of, self.shape, one, other, at)
        return self.plain(one, at, end) == self.plain(other, at, end)

    def show(self, value: Any) -> str:
        """See `Kind`."""
        if self.of.is_viewed:
            return _show_view(value)
        return "(" + ", ".join(repr(item) for item in value) + ")"


@dataclass(frozen=True, slots=True, eq=False)
class TailType(Kind):
    """The flexible array member: the rest of the payload.

    Attributes:
        of: What it consists of. A tail of chars (a text of length 1) is one text.
        row: Of a tail of arrays: the shape of one of its elements.
    """

    kind = "tail"
    form = "list"
    is_tail = True
    size = 0

    of: Element
    row: tuple[int, ...] = ()

    @classmethod
    def from_json(cls, cursor: Cursor, known: Known) -> Self:
        """Reads it from a schema's JSON."""
        shape = cursor.find("shape")
        row = tuple(n.integer(1, SIZE_LIMIT) for n in shape.items()) if shape else ()
        if len(row) >= DIMENSION_LIMIT:
            cursor.get("shape").fail(f"must have less than {DIMENSION_LIMIT} dimensions")
        tail = cls(known.element(cursor.get("of")), row)
        stride = cursor.get("stride").integer(1, SIZE_LIMIT)
        if stride != tail.stride:
            cursor.get("stride").fail(f"is {stride}, but an element has {tail.stride} bytes")
        _check_closed(tail.of, cursor)
        return tail

    def to_json(self) -> dict[str, Any]:
        """See `Kind`."""
        shape = {"shape": list(self.row)} if self.row else {}
        return {"kind": "tail", "of": self.of.to_json(), "stride": self.stride, **shape}

    @property
    def stride(self) -> int:
        """See `Kind`."""
        return prod(self.row) * self.of.size

    def _shape(self, at: int, end: int) -> tuple[int, ...]:
        return ((end - at) // self.stride, *self.row)

    @property
    def element(self) -> Element:
        """See `Kind`."""
        return self.of

    @property
    def is_text(self) -> bool:
        """See `Kind`."""
        return self.of.is_text and self.stride == 1

    def parse(self, text: str) -> object:
        """See `Kind`."""
        if not isinstance(self.of, TextType):
            return text
        return self.of.parse(text) if self.is_text else self.of.parse_list(text)

    def text(self, value: Any) -> str:
        """See `Kind`."""
        return self.of.text(value) if self.is_text else str(value)

    @property
    def _is_plain(self) -> bool:
        """Whether an element is one value; else it is an array, or a text."""
        return not self.row and (self.is_text or not self.of.is_text)

    @property
    def dimensions(self) -> int:
        """See `Kind`."""
        return 1 + len(self.row)

    @property
    def lengths(self) -> tuple[int, ...]:
        """See `Kind`."""
        return () if self.is_text else (-1, *self.row)

    def dtype(self, tail: int = 0, *, storage: bool = False) -> Dtype:
        """See `Kind`."""
        if self._is_plain:
            return self.of.tail_dtype(tail, storage=storage)
        return np.dtype((self.of.dtype(storage=storage), (tail, *self.row)))

    def reader(self, nested: Nested) -> Callable[..., Any]:
        """See `Kind`."""
        return self.of.tail_reader() if self._is_plain else self.rows

    def rows(self, memory: Memory, at: int, end: int) -> Any:
        """Reads a tail of arrays or of texts."""
        shape = self._shape(at, end)
        if self.of.is_text:
            return texts(bytes(memory[at:end]), self.of.size, shape) if shape[0] else ()
        return array_view(memory, self.of.dtype(), shape, at)

    def plain(self, memory: Memory, at: int, end: int) -> Any:
        """See `Kind`."""
        if self._is_plain:
            return self.of.plain_tail(memory, at, end)
        return self.of.plain_list(self._shape(at, end), memory, at)

    def from_numpy(self, cell: Any) -> Any:
        """See `Kind`."""
        return self.of.from_numpy(cell) if self.is_text else cell

    def put(self, data: bytearray | memoryview, at: int, value: object, place: Place) -> None:
        """See `Kind`; a tail lies behind the struct: `encode` makes it."""

    def rest_bytes(self, value: object, place: Place) -> bytes:
        """See `Kind`."""
        if self._is_plain:
            return self.of.tail_bytes(value, place)
        is_array = isinstance(value, np.ndarray)
        rows: Any = value if is_array else sequence(value, place.owner, place.path)
        data = bytearray(len(rows) * self.stride)
        if len(rows):
            self.of.put_array((len(rows), *self.row), data, 0, rows, place)
        return bytes(data)

    def equal(self, one: Memory, other: Memory, at: int, end: int) -> bool:
        """See `Kind`."""
        if self.of.is_viewed:
            return _equal_views(self.of, self._shape(at, end), one, other, at)
        return bool(self.plain(one, at, end) == self.plain(other, at, end))

    def show(self, value: Any) -> str:
        """See `Kind`."""
        return _show_view(value) if isinstance(value, np.ndarray) else repr(value)


def _check_closed(of: Element, cursor: Cursor) -> None:
    if of.is_open:
        cursor.fail("consists of structs that end in a flexible array member")


def _equal_views(of: Element, shape: tuple[int, ...], one: Memory, other: Memory, at: int) -> bool:
    dtype = of.dtype()
    left, right = (of.values_in(array_view(memory, dtype, shape, at)) for memory in (one, other))
    return bool(np.array_equal(left, right))


def _show_view(value: Array) -> str:
    if value.size > SHOWN_ELEMENTS:
        shape = " x ".join(str(length) for length in value.shape)
        return f"<{shape} {value.dtype.name}>"
    return repr(value.tolist())
