"""Finds the command that reads back what a `set_…` command writes, by naming convention. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cwire_structs.schema.fields import Struct
from cwire_structs.schema.message import Message
from cwire_structs.schema.schema import Schema

__all__ = ["Getter", "find_getter"]


@dataclass(frozen=True, slots=True)
class Getter:
    """The command whose reply has the present values of another command's fields.

    Attributes:
        command: The command to send.
        field: The field of its reply that holds them; None: the reply itself.
        key: Where that field is an array: the field that says which element is meant, or None.
        shared: The fields that both commands have, such as the axis that is meant.
    """

    command: str
    field: str | None = None
    key: str | None = None
    shared: tuple[str, ...] = ()

    def request(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The fields to send with the getter.

        Args:
            asked: The fields of the other command.
        """
        return {name: asked[name] for name in self.shared if name in asked}

    def pick(self, reply: Mapping[str, Any], asked: Mapping[str, Any]) -> dict[str, Any] | None:
        """The values for a form; None: the reply does not tell of the element that is meant.

        Args:
            reply: The getter's reply as plain values.
            asked: What the form holds. If that does not say which element is meant, it is the
                first.
        """
        found = reply if self.field is None else reply[self.field]
        if isinstance(found, list):
            if self.key is not None and self.key in asked:
                found = [one for one in found if one[self.key] == asked[self.key]]
            if not found:
                return None
            found = found[0]
        told = dict(found)
        same = all(told[name] == asked[name] for name in self.shared if name in {*told} & {*asked})
        return told if same else None


def find_getter(schema: Schema, message: Message) -> Getter | None:
    """The getter of a command ``set_X``, if there is one.

    That is ``get_X``, whose reply has fields of the same names; or any ``get_…`` whose reply has a
    field, or an array, of the struct that also answers ``set_X``.
    """
    stem = message.name.removeprefix("set_")
    if stem == message.name:
        return None
    getters = {
        name: schema.messages[one.reply].struct
        for name, one in schema.commands.items()
        if name.startswith("get_") and one.reply is not None
    }
    names = set(message.struct.by_name)

    def shared(name: str) -> tuple[str, ...]:
        return tuple(one for one in schema.commands[name].struct.by_name if one in names)

    direct = getters.get(f"get_{stem}")
    if direct is not None and names & set(direct.by_name):
        return Getter(f"get_{stem}", shared=shared(f"get_{stem}"))
    answer = schema.messages[message.reply].struct if message.reply else None
    if answer is None or not names & set(answer.by_name):
        return None
    for name, reply in getters.items():
        for field in reply.fields:
            kind, struct = field.type, field.element.struct
            if struct is None or struct.name != answer.name or kind.is_tail:
                continue
            if not kind.shape:
                return Getter(name, field.name, shared=shared(name))
            if len(kind.shape) == 1:
                return Getter(name, field.name, _key(message.struct, answer), shared(name))
    return None


def _key(asked: Struct, answer: Struct) -> str | None:
    """The first integer that both have: ``channel``, ``index``, ``axis``."""
    for field in asked.fields:
        if field.type.form == "whole" and field.name in answer.by_name:
            return field.name
    return None
