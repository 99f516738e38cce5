"""Numbers: integers, floats, complex numbers and bools. Pure."""

from __future__ import annotations

import math
import operator
import struct as packing
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Any, ClassVar, Self, TypeVar

import numpy as np

from cwire_structs.schema.bits import BitRange, ByteOrder, bit_bounds
from cwire_structs.schema.decode import array_view
from cwire_structs.schema.fields import CHECK_NONE, Array, Dtype, Memory, Nested, Place
from cwire_structs.schema.json_cursor import Cursor
from cwire_structs.schema.kinds.element import Known, Scalar
from cwire_structs.schema.values import check_shape, flatten, plain_array, short, show

_Number = TypeVar("_Number", float, complex)
# numpy's type strings in the letters of the module struct; a complex number is two.
_PACKING = {
    "i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I", "u8": "Q",
    "f2": "e", "f4": "f", "f8": "d", "b1": "B", "c8": "ff", "c16": "dd",
}  # fmt: skip
# Of a float's bytes: the largest finite value, and the type in C.
_FLOAT_LIMITS = {2: 65504.0, 4: float(np.finfo(np.float32).max), 8: math.inf}
_C_FLOATS = {2: "_Float16", 4: "float", 8: "double"}


def number_code(letter: str, size: int, byte_order: ByteOrder) -> str:
    """Returns numpy's type string of a number: ``<f8``; one byte has no order: ``|u1``."""
    order = "|" if size == 1 else "<" if byte_order == "little" else ">"
    return f"{order}{letter}{size}"


def read_code(cursor: Cursor, letters: str, sizes: tuple[int, ...]) -> str:
    """Reads ``np``, which must be of these letters and sizes, in either byte order."""
    found = cursor.get("np")
    code, codes = found.text(), _codes(letters, sizes)
    if code not in codes:
        found.fail(f"must be {' or '.join(codes)}, is {code[:80]!a}")
    return code


@cache
def _codes(letters: str, sizes: tuple[int, ...]) -> dict[str, None]:
    """Returns the type strings of these letters and sizes, in order."""
    orders: tuple[ByteOrder, ...] = ("little", "big")
    return {number_code(one, size, by): None for one in letters for size in sizes for by in orders}


@cache
def packer(code: str) -> packing.Struct:
    """Returns what packs and unpacks one number of a type string; ten times faster than numpy."""
    return packing.Struct(code[0].replace("|", "<") + _PACKING[code[1:]])


@cache
def number_reader(code: str) -> Callable[[Memory, int], Any]:
    """Returns a function that reads one number at an offset."""
    unpack = packer(code).unpack_from
    if code[1] == "c":
        return lambda memory, at: complex(*unpack(memory, at))
    if code[1] == "b":
        return lambda memory, at: unpack(memory, at)[0] != 0
    return lambda memory, at: unpack(memory, at)[0]


