"""Structs of numpy dtypes: the bytes that a structured array has. Pure."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from cwire_structs.errors import SchemaError
from cwire_structs.schema.fields import Field, FieldTime, Kind, Struct
from cwire_structs.schema.json_cursor import is_identifier
from cwire_structs.schema.kinds import (
    NUMBERS,
    ArrayType,
    Element,
    NumberType,
    StructType,
    TextType,
)

__all__ = ["VALUE", "c_declaration", "number_of", "struct_of_dtype"]

VALUE = "value"
"""The only field of what is no struct: of a dtype, of a reply that is one value."""

_LETTERS = {one.letter: one for one in NUMBERS.values()}
_REFUSED = {
    "O": "holds Python objects, which have no bytes of their own; give each value a field",
    "U": "is text of 4 bytes a character: use S (bytes of UTF-8), as in 'S16'",
    "V": "is bytes without a meaning: use 'u1' with a shape, or a structured dtype",
    "T": "is text of any length: use S with a length, as in 'S16'",
}


def struct_of_dtype(name: str, dtype: np.dtype[Any], structs: dict[str, Struct]) -> Struct:
    """Returns the struct of a dtype, and puts it, and those nested in it, into `structs`.

    Args:
        name: The struct's.
        dtype: A structured one, with its offsets; of another, the struct has one field ``value``.
        structs: By name, nested ones before their users.

    Raises:
        SchemaError: No C struct has this layout.
    """
    if dtype.names is None:
        dtype = np.dtype([(VALUE, dtype)], align=True)
    if name in structs:
        raise SchemaError(f"there are two structs {name!r}: name one otherwise")
    members = sorted(
        (_member(name, key, dtype, structs) for key in dtype.names or ()),
        key=lambda one: one.offset,
    )
    for one, other in pairwise(members):
        if other.offset < one.offset + one.size:
            raise SchemaError(
                f"{name}: {one.name!r} and {other.name!r} share bytes, as in a C union, which only "
                "a header can say: leave one out, or wrap a header"
            )
    align = dtype.alignment if dtype.isalignedstruct else 1
    made = Struct(name, f"struct {name}", dtype.itemsize, align, "", tuple(members))
    structs[name] = made
    return made


def _member(name: str, key: str, dtype: np.dtype[Any], structs: dict[str, Struct]) -> Field:
    place = f"{name}.{key}"
    if not is_identifier(key):
        raise SchemaError(f"{name}: {key!r} is no name in C (letters, digits, _): rename the field")
    assert dtype.fields is not None
    found, offset = dtype.fields[key][:2]
    base, shape = (found.base, found.shape) if found.subdtype else (found, ())
    if 0 in shape:
        raise SchemaError(f"{place}: an array of shape {shape} has no bytes")
    time = None
    if base.kind in "mM":
        time = _time(place, base)
        base = np.dtype(f"{base.byteorder}i8")
    element = _element(place, f"{name}_{key}", base, structs)
    kind: Kind = ArrayType(tuple(int(n) for n in shape), element) if shape else element
    return Field(key, c_declaration(kind), offset, found.itemsize, kind, time=time)


def _element(place: str, struct: str, dtype: np.dtype[Any], structs: dict[str, Struct]) -> Element:
    if dtype.names is not None:
        if not dtype.itemsize:
            raise SchemaError(f"{place}: a struct without fields has no bytes")
        return StructType(struct_of_dtype(struct, dtype, structs))
    if dtype.kind == "S":
        if not dtype.itemsize:
            raise SchemaError(f"{place}: a text needs a length, as in 'S16'")
        return TextType(dtype.itemsize)
    return number_of(place, dtype)


def number_of(place: str, dtype: np.dtype[Any]) -> NumberType:
    """Returns the kind of a number.

    Raises:
        SchemaError: cwire has none for this dtype.
    """
    if dtype.kind in _REFUSED:
        raise SchemaError(f"{place}: {dtype.str!r} {_REFUSED[dtype.kind]}")
    found = _LETTERS.get(dtype.kind)
    if found is None or dtype.itemsize not in found.sizes:
        raise SchemaError(
            f"{place}: {dtype} is no number that other machines have: take one of 8 bytes or less, "
            "as 'f8' or 'i8', or a complex number of 8 or 16"
        )
    return found(dtype.str)


def _time(place: str, dtype: np.dtype[Any]) -> FieldTime:
    unit, count = np.datetime_data(dtype)
    if unit not in ("ns", "us", "ms", "s") or count != 1:
        raise SchemaError(f"{place}: {dtype} counts in other units than ns, us, ms or s: convert")
    return FieldTime(unit, "unix" if dtype.kind == "M" else "none")


def c_declaration(kind: Kind) -> str:
    """Returns a type as C spells it, for people: ``float[1024]``."""
    element = kind.element
    if element.struct is not None:
        base = element.struct.c_name
    elif element.enum is not None:
        base = f"enum {element.enum.name}"
    elif isinstance(element, TextType):
        base = "char"
    else:
        base = element.c_type
    shape = ["" if kind.is_tail and n < 0 else n for n in kind.lengths]
    if isinstance(element, TextType) and not (kind.is_tail and kind.is_text):
        shape.append(element.length)
    return base + "".join(f"[{n}]" for n in shape)
