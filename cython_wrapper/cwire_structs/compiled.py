"""Supports the generated Cython modules with everything that need not be compiled.

They reach it as one name, so that nothing in a user's header can hide what they use.
"""

from __future__ import annotations

import struct as packing
import sys
from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any, Literal, cast

import numpy as np

from cwire_structs.schema import Field, Message, Schema
from cwire_structs.schema.decode import array_view, equal, nest, read_bits, text, texts, to_dict
from cwire_structs.schema.encode import put_field
from cwire_structs.schema.fields import CHECK_NONE, CHECK_TYPED, Struct, enumerator_names
from cwire_structs.schema.kinds.numbers import number_reader
from cwire_structs.schema.message_class import encode_rest, field_doc, show

__all__ = [
    "CHECK_NONE", "CHECK_TYPED", "CODES", "array_view", "bits", "bits_kind", "constants",
    "element_dtype", "encode_rest", "enums", "equal", "field_doc", "field_kind", "is_native",
    "native_schema", "nest", "number", "number_code", "put", "rest_reader", "show",
    "struct_message", "text", "texts", "to_dict",
]  # fmt: skip

# numpy's type strings, in this machine's byte order, as the numbers that compiled getters know;
# others are read by `number`.
CODES = {
    name: code
    for code, name in enumerate(
        ("i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8", "b1", "c8", "c16", "f2")
    )
}


def native_schema(json: bytes) -> Schema:
    """Reads the schema that a module was compiled with.

    Raises:
        ImportError: It was made for another machine than this one.
    """
    schema = Schema.from_json(json)
    if not is_native(schema):
        target = schema.json["source"]["target"]
        raise ImportError(
            f"{schema.name} was wrapped for {target} ({schema.byte_order}-endian), and compiled "
            "classes are for the machine that they run on; Schema.messages[...].type decodes it "
            "everywhere"
        )
    return schema


def is_native(schema: Schema) -> bool:
    """Says whether this machine's own compiler lays out structs as the schema's did."""
    if schema.byte_order != sys.byteorder:
        return False
    if schema.json["source"].get("image"):  # its header has only numbers of a fixed size
        return True
    abi = schema.json.get("abi", {})
    sizes = {"pointer": packing.calcsize("P"), "long": packing.calcsize("l")}
    return all(abi.get(k) == v for k, v in sizes.items())


def constants(schema: Schema, names: Mapping[str, str]) -> dict[str, int | float]:
    """Returns the module's constants; `names` has those that Python calls otherwise."""
    return {names.get(name, name): value for name, value in schema.constants.items()}


def enums(schema: Schema, names: Mapping[str, str], module: str) -> dict[str, type[IntEnum]]:
    """Returns a class for each enum, by its name in the module."""
    made: dict[str, type[IntEnum]] = {}
    for key, name in names.items():
        values = schema.enums[key].values
        labels = {python: values[label] for label, python in enumerator_names(values).items()}
        made[name] = cast(type[IntEnum], IntEnum(name, labels, module=module))
    return made


def struct_message(schema: Schema, name: str) -> Message:
    """Returns the message of a struct; a nested struct has one without a number."""
    struct = schema.structs[name]
    found = (message for message in schema.messages.values() if message.struct is struct)
    return next(found, None) or Message(0, name, struct)


def field_kind(
    field: Field,
) -> Literal["number", "bits", "text", "texts", "array", "nested", "rest"]:
    """Returns which of the module's descriptors serves a field."""
    kind = field.type
    if field.bits:
        return "bits"
    if kind.is_tail:
        return "rest"
    if kind.element.struct is not None:
        return "nested"
    if kind.shape:
        return "array" if kind.element.is_viewed else "texts"
    return "text" if kind.is_text else "number"


def number_code(field: Field) -> int:
    """Returns the number that a compiled getter has for a field's type; -1: it knows none."""
    dtype = field.type.dtype()
    return CODES[field.type.np[1:]] if dtype.isnative else -1


def bits_kind(field: Field) -> int:
    """Returns how a compiled getter reads a bit field: see its class."""
    bits = field.bits
    assert bits is not None
    if bits.stop - bits.start > 8 or "big" in (bits.byte_order, sys.byteorder):
        return 3
    if field.type.form == "truth":
        return 2
    return int(field.type.signed)


def put(message: Message, field: Field, memory: memoryview, value: object) -> None:
    """Writes a field of a struct that begins at the memory's beginning, checked."""
    put_field(message.name, field, memory, 0, value, "", CHECK_TYPED)


def bits(field: Field, memory: memoryview) -> int:
    """Reads a bit field of a struct that begins at the memory's beginning."""
    return read_bits(field, memory, 0)


def number(field: Field, raw: bytes) -> Any:
    """Reads a number of a kind or a byte order that the compiled getters do not know."""
    return number_reader(field.type.np)(raw, 0)


def rest_reader(field: Field) -> Callable[[Any, int, int], Any]:
    """Returns what reads a flexible array member, called with (memory, at, end)."""
    made: Callable[[Any, int, int], Any] = field.type.reader(_no_struct)
    return made


def _no_struct(struct: Struct) -> Callable[[Any, int], Any]:
    raise TypeError(f"a flexible array member of {struct.name} is viewed")


def element_dtype(field: Field) -> np.dtype[Any]:
    """Returns the dtype of one element of an array or a tail."""
    return field.element.dtype()
