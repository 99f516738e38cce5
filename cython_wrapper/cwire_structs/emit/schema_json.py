"""A proved layout as the schema's JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Protocol

from cwire_structs.layout import Layout, MessageLayout, Proof
from cwire_structs.schema import FORMAT
from cwire_structs.schema.fields import Enum, Field, Kind, Struct
from cwire_structs.schema.json_cursor import json_number
from cwire_structs.schema.kinds import NUMBERS, as_numbers, as_text
from cwire_structs.schema.layout_hash import layout_hash

_WIDTH = 100
_encode = json.JSONEncoder(ensure_ascii=False).encode


class Target(Protocol):
    """The compiler that laid the structs out, and for what: a `Toolchain`."""

    @property
    def byte_order(self) -> str:
        """``little`` or ``big``."""

    @property
    def family(self) -> str:
        """``gcc`` or ``clang``."""

    @property
    def target(self) -> str:
        """``x86_64-linux-gnu``."""

    @property
    def layout_flags(self) -> list[str]:
        """The flags that change a layout."""


def schema_document(
    layout: Layout, proof: Proof, target: Target, *, image: str = "", verified: bool = True
) -> dict[str, Any]:
    """Returns the schema as PROTOCOL.md describes it.

    Args:
        layout: The messages.
        proof: What the compiler added.
        target: The compiler.
        image: The file name of the image that the layout is from, if it is from one.
        verified: Whether a compiler agreed.

    Its source names the compiler's family and target but neither a version nor a path, so that the
    committed files are the same wherever they are made.
    """
    document: dict[str, Any] = {
        "schema": FORMAT,
        "name": layout.name,
        "layout_hash": "",
        "byte_order": target.byte_order,
        "abi": {
            "pointer": proof.abi.pointer,
            "long": proof.abi.long,
            "wchar": proof.abi.wchar,
            "char_signed": proof.abi.char_signed,
        },
        "source": {
            **({"image": image} if image else {}),
            "header": layout.header,
            "cc": target.family,
            "target": target.target,
            "flags": target.layout_flags,
            "verified": verified,
        },
        "constants": {name: json_number(value) for name, value in proof.constants.items()},
        "enums": {name: _enum(enum) for name, enum in layout.enums.items()},
        "types": {
            name: _struct(one, layout, proof, target.byte_order)
            for name, one in layout.structs.items()
        },
        "messages": {str(message.id): _message(message) for message in layout.messages},
    }
    document["layout_hash"] = layout_hash(document)
    return document


def compact(document: dict[str, Any]) -> bytes:
    """Returns the JSON that travels: UTF-8, no spaces."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def readable(value: Any, indent: str = "") -> str:
    """Returns the JSON for people and for diffs: what fits into a line is in one."""
    line = _encode(value)
    if len(indent) + len(line) <= _WIDTH or not isinstance(value, dict | list):
        return line
    inner = indent + " "
    if isinstance(value, list):
        parts = [readable(item, inner) for item in value]
        return "[\n" + ",\n".join(inner + part for part in parts) + f"\n{indent}]"
    parts = [f"{json.dumps(key)}: {readable(item, inner)}" for key, item in value.items()]
    return "{\n" + ",\n".join(inner + part for part in parts) + f"\n{indent}}}"


def _enum(enum: Enum) -> dict[str, Any]:
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


def _struct(struct: Struct, layout: Layout, proof: Proof, byte_order: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "c_name": struct.c_name,
        "kind": struct.kind,
        "size": struct.size,
        "align": struct.align,
        "fields": [
            _field(
                replace(field, type=_seen(field, f"{struct.name}.{field.name}", layout, proof)),
                layout.field_enums.get(f"{struct.name}.{field.name}"),
                byte_order,
            )
            for field in struct.members
        ],
    }
    if struct.doc:
        made["doc"] = struct.doc
    return made


def _seen(field: Field, place: str, layout: Layout, proof: Proof) -> Kind:
    """Returns the kind of a member as people see it: chars may be numbers, and numbers text."""
    if place in layout.byte_texts:
        return as_text(field.type)
    if place in layout.char_numbers:
        number = NUMBERS["int" if proof.abi.char_signed else "uint"].of(1, "little")
        return as_numbers(field.type, layout.char_numbers[place], number)
    return field.type


def _field(field: Field, enum: str | None, byte_order: str) -> dict[str, Any]:
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
    return made


def _default(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return json_number(value)
    return value


def _message(message: MessageLayout) -> dict[str, Any]:
    made: dict[str, Any] = {"name": message.name, "type": message.struct.name}
    if message.command:
        made["command"] = True
    if message.reply is not None:
        made["reply"] = message.reply
    if message.source_id is not None:
        made["source_id"] = json_number(message.source_id)
    return made
