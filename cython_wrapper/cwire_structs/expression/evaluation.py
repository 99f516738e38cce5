"""Evaluates expressions on many frames at once, by numpy.

Comparisons of integers are exact; everything else is computed in doubles, by IEEE 754: a NaN is
equal to nothing, a division by zero is infinite. Pure.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cwire_structs.expression.meaning import Meaning, Value

__all__ = ["evaluate", "fields_of"]

_Array = np.ndarray[Any, np.dtype[Any]]
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def fields_of(meaning: Meaning, source: int, records: Any) -> dict[int, _Array]:
    """Reads the fields that an expression needs of one of its messages.

    Args:
        meaning: The expression.
        source: Index of the message.
        records: Records of it, all of one size.

    Returns:
        By index of the field: its values, a row for each record; of an array a column for each
        element.
    """
    return {
        index: _plain(np.asarray(read.path.values(records)), len(records))
        for index, read in enumerate(meaning.reads)
        if read.source == source
    }


def evaluate(meaning: Meaning, fields: Sequence[_Array]) -> npt.NDArray[np.bool_]:
    """Evaluates an expression.

    Args:
        meaning: The expression.
        fields: By index of the field, as `fields_of` gives them; as many rows of each.

    Returns:
        Whether it is true, for each row.
    """
    with np.errstate(all="ignore"):
        return np.asarray(np.broadcast_to(_of(meaning.value, fields), (len(fields[0]),)))


def _plain(values: _Array, rows: int) -> _Array:
    """Numbers as integers or doubles in this machine's order; truths; texts up to their NUL."""
    kind = values.dtype.kind
    if kind == "S":
        values = _texts(values)
    elif kind == "b":
        values = values.view("u1") != 0  # a byte from elsewhere that is neither 0 nor 1 is true
    elif kind == "f":
        values = values.astype("f8")
    else:
        values = values.astype(values.dtype.newbyteorder("="))
    if values.ndim < 2:
        return values
    return values.reshape(rows, int(np.prod(values.shape[1:])))


def _texts(values: _Array) -> _Array:
    size = values.dtype.itemsize
    if not size:
        return values
    letters = np.ascontiguousarray(values).view("u1").reshape(*values.shape, size)
    ended = np.logical_or.accumulate(letters == 0, axis=-1)
    return np.where(ended, np.uint8(0), letters).view(f"S{size}")[..., 0]


def _of(value: Value, fields: Sequence[_Array]) -> Any:
    op = value.op
    if op == "read":
        assert isinstance(value.value, int)
        return fields[value.value]
    if op in ("number", "truth"):
        return _literal(value.value)
    if op == "text":
        return np.array(str(value.value).encode("utf-8", "surrogatepass"))
    parts = [_of(part, fields) for part in value.parts]
    if value.shape:  # single values beside arrays: the same for each element
        parts = [
            one[:, None] if one.ndim == 1 and not part.shape else one
            for one, part in zip(parts, value.parts, strict=True)
        ]
    if op == "compare":
        assert isinstance(value.value, tuple)
        found = [
            _COMPARE[sign](*_alike(one, other))
            for sign, one, other in zip(value.value, parts, parts[1:], strict=False)
        ]
        return np.logical_and.reduce(np.broadcast_arrays(*found)) if len(found) > 1 else found[0]
    if op in _ARITHMETIC:
        return _ARITHMETIC[op](parts[0].astype("f8"), parts[1].astype("f8"))
    return _FUNCTIONS[op](*parts)


def _literal(value: object) -> _Array:
    if isinstance(value, bool):
        return np.array(value)
    if isinstance(value, int):
        return np.array(value, "i8" if value < 2**63 else "u8")
    return np.array(value, "f8")


def _alike(one: _Array, other: _Array) -> tuple[_Array, _Array]:
    """Two numbers that are not both integers, as doubles."""
    kinds = one.dtype.kind + other.dtype.kind
    if "f" in kinds and kinds != "ff":
        return one.astype("f8"), other.astype("f8")
    return one, other


def _abs(values: _Array) -> _Array:
    # The smallest integer has no opposite of its own type.
    return np.abs(values.astype("i8")).view("u8") if values.dtype.kind == "i" else np.abs(values)


def _mean(values: _Array) -> _Array:
    # In order: JavaScript adds so, too.
    sums = np.add.accumulate(values.astype("f8"), axis=1)
    return sums[:, -1] / sums.shape[1] if sums.shape[1] else _nothing(values)


def _nothing(values: _Array) -> _Array:
    """Of an array without elements there is no number."""
    return np.full(len(values), np.nan)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
    "minus": lambda one: -one.astype("f8"),
    "abs": _abs,
    "min": lambda one: one.min(axis=1) if one.shape[1] else _nothing(one),
    "max": lambda one: one.max(axis=1) if one.shape[1] else _nothing(one),
    "mean": _mean,
    "any": lambda one: one.any(axis=1),
    "all": lambda one: one.all(axis=1),
}