@dataclass(frozen=True, slots=True, eq=False)
class NumberType(Scalar):
    """A number; `np` is numpy's type string with the byte order.

    Attributes:
        letter: Numpy's for the kind.
        sizes: Bytes that such a number can have.
        takes: Numpy's letters of the arrays that are taken as they are, checked as a whole.
    """

    letter: ClassVar[str]
    sizes: ClassVar[tuple[int, ...]]
    takes: ClassVar[str]
    is_number = True
    is_viewed = True
    undrawable = ""

    np: str = field()

    @classmethod
    def of(cls, size: int, byte_order: ByteOrder) -> Self:
        """Returns the kind of a number of `size` bytes."""
        return cls(number_code(cls.letter, size, byte_order))

    @classmethod
    def from_json(cls, cursor: Cursor, known: Known) -> Self:
        """See `Element`."""
        return cls(read_code(cursor, cls.letter, cls.sizes))

    def to_json(self) -> dict[str, Any]:
        """See `Kind`."""
        return {"kind": self.kind, "np": self.np}

    @property
    def size(self) -> int:
        """Bytes of one value."""
        return int(self.np[2:])

    def dtype(self, tail: int = 0, *, storage: bool = False) -> Dtype:
        """See `Kind`."""
        return np.dtype(self.np)

    def reader(self, nested: Nested) -> Callable[..., Any]:
        """See `Kind`."""
        return number_reader(self.np)

    def read(self, memory: Memory, at: int) -> Any:
        """See `Scalar`."""
        return number_reader(self.np)(memory, at)

    def from_numpy(self, cell: Any) -> Any:
        """See `Kind`."""
        return cell.item()

    def pack(self, value: Any) -> bytes:
        """See `Scalar`."""
        return packer(self.np).pack(value)

    def plain_list(self, shape: tuple[int, ...], memory: Memory, at: int) -> list[Any]:
        """See `Element`; one call of numpy."""
        if 0 in shape:
            return []
        return list(self.values_in(array_view(memory, self.dtype(), shape, at)).tolist())

    def put_array(
        self,
        shape: tuple[int, ...],
        data: bytearray | memoryview,
        at: int,
        value: object,
        place: Place,
    ) -> None:
        """See `Element`."""
        array = self._checked(shape, value, place)
        data[at : at + array.nbytes] = array.tobytes()

    def _checked(self, shape: tuple[int, ...], value: object, place: Place) -> Array:
        """Returns the value as an array of the wire's dtype and shape, every element checked."""
        array = plain_array(value)
        if array is None or array.dtype.kind not in self.takes:
            # The slow way: exact for every mix of Python numbers, and it names the element.
            return self._one_by_one(shape, value, place).astype(self.np).reshape(shape)
        check_shape(array.shape, shape, place)
        wrong = self.unfit(array, place)
        if wrong.any():
            index = tuple(int(step) for step in np.unravel_index(int(wrong.argmax()), array.shape))
            self.check(array[index].item(), place.at(index))
        return array.astype(self.np)

    def _one_by_one(self, shape: tuple[int, ...], value: object, place: Place) -> Array:
        if isinstance(value, np.ndarray):
            check_shape(value.shape, shape, place)
            elements = [element.item() for element in value.reshape(-1)]
        else:
            elements = flatten(value, shape, place)
        indices = product(*map(range, shape))
        numbers = [
            self.check(element, place.at(index))
            for index, element in zip(indices, elements, strict=True)
        ]
        return np.array(numbers, dtype=self.np)

    def tail_bytes(self, value: object, place: Place) -> bytes:
        """See `Element`; an array of any shape is taken in C order."""
        array = plain_array(value)
        # Of a list that numpy made floats of, the elements may be integers that are too large.
        if array is not None and (array is value or array.dtype.kind in self.takes):
            value = array.reshape(-1)
        return Scalar.tail_bytes(self, value, place)

    @abstractmethod
    def unfit(self, array: Array, place: Place) -> Any:
        """Says of each number of an array whether it does not fit."""

    def within(self, numbers: Array, limits: tuple[float, float]) -> Any:
        """Says of each number whether it is in a range; NaN is outside of every one."""
        if numbers.size and limits[0] <= numbers.min().item() and numbers.max().item() <= limits[1]:
            return np.ones(numbers.shape, bool)
        exact = numbers.astype(object)
        return ((exact >= limits[0]) & (exact <= limits[1])).astype(bool)

    def _check_range(self, number: float, place: Place) -> None:
        limits = place.field.range
        if limits is None or place.checks is CHECK_NONE:
            return
        low, high = limits
        if not low <= number <= high and not self.within(np.array(number), limits):
            unit = f" {place.field.unit}" if place.field.unit else ""
            place.fail(f"{number} is out of range: allowed is {low} to {high}{unit}")

    def _out_of_range(self, array: Array, place: Place) -> Any:
        limits = place.field.range
        if limits is None or place.checks is CHECK_NONE:
            return np.False_
        return ~self.within(array, limits)

    def read_default(self, found: Cursor) -> object:
        """See `Kind`."""
        return found.number()


