"""Base classes of the kinds that can stand in arrays, and of single values. Pure."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable
from itertools import product
from math import prod
from typing import Any, Protocol, Self

import numpy as np

from cwire_structs.schema.fields import Array, Dtype, Enum, Kind, Memory, Nested, Place, Struct
from cwire_structs.schema.json_cursor import Cursor
from cwire_structs.schema.values import check_shape, flatten, sequence


class Known(Protocol):
    """The reader of the parts that a kind names: a `StructReader`."""

    def enum(self, cursor: Cursor) -> Enum:
        """Returns the enum with the name that is found here."""

    def struct(self, cursor: Cursor) -> Struct:
        """Returns the struct with the name that is found here."""

    def element(self, cursor: Cursor) -> Element:
        """Reads what an array consists of."""


class Element(Kind):
    """A kind that can stand in an array."""

    __slots__ = ()

    @classmethod
    @abstractmethod
    def from_json(cls, cursor: Cursor, known: Known) -> Self:
        """Reads it from a schema's JSON.

        Raises:
            SchemaError: It is not what the kind can be.
        """

    def put_array(
        self,
        shape: tuple[int, ...],
        data: bytearray | memoryview,
        at: int,
        value: object,
        place: Place,
    ) -> None:
        """Checks an array and writes it at data[at]."""
        if isinstance(value, np.ndarray):
            check_shape(value.shape, shape, place)
            values: Iterable[object] = value.reshape(-1)
        else:
            values = flatten(value, shape, place)
        made = bytearray(prod(shape) * self.size)
        indices = product(*map(range, shape))
        for position, (index, element) in enumerate(zip(indices, values, strict=True)):
            self.put(made, position * self.size, element, place.at(index))
        data[at : at + len(made)] = made

    def tail_bytes(self, value: object, place: Place) -> bytes:
        """Checks what is given for a flexible array member and returns its bytes."""
        is_array = isinstance(value, np.ndarray)
        elements: Any = value if is_array else sequence(value, place.owner, place.path)
        data = bytearray(len(elements) * self.size)
        if len(elements):
            self.put_array((len(elements),), data, 0, elements, place)
        return bytes(data)

    def plain_list(self, shape: tuple[int, ...], memory: Memory, at: int) -> list[Any]:
        """Reads an array as nested lists of plain values."""
        rest, count = shape[1:], shape[0]
        step = prod(rest) * self.size
        if rest:
            return [self.plain_list(rest, memory, at + i * step) for i in range(count)]
        return [self.plain(memory, at + i * step, at + (i + 1) * step) for i in range(count)]

    def array_reader(self, shape: tuple[int, ...], nested: Nested) -> Callable[[Memory, int], Any]:
        """Returns a function that reads an array: as a view, or as nested tuples."""
        dtype = self.dtype()
        return lambda memory, at: np.ndarray(shape, dtype, memory, at)

    def tail_reader(self) -> Callable[[Memory, int, int], Any]:
        """Returns a function that reads a flexible array member up to the message's end."""
        dtype, stride = self.dtype(), self.size
        return lambda memory, at, end: np.ndarray(((end - at) // stride,), dtype, memory, at)

    def plain_tail(self, memory: Memory, at: int, end: int) -> Any:
        """Reads a flexible array member as plain values."""
        return self.plain_list(((end - at) // self.size,), memory, at)

    def tail_dtype(self, count: int, *, storage: bool = False) -> Dtype:
        """Returns the dtype of a flexible array member of `count` elements."""
        return np.dtype((self.dtype(storage=storage), (count,)))

    def values_in(self, array: Array) -> Array:
        """Returns the values in a view of several, of a kind that is viewed."""
        return array


class Scalar(Element):
    """A kind of a single value: a number, a name, a text."""

    __slots__ = ()

    @abstractmethod
    def check(self, value: object, place: Place) -> Any:
        """Returns the value as `pack` takes it; fails if it does not fit."""

    @abstractmethod
    def pack(self, value: Any) -> bytes:
        """Returns the bytes of a value that was checked."""

    @abstractmethod
    def read(self, memory: Memory, at: int) -> Any:
        """Reads a message's attribute."""

    def plain(self, memory: Memory, at: int, end: int) -> Any:
        """See `Kind`."""
        return self.named(self.read(memory, at))

    def put(self, data: bytearray | memoryview, at: int, value: object, place: Place) -> None:
        """See `Kind`."""
        data[at : at + self.size] = self.pack(self.check(value, place))

    def check_default(self, value: object, place: Place) -> None:
        """See `Kind`."""
        if place.field.bits:
            self.bits_of(value, place)
        else:
            self.check(value, place)

    def left_out(self, value: object | None, place: Place) -> bytes:
        """See `Kind`."""
        return b"" if value is None else self.pack(self.check(value, place))
