"""Chooses the y axes of a plot: one for each unit, and a band for each enum or bool.

``web/scope/axes.mjs`` is the same for pages; a test compares the two. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from cwire_structs.schema import shown
from cwire_structs.schema.fields import Field

__all__ = ["Axis", "axes_of"]

_MOST_NAMES = 8  # at the axis of a band
_NAME = 0.125  # of the height of a pane, for a name
_LEAST_NAMES = 2


@dataclass(frozen=True, slots=True)
class Axis:
    """A y axis.

    Attributes:
        label: Its unit, if it has several lines; else its line's name, with the unit.
        pane: The number of its pane, from above.
        side: ``left`` or ``right`` of it.
        lines: The indices of its lines.
        names: Of a band: its values with their names, as many as there is room for.
        height: Of its pane, as a part of a pane of numbers.
    """

    label: str
    pane: int
    side: str
    lines: tuple[int, ...]
    names: tuple[tuple[int, str], ...] = ()
    height: float = 1.0


def axes_of(fields: Sequence[Field], names: Sequence[str]) -> tuple[Axis, ...]:
    """The axes of lines: two units to a pane, left and right; below them the bands.

    Args:
        fields: The field of each line.
        names: What to call each line.
    """
    units: dict[str, list[int]] = {}
    bands = []
    for index, field in enumerate(fields):
        if found := _values(field):
            bands.append((index, found))
        else:
            units.setdefault(shown.unit(field) or "", []).append(index)
    axes = []
    for number, (unit, lines) in enumerate(units.items()):
        label = f"[{unit}]" if unit else ""
        if len(lines) == 1:
            label = f"{fields[lines[0]].label or names[lines[0]]} {label}".strip()
        axes.append(Axis(label, number // 2, ("left", "right")[number % 2], tuple(lines)))
    first = (len(units) + 1) // 2
    for number, (index, found) in enumerate(bands):
        label = fields[index].label or names[index]
        axes.append(Axis(label, first + number, "left", (index,), found, _height(found)))
    return tuple(axes)


def _values(field: Field) -> tuple[tuple[int, str], ...]:
    """The values with names that a field has; of one without names, none."""
    kind = field.element
    if kind.form == "truth":
        return (0, "false"), (1, "true")
    if kind.enum is None:
        return ()
    found: dict[int, str] = {}
    for name, value in kind.enum.values.items():
        found.setdefault(value, name)
    rows = sorted(found.items())
    return tuple(rows[:: -(-len(rows) // _MOST_NAMES)])


def _height(names: Sequence[tuple[int, str]]) -> float:
    """Room for the names, so that the nearest do not lie over each other."""
    values = [value for value, _ in names]
    least = min((b - a for a, b in pairwise(values)), default=1)
    rows = (values[-1] - values[0]) / least + 1
    return _NAME * min(_MOST_NAMES, max(_LEAST_NAMES, rows))
