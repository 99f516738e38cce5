"""Completes at Tab: drivers, messages, paths, commands, their arguments and enum values.

It looks objects up by name and reads attributes of this package's own objects; it calls nothing.
What fits an argument is decided by the name of its parameter: `driver`, `message`, `y` and so on,
so a new method of a bridge is completed as soon as its parameters have such names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from inspect import Parameter, signature
from types import FunctionType
from typing import Any, get_args

from cwire.actions.names import Actions, describe
from cwire.bridge.base import BridgeBase, DriverBase, link_of
from cwire.bridge.commands import CommandFunction, Commands
from cwire.bridge.health import Health
from cwire.data.convert import Arrays
from cwire.data.fields import Fields, Structs
from cwire.data.frame_array import FrameArray
from cwire.errors import CwireError
from cwire.ipython.code_context import Argument, Attribute, Entry, Key, find_place
from cwire.session.drivers import Driver
from cwire.session.options import POLICIES
from cwire.view.schema import SchemaView
from cwire_structs.schema import Message
from cwire_structs.schema.encode import find_field
from cwire_structs.schema.fields import Field, Struct
from cwire_structs.schema.paths import PathError, find_path, paths_that_begin

__all__ = ["Offer", "offers"]

# Names of parameters that all methods of ours use for the same thing.
_MESSAGES = frozenset({"message", "messages"})
_COMMANDS = frozenset({"name", "commands"})
_FIELDS = frozenset({"y", "x", "by", "fields"})
_STEP = re.compile(r"\s*(?:\.\s*(\w+)|\[\s*(?:\"([^\"]*)\"|'([^']*)'|(-?\d+))\s*\])")


@dataclass(frozen=True)
class Offer:
    """One completion.

    Attributes:
        text: What replaces the last `typed` characters.
        typed: How many.
        kind: ``function``, ``property``, ``param`` or ``value``.
        only: Nothing else fits here: other completers need not look.
    """

    text: str
    typed: int
    kind: str
    only: bool


def offers(code: str, behind: str, names: Mapping[str, Any]) -> list[Offer]:
    """The completions at the cursor.

    Args:
        code: The text before the cursor.
        behind: The text behind it.
        names: What is defined, by name.
    """
    place = find_place(code)
    if place is None:
        return []
    try:
        if isinstance(place, Entry):
            return _entries(_look_up(place.argument.path, names), place, behind)
        target = _look_up(place.path, names)
        if isinstance(place, Attribute):
            return _attributes(target, place)
        if isinstance(place, Key):
            return _texts(_keys(target, place.prefix), place.prefix, place.quote, behind)
        return _arguments(target, place, behind)
    except (CwireError, LookupError, AttributeError, TypeError, ValueError):
        return []  # half a program is often wrong


def _ours(value: object) -> bool:
    kinds = (BridgeBase, DriverBase, Actions, Commands, SchemaView, Driver, Health)
    return isinstance(value, kinds)


def _readable(value: object, attribute: str) -> bool:
    if attribute.startswith("_"):
        return False
    if isinstance(value, FrameArray):  # its properties compute something
        return isinstance(getattr(FrameArray, attribute, None), FunctionType)
    return _ours(value)


def _look_up(path: str, names: Mapping[str, Any]) -> Any:
    """The object that a path such as ``bridge["demo"].send`` stands for."""
    first = re.match(r"\w+", path)
    assert first is not None
    value = names[first[0]]
    at = first.end()
    while at < len(path):
        step = _STEP.match(path, at)
        assert step is not None
        at = step.end()
        attribute, *keys = step.groups()
        if attribute is None:
            double, single, number = keys
            key: Any = int(number) if number else double if double is not None else single
            if not (_ours(value) or isinstance(value, (FrameArray, Fields, Structs))):
                raise LookupError("not one of ours: looking could do anything")
            value = value[key]
        elif _readable(value, attribute):
            value = getattr(value, attribute)
        else:
            raise LookupError("not one of ours: looking could do anything")
    return value


def _attributes(target: Any, place: Attribute) -> list[Offer]:
    if not (_ours(target) or isinstance(target, CommandFunction)):
        return []
    hidden = place.prefix.startswith("_")
    found = []
    for name in dir(target):
        if name.startswith(place.prefix) and (hidden or not name.startswith("_")):
            plain = isinstance(getattr(type(target), name, None), property)
            kind = "property" if plain else "function"
            found.append(Offer(name, len(place.prefix), kind, only=True))
    return found


def _struct_of(target: Any) -> Struct | None:
    """The description of values of ours, where that is known."""
    if isinstance(target, FrameArray):
        return target._message.struct if target._message else None
    return target._cwire_struct if isinstance(target, (Fields, Structs)) else None


def _keys(target: Any, prefix: str) -> Iterable[str]:
    struct = _struct_of(target)
    if struct is not None:
        return paths_that_begin(struct, prefix)
    if isinstance(target, FrameArray) or _ours(target):
        look: Callable[[], list[str]] | None = getattr(target, "_ipython_key_completions_", None)
        return look() if look else ()
    return ()


def _arguments(target: Any, place: Argument, behind: str) -> list[Offer]:
    if isinstance(target, CommandFunction):
        return _command_arguments(target.message, place, behind)
    if isinstance(target, Actions):
        return _action_arguments(target, place, behind)
    owner = getattr(target, "__self__", None)
    if isinstance(owner, Actions) and target.__name__ == "stream":
        return _action_arguments(owner, place, behind)
    if not (_ours(owner) or isinstance(owner, FrameArray)):
        return []
    parameters = list(signature(target).parameters.values())
    given = _given(parameters, place)
    name = _parameter(parameters, place)
    values = _values(owner, name, given, place.prefix)
    found = _texts(values, place.prefix, place.quote, behind)
    if any(one.name == name and one.annotation == "bool" for one in parameters):
        found += _truths(place.prefix, place.quote)
    if not (place.keyword or place.quote):
        found += _keywords((one.name for one in parameters if one.kind in _PLAIN), place)
    return found


_PLAIN = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)


def _parameter(parameters: list[Parameter], place: Argument) -> str:
    """The name of the parameter that the argument is for; empty if there is none."""
    if place.keyword:
        fits = any(
            one.name == place.keyword or one.kind is Parameter.VAR_KEYWORD for one in parameters
        )
        return place.keyword if fits else ""
    ordered = [one for one in parameters if one.kind is Parameter.POSITIONAL_OR_KEYWORD]
    if place.index < len(ordered):
        return ordered[place.index].name
    rest = (one.name for one in parameters if one.kind is Parameter.VAR_POSITIONAL)
    return next(rest, "")


def _given(parameters: list[Parameter], place: Argument) -> dict[str, str]:
    """The other arguments that are plain text, by the names of their parameters."""
    names = [one.name for one in parameters if one.kind is Parameter.POSITIONAL_OR_KEYWORD]
    by_position = zip(names, place.words, strict=False)
    return {**{name: word for name, word in by_position if word is not None}, **place.named}


def _keywords(names: Iterable[str], place: Argument) -> list[Offer]:
    return [
        Offer(f"{name}=", len(place.prefix), "param", only=False)
        for name in names
        if name.startswith(place.prefix) and name not in place.used
    ]


def _command_arguments(message: Message, place: Argument, behind: str) -> list[Offer]:
    if not place.keyword:
        return [] if place.quote else _keywords((f.py_name for f in message.struct.fields), place)
    for field in message.struct.fields:
        if field.py_name == place.keyword:
            return _field_values(field, place.prefix, place.quote, behind)
    return []


def _action_arguments(action: Actions[Any, Any], place: Argument, behind: str) -> list[Offer]:
    described = describe(action)
    if described is None:
        return []
    if not place.keyword:
        return [] if place.quote else _keywords(described.fields, place)
    field = described.fields.get(place.keyword, {})
    if field.get("type") == "boolean":
        return _truths(place.prefix, place.quote)
    choices = field.get("enum")
    words = [one for one in choices if isinstance(one, str)] if isinstance(choices, list) else []
    return _texts(words, place.prefix, place.quote, behind)


def _field_values(field: Field, prefix: str, quote: str, behind: str) -> list[Offer]:
    """What one element of a field can be, where that is a matter of words."""
    kind = field.element
    if kind.enum is not None:
        return _texts(kind.enum.values, prefix, quote, behind)
    return _truths(prefix, quote) if kind.form == "truth" else []


def _truths(prefix: str, quote: str) -> list[Offer]:
    words = [word for word in ("True", "False") if word.startswith(prefix) and not quote]
    return [Offer(word, len(prefix), "value", only=True) for word in words]


def _entries(target: Any, place: Entry, behind: str) -> list[Offer]:
    """Keys and values of a dict with a command's fields, or with those of a nested struct."""
    struct, trail = _fields_of(target, place.argument), place.trail
    if struct is None:
        return []
    if isinstance(target, CommandFunction) and place.argument.keyword != "**":
        trail = (place.argument.keyword, *trail)
    field, depth = None, 0  # of the field's dimensions so many were gone into
    for step in trail:
        if isinstance(step, int):
            depth += 1
            continue
        inside = _inside(field, depth, struct)
        field, depth = find_field("", inside, step), 0
    if place.is_key:
        inside = _inside(field, depth, struct)
        paths = (path for path in paths_that_begin(inside, place.prefix) if _is_one(inside, path))
        return _texts((p for p in paths if p not in place.used), place.prefix, place.quote, behind)
    if field is None or depth not in (0, len(field.type.lengths)):
        return []
    return _field_values(field, place.prefix, place.quote, behind)


