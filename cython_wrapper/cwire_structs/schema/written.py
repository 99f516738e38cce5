"""A schema that is written in Python: of numpy dtypes and of classes with annotations.

written = Written("camera")
written.add(np.dtype([("x", "f8"), ("y", "f8")]), "position")
written.add(Block)
schema = written.schema()

Members lie where a C compiler of this machine would put them; those of a dtype where it says. No
compiler is asked. The result is read back by `Schema.from_json`, as a driver's would be. Pure.
"""

from __future__ import annotations

import re
import struct as packing
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cwire_structs.errors import SchemaError, hint_text
from cwire_structs.frames import RELAY_TYPES
from cwire_structs.schema.document import (
    compact,
    enum_json,
    field_json,
    message_json,
    struct_json,
)
from cwire_structs.schema.fields import Enum, Struct
from cwire_structs.schema.json_cursor import is_identifier
from cwire_structs.schema.layout_hash import layout_hash
from cwire_structs.schema.schema import FORMAT, Schema
from cwire_structs.schema.tags import Role, role_of
from cwire_structs.schema.written_class import ClassReader, Parameter, declares_fields, snake_case
from cwire_structs.schema.written_dtype import VALUE, struct_of_dtype

__all__ = ["Written", "identifier", "message_name"]


@dataclass(slots=True)
class _Message:
    """A message that is written."""

    id: int | None
    name: str
    struct: Struct
    command: bool
    reply: str | None
    source_id: int | None = None