class IntegerType(NumberType):
    """A whole number."""

    __slots__ = ()

    sizes = (1, 2, 4, 8)
    takes = "bui"
    form = "whole"

    @property
    def bit_limit(self) -> int:
        """See `Kind`."""
        return 8 * self.size

    @property
    def c_type(self) -> str:
        """See `Kind`."""
        return c_integer(self.size, signed=self.signed)

    def bounds(self, bits: BitRange | None) -> tuple[int, int]:
        """See `Kind`."""
        return bit_bounds(bits.width if bits else 8 * self.size, signed=self.signed)

    def check(self, value: object, place: Place) -> int:
        """See `Scalar`."""
        if isinstance(value, np.bool_):
            value = bool(value)
        number = whole(value, place, "a whole number")
        check_bounds(number, self.bounds(place.field.bits), place)
        self._check_range(number, place)
        return number

    def bits_of(self, value: object, place: Place) -> int:
        """See `Kind`."""
        return self.check(value, place)

    def unfit(self, array: Array, place: Place) -> Any:
        """See `NumberType`."""
        return _outside(array, *self.bounds(None)) | self._out_of_range(array, place)

    def parse(self, text: str) -> int:
        """See `Kind`."""
        try:
            return int(text, 16 if "0x" in text.lower() else 10)
        except ValueError:
            raise ValueError(f"{short(text)} is not a whole number") from None


class IntType(IntegerType):
    """A signed integer."""

    __slots__ = ()

    kind = "int"
    letter = "i"
    signed = True


class UintType(IntegerType):
    """An unsigned integer."""

    __slots__ = ()

    kind = "uint"
    letter = "u"


class FloatType(NumberType):
    """A float."""

    __slots__ = ()

    kind = "float"
    letter = "f"
    sizes = (2, 4, 8)
    takes = "buif"
    form = "real"

    @property
    def c_type(self) -> str:
        """See `Kind`."""
        return _C_FLOATS[self.size]

    def check(self, value: object, place: Place) -> float:
        """See `Scalar`."""
        number = _converted(float, value, place)
        _check_float(number, self.size, place)
        self._check_range(number, place)
        return number

    def unfit(self, array: Array, place: Place) -> Any:
        """See `NumberType`."""
        return _too_large(array, self.size) | self._out_of_range(array, place)

    def within(self, numbers: Array, limits: tuple[float, float]) -> Any:
        """See `NumberType`; as on the wire: the nearest float to the lowest value is in range."""
        dtype = self.dtype()
        with np.errstate(over="ignore"):
            low, high = (np.array(limit, "f8").astype(dtype) for limit in limits)
            numbers = numbers.astype(dtype)
        return (numbers >= low) & (numbers <= high)

    def parse(self, text: str) -> float:
        """See `Kind`."""
        try:
            return float(text)
        except ValueError:
            raise ValueError(f"{short(text)} is not a number") from None


