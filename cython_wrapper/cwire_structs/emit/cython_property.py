"""The properties of a generated extension class: a getter and a setter for each field."""

from __future__ import annotations

from collections.abc import Iterator

from cwire_structs.emit.stub import docstring
from cwire_structs.schema.fields import (
    ArrayType,
    EnumType,
    Field,
    NumberType,
    Struct,
    StructType,
    TailType,
    TextType,
)
from cwire_structs.schema.message_class import field_doc


def is_viewed(field: Field) -> bool:
    """Says whether the getter gives a numpy array."""
    type_ = field.type
    if isinstance(type_, ArrayType):
        return isinstance(type_.of, NumberType | EnumType)
    return isinstance(type_, TailType) and not isinstance(type_.of, TextType)


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
    if isinstance(type_, TailType):
        if isinstance(type_.of, TextType):
            rest = f"self.cwire_size - {field.offset}"
            return [f"return cwire_support.text(PyBytes_FromStringAndSize({at}, {rest}))"]
        count = f"(self.cwire_size - {field.offset}) // {type_.stride}"
        return [f"return cwire_support.array_view({owner}, {dtype}, ({count},), {field.offset})"]
    if isinstance(type_, ArrayType):
        shape, of = type_.shape, type_.of
        if isinstance(of, TextType):
            raw = f"PyBytes_FromStringAndSize({at}, {field.size})"
            return [f"return cwire_support.texts({raw}, {of.length}, {shape})"]
        if isinstance(of, StructType):
            view = f"cwire_view_{of.struct.name}"
            items = f"{view}({at} + i * {of.size}, {owner})"
            total = field.size // of.size
            return [
                "cdef Py_ssize_t i",
                f"return cwire_support.nest([{items} for i in range({total})], {shape})",
            ]
        return [f"return cwire_support.array_view({owner}, {dtype}, {shape}, {field.offset})"]
    if isinstance(type_, StructType):
        return [f"return cwire_view_{type_.struct.name}({at}, {owner})"]
    if isinstance(type_, TextType):
        return [f"return cwire_support.text(PyBytes_FromStringAndSize({at}, {field.size}))"]
    return _bits_getter(struct, field, message) if field.bits else _number_getter(field, at)


def _number_getter(field: Field, at: str) -> list[str]:
    type_ = field.type
    assert isinstance(type_, NumberType | EnumType)
    if type_.kind == "bool":
        # Not as a C bool: a byte from elsewhere may be neither 0 nor 1.
        return [f"return self.cwire_at[{field.offset}] != 0"]
    if type_.kind == "complex":
        part = "float" if type_.size == 8 else "double"
        return [
            f"cdef {part} parts[2]",
            f"memcpy(parts, {at}, {type_.size})",
            "return complex(parts[0], parts[1])",
        ]
    number = f"cdef {_c_number(type_)} number"
    return [number, f"memcpy(&number, {at}, {type_.size})", "return number"]


def _bits_getter(struct: Struct, field: Field, message: str) -> list[str]:
    """A bit field of up to 8 bytes; the machine that this compiles on is the schema's."""
    type_, bits = field.type, field.bits
    assert isinstance(type_, NumberType | EnumType)
    assert bits is not None
    size = bits.stop - bits.start
    if size > 8 or bits.byte_order == "big":
        memory = f"PyMemoryView_FromMemory(self.cwire_at, {struct.size}, PyBUF_READ)"
        return [f"return cwire_support.bits({message}, {field.name!r}, {memory})"]
    signed = type_.enum.signed if isinstance(type_, EnumType) else type_.kind == "int"
    lines = ["cdef uint64_t raw = 0", f"memcpy(&raw, self.cwire_at + {bits.start}, {size})"]
    if type_.kind == "bool":
        return [*lines, f"return raw >> {bits.shift} & 1 != 0"]
    if signed:  # the bits to the top, and back with copies of the sign
        up = 64 - bits.width
        return [*lines, f"return <int64_t>(raw << {up - bits.shift}) >> {up}"]
    return [*lines, f"return raw >> {bits.shift} & <uint64_t>{(1 << bits.width) - 1}u"]


def _setter(struct: Struct, field: Field, message: str) -> list[str]:
    if isinstance(field.type, TailType):
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


def _c_number(type_: EnumType | NumberType) -> str:
    kind, bits = type_.np[1], 8 * type_.size
    if kind == "f":
        return "double" if bits == 64 else "float"
    return f"{'u' if kind == 'u' else ''}int{bits}_t"
