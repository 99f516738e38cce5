"""Support for the generated Cython modules: everything in them that need not be compiled.

They reach it as one name, so that nothing in a user's header can hide what they use.
"""

from __future__ import annotations

import struct as packing
import sys
from enum import IntEnum
from typing import Any

import numpy as np

from cwire_structs.schema import Message, Schema
from cwire_structs.schema.decode import array_view, equal, nest, read_bits, text, texts, to_dict
from cwire_structs.schema.encode import put_field
from cwire_structs.schema.message_class import encode_message_tail, show

__all__ = [
    "IntEnum", "Message", "Schema", "array_view", "bits", "element_dtype", "encode_message_tail",
    "equal", "native_schema", "nest", "put", "show", "text", "texts", "to_dict",
]  # fmt: skip


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
    abi = schema.json.get("abi", {})
    sizes = {"pointer": packing.calcsize("P"), "long": packing.calcsize("l")}
    return schema.byte_order == sys.byteorder and all(abi.get(k) == v for k, v in sizes.items())


def put(message: Message, name: str, memory: memoryview, value: object) -> None:
    """Writes a field of a struct that begins at the memory's beginning, checked."""
    put_field(message.name, message.struct.by_name[name], memory, 0, value, "")


def bits(message: Message, name: str, memory: memoryview) -> int:
    """Reads a bit field of a struct that begins at the memory's beginning."""
    return read_bits(message.struct.by_name[name], memory, 0)


def element_dtype(message: Message, name: str) -> np.dtype[Any]:
    """Returns the dtype of one element of an array or a tail."""
    return message.struct.by_name[name].element.dtype()
