"""Chooses which fields of a message a live plot shows, and how. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from cwire.data.arguments import names_of
from cwire.data.fields import known_path
from cwire.errors import InvalidArgument, UnknownField
from cwire.plot.axes import Axis, axes_of
from cwire.plot.choice import chosen_fields
from cwire.plot.colors import families_of
from cwire_structs.schema import Message, shown
from cwire_structs.schema.fields import Field, Kind
from cwire_structs.schema.paths import Path

__all__ = ["KINDS", "MOST_LINES", "Recipe", "left_text", "make_recipe"]

KINDS = ("line", "image", "bar")
_BY_INDEX = "index"  # elements of arrays are lines
MOST_LINES = 32
"""Lines that a picture has; of more, the first ones are drawn."""
_MOST_LABEL = 60  # characters that an axis has room for


@dataclass(frozen=True, slots=True)
class Recipe:
    """The fields of a message to draw, and how.

    Attributes:
        kind: ``block`` (an array against x), ``image`` (a 2-D array, or the tiles of a picture),
            ``bar`` (an array, or numbers side by side) or ``trend`` (numbers against time).
        y: Paths of the fields, such as ``acquisition.level`` or ``axis[0].speed``.
        names: Of each y, for legends: the name that ``@channels`` has for it, else its path.
        x: Path of the step or of the x array; None: the index.
        by: Path of the field that tells lines apart, or None.
        x_label: For the axis; with the unit, if that is not the second.
        x_seconds: x is in seconds.
        y_label: For the axis of bars and of an image, with the unit.
        axes: Of lines: the y axes.
        families: Of each y the number of its family, whose lines have shades of one colour.
        left: That not all lines are drawn, in a sentence; empty: they are.
        samples: Of each y: samples behind one point, more than 1 in a decimated message.
        tiled: The image is an array with ``width`` and ``height`` beside it, and perhaps ``x`` and
            ``y``, its place in a larger picture, of which there are ``tiles``.
        y_fields: The field of each y: its values are drawn as people read them.
        x_field: The field of x, or None.
    """

    kind: str
    y: tuple[str, ...]
    names: tuple[str, ...]
    x: str | None
    by: str | None
    x_label: str
    y_label: str
    x_seconds: bool = False
    samples: tuple[int, ...] = ()
    tiled: bool = False
    y_fields: tuple[Field, ...] = ()
    x_field: Field | None = None
    axes: tuple[Axis, ...] = ()
    families: tuple[int, ...] = ()
    left: str = ""

    @property
    def bands(self) -> tuple[tuple[int, int], ...]:
        """Of lines: the y of minima that the relay made, each with that of its maxima."""
        if self.kind != "block":
            return ()
        made = {path: at for at, path in enumerate(self.y) if self.samples[at] > 1}
        uppers = {
            path: path.removesuffix("_min") + "_max" for path in made if path.endswith("_min")
        }
        return tuple((made[low], made[high]) for low, high in uppers.items() if high in made)

    @property
    def band_names(self) -> dict[int, str]:
        """The name of each band, by the y of its minima."""
        return {low: self.names[low].removesuffix("_min") for low, _ in self.bands}


def left_text(count: int, remedy: str) -> str:
    """A sentence where there are more lines than are drawn; empty: there are not."""
    if count <= MOST_LINES:
        return ""
    return f"the first {MOST_LINES} of {count} lines are drawn: {remedy}"


def make_recipe(
    message: Message,
    y: str | Sequence[str] | None,
    x: str | None,
    by: str | None,
    samples: Mapping[str, int] | None = None,
    kind: str | None = None,
) -> Recipe:
    """Checks the names and fills in what was left out; see `Bridge.plot`.

    Raises:
        UnknownField: There is no such field, or it holds no numbers that can be drawn so.
        InvalidArgument: There is no such kind.
    """
    if kind is not None and kind not in KINDS:
        raise InvalidArgument(f"a plot is of kind {', '.join(map(repr, KINDS))}, not {kind!r}")
    given = chosen_fields(message, kind) if y is None else names_of(y, "fields")
    every = by == _BY_INDEX and _BY_INDEX not in message.struct.by_name
    by = None if every else by
    tagged = x is None and kind in (None, "line")
    every_name = [one for name in given for one in _channels(message, name, every, tagged)]
    names, rest = tuple(every_name[:MOST_LINES]), every_name[MOST_LINES:]
    left = left_text(len(every_name), f"name others, such as {rest[0]}") if rest else ""
    paths = [_find(message, name) for name in names]
    fields = [path.field for path in paths]
    dimensions = [_dimensions(message, path) for path in paths]
    if not names or (len(names) > 1 and set(dimensions) not in ({0}, {1})):
        raise UnknownField(
            f"{message.name}: give one or more scalar fields, one or more arrays, or one image as y"
        )
    by = _teller(message, by, names)
    titles = _line_names(paths)
    y_label = _label(titles if len(titles) > 1 else names, fields)
    y_fields = tuple(fields)
    axes, families = axes_of(fields, titles), families_of(paths)
    tiled = dimensions == [1] and _is_tile(message)
    if _is_image(f"{message.name}.{names[0]}", dimensions[0], tiled, kind):
        tiled = dimensions[0] != 2
        return Recipe(
            "image", names, titles, None, None, "", y_label, tiled=tiled, y_fields=y_fields
        )
    if dimensions[0] == 0:
        if x is not None:
            raise UnknownField(f"{message.name}: scalar fields are drawn against time; leave x out")
        if kind == "bar":
            return Recipe("bar", names, titles, None, by, "", y_label, y_fields=y_fields, left=left)
        before = "time before the last frame"
        return Recipe(
            "trend",
            names,
            titles,
            None,
            by,
            before,
            y_label,
            True,
            y_fields=y_fields,
            axes=axes,
            families=families,
            left=left,
        )
    if x is None and "dt" in message.struct.by_name:
        x = "dt"
    x_field = None if x is None else _x_field(message, x)
    x_unit = (x_field and shown.unit(x_field)) or ""
    points = tuple((samples or {}).get(name, 1) for name in names)
    return Recipe(
        "bar" if kind == "bar" else "block",
        names,
        titles,
        x,
        by,
        _x_label(x_field, x_unit),
        y_label,
        x_unit == "s",
        points,
        y_fields=y_fields,
        x_field=x_field,
        axes=axes,
        families=families,
        left=left,
    )


def _teller(message: Message, by: str | None, names: Sequence[str]) -> str | None:
    """The path of the field that tells lines apart; `channel`, if there is one.

    Raises:
        UnknownField: There is no such field, or it cannot.
    """
    if by is None:
        return "channel" if "channel" in message.struct.by_name and "channel" not in names else None
    teller = _find(message, by)
    if teller.field.element.undrawable or teller.shape:
        raise UnknownField(f"{message.name}.{by} is not a number: it cannot tell lines apart")
    return by


def _is_image(name: str, dimensions: int, tiled: bool, kind: str | None) -> bool:
    """Whether a field is drawn as an image.

    Raises:
        UnknownField: It is to be one, or not to be one, and cannot.
    """
    if dimensions == 2 and kind not in (None, "image"):
        raise UnknownField(f"{name} has two dimensions: it is an image only")
    if dimensions == 2 or (tiled and kind in (None, "image")):
        return True
    if kind == "image":
        raise UnknownField(
            f"{name} is no image: that is an array of two dimensions, or one with the fields width "
            "and height beside it"
        )
    return False


def _x_field(message: Message, x: str) -> Field:
    """The field with the step from one sample to the next, or with the place of each.

    Raises:
        UnknownField: There is none, or it can be neither.
    """
    path = _find(message, x)
    _dimensions(message, path)
    time = path.field.time
    if time is not None and time.epoch != "none" and not path.shape:
        raise UnknownField(
            f"{message.name}.{x} is a point in time, not the step from one sample to the next: "
            "name a field with that as x, or leave x out"
        )
    return path.field


def _x_label(field: Field | None, unit: str) -> str:
    if field is None:
        return "index"
    if unit == "s":
        return "time"
    return f"{shown.title(field)} [{unit}]" if unit else shown.title(field)


def _line_names(paths: Sequence[Path]) -> tuple[str, ...]:
    """The names of lines; those of several arrays are told apart."""
    channels = [path.channel for path in paths]
    arrays = {channel and channel[0] for channel in channels}
    names = [
        path.text if channel is None else channel[1] if len(arrays) == 1 else " ".join(channel)
        for path, channel in zip(paths, channels, strict=True)
    ]
    if len(set(names)) < len(names):
        return tuple(path.text for path in paths)
    return tuple(names)


def _label(names: Sequence[str], fields: Sequence[Field]) -> str:
    """The label of an axis: the unit; what has which, where there are several units."""
    units = [f" [{unit}]" if (unit := shown.unit(field)) else "" for field in fields]
    if len(set(units)) == 1 and len(names) > 1:
        return units[0].strip()
    titles = [
        (field.label or name) + unit for name, field, unit in zip(names, fields, units, strict=True)
    ]
    label = ", ".join(titles)
    if len(names) == 1 or len(label) <= _MOST_LABEL:
        return label
    return ", ".join(dict.fromkeys(unit.strip() or "[1]" for unit in units))


def _is_tile(message: Message) -> bool:
    found = (message.struct.by_name.get(name) for name in ("width", "height"))
    return all(field is not None and field.type.form == "whole" for field in found)


def _find(message: Message, text: str) -> Path:
    return known_path(message.struct, text, message.name)


def _channels(message: Message, text: str, every: bool, tagged: bool) -> list[str]:
    """The paths of the lines that a path stands for: of ``axis.speed``, one for each axis."""
    path = _find(message, text)
    if tagged and path.field.channels and path.channel is None and path.shape:
        # Of a table with more elements than there can be lines, a picture is made.
        every = every or len(path.shape) == 1 or prod(path.shape) <= MOST_LINES
    if -1 in path.shape and (every or "[:]" in text):
        raise UnknownField(f"{message.name}.{text}: not every message has the same elements")
    found = path.channels(every=every)
    return [text] if len(found) == 1 else found


def _dimensions(message: Message, path: Path) -> int:
    reason, dimensions = path.field.element.undrawable, len(path.shape)
    if reason or dimensions > 2:
        raise UnknownField(
            f"{message.name}.{path.text} cannot be drawn: {reason or Kind.undrawable}"
        )
    return dimensions
