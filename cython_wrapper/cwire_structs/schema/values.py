"""Checks single values and arrays of numbers before they become bytes. Pure."""

from __future__ import annotations

import difflib
import math
import operator
from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any, NoReturn, TypeVar

import numpy as np

from cwire_structs.errors import FieldError
from cwire_structs.schema.fields import EnumType, Field, NumberType, integer_bounds

_Number = TypeVar("_Number", float, complex)
_FLOAT_LIMITS = {2: 65504.0, 4: float(np.finfo(np.float32).max), 8: math.inf}


class Place:
    """Where a value goes, for errors."""

    __slots__ = ("field", "owner", "path")

    def __init__(self, owner: str, path: str, field: Field) -> None:
        self.owner = owner
        self.path = path
        self.field = field

    def at(self, index: tuple[int, ...]) -> Place:
        """Returns the place of one element."""
        steps = "".join(f"[{step}]" for step in index)
        return Place(self.owner, f"{self.path}{steps}", self.field)

    def fail(self, reason: str) -> NoReturn:
        """Raises FieldError with this place and the reason."""
        raise FieldError(self.owner, self.path, reason) from None


def to_text(value: object, place: Place) -> bytes:
    """Returns a text's bytes without NULs: str as UTF-8, bytes as they are."""
    if isinstance(value, str):
        try:
            raw = value.encode()
        except UnicodeEncodeError:
            place.fail("the text holds half a surrogate pair, which UTF-8 cannot write")
    elif isinstance(value, bytes | bytearray):
        raw = bytes(value).rstrip(b"\0")
    else:
        place.fail(f"needs text (str or bytes), got {show(value)}")
    if b"\0" in raw:
        place.fail("the text holds a NUL, which ends a C string; use a uint8_t array for bytes")
    return raw


def to_enum(type_: EnumType, value: object, place: Place) -> int:
    """Returns the number of an enumerator, given by name or number; others are refused."""
    values = type_.enum.values
    if isinstance(value, str):
        if value in values:
            return values[value]
        near = difflib.get_close_matches(value.upper(), values, 1)
        hint = f"did you mean {near[0]!r}?" if near else "it has " + _names(values)
        place.fail(f"enum {type_.enum.name} has no {value!r}; {hint}")
    number = _integer(value, place, "an enumerator's name or its number")
    if number not in values.values():
        place.fail(f"enum {type_.enum.name} has no value {number}; it has {_names(values)}")
    return number


def fit_bits(number: int, type_: NumberType | EnumType, place: Place) -> int:
    """Returns the number if the bits of a bit field can hold it."""
    low, high = integer_bounds(type_, place.field.bits)
    if not low <= number <= high:
        place.fail(f"{show(number)} does not fit: the bit field holds {low} to {high}")
    return number


def _names(values: Mapping[str, int]) -> str:
    names = [f"{name} = {value}" for name, value in values.items()]
    return ", ".join(names if len(names) <= 12 else [*names[:12], "..."])


def _integer(value: object, place: Place, wanted: str) -> int:
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        place.fail(f"needs {wanted}, got {show(value)}")


def to_plain(type_: NumberType, value: object, place: Place) -> complex:
    """Returns a number of any kind that fits."""
    if type_.kind == "complex":
        return to_complex(type_, value, place)
    return to_number(type_, value, place)


