"""A proved layout as the schema's JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Protocol

from cwire_structs.layout import Layout, Proof
from cwire_structs.schema import FORMAT
from cwire_structs.schema.document import enum_json, field_json, message_json, struct_json
from cwire_structs.schema.fields import Field, Kind, Struct
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
        "enums": {name: enum_json(enum) for name, enum in layout.enums.items()},
        "types": {
            name: _struct(one, layout, proof, target.byte_order)
            for name, one in layout.structs.items()
        },
        "messages": {str(message.id): message_json(message) for message in layout.messages},
    }
    document["layout_hash"] = layout_hash(document)
    return document


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


def _struct(struct: Struct, layout: Layout, proof: Proof, byte_order: str) -> dict[str, Any]:
    fields = [
        field_json(
            replace(field, type=_seen(field, f"{struct.name}.{field.name}", layout, proof)),
            byte_order,
            layout.field_enums.get(f"{struct.name}.{field.name}"),
        )
        for field in struct.members
    ]
    return struct_json(struct, fields)


def _seen(field: Field, place: str, layout: Layout, proof: Proof) -> Kind:
    """Returns the kind of a member as people see it: chars may be numbers, and numbers text."""
    if place in layout.byte_texts:
        return as_text(field.type)
    if place in layout.char_numbers:
        number = NUMBERS["int" if proof.abi.char_signed else "uint"].of(1, "little")
        return as_numbers(field.type, layout.char_numbers[place], number)
    return field.type
