"""A schema: the messages of one driver, and what their bytes mean.

schema = Schema.from_json(text)
payload = schema.messages["set_waveform"].encode({"frequency": 5.0, "shape": "SINE"})
record = schema.messages["waveform"].decode(payload)

Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

from cwire_structs.errors import FieldError
from cwire_structs.frames import PAYLOAD_LIMIT, RELAY_TYPES
from cwire_structs.schema.bits import ByteOrder
from cwire_structs.schema.encode import check_default
from cwire_structs.schema.fields import Enum, Struct
from cwire_structs.schema.json_cursor import Cursor, parse
from cwire_structs.schema.layout_hash import layout_hash
from cwire_structs.schema.message import Message
from cwire_structs.schema.reader import StructReader, read_constants, read_enums, read_order

__all__ = ["FORMAT", "SCHEMA_LIMIT", "Schema"]

FORMAT = "cwire-schema/1"
SCHEMA_LIMIT = 4 * 1024 * 1024  # bytes of JSON


@dataclass(frozen=True, eq=False)
class Schema:
    """The messages of one driver. Make one with `Schema.from_json`.

    Attributes:
        name: The header's name without ``.h``.
        layout_hash: Equal for schemas that decode the same.
        byte_order: Of the machine that it was made for: ``little`` or ``big``. A field may have
            the other one, which its type says.
        constants: The header's #define constants.
        enums: By name.
        structs: By name: the messages' and those nested in them.
        messages: By name, by rising id.
        json: The document as given; do not change it.
    """

    name: str
    layout_hash: str
    byte_order: ByteOrder
    constants: Mapping[str, int | float]
    enums: Mapping[str, Enum]
    structs: Mapping[str, Struct]
    messages: dict[str, Message]
    json: dict[str, Any] = field(repr=False)

    @cached_property
    def by_id(self) -> dict[int, Message]:
        """The messages by id."""
        return {message.id: message for message in self.messages.values()}

    @cached_property
    def published(self) -> dict[str, Message]:
        """The messages that the driver sends, by name."""
        return {name: item for name, item in self.messages.items() if not item.command}

    @cached_property
    def commands(self) -> dict[str, Message]:
        """The messages that peers send, by name."""
        return {name: item for name, item in self.messages.items() if item.command}

    def __repr__(self) -> str:
        return f"<schema {self.name}: {', '.join(self.messages)}>"

    @classmethod
    def from_json(cls, text: str | bytes, *, derived: bool = False) -> Schema:
        """Reads a schema and checks everything that decoding relies on.

        Args:
            text: The JSON, as `cwire wrap` writes it and a driver sends it; at most 4 MiB.
            derived: The relay made it of a driver's, under ids of its own (from 0xF000 on).

        Raises:
            SchemaError: It is not a schema that this version can trust. The text names the place.
        """
        document = parse(text, SCHEMA_LIMIT)
        if document.get("schema").text() != FORMAT:
            found = document.get("schema").text()
            document.fail(f"is {found[:80]!a}, this version reads {FORMAT!r}; update cwire")
        byte_order = read_order(document.get("byte_order"))
        name = document.get("name").identifier()
        enums = read_enums(document)
        structs = StructReader(document.get("types"), enums, byte_order).read_all()
        _check_defaults(document, structs)
        ids = range(RELAY_TYPES, 1 << 16) if derived else range(1, RELAY_TYPES)
        messages = _read_messages(document, structs, ids)
        constants = read_constants(document)
        raw = cast(dict[str, Any], document.value)
        claimed, computed = document.get("layout_hash"), layout_hash(raw)
        if claimed.text() != computed:
            claimed.fail(f"does not belong to this layout, whose hash is {computed}")
        return cls(name, computed, byte_order, constants, enums, structs, messages, raw)


def _check_defaults(document: Cursor, structs: Mapping[str, Struct]) -> None:
    types = document.get("types")
    for name, struct in structs.items():
        for member in struct.members:
            try:
                check_default(name, member)
            except FieldError as error:
                reason = f"the default of {member.name!r} does not fit: {error.reason}"
                types.get(name).fail(reason)


def _read_messages(
    document: Cursor, structs: Mapping[str, Struct], ids: range
) -> dict[str, Message]:
    messages: dict[int, Message] = {}
    names: set[str] = set()
    for key, cursor in document.get("messages").entries():
        id_ = int(key) if re.fullmatch(r"[1-9][0-9]{0,4}", key) else 0
        if id_ not in ids:
            cursor.fail(f"an id is a number from {ids.start} to {ids.stop - 1}")
        name = cursor.get("name").identifier()
        if name in names:
            cursor.fail(f"there are two messages {name!r}")
        names.add(name)
        type_ = cursor.get("type").text()
        if type_ not in structs:
            cursor.get("type").fail(f"names {type_[:80]!a}, which is not in types")
        struct = structs[type_]
        if struct.size > PAYLOAD_LIMIT:
            cursor.fail(f"{struct.size} bytes are more than a frame can hold")
        command = cursor.find("command")
        reply = cursor.find("reply")
        is_command = command.boolean() if command else False
        if reply and not is_command:
            reply.fail("only a command has a reply")
        source = cursor.find("source_id")
        messages[id_] = Message(
            id_,
            name,
            struct,
            is_command,
            reply.text() if reply else None,
            source.integer(-(1 << 63), (1 << 64) - 1) if source else None,
        )
    for id_, message in messages.items():
        if message.reply is not None and message.reply not in names:
            reason = f"names {message.reply[:80]!a}, which is no message"
            document.get("messages").get(str(id_)).get("reply").fail(reason)
    return {messages[id_].name: messages[id_] for id_ in sorted(messages)}