def to_complex(type_: NumberType, value: object, place: Place) -> complex:
    """Returns a complex number whose parts fit; text is no number."""
    number = _converted(complex, value, place)
    for part in (number.real, number.imag):
        _check_float(part, type_.size // 2, place)
    return number


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


def to_number(type_: NumberType, value: object, place: Place) -> int | float:
    """Returns a real number that fits the type and the field's range; text is no number."""
    number: int | float
    if type_.kind == "float":
        number = _converted(float, value, place)
        _check_float(number, type_.size, place)
    else:
        if isinstance(value, np.bool_):
            value = bool(value)
        wanted = "True or False" if type_.kind == "bool" else "a whole number"
        number = _integer(value, place, wanted)
        low, high = integer_bounds(type_, place.field.bits)
        if not low <= number <= high:
            if type_.kind == "bool":
                place.fail(f"needs True or False, got {show(value)}")
            holder = "bit field" if place.field.bits else "type"
            place.fail(f"{show(number)} does not fit: the {holder} holds {low} to {high}")
    _check_range(type_, number, place)
    return number


def _check_range(type_: NumberType, number: float, place: Place) -> None:
    if place.field.range is None:
        return
    low, high = place.field.range
    if not low <= number <= high and not _in_range(type_, np.array(number), place):
        unit = f" {place.field.unit}" if place.field.unit else ""
        place.fail(f"{number} is out of range: allowed is {low} to {high}{unit}")


def _in_range(type_: NumberType, numbers: np.ndarray[Any, Any], place: Place) -> Any:
    """Compares elementwise; NaN is outside of every range."""
    limits = place.field.range
    if limits is None:
        return np.True_
    if type_.kind == "float":
        # As they will be on the wire: the nearest float to the lowest value is in range.
        dtype = np.dtype(type_.np)
        with np.errstate(over="ignore"):
            low, high = (np.array(limit, "f8").astype(dtype) for limit in limits)
            numbers = numbers.astype(dtype)
        return (numbers >= low) & (numbers <= high)
    exact = numbers.astype(object)
    return ((exact >= limits[0]) & (exact <= limits[1])).astype(bool)


def to_array(
    of: NumberType, shape: tuple[int, ...], value: object, place: Place
) -> np.ndarray[Any, Any]:
    """Returns the value as an array of the wire's dtype and shape, every element checked."""
    array = plain_array(value)
    wanted = {"float": "buif", "complex": "buifc"}.get(of.kind, "bui")
    if array is None or array.dtype.kind not in wanted:
        # The slow way: exact for every mix of Python numbers, and it names the element.
        array = _flatten_array(of, shape, value, place)
        return array.astype(of.np).reshape(shape)
    check_shape(array.shape, shape, place)
    if of.kind == "complex":
        parts = array.astype("c16")
        wrong = _too_large(parts.real, of.size // 2) | _too_large(parts.imag, of.size // 2)
    elif of.kind == "float":
        wrong = _too_large(array, of.size) | ~_in_range(of, array, place)
    else:
        wrong = _outside(array, *integer_bounds(of, None)) | ~_in_range(of, array, place)
    if wrong.any():
        index = tuple(int(step) for step in np.unravel_index(int(wrong.argmax()), array.shape))
        to_plain(of, array[index].item(), place.at(index))
    return array.astype(of.np)


def _too_large(array: np.ndarray[Any, Any], size: int) -> Any:
    # An infinity is allowed, a finite number that would become one is not.
    return np.isfinite(array) & (np.abs(array.astype("f8")) > _FLOAT_LIMITS[size])


def _outside(array: np.ndarray[Any, Any], low: int, high: int) -> np.ndarray[Any, Any]:
    # In Python's integers: numpy may compare a uint64 with a large int as floats.
    if array.size == 0 or (low <= int(array.min()) and int(array.max()) <= high):
        return np.zeros(array.shape, bool)
    exact = array.astype(object)
    wrong: np.ndarray[Any, Any] = ((exact < low) | (exact > high)).astype(bool)
    return wrong


def plain_array(value: object) -> np.ndarray[Any, Any] | None:
    """Returns the value as an array, None if it is none.

    A mix of integers that no integer dtype holds becomes floats: callers that want integers see
    that by the dtype.
    """
    if isinstance(value, str | bytes | bytearray | Mapping):
        return None
    if isinstance(value, np.ndarray):
        return value if value.ndim else None
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, OverflowError):
        return None
    return array if array.dtype.kind in "buifc" and array.ndim else None


def _flatten_array(
    of: NumberType, shape: tuple[int, ...], value: object, place: Place
) -> np.ndarray[Any, Any]:
    if isinstance(value, np.ndarray):
        check_shape(value.shape, shape, place)
        elements: Iterable[object] = (element.item() for element in value.reshape(-1))
    else:
        elements = flatten(value, shape, place)
    numbers = [
        to_plain(of, element, place.at(tuple(int(i) for i in np.unravel_index(position, shape))))
        for position, element in enumerate(elements)
    ]
    return np.array(numbers, dtype=of.np)


def flatten(value: object, shape: tuple[int, ...], place: Place) -> list[object]:
    """Returns the elements of nested sequences of exactly this shape."""
    elements = sequence(value, place.owner, place.path)
    if len(elements) != shape[0]:
        place.fail(f"needs {_shape_text(shape)}, got {len(elements)}")
    if len(shape) == 1:
        return elements
    rows = (flatten(row, shape[1:], place.at((i,))) for i, row in enumerate(elements))
    return list(chain.from_iterable(rows))


def sequence(value: object, owner: str, path: str) -> list[object]:
    """Returns the elements of a sequence; text and mappings are none."""
    if not isinstance(value, str | Mapping | np.void):
        try:
            return list(value)  # type: ignore[call-overload, no-any-return]
        except TypeError:
            pass
    raise FieldError(owner, path, f"needs a sequence or an array, got {show(value)}")


def check_shape(found: tuple[int, ...], shape: tuple[int, ...], place: Place) -> None:
    """Fails unless an array has exactly this shape."""
    if found != shape:
        got = f"shape {found}" if len(found) != 1 else str(found[0])
        place.fail(f"needs {_shape_text(shape)}, got {got}")


def _shape_text(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} values" if len(shape) == 1 else f"shape {shape}"


def show(value: object) -> str:
    """Returns a short repr for an error."""
    shown = repr(value) if not isinstance(value, int) or value.bit_length() < 200 else "a huge int"
    return shown if len(shown) <= 60 else f"{shown[:57]}..."
