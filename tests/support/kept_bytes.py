"""The bytes of a struct that `from_dict(to_dict())` keeps, which is all that a program can mean."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from cwire_structs.schema.fields import Field, Struct
from cwire_structs.schema.kinds import BoolType, ComplexType, FloatType, StructType


def kept(struct: Struct, data: bytes) -> bytes:
    """Returns bytes without padding, with 1 for true, and with NaNs as Python has them."""
    made = bytearray(len(data))
    _keep(struct, data, made, 0, len(data))
    return bytes(made)


def _keep(struct: Struct, data: bytes, made: bytearray, at: int, end: int) -> None:
    if struct.kind == "union":
        made[at : at + struct.size] = data[at : at + struct.size]
        return
    for member in struct.members:
        if member.bits:
            member.bits.write(made, at, member.bits.read(data, at))
        elif member.type.is_tail:
            count = (end - at - member.offset) // member.element.size
            _elements(member, (count,), data, made, at + member.offset, end)
        else:
            _elements(member, member.type.shape, data, made, at + member.offset, end)


def _elements(
    member: Field, shape: tuple[int, ...], data: bytes, made: bytearray, start: int, end: int
) -> None:
    of: Any = member.element
    for index in range(prod(shape)):
        at = start + index * of.size
        one = data[at : at + of.size]
        if isinstance(of, StructType):
            _keep(of.struct, data, made, at, end if of.is_open else at + of.size)
            continue
        if isinstance(of, BoolType):
            one = bytes([one[0] != 0])
        elif isinstance(of, FloatType) and of.size == 2 and not shape:
            number = np.frombuffer(one, of.np)
            if np.isnan(number):
                one = np.copysign(np.array(np.nan, of.np), number).astype(of.np).tobytes()
        elif (isinstance(of, FloatType) and of.size == 4) or isinstance(of, ComplexType):
            one = _quiet(one, of.np)
        made[at : at + of.size] = one


def _quiet(one: bytes, code: str) -> bytes:
    """Makes signalling NaNs of 32 bits quiet, as a processor does that converts them."""
    if code[2:] == "16":
        return one
    words = np.frombuffer(one, f"{code[0]}u4").copy()
    words[np.isnan(words.view(f"{code[0]}f4"))] |= 0x400000
    return words.tobytes()
