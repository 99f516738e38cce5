"""Enums: integers with names. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from cwire_structs.errors import nearest
from cwire_structs.schema.bits import BitRange, ByteOrder, bit_bounds
from cwire_structs.schema.fields import CHECK_NONE, Dtype, Enum, Memory, Nested, Place
from cwire_structs.schema.json_cursor import SAFE_INTEGER, Cursor
from cwire_structs.schema.kinds.element import Known, Scalar
from cwire_structs.schema.kinds.numbers import (
    c_integer,
    check_bounds,
    number_code,
    number_reader,
    packer,
    read_code,
    whole,
)
from cwire_structs.schema.values import plain_array


@dataclass(frozen=True, slots=True, eq=False)
class EnumType(Scalar):
    """An integer with names; by ``@enum`` it may have another size and sign than its enum."""

    kind = "enum"
    form = "choice"
    is_viewed = True
    undrawable = ""

    np: str = field()
    enum: Enum = field()

    @classmethod
    def of(cls, enum: Enum, byte_order: ByteOrder) -> Self:
        """Returns the type of an enum."""
        return cls(_code(enum, byte_order), enum)

    @classmethod
    def from_json(cls, cursor: Cursor, known: Known) -> Self:
        """See `Element`."""
        enum = known.enum(cursor.get("enum"))
        return cls(read_code(cursor, "iu", (1, 2, 4, 8)), enum)

    def to_json(self) -> dict[str, Any]:
        """See `Kind`."""
        return {"kind": "enum", "np": self.np, "enum": self.enum.name}

    @property
    def size(self) -> int:
        """Bytes of one value."""
        return int(self.np[2:])

    @property
    def signed(self) -> bool:
        """See `Kind`."""
        return self.np[1] == "i"

    @property
    def bit_limit(self) -> int:
        """See `Kind`."""
        return 8 * self.size

    @property
    def c_class(self) -> str:
        """See `Kind`."""
        return "int" if self.signed else "uint"

    @property
    def c_type(self) -> str:
        """See `Kind`."""
        return c_integer(self.size, signed=self.signed)

    def dtype(self, tail: int = 0, *, storage: bool = False) -> Dtype:
        """See `Kind`."""
        return np.dtype(self.np)

    def reader(self, nested: Nested) -> Callable[..., Any]:
        """See `Kind`."""
        return number_reader(self.np)

    def read(self, memory: Memory, at: int) -> int:
        """See `Scalar`."""
        value: int = number_reader(self.np)(memory, at)
        return value

    def named(self, value: Any) -> str | int:
        """See `Kind`; a number without a name is given as it is."""
        label = self.enum.label(value)
        return int(value) if label is None else label

    def from_numpy(self, cell: Any) -> int:
        """See `Kind`."""
        return int(cell)

    def show(self, value: Any) -> str:
        """See `Kind`."""
        label = self.enum.label(value)
        return repr(label) if label is not None else str(value)

    def check(self, value: object, place: Place) -> int:
        """See `Scalar`; a name or a number of the enum. Other numbers are for `from_dict`."""
        values = self.enum.values
        if isinstance(value, str):
            if value in values:
                return self._held(values[value], place, value)
            near = nearest(value.upper(), values)
            hint = f"did you mean {near!r}?" if near else "it has " + _names(values)
            place.fail(f"enum {self.enum.name} has no {value!r}; {hint}")
        number = whole(value, place, "an enumerator's name or its number")
        if number not in values.values() and place.checks is not CHECK_NONE:
            place.fail(f"enum {self.enum.name} has no value {number}; it has {_names(values)}")
        return self._held(number, place)

    def _held(self, number: int, place: Place, name: str = "") -> int:
        low, high = self.bounds(None)
        if not low <= number <= high:  # an enum of @enum may be wider than the field
            shown = f"{name} = {number}" if name else str(number)
            place.fail(f"{shown} does not fit: the field holds {low} to {high}")
        return number

    def put_array(
        self,
        shape: tuple[int, ...],
        data: bytearray | memoryview,
        at: int,
        value: object,
        place: Place,
    ) -> None:
        """See `Element`; arrays of numbers as a whole."""
        array = plain_array(value)
        if array is None or array.dtype.kind not in "iu" or array.shape != shape:
            Scalar.put_array(self, shape, data, at, value, place)
            return
        numbers, firsts = np.unique(array, return_index=True)
        for number, first in zip(numbers.tolist(), firsts.tolist(), strict=True):
            index = tuple(int(step) for step in np.unravel_index(first, shape))
            self.check(number, place.at(index))
        made = array.astype(self.np).tobytes()
        data[at : at + len(made)] = made

    def pack(self, value: Any) -> bytes:
        """See `Scalar`."""
        return packer(self.np).pack(value)

    def bounds(self, bits: BitRange | None) -> tuple[int, int]:
        """See `Kind`."""
        return bit_bounds(bits.width if bits else 8 * self.size, signed=self.signed)

    def bits_of(self, value: object, place: Place) -> int:
        """See `Kind`."""
        number = self.check(value, place)
        check_bounds(number, self.bounds(place.field.bits), place)
        return number

    def read_default(self, found: Cursor) -> object:
        """See `Kind`; a number beyond 2**53 is text, too."""
        if isinstance(found.value, str) and not _digits(found.value):
            return found.text()
        return found.number()

    def parse(self, text: str) -> int | str:
        """See `Kind`."""
        return int(text) if text.lstrip("-").isdecimal() else text


def _code(enum: Enum, byte_order: ByteOrder) -> str:
    return number_code("i" if enum.signed else "u", enum.size, byte_order)


def _names(values: Mapping[str, int]) -> str:
    names = [f"{name} = {value}" for name, value in values.items()]
    return ", ".join(names if len(names) <= 12 else [*names[:12], "..."])


def _digits(text: str) -> bool:
    return re.fullmatch(r"-?[0-9]{1,20}", text) is not None and abs(int(text)) > SAFE_INTEGER
