"""Arrays: fixed ones, and the flexible array member at the end. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from typing import Any, Self

import numpy as np

from cwire_structs.schema.decode import array_view
from cwire_structs.schema.fields import SIZE_LIMIT, Array, Dtype, Kind, Memory, Nested, Place
from cwire_structs.schema.json_cursor import Cursor
from cwire_structs.schema.kinds.element import Element, Known

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
    """

    kind = "tail"
    form = "list"
    is_tail = True
    size = 0

    of: Element

    @classmethod
    def from_json(cls, cursor: Cursor, known: Known) -> Self:
        """Reads it from a schema's JSON."""
        of = known.element(cursor.get("of"))
        stride = cursor.get("stride").integer(1, SIZE_LIMIT)
        if stride != of.size:
            cursor.get("stride").fail(f"is {stride}, but an element has {of.size} bytes")
        if of.is_text and of.size != 1:
            cursor.fail("a tail of texts is not known to this version")
        return cls(of)

    def to_json(self) -> dict[str, Any]:
        """See `Kind`."""
        return {"kind": "tail", "of": self.of.to_json(), "stride": self.of.size}

    @property
    def element(self) -> Element:
        """See `Kind`."""
        return self.of

    @property
    def is_text(self) -> bool:
        """See `Kind`."""
        return self.of.is_text

    @property
    def dimensions(self) -> int:
        """See `Kind`."""
        return 1

    def dtype(self, tail: int = 0, *, storage: bool = False) -> Dtype:
        """See `Kind`."""
        return self.of.tail_dtype(tail, storage=storage)

    def reader(self, nested: Nested) -> Callable[..., Any]:
        """See `Kind`."""
        return self.of.tail_reader()

    def plain(self, memory: Memory, at: int, end: int) -> Any:
        """See `Kind`."""
        return self.of.plain_tail(memory, at, end)

    def from_numpy(self, cell: Any) -> Any:
        """See `Kind`."""
        return self.of.from_numpy(cell) if self.is_text else cell

    def put(self, data: bytearray | memoryview, at: int, value: object, place: Place) -> None:
        """See `Kind`; a tail lies behind the struct: `encode` makes it."""

    def encode(self, value: object, place: Place) -> bytes:
        """Checks what is given for a tail and returns its bytes."""
        return self.of.tail_bytes(value, place)

    def equal(self, one: Memory, other: Memory, at: int, end: int) -> bool:
        """See `Kind`."""
        if self.of.is_viewed:
            return _equal_views(self.of, ((end - at) // self.of.size,), one, other, at)
        return bool(self.plain(one, at, end) == self.plain(other, at, end))

    def show(self, value: Any) -> str:
        """See `Kind`."""
        return repr(value) if self.is_text else _show_view(value)


def _equal_views(of: Element, shape: tuple[int, ...], one: Memory, other: Memory, at: int) -> bool:
    dtype = of.dtype()
    left, right = (of.values_in(array_view(memory, dtype, shape, at)) for memory in (one, other))
    return bool(np.array_equal(left, right))


def _show_view(value: Array) -> str:
    if value.size > SHOWN_ELEMENTS:
        shape = " x ".join(str(length) for length in value.shape)
        return f"<{shape} {value.dtype.name}>"
    return repr(value.tolist())
