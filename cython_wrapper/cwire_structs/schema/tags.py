"""Tags of fields that are written in Python: what `@unit` and the others are in a header.

class Block:
    volts: Annotated[np.float32, array(1024), unit("V"), range(-10, 10)]

Pure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar, cast

from cwire_structs.errors import SchemaError
from cwire_structs.schema.fields import TILE_ROLES, TIME_EPOCHS, TIME_UNITS, FieldTime

__all__ = [
    "Role", "Tag", "array", "channels", "command", "label", "message", "range", "role_of", "scale",
    "tail", "text", "tile", "time", "unit",
]  # fmt: skip

_Class = TypeVar("_Class", bound=type)
_ROLE = "__cwire_role__"
_LONGEST = (1 << 32) - 1  # elements, as a frame's size has 32 bits
_SHOWN = 60  # characters of a wrong value


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag, for the metadata of an `Annotated`.

    Attributes:
        name: Of the attribute of `Field` that it sets; or ``array``, ``tail`` or ``text``.
        value: Its value.
    """

    name: str
    value: object

    def __repr__(self) -> str:
        return f"{self.name}({self.value!r})"


def unit(text: str) -> Tag:
    """Returns the tag of a unit: ``unit("V")``."""
    return Tag("unit", _text("unit", text, "unit('V')"))


def range(low: float, high: float) -> Tag:  # noqa: A001 - as the tag @range
    """Returns the tag of the lowest and the highest value, both allowed."""
    if not (_is_number(low) and _is_number(high) and low <= high):
        raise SchemaError(f"range({low!r}, {high!r}): give two finite numbers, the lower one first")
    return Tag("range", (low, high))


def scale(factor: float, offset: float = 0.0) -> Tag:
    """Returns the tag of a number of which people read number * factor + offset."""
    if not (_is_number(factor) and factor and _is_number(offset)):
        raise SchemaError(f"scale({factor!r}, {offset!r}): give finite numbers, the factor not 0")
    return Tag("scale", (float(factor), float(offset) if offset else None))


def time(unit: str = "s", epoch: str = "unix") -> Tag:
    """Returns the tag of a number that is a time.

    Args:
        unit: ns, us, ms or s.
        epoch: unix, gps, boot (of the device) or none (an interval).
    """
    # As tuples: what cannot be looked up in a set is refused by the same words.
    if unit not in tuple(TIME_UNITS) or epoch not in tuple(TIME_EPOCHS):
        raise SchemaError(
            f"time({unit!r}, {epoch!r}): the unit is one of {', '.join(TIME_UNITS)}, the epoch one "
            f"of {', '.join(TIME_EPOCHS)}"
        )
    return Tag("time", FieldTime(unit, epoch))


def channels(*names: str) -> Tag:
    """Returns the tag of the names of the elements of an array's last dimension."""
    return Tag("channels", tuple(_text("channels", one, "channels('x', 'y')") for one in names))


def label(text: str) -> Tag:
    """Returns the tag of the name that people have for a field."""
    return Tag("label", _text("label", text, "label('Ion current')"))


def tile(role: str) -> Tag:
    """Returns the tag of a field's role in a tile of an image: ``tile("x")``.

    Args:
        role: One of `TILE_ROLES`; the README of cython_wrapper says what they mean.
    """
    if role not in TILE_ROLES:
        raise SchemaError(f"tile({role!r}): give one of {', '.join(TILE_ROLES)}")
    return Tag("tile", role)


def array(*shape: int) -> Tag:
    """Returns the tag of an array of fixed shape: ``array(1024)``, ``array(480, 640)``."""
    return Tag("array", _lengths("array", shape, least=1))


def tail(*row: int) -> Tag:
    """Returns the tag of an array of any length: C's flexible array member, the last field.

    Args:
        row: The shape of one element, of a tail of arrays.
    """
    return Tag("tail", _lengths("tail", row, least=0))


def text(length: int) -> Tag:
    """Returns the tag of a text of at most `length` bytes in UTF-8: C's ``char[length]``."""
    (checked,) = _lengths("text", (length,), least=1)
    return Tag("text", checked)


def _lengths(name: str, lengths: Sequence[int], least: int) -> tuple[int, ...]:
    whole = all(isinstance(one, int) and not isinstance(one, bool) for one in lengths)
    if len(lengths) < least or not whole or any(not 1 <= one <= _LONGEST for one in lengths):
        raise SchemaError(f"{name}{_shown(lengths)}: give whole numbers from 1 to {_LONGEST}")
    return tuple(lengths)


def _shown(values: Sequence[object]) -> str:
    text = repr(tuple(values))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…)"


def _is_number(value: object) -> bool:
    """Says whether it is a finite number that a float can hold."""
    with suppress(TypeError, OverflowError):
        return not isinstance(value, bool) and math.isfinite(cast(float, value))
    return False


def _text(name: str, value: str, example: str) -> str:
    if not isinstance(value, str):
        raise SchemaError(f"{name}({value!r}): give text, as in {example}")
    return value


@dataclass(frozen=True, slots=True)
class Role:
    """What a class is a message of.

    Attributes:
        id: Its number on the wire; None: the next free one.
        name: Of the message; None: the class's.
        command: Peers send it.
        reply: The class of the message that answers the command, or that message's name.
    """

    id: int | None = None
    name: str | None = None
    command: bool = False
    reply: type | str | None = None


def message(*, id: int | None = None, name: str | None = None) -> Callable[[_Class], _Class]:  # noqa: A002
    """Returns a decorator that gives a class a number or a name on the wire.

    A class without it is a message, too: with the next free number, and its name as in C.
    """
    return _decorator("message", Role(id, name))


def command(
    *,
    reply: type | str | None = None,
    id: int | None = None,  # noqa: A002
    name: str | None = None,
) -> Callable[[_Class], _Class]:
    """Returns a decorator that makes a class a command: peers send it, the driver answers.

    Args:
        reply: The class of what answers it, or the name of that message; None: just an OK.
        id: Its number on the wire; None: the next free one.
        name: Of the message; None: the class's.
    """
    return _decorator("command", Role(id, name, command=True, reply=reply))


def _decorator(tag: str, role: Role) -> Callable[[_Class], _Class]:
    if role.id is not None and (not isinstance(role.id, int) or isinstance(role.id, bool)):
        raise SchemaError(f"{tag}(id={role.id!r}): give a whole number, or leave it out")
    if role.name is not None and not isinstance(role.name, str):
        raise SchemaError(f"{tag}(name={role.name!r}): give text, or leave it out")

    def mark(cls: _Class) -> _Class:
        setattr(cls, _ROLE, role)
        return cls

    return mark


def role_of(cls: type) -> Role:
    """Returns the role of a class; that of its base classes is not its own."""
    role = vars(cls).get(_ROLE)
    return role if isinstance(role, Role) else Role()