class Written:
    """A schema that is being written.

    Args:
        name: The schema's; what no C name has becomes ``_``.
    """

    def __init__(self, name: str) -> None:
        self._name = identifier(name)
        self._messages: dict[str, _Message] = {}
        self._structs: dict[str, Struct] = {}
        self._enums: dict[str, Enum] = {}
        self._reader = ClassReader(self._structs, self._enums)

    def add(self, source: object, name: str | None = None) -> str:
        """Adds a message, and that of its reply; returns its name.

        Args:
            source: A class with annotations, or a numpy dtype (or what numpy makes one of).
            name: The message's; None: the class's own.

        Raises:
            SchemaError: It cannot be laid out; the text says why, and what can.
        """
        if (
            isinstance(source, type)
            and not issubclass(source, np.generic)
            and declares_fields(source)
        ):
            return self._add_class(source, name)
        if isinstance(source, type) and source.__module__ not in ("builtins", "numpy"):
            raise SchemaError(
                f"{source.__name__} has no annotations: write its fields as in `volts: float`"
            )
        dtype = _dtype(source, name)
        if name is None:
            raise SchemaError("a dtype has no name: give {'name': dtype}")
        struct = struct_of_dtype(name, dtype, self._structs)
        self._put(_Message(None, name, struct, False, None))
        return name

    def add_struct(self, struct: Struct, name: str) -> None:
        """Adds a message that is laid out already.

        Args:
            struct: Its struct; each of the structs in it has a name of its own.
            name: The message's.

        Raises:
            SchemaError: There is another message or struct of the name.
        """
        self._put_struct(struct)
        self._put(_Message(None, name, struct, False, None))

    def _put_struct(self, struct: Struct) -> None:
        for member in struct.members:
            if member.type.element.struct is not None:
                self._put_struct(member.type.element.struct)
        if self._structs.setdefault(struct.name, struct) is not struct:
            raise SchemaError(f"there are two structs {struct.name!r}: name one otherwise")

    @property
    def messages(self) -> dict[str, bool]:
        """The names of all messages so far, and whether each is a command."""
        return {name: one.command for name, one in self._messages.items()}

    def add_command(
        self, name: str, fields: type | Mapping[str, Parameter], doc: str, reply: object
    ) -> None:
        """Adds a command that is described by its handler.

        Args:
            name: The command's.
            fields: Its parameters, or the class of the only one.
            doc: The handler's docstring.
            reply: What it is annotated to return: a class with annotations, the type of a single
                value, or the name of a message; None: just an OK.

        Raises:
            SchemaError: It cannot be laid out.
        """
        role = role_of(fields) if isinstance(fields, type) else Role()
        answer = self._reply(name, reply if role.reply is None else role.reply)
        if isinstance(fields, type):
            struct = self._reader.struct(fields)
        else:
            struct = self._reader.struct_of(name, fields, doc)
        self._put(_Message(role.id, name, struct, True, answer))

    def _add_class(self, cls: type, name: str | None) -> str:
        role = role_of(cls)
        name = name or message_name(cls)
        struct = self._reader.struct(cls)
        known = self._messages.get(name)
        if known is not None and known.struct is struct:
            return name
        self._put(_Message(role.id, name, struct, role.command, self._role_reply(name, role)))
        return name

    def _role_reply(self, name: str, role: Role) -> str | None:
        return self._reply(name, role.reply) if role.command else None

    def _reply(self, command: str, reply: object) -> str | None:
        if reply is None or isinstance(reply, str):
            return reply
        if isinstance(reply, type) and declares_fields(reply):
            return self.add(reply)
        name = f"{command}_reply"
        struct = self._reader.struct_of(name, {VALUE: Parameter(reply)})
        self._put(_Message(None, name, struct, False, None))
        return name

    def _put(self, message: _Message) -> None:
        if not is_identifier(message.name):
            raise SchemaError(
                f"{message.name!r} cannot be the name of a message: letters, digits and _, as in C"
            )
        if message.name in self._messages:
            raise SchemaError(f"there are two messages {message.name!r}: name one otherwise")
        if message.id is not None and not 0 < message.id < RELAY_TYPES:
            raise SchemaError(f"{message.name}: id {message.id} is not from 1 to {RELAY_TYPES - 1}")
        self._messages[message.name] = message

    def schema(self) -> Schema:
        """Returns the schema of all that was added.

        Raises:
            SchemaError: There is no message, or what was added does not fit together.
        """
        if not self._messages:
            raise SchemaError("a schema needs at least one message: give a class or a dtype")
        for one in self._messages.values():
            if one.reply is not None and one.reply not in self._messages:
                hint = hint_text(one.reply, self._messages)
                raise SchemaError(f"{one.name}: its reply {one.reply!r} is no message; {hint}")
        document: dict[str, Any] = {
            "schema": FORMAT,
            "name": self._name,
            "layout_hash": "",
            "byte_order": sys.byteorder,
            "abi": {
                "pointer": packing.calcsize("P"),
                "long": packing.calcsize("l"),
                "wchar": 4,
                "char_signed": True,
            },
            "source": {"language": "python", "verified": False},
            "constants": {},
            "enums": {name: enum_json(enum) for name, enum in self._enums.items()},
            "types": {
                name: struct_json(one, [field_json(f, sys.byteorder) for f in one.members])
                for name, one in self._structs.items()
            },
            "messages": {str(id_): message_json(one) for id_, one in sorted(self._numbered())},
        }
        document["layout_hash"] = layout_hash(document)
        return Schema.from_json(compact(document))

    def _numbered(self) -> Iterator[tuple[int, _Message]]:
        taken: dict[int, str] = {}
        for one in self._messages.values():
            if one.id is not None and (other := taken.setdefault(one.id, one.name)) != one.name:
                raise SchemaError(f"{other} and {one.name} both have the id {one.id}")
        free = (id_ for id_ in range(1, RELAY_TYPES) if id_ not in taken)
        for one in self._messages.values():
            yield (next(free) if one.id is None else one.id), one


def message_name(cls: type) -> str:
    """Returns the name of the message that a class is."""
    return role_of(cls).name or snake_case(cls.__name__)


def identifier(name: str) -> str:
    """Returns a name with `_` in the place of what no C name has."""
    made = re.sub(r"\W", "_", name)
    return made if is_identifier(made) else f"_{made}"


def _dtype(source: object, name: str | None) -> np.dtype[Any]:
    try:
        return np.dtype(source)  # type: ignore[call-overload,no-any-return]
    except TypeError as error:
        place = f"{name}: " if name else ""
        raise SchemaError(
            f"{place}{source!r} is neither a numpy dtype nor a class with annotations ({error})"
        ) from None
