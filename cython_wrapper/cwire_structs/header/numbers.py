"""Translates libclang's numbers into the schema's, and refuses what has no place there."""

from __future__ import annotations

import re
from enum import Enum
from typing import Any, Literal

from cwire_structs.schema.bits import ByteOrder
from cwire_structs.schema.kinds import NUMBERS, NumberType

_INTEGERS = {
    "SCHAR": "int", "SHORT": "int", "INT": "int", "LONG": "int", "LONGLONG": "int",
    "UCHAR": "uint", "USHORT": "uint", "UINT": "uint", "ULONG": "uint", "ULONGLONG": "uint",
    "WCHAR": "int", "CHAR_S": "int", "CHAR_U": "uint",
    "CHAR16": "uint", "CHAR32": "uint",
}  # fmt: skip
_FLOAT16 = 32  # CXType_Float16 of libclang's Index.h
_FLOATS = ("HALF", "FLOAT16", "FLOAT", "DOUBLE")
REFUSED = {
    "POINTER": "is a pointer: an address means nothing to another program; put the data itself "
    "into the struct, or an index",
    **dict.fromkeys(
        ("LVALUEREFERENCE", "RVALUEREFERENCE", "MEMBERPOINTER"),
        "is a reference, which is a pointer in there; put the data itself into the struct",
    ),
    "LONGDOUBLE": "is a long double, whose format differs between machines; use double",
    "INT128": "is a 128-bit integer, which numpy does not have; use two uint64_t",
    "UINT128": "is a 128-bit integer, which numpy does not have; use two uint64_t",
    "VECTOR": "is a compiler's vector type; use an array",
    "EXTVECTOR": "is a compiler's vector type; use an array",
    "FLOAT128": "is a 128-bit float, which numpy does not have; use double",
    "ATOMIC": "is _Atomic: its layout is the compiler's own business; use the plain type",
}
# What a typedef of one of these names promises holds on every target.
_FIXED = re.compile(r"_*u?int(_least)?(8|16|32|64)_t|__[us](8|16|32|64)|__[lb]e(16|32|64)")
_VARYING = re.compile(
    r"s?size_t|ptrdiff_t|u?intptr_t|u?intmax_t|u?int_fast\d+_t|wchar_t|wint_t|time_t|suseconds_t"
    r"|clock_t|off_t|dev_t|ino_t|nlink_t|blkcnt_t|blksize_t|__kernel_(u?long|old_time|time|size)_t"
)
# Typedefs of char that are small integers: s8, U8, int8_t, INT8S, CPU_INT08U, kSInt8, BYTE, bool_t.
_SMALL = re.compile(
    r"(?i:\w*int(_?(least|fast))?_?0?8(_?[tsu])?_*|(\w*_)?(t_?)?([sui]|ui|si)0?8(_?t)?_*)"
    r"|\w*[a-z]([SUI]|UI|SI)8"
    r"|(?i:\w*(byte|octet|bool|boolean)(_?t)?_*|(\w*_)?q7(_?t)?)"
)


OPEN = (
    "whose flexible array member takes the rest of the message: only the last member can be one, "
    "and no array or union"
)


class RefusedError(Exception):
    """A type that has no place on the wire; the text says why and what to do."""


def name_kinds(cindex: Any) -> None:
    """Lets a type be asked for its kind if that is _Float16: an error in libclang's Python < 21."""
    kinds = cindex.TypeKind
    if hasattr(kinds, "FLOAT16"):
        return
    if issubclass(kinds, Enum):  # 19 and 20
        kinds._missing_ = classmethod(lambda cls, value: cls.HALF if value == _FLOAT16 else None)
    else:
        kinds.FLOAT16 = kinds(_FLOAT16)


def integer_sign(type_: Any) -> Literal["int", "uint"] | None:
    """Returns whether a canonical type is a signed or an unsigned integer, or neither."""
    return {"int": "int", "uint": "uint"}.get(_INTEGERS.get(type_.kind.name, ""))  # type: ignore[return-value]


def is_small_integer(typedef: str) -> bool:
    """Says whether a typedef of char has the name of a small integer: then a char is a number."""
    return _SMALL.fullmatch(typedef) is not None


def number_type(type_: Any, byte_order: ByteOrder) -> NumberType | None:
    """Returns a canonical type as a number, or None if it is none.

    Raises:
        RefusedError: It has no place on the wire.
    """
    kind, size = type_.kind.name, type_.get_size()
    if kind in REFUSED:
        raise RefusedError(REFUSED[kind])
    if kind == "BOOL" and size == 1:
        return NUMBERS["bool"].of(1, byte_order)
    if sign := integer_sign(type_):
        return NUMBERS[sign].of(size, byte_order)
    if kind in _FLOATS and size in (2, 4, 8):
        return NUMBERS["float"].of(size, byte_order)
    if kind == "COMPLEX":
        part = type_.element_type.kind.name
        if part not in ("FLOAT", "DOUBLE"):
            raise RefusedError(f"is a {type_.spelling}; use a double _Complex or an array of two")
        return NUMBERS["complex"].of(size, byte_order)
    return None


def varying_name(type_: Any) -> str | None:
    """Returns the name of a type whose size differs between targets; None: it does not."""
    kinds = type(type_.kind)
    while True:
        if type_.kind in (kinds.CONSTANTARRAY, kinds.INCOMPLETEARRAY):
            type_ = type_.element_type
            continue
        declaration = type_.get_declaration()
        name = declaration.spelling
        if type_.kind not in (kinds.TYPEDEF, kinds.ELABORATED):
            return type_.spelling if type_.kind.name in ("LONG", "ULONG", "WCHAR") else None
        if declaration.kind.name != "TYPEDEF_DECL":
            return None  # a struct, a union or an enum
        if _FIXED.fullmatch(name):
            return None
        if _VARYING.fullmatch(name):
            return str(name)
        type_ = declaration.underlying_typedef_type
