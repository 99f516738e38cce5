"""A schema, and what it says of bytes: layout, values, classes of messages. Pure."""

from cwire_structs.errors import FieldError, SchemaError
from cwire_structs.schema.fields import Enum, Field, Struct
from cwire_structs.schema.schema import FORMAT, Message, Schema

__all__ = ["FORMAT", "Enum", "Field", "FieldError", "Message", "Schema", "SchemaError", "Struct"]