def _fields_of(target: Any, argument: Argument) -> Struct | None:
    """The struct whose fields a call takes in a dict; None if it takes none."""
    if isinstance(target, CommandFunction):
        return target.message.struct if argument.keyword else None
    owner = getattr(target, "__self__", None)
    if not isinstance(owner, BridgeBase):
        return None
    parameters = list(signature(target).parameters.values())
    given = _given(parameters, argument)
    if _parameter(parameters, argument) != "fields" or "name" not in given:
        return None
    return link_of(owner).lookup.command(given["name"], given.get("driver"))[1].struct


def _inside(field: Field | None, depth: int, whole: Struct) -> Struct:
    """The struct of one element of a field; of no field the whole."""
    if field is None and not depth:
        return whole
    struct = field.element.struct if field and depth == len(field.type.lengths) else None
    if struct is None:
        raise LookupError("this is no struct")
    return struct


def _is_one(struct: Struct, path: str) -> bool:
    """Whether a path leads to one field, as a command's must."""
    try:
        find_path(struct, path).placed()
    except PathError:
        return False
    return True


def _values(owner: Any, parameter: str, given: Mapping[str, str], prefix: str) -> Iterable[str]:
    """The texts that an argument of one of our methods can be."""
    if parameter == "arrays":
        return get_args(Arrays)
    if parameter == "policy":
        return POLICIES
    if isinstance(owner, FrameArray):
        return _keys(owner, prefix) if parameter in _FIELDS else ()
    if not isinstance(owner, (BridgeBase, DriverBase)):
        return ()
    link = link_of(owner)
    driver = owner.name if isinstance(owner, DriverBase) else given.get("driver")
    if parameter == "driver":
        return list(link.session.drivers)
    if parameter in _MESSAGES:
        return link.lookup.messages(driver)
    if parameter in _COMMANDS:
        return link.lookup.commands(driver)
    if parameter in _FIELDS and "message" in given:
        struct = link.lookup.message(given["message"], driver)[1].struct
        return paths_that_begin(struct, prefix)
    return ()


def _texts(words: Iterable[str], prefix: str, quote: str, behind: str) -> list[Offer]:
    """Words as Python text; the closing quote only where the editor has not set one already."""
    mark = quote or '"'
    end = "" if quote and behind.startswith(quote) else mark
    begin = "" if quote else mark
    return [
        Offer(f"{begin}{word}{end}", len(prefix), "value", only=True)
        for word in dict.fromkeys(words)
        if word.startswith(prefix)
    ]
