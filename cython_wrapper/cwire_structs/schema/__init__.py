"""Reads a schema, and bytes by it: layout, values, classes of messages. Pure.

May import: errors, frames.
"""

from cwire_structs.errors import FieldError, SchemaError
from cwire_structs.schema.fields import Enum, Field, Struct
from cwire_structs.schema.message import Message
from cwire_structs.schema.paths import field_bytes
from cwire_structs.schema.schema import FORMAT, Schema

__all__ = [
    "FORMAT",
    "Enum",
    "Field",
    "FieldError",
    "Message",
    "Schema",
    "SchemaError",
    "Struct",
    "field_bytes",
]
