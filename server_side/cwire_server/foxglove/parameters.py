"""Parameters: what commands that read tell of the present values, by name.

A command `set_waveform` whose getter answers with the same fields makes a parameter of each,
``/demo/waveform.frequency``, or ``/demo/waveform[0].frequency`` where the answer has an array of
them. They can be read only: a setter takes all its fields at once, so to set one would mean to
guess the others. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cwire_server.hub.json_values import fields_to_json, too_large
from cwire_structs.mcap.ros2 import topic_of
from cwire_structs.schema import Message, Schema
from cwire_structs.schema.getters import Getter, find_getter

__all__ = ["Parameter", "parameters_of", "values_of"]

_MOST = 4096  # parameters of a driver


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value that can be read.

    Attributes:
        name: Among clients.
        getter: The command that is sent.
        reply: What it answers.
        path: Fields and indices in the reply.
        setter: The command that writes it, for people.
        real: 1 for a number with a fraction, 2 for an array of them: what JSON does not tell.
    """

    name: str
    getter: Message
    reply: Message
    path: tuple[str | int, ...]
    setter: str
    real: int = 0


def parameters_of(driver: str, schema: Schema, json_limit: int) -> dict[str, Parameter]:
    """Lists the parameters of a driver by name.

    Args:
        driver: Its name.
        schema: Its schema.
        json_limit: Values of a struct that JSON is made of.
    """
    found: dict[str, Parameter] = {}
    for command in schema.commands.values():
        getter = find_getter(schema, command)
        # One that needs to be told which is meant reads no value that has a name.
        if getter is None or getter.shared:
            continue
        asked = schema.commands[getter.command]
        assert asked.reply is not None  # find_getter's promise
        reply = schema.messages[asked.reply]
        if too_large(reply, json_limit):
            continue
        for one in _parameters(driver, command, getter, asked, reply):
            if len(found) < _MOST:
                found.setdefault(one.name, one)
    return found


def _parameters(
    driver: str, command: Message, getter: Getter, asked: Message, reply: Message
) -> Iterator[Parameter]:
    base = topic_of(driver, command.name.removeprefix("set_"))
    places: list[tuple[str, tuple[str | int, ...]]] = [("", ())]
    struct = reply.struct
    if getter.field is not None:
        kind = reply.struct.by_name[getter.field].type
        assert kind.element.struct is not None
        struct = kind.element.struct
        places = [("", (getter.field,))]
        if kind.shape:
            places = [(f"[{at}]", (getter.field, at)) for at in range(kind.shape[0])]
    for index, path in places:
        for field in struct.fields:
            if field.name not in command.struct.by_name:
                continue
            real = 0
            if field.type.element.form == "real":
                real = 2 if field.type.shape else 1
            yield Parameter(
                f"{base}{index}.{field.name}", asked, reply, (*path, field.name), command.name, real
            )


def values_of(parameters: Mapping[str, Parameter], reply: Message, payload: bytes) -> list[Any]:
    """The values in a reply, as the protocol has them; those that JSON cannot say are left out.

    Args:
        parameters: Those that are read by this reply, by name.
        reply: What it is.
        payload: Its bytes.

    Raises:
        ValueError: They cannot be read.
    """
    fields = fields_to_json(reply, payload)
    made = []
    for name, parameter in parameters.items():
        value: Any = fields
        for step in parameter.path:
            value = value[step]
        if value is None or (isinstance(value, list) and None in value):
            continue  # not a number: null would mean that there is no such parameter
        told = {"name": name, "value": value}
        if parameter.real:
            told["type"] = "float64" if parameter.real == 1 else "float64_array"
        made.append(told)
    return made