class ComplexType(NumberType):
    """A complex number: the real and the imaginary part."""

    __slots__ = ()

    kind = "complex"
    letter = "c"
    sizes = (8, 16)
    takes = "buifc"
    form = "complex"
    undrawable = "its numbers are complex"

    @property
    def c_type(self) -> str:
        """See `Kind`."""
        return f"{_C_FLOATS[self.size // 2]} _Complex"

    def check(self, value: object, place: Place) -> complex:
        """See `Scalar`."""
        number = _converted(complex, value, place)
        for part in (number.real, number.imag):
            _check_float(part, self.size // 2, place)
        return number

    def pack(self, value: Any) -> bytes:
        """See `Scalar`."""
        return packer(self.np).pack(value.real, value.imag)

    def unfit(self, array: Array, place: Place) -> Any:
        """See `NumberType`."""
        parts = array.astype("c16")
        return _too_large(parts.real, self.size // 2) | _too_large(parts.imag, self.size // 2)

    def read_default(self, found: Cursor) -> object:
        """See `Kind`."""
        found.fail("a complex number has no default")

    def parse(self, text: str) -> complex:
        """See `Kind`."""
        try:
            return complex(text.replace(" ", ""))
        except ValueError:
            raise ValueError(f"{short(text)} is not a complex number such as 1+2j") from None

    def text(self, value: Any) -> str:
        """See `Kind`; without brackets around it."""
        return str(value).strip("()")


class BoolType(NumberType):
    """True or false; a byte from elsewhere that is neither 0 nor 1 is true."""

    __slots__ = ()

    kind = "bool"
    letter = "b"
    sizes = (1,)
    takes = "bui"
    form = "truth"
    bit_limit = 1
    c_type = "_Bool"

    def bounds(self, bits: BitRange | None) -> tuple[int, int]:
        """See `Kind`."""
        return 0, 1

    def from_bits(self, raw: int, width: int) -> bool:
        """See `Kind`."""
        return raw != 0

    def check(self, value: object, place: Place) -> int:
        """See `Scalar`."""
        if isinstance(value, np.bool_):
            value = bool(value)
        number = whole(value, place, "True or False")
        if number not in (0, 1):
            place.fail(f"needs True or False, got {show(value)}")
        return number

    def bits_of(self, value: object, place: Place) -> int:
        """See `Kind`."""
        return self.check(value, place)

    def unfit(self, array: Array, place: Place) -> Any:
        """See `NumberType`."""
        return _outside(array, 0, 1)

    def values_in(self, array: Array) -> Array:
        """See `Element`."""
        values: Array = array.view("u1") != 0
        return values

    def read_default(self, found: Cursor) -> object:
        """See `Kind`."""
        return found.boolean()

    def parse(self, text: str) -> bool:
        """See `Kind`."""
        if text.lower() in ("1", "true", "yes", "on"):
            return True
        if text.lower() in ("0", "false", "no", "off"):
            return False
        raise ValueError(f"{short(text)} is neither true nor false")


NUMBERS: dict[str, type[NumberType]] = {
    one.kind: one for one in (IntType, UintType, FloatType, ComplexType, BoolType)
}


def c_integer(size: int, *, signed: bool) -> str:
    """Returns the type of an integer in C: ``uint16_t``."""
    return f"{'' if signed else 'u'}int{8 * size}_t"


def whole(value: object, place: Place, wanted: str) -> int:
    """Returns a value as an integer; `wanted` says what is needed, for the error."""
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        place.fail(f"needs {wanted}, got {show(value)}")


def check_bounds(number: int, bounds: tuple[int, int], place: Place) -> None:
    """Fails unless the type, or the bit field, can hold the number."""
    low, high = bounds
    if not low <= number <= high:
        holder = "bit field" if place.field.bits else "type"
        place.fail(f"{show(number)} does not fit: the {holder} holds {low} to {high}")


def _converted(kind: Callable[[Any], _Number], value: object, place: Place) -> _Number:
    if isinstance(value, str | bytes | bytearray) or getattr(value, "shape", ()) != ():
        place.fail(f"needs a number, got {show(value)}")
    try:
        return kind(value)
    except (TypeError, ValueError):
        place.fail(f"needs a number, got {show(value)}")
    except OverflowError:
        place.fail("is too large for a float")


def _check_float(number: float, size: int, place: Place) -> None:
    if math.isfinite(number) and abs(number) > _FLOAT_LIMITS[size]:
        place.fail(f"{number} is too large for a {8 * size}-bit float")


def _too_large(array: Array, size: int) -> Any:
    # An infinity is allowed, a finite number that would become one is not.
    return np.isfinite(array) & (np.abs(array.astype("f8")) > _FLOAT_LIMITS[size])


def _outside(array: Array, low: int, high: int) -> Array:
    # In Python's integers: numpy may compare a uint64 with a large int as floats.
    if array.size == 0 or (low <= int(array.min()) and int(array.max()) <= high):
        return np.zeros(array.shape, bool)
    exact = array.astype(object)
    wrong: Array = ((exact < low) | (exact > high)).astype(bool)
    return wrong
