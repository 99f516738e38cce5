"""What Tab offers: drivers, messages, fields, commands, their arguments and enum values.

It looks objects up by name and reads attributes of this package's own objects; it calls nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Any, get_args

from cwire.bridge.base import BridgeBase
from cwire.bridge.commands import CommandFunction, Commands
from cwire.bridge.health import Health
from cwire.data.convert import Arrays
from cwire.data.fields import Fields
from cwire.data.frame_array import FrameArray
from cwire.errors import CwireError
from cwire.ipython.code_context import Argument, Attribute, Key, find_place
from cwire.session.drivers import Driver
from cwire.view.text import SchemaView
from cwire_structs.schema import Message
from cwire_structs.schema.fields import ArrayType, EnumType, NumberType, TailType

__all__ = ["Offer", "offers"]

_MESSAGE_FIRST = frozenset(
    {"latest", "stream", "wait_for", "history", "record_to_dataframe", "plot", "scope"}
)
_FIELDS_NEXT = frozenset({"record_to_dataframe", "plot", "scope"})
_COMMAND_ARGUMENTS = {"command": ("driver", "name"), "panel": ("driver", "commands")}
_FIELD_ARGUMENTS = frozenset({"y", "x", "by"})
_FIELD_MAKERS = frozenset({"to_pandas", "to_xarray", "to_pyarrow"})
_STEP = re.compile(r"\s*(?:\.\s*(\w+)|\[\s*(?:\"([^\"]*)\"|'([^']*)'|(-?\d+))\s*\])")


@dataclass(frozen=True)
class Offer:
    """A way to go on.

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
    """What fits at the cursor.

    Args:
        code: The text before the cursor.
        behind: The text behind it.
        names: What is defined, by name.
    """
    place = find_place(code)
    if place is None:
        return []
    try:
        target = _look_up(place.path, names)
        if isinstance(place, Attribute):
            return _attributes(target, place)
        if isinstance(place, Key):
            return _texts(_keys(target), place.prefix, place.quote, behind)
        return _arguments(target, place, behind)
    except (CwireError, LookupError, AttributeError, TypeError, ValueError):
        return []  # half a program is often wrong


def _ours(value: object) -> bool:
    from cwire.bridge.aio import AsyncDriver
    from cwire.bridge.bridge_driver import BridgeDriver

    kinds = (BridgeBase, BridgeDriver, AsyncDriver, Commands, SchemaView, Driver, Health)
    return isinstance(value, kinds)


def _readable(value: object, attribute: str) -> bool:
    if isinstance(value, FrameArray):
        return attribute in _FIELD_MAKERS
    return _ours(value) and not attribute.startswith("_")


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
            if not (_ours(value) or isinstance(value, (FrameArray, Fields))):
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


def _keys(target: Any) -> Iterable[str]:
    if isinstance(target, (FrameArray, Fields)) or _ours(target):
        look: Callable[[], list[str]] | None = getattr(target, "_ipython_key_completions_", None)
        return look() if look else ()
    return ()


def _arguments(target: Any, place: Argument, behind: str) -> list[Offer]:
    if isinstance(target, CommandFunction):
        return _command_arguments(target.message, place, behind)
    owner, name = getattr(target, "__self__", None), getattr(target, "__name__", "")
    if place.keyword or place.quote:
        values = _values(owner, name, place)
        return _texts(values, place.prefix, place.quote, behind)
    found = _texts(_values(owner, name, place), place.prefix, "", behind)
    if _ours(owner) or isinstance(owner, FrameArray):
        found += _keywords(_keyword_names(target), place)
    return found


def _keyword_names(function: Any) -> list[str]:
    plain = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
    parameters = signature(function).parameters.values()
    return [one.name for one in parameters if one.kind in plain and one.name != "self"]


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
        if field.py_name != place.keyword:
            continue
        kind = field.type.of if isinstance(field.type, (ArrayType, TailType)) else field.type
        if isinstance(kind, EnumType):
            return _texts(kind.enum.values, place.prefix, place.quote, behind)
        if isinstance(kind, NumberType) and kind.kind == "bool" and not place.quote:
            words = [word for word in ("True", "False") if word.startswith(place.prefix)]
            return [Offer(word, len(place.prefix), "value", only=True) for word in words]
    return []


def _values(owner: Any, name: str, place: Argument) -> Iterable[str]:
    """The texts that an argument of one of our functions can be."""
    if place.keyword == "arrays":
        return get_args(Arrays)
    if isinstance(owner, FrameArray):
        return () if place.keyword else _keys(owner)
    bridge = owner if isinstance(owner, BridgeBase) else getattr(owner, "_bridge", None)
    if not isinstance(bridge, BridgeBase) or not _ours(owner):
        return ()
    driver = place.named.get("driver") if bridge is owner else owner.name
    argument = place.keyword or ("" if place.index else "message")
    if argument == "driver":
        return list(bridge.drivers)
    if argument == "policy":
        return ("queue", "latest")
    if name == "subscribe" and not place.keyword:
        return _messages(bridge, driver)
    if name in _COMMAND_ARGUMENTS:
        return _command_texts(bridge, name, place)
    if name not in _MESSAGE_FIRST:
        return ()
    if argument == "message":
        return _messages(bridge, driver)
    message = place.named.get("message") or (place.words[0] if place.words else None)
    if message is None:
        return ()
    if argument in _FIELD_ARGUMENTS or (not place.keyword and name in _FIELDS_NEXT):
        return bridge._owner("message", message, driver)[1].struct.by_name
    return ()


def _command_texts(bridge: BridgeBase, name: str, place: Argument) -> Iterable[str]:
    order = _COMMAND_ARGUMENTS[name]
    if not place.keyword and place.index >= len(order):
        return ()
    argument = place.keyword or order[place.index]
    if argument == "driver":
        return list(bridge.drivers)
    words = dict(zip(order, place.words, strict=False))
    driver = place.named.get("driver") or words.get("driver")
    return list(bridge._commands(driver)) if argument in ("name", "commands") else ()


def _messages(bridge: BridgeBase, driver: str | None) -> list[str]:
    if driver is not None:
        return list(bridge._driver(driver).published)
    return [name for one in bridge._served().values() for name in one.published]


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
