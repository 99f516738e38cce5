"""A schema's parts as the JSON of PROTOCOL.md: the other direction of `reader`. Pure."""

from __future__ import annotations

import json
from typing import Any, Protocol

from cwire_structs.schema.fields import Enum, Field, Struct
from cwire_structs.schema.json_cursor import json_number

__all__ = ["Described", "compact", "enum_json", "field_json", "message_json", "struct_json"]


class Described(Protocol):
    """A message: a `Message`, or one of a header that is being wrapped."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def struct(self) -> Struct:
        """The payload's layout."""

    @property
    def command(self) -> bool:
        """Whether peers send it."""

    @property
    def reply(self) -> str | None:
        """The name of the message that answers it."""

    @property
    def source_id(self) -> int | None:
        """Its number in the protocol that it comes from."""


def compact(document: dict[str, Any]) -> bytes:
    """Returns the JSON that travels: UTF-8, no spaces."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def enum_json(enum: Enum) -> dict[str, Any]:
    """Returns an enum as the schema has it."""
    made: dict[str, Any] = {
        "size": enum.size,
        "signed": enum.signed,
        "values": {label: json_number(value) for label, value in enum.values.items()},
    }
    if enum.docs:
        made["docs"] = dict(enum.docs)
    if enum.doc:
        made["doc"] = enum.doc
    return made


def struct_json(struct: Struct, fields: list[dict[str, Any]]) -> dict[str, Any]:
    """Returns a struct as the schema has it, with these members."""
    made: dict[str, Any] = {
        "c_name": struct.c_name,
        "kind": struct.kind,
        "size": struct.size,
        "align": struct.align,
        "fields": fields,
    }
    if struct.doc:
        made["doc"] = struct.doc
    return made


def field_json(field: Field, byte_order: str, enum: str | None = None) -> dict[str, Any]:
    """Returns a member of a struct as the schema has it.

    Args:
        field: The member.
        byte_order: The schema's.
        enum: The name of the enum of an integer that is one for people only (``@enum``).
    """
    made: dict[str, Any] = {"name": field.name, "c_type": field.c_type}
    if field.bits:
        made |= {"bit_offset": field.bits.offset, "bit_width": field.bits.width}
        if field.bits.byte_order != byte_order:
            made["byte_order"] = field.bits.byte_order
    else:
        made |= {"offset": field.offset, "size": field.size}
    made["type"] = type_ = field.type.to_json()
    if enum is not None:  # an integer for C, by @enum an enum for people
        number = type_.get("of", type_)
        number |= {"kind": "enum", "enum": enum}
    if field.anonymous:
        made["anonymous"] = True
    if field.doc:
        made["doc"] = field.doc
    if field.unit is not None:
        made["unit"] = field.unit
    if field.range is not None:
        made["range"] = [json_number(end) for end in field.range]
    if field.default is not None:
        made["default"] = _default(field.default)
    if field.scale is not None:
        made["scale"] = field.scale
    if field.bias is not None:
        made["bias"] = field.bias
    if field.time is not None:
        made["time"] = {"unit": field.time.unit, "epoch": field.time.epoch}
    if field.channels:
        made["channels"] = list(field.channels)
    if field.label:
        made["label"] = field.label
    if field.tile:
        made["tile"] = field.tile
    return made


def _default(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return json_number(value)
    return value


def message_json(message: Described) -> dict[str, Any]:
    """Returns a message as the schema has it."""
    made: dict[str, Any] = {"name": message.name, "type": message.struct.name}
    if message.command:
        made["command"] = True
    if message.reply is not None:
        made["reply"] = message.reply
    if message.source_id is not None:
        made["source_id"] = json_number(message.source_id)
    return made
