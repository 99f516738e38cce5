"""The properties of a generated extension class: a getter and a setter for each field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod

from cwire_structs.emit.stub import docstring
from cwire_structs.schema.fields import Field, Kind, Struct
from cwire_structs.schema.message_class import field_doc

# What the getters of numbers use.
NUMBER_IMPORTS = """\
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t
from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t
from libc.string cimport memcpy

cdef extern from "Python.h":
    double PyFloat_Unpack2(const char *data, int little_endian) except? -1.0
"""


def is_viewed(field: Field) -> bool:
    """Says whether the getter gives a numpy array."""
    if field.type.is_tail:
        return not field.type.is_text
    return field.element.is_viewed and field.type.shape != ()


def property_lines(struct: Struct, field: Field, message: str) -> Iterator[str]:
    """Yields the property of a field, line by line.

    Args:
        struct: The struct of the class.
        field: One of its fields.
        message: The name of the struct's `Message` in the module.
    """
    name = field.py_name
    yield f"    @property\n    def {name}(self):\n"
    yield f"        {docstring(field_doc(field), 8)}\n"
    yield from (f"        {line}\n" for line in _getter(struct, field, message))
    yield f"\n    @{name}.setter\n    def {name}(self, value):\n"
    yield from (f"        {line}\n" for line in _setter(struct, field, message))
    yield "\n"


def _getter(struct: Struct, field: Field, message: str) -> list[str]:
    type_ = field.type
    at = f"self.cwire_at + {field.offset}"
    dtype = f"cwire_dtype_{struct.name}__{field.name}"
    # A numpy array or a view outlives a tailed message's memory of the moment: it keeps that.
    owner = "self.cwire_owner" if struct.tail else "self"
    if type_.is_tail:
        rest = f"self.cwire_size - {field.offset}"
        if type_.is_text:
            return [f"return cwire_support.text(PyBytes_FromStringAndSize({at}, {rest}))"]
        count = f"({rest}) // {type_.element.size}"
        return [f"return cwire_support.array_view({owner}, {dtype}, ({count},), {field.offset})"]
    if type_.shape:
        shape, of = type_.shape, type_.element
        if of.is_viewed:
            return [f"return cwire_support.array_view({owner}, {dtype}, {shape}, {field.offset})"]
        if of.struct is None:
            raw = f"PyBytes_FromStringAndSize({at}, {field.size})"
            return [f"return cwire_support.texts({raw}, {of.size}, {shape})"]
        items = f"cwire_view_{of.struct.name}({at} + i * {of.size}, {owner})"
        return [
            "cdef Py_ssize_t i",
            f"return cwire_support.nest([{items} for i in range({prod(shape)})], {shape})",
        ]
    if type_.struct is not None:
        return [f"return cwire_view_{type_.struct.name}({at}, {owner})"]
    if type_.is_text:
        return [f"return cwire_support.text(PyBytes_FromStringAndSize({at}, {field.size}))"]
    return (
        _bits_getter(struct, field, message)
        if field.bits
        else _GETTERS[type_.form](type_, field.offset)
    )


def _copied(type_: Kind, offset: int) -> list[str]:
    """Copies the number: neither packing nor alignment matters."""
    if type_.c_type == "_Float16":  # Cython has no such type
        little = int(type_.np[0] == "<")
        return [f"return PyFloat_Unpack2(self.cwire_at + {offset}, {little})"]
    return [
        f"cdef {type_.c_type} number",
        f"memcpy(&number, self.cwire_at + {offset}, {type_.size})",
        "return number",
    ]


def _complex(type_: Kind, offset: int) -> list[str]:
    part = type_.c_type.removesuffix(" _Complex")
    return [
        f"cdef {part} parts[2]",
        f"memcpy(parts, self.cwire_at + {offset}, {type_.size})",
        "return complex(parts[0], parts[1])",
    ]


def _truth(type_: Kind, offset: int) -> list[str]:
    """Asks for a byte that is not 0: one from elsewhere may be neither 0 nor 1."""
    return [f"return self.cwire_at[{offset}] != 0"]


_GETTERS: dict[str, Callable[[Kind, int], list[str]]] = {
    "whole": _copied,
    "choice": _copied,
    "real": _copied,
    "complex": _complex,
    "truth": _truth,
}


def _bits_getter(struct: Struct, field: Field, message: str) -> list[str]:
    """A bit field of up to 8 bytes; the machine that this compiles on is the schema's."""
    type_, bits = field.type, field.bits
    assert bits is not None
    size = bits.stop - bits.start
    if size > 8 or bits.byte_order == "big":
        memory = f"PyMemoryView_FromMemory(self.cwire_at, {struct.size}, PyBUF_READ)"
        return [f"return cwire_support.bits({message}, {field.name!r}, {memory})"]
    lines = ["cdef uint64_t raw = 0", f"memcpy(&raw, self.cwire_at + {bits.start}, {size})"]
    if type_.form == "truth":
        return [*lines, f"return raw >> {bits.shift} & 1 != 0"]
    if type_.signed:  # the bits to the top, and back with copies of the sign
        up = 64 - bits.width
        return [*lines, f"return <int64_t>(raw << {up - bits.shift}) >> {up}"]
    return [*lines, f"return raw >> {bits.shift} & <uint64_t>{(1 << bits.width) - 1}u"]


def _setter(struct: Struct, field: Field, message: str) -> list[str]:
    if field.type.is_tail:
        start = field.offset
        return [
            f"cdef bytes data = cwire_support.encode_message_tail({message}, value)",
            "cdef object old = self.cwire_owner",
            f"if len(data) != self.cwire_size - {start}:",
            f"    self.cwire_reserve({start} + len(data))",
            f"    memcpy(self.cwire_at, PyByteArray_AS_STRING(old), {start})",
            f"memcpy(self.cwire_at + {start}, PyBytes_AS_STRING(data), len(data))",
        ]
    memory = f"self.cwire_at, {struct.size}, PyBUF_WRITE"
    return [
        f"cwire_support.put({message}, {field.name!r}, PyMemoryView_FromMemory({memory}), value)"
    ]
