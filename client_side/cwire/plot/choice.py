"""Chooses which fields of a message are drawn where the user names none.

``web/scope/choice.mjs`` is the same for pages; tests/choices.json has cases for both. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cwire_structs.schema import Message, shown
from cwire_structs.schema.fields import Field, Struct

__all__ = ["chosen_fields", "numbers_of", "quantity"]

_MOST = 6  # fields of numbers
_MOST_BANDS = 3  # enums and bools below the numbers
_PICTURE = 8  # rows and columns that a picture has at least; with fewer it is a table
_MEASURED = 3  # the last rank of what is measured: behind it are counters, times and room
_NOTHING = (9, "")  # behind all ranks

_TIMES = ("s", "ms", "us", "µs", "ns")
_WIDE = 8  # bytes
_WORDS = re.compile("[^a-z]+")
_CAPITAL = re.compile("([a-z])([A-Z])")
_COUNTERS = frozenset(
    {
        *("cnt", "count", "counter", "counts", "crc", "checksum", "frame", "frames", "id", "idx"),
        *("index", "nr", "num", "packet", "packets", "pkt", "pkts", "seq", "seqno", "sequence"),
        *("serial", "uid", "version"),
    }
)
_STAMPS = frozenset(("time", "timestamp", "stamp"))
_ROOM = frozenset(["pad", "padding", "reserved", "rsvd", "spare", "unused"])


def chosen_fields(message: Message, kind: str | None = None) -> tuple[str, ...]:
    """The paths of what a plot shows of a message, if the user says nothing.

    The first array of what is measured; else the numbers of one quantity and unit, inside of
    structs only if there are none outside, and the enums and bools.

    Args:
        message: The message.
        kind: That of the plot.
    """
    fields = message.struct.fields
    arrays = [field for field in fields if _is_drawn(field) and field.type.dimensions]
    tables = [one.name for one in arrays if _is_table(one)]
    whole = [one for one in arrays if not _is_table(one)]
    groups = _grouped((name, message.struct.by_name[name]) for name in numbers_of(message))
    if (rank := _rank(groups)) > _MEASURED:
        nested = _grouped(_inside(message.struct, ""))
        groups = nested if _rank(nested) < rank else groups
    # Of the best kind the largest group, and of those the first.
    best = min(groups, key=lambda found: (found[0], -len(groups[found])), default=_NOTHING)
    array = next((one for one in whole if quantity(one)[0] <= _MEASURED), None)
    if array is None and whole and best[0] > _MEASURED:
        array = whole[0]
    if array is not None:
        other = f"{array.name.removesuffix('_min')}_max"
        pair = array.name.endswith("_min") and other in message.struct.by_name
        return (array.name, other) if pair else (array.name,)
    if not groups:
        return tuple(tables[:1]) or _bands(message)
    bands = () if kind == "bar" else _bands(message)
    return (*groups[best][:_MOST], *bands)


def numbers_of(message: Message) -> tuple[str, ...]:
    """The numbers that stand alone, without those that only tell frames apart."""
    return tuple(
        field.name
        for field in message.struct.fields
        if _is_drawn(field) and not field.type.dimensions and field.name != "channel"
    )


def quantity(field: Field) -> tuple[int, str]:
    """Ranks a field as a measured value (0: most like one), and names its unit: one axis each.

    Its name counts only where its kind and its tags say nothing.
    """
    unit = shown.unit(field) or ""
    form = field.element.form
    words = set(_WORDS.split(_CAPITAL.sub(r"\1_\2", field.name).lower()))
    if words & _ROOM and not unit:
        return 7, "room"
    if field.time or (unit in _TIMES and form == "whole") or (words & _STAMPS and not unit):
        return 6, "time"
    if unit:
        return int(unit in _TIMES), unit
    if form == "real":
        return 2, ""
    if words & _COUNTERS:
        return 4, "count"
    return (5 if field.element.size == _WIDE else 3), ""  # in 64 bits it may well be a time


def _rank(groups: dict[tuple[int, str], list[str]]) -> int:
    return min(groups, default=_NOTHING)[0]


def _grouped(found: Iterator[tuple[str, Field]]) -> dict[tuple[int, str], list[str]]:
    groups: dict[tuple[int, str], list[str]] = {}
    for path, field in found:
        if field.element.form != "truth":
            groups.setdefault(quantity(field), []).append(path)
    return groups


def _inside(struct: Struct, before: str) -> Iterator[tuple[str, Field]]:
    """The numbers in structs and in arrays of structs that have a length."""
    for field in struct.fields:
        inner = field.element.struct
        if inner is not None and inner.kind != "union" and -1 not in field.type.lengths:
            path = f"{before}{field.name}."
            for one in inner.fields:
                if _is_drawn(one) and not one.type.dimensions:
                    yield path + one.name, one
            yield from _inside(inner, path)


def _is_drawn(field: Field) -> bool:
    element = field.type.element
    return element.is_number and not element.undrawable


def _is_table(field: Field) -> bool:
    shape = field.type.shape
    return len(shape) == 2 and min(shape) < _PICTURE


def _bands(message: Message) -> tuple[str, ...]:
    """The enums and bools that stand alone."""
    found = [
        field.name
        for field in message.struct.fields
        if field.type.form in ("choice", "truth") and field.name != "channel"
    ]
    return tuple(found[:_MOST_BANDS])
