"""Checks sequences, arrays and shapes that are given for a field. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

import numpy as np

from cwire_structs.errors import FieldError
from cwire_structs.schema.fields import Place


def plain_array(value: object) -> np.ndarray[Any, Any] | None:
    """Returns the value as an array, None if it is none.

    Bytes, and whatever else shows its memory (memoryview, array, mmap), are arrays without a copy.
    A mix of integers that no integer dtype holds becomes floats: callers that want integers see
    that by the dtype.
    """
    if isinstance(value, str | Mapping):
        return None
    if isinstance(value, np.ndarray):
        return value if value.ndim else None
    if isinstance(value, bytes | bytearray):
        return np.frombuffer(value, np.uint8)
    try:
        array = np.asarray(_bytes_viewed(value))
    except (ValueError, TypeError, OverflowError):
        return None
    if array.dtype == "S1" and not isinstance(value, list | tuple):
        array = array.view(np.uint8)  # of memory of chars
    return array if array.dtype.kind in "buifc" and array.ndim else None


def _bytes_viewed(value: object) -> object:
    """Returns nested lists with the bytes in them as arrays: numpy would take them for text."""
    if not isinstance(value, list | tuple) or not value:
        return value
    if isinstance(value[0], bytes | bytearray):
        return [
            np.frombuffer(one, np.uint8) if isinstance(one, bytes | bytearray) else one
            for one in value
        ]
    if isinstance(value[0], list | tuple):
        return [_bytes_viewed(one) for one in value]
    return value


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


def short(text: str) -> str:
    """Returns a repr of what was typed, for an error."""
    return repr(text if len(text) <= 40 else text[:39] + "…")
