"""What a live plot shows, as numbers: which fields, which lines. Pure; draws nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cwire.errors import UnknownField
from cwire.frame_array import FrameArray
from cwire.history import History
from cwire.record import Record
from cwire_structs.fields import (
    ArrayType,
    EnumType,
    Field,
    FieldType,
    NumberType,
    Struct,
    StructType,
    TailType,
)
from cwire_structs.schema import Message

__all__ = ["Curve", "Recipe", "blocks", "image", "make_recipe", "thin", "trends"]

_GROUPS = 64  # newest frames among which the latest of each group is looked for
_BLOCK_BYTES = 8 << 20
_MOST_ROWS = 1 << 18  # frames of a trend
_POINTS = 4000  # of a line; more than a figure has pixels
_MOST_DEFAULTS = 6


@dataclass(frozen=True, slots=True)
class Curve:
    """One line: its name, and its points."""

    label: str
    x: npt.NDArray[Any]
    y: npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to draw of a message.

    Attributes:
        kind: ``block`` (an array against x), ``image`` (a 2-D array) or ``trend`` (numbers
            against time).
        y: Paths of the fields, such as ``acquisition.level``.
        x: Path of the step or of the x array; None: the index.
        by: Path of the field that tells lines apart, or None.
        x_label: For the axis, with the unit.
        y_label: For the axis, with the unit.
        samples: Of each y: samples behind one point, more than 1 in a decimated message.
    """

    kind: str
    y: tuple[str, ...]
    x: str | None
    by: str | None
    x_label: str
    y_label: str
    samples: tuple[int, ...] = ()


def make_recipe(
    message: Message,
    y: str | Sequence[str] | None,
    x: str | None,
    by: str | None,
    samples: Mapping[str, int] | None = None,
) -> Recipe:
    """Checks the names and fills in what was left out; see `Bridge.plot`.

    Raises:
        UnknownField: There is no such field, or it holds no numbers that can be drawn so.
    """
    names = _defaults(message) if y is None else (y,) if isinstance(y, str) else tuple(y)
    fields = [_find(message, name) for name in names]
    dimensions = [
        _dimensions(message, field.type, name) for field, name in zip(fields, names, strict=True)
    ]
    if not names or (len(names) > 1 and set(dimensions) not in ({0}, {1})):
        raise UnknownField(
            f"{message.name}: give one or more scalar fields, one or more arrays, or one image as y"
        )
    if by is None and "channel" in message.struct.by_name and "channel" not in names:
        by = "channel"
    if by is not None and not isinstance(_find(message, by).type, (NumberType, EnumType)):
        raise UnknownField(f"{message.name}.{by} is not a number: it cannot tell lines apart")
    units = list(dict.fromkeys(field.unit for field in fields))
    unit = f" [{units[0]}]" if len(units) == 1 and units[0] else ""
    y_label = f"{names[0]}{unit}" if len(names) == 1 else unit.strip()
    if dimensions[0] == 0:
        if x is not None:
            raise UnknownField(f"{message.name}: scalar fields are drawn against time; leave x out")
        return Recipe("trend", names, None, by, "time before the last frame [s]", y_label)
    if dimensions[0] == 2:
        return Recipe("image", names, None, None, "", y_label)
    x_label = "index"
    if x is None and "dt" in message.struct.by_name:
        x = "dt"
    if x is not None:
        field = _find(message, x)
        _dimensions(message, field.type, x)
        label = "time" if field.unit == "s" else field.name
        x_label = f"{label} [{field.unit}]" if field.unit else label
    points = tuple((samples or {}).get(name, 1) for name in names)
    return Recipe("block", names, x, by, x_label, y_label, points)


def _find(message: Message, path: str) -> Field:
    struct: Struct | None = message.struct
    field: Field | None = None
    for name in path.split("."):
        field = struct.by_name.get(name) if struct else None
        if field is None:
            known = ", ".join(struct.by_name) if struct else "none"
            raise UnknownField(f"{message.name} has no field {path!r}; there are: {known}")
        struct = field.type.struct if isinstance(field.type, StructType) else None
    assert field is not None
    if field.bits and "." in path:
        raise UnknownField(f"{message.name}.{path} is a bit field of a nested struct: not drawn")
    return field


def _dimensions(message: Message, kind: FieldType, path: str) -> int:
    if getattr(kind, "of", kind).kind == "complex":
        raise UnknownField(f"{message.name}.{path} cannot be drawn: its numbers are complex")
    if isinstance(kind, (NumberType, EnumType)):
        return 0
    if isinstance(kind, (ArrayType, TailType)) and isinstance(kind.of, (NumberType, EnumType)):
        dimensions = len(kind.shape) if isinstance(kind, ArrayType) else 1
        if dimensions <= 2:
            return dimensions
    raise UnknownField(f"{message.name}.{path} cannot be drawn: give a field of numbers as y")


def _defaults(message: Message) -> tuple[str, ...]:
    numbers = []
    for field in message.struct.fields:
        kind = field.type
        if getattr(kind, "of", kind).kind == "complex":
            continue
        if isinstance(kind, (ArrayType, TailType)) and isinstance(kind.of, NumberType):
            stem, _, end = field.name.rpartition("_")
            other = f"{stem}_max"
            if end == "min" and other in message.struct.by_name:
                return (field.name, other)
            return (field.name,)
        if isinstance(kind, NumberType) and field.name != "channel":
            numbers.append(field.name)
    return tuple(numbers[:_MOST_DEFAULTS])


def _take(values: Any, path: str) -> Any:
    for name in path.split("."):
        values = values[name]
    return values


def blocks(recipe: Recipe, history: History) -> list[Curve]:
    """The newest array of each group, as lines."""
    count = max(1, min(_GROUPS, _BLOCK_BYTES // (history.message.size + 32)))
    newest: dict[object, Record] = {}
    for record in history.latest(count if recipe.by else 1):
        newest[_take(record, recipe.by) if recipe.by else None] = record
    curves = []
    for group in sorted(newest, key=lambda value: (value is None, value)):
        record = newest[group]
        step = 1.0 if recipe.x is None else _take(record, recipe.x)
        for path, samples in zip(recipe.y, recipe.samples, strict=True):
            y = np.asarray(_take(record, path))
            if isinstance(step, np.ndarray):
                length = min(len(step), len(y))
                x, y = np.asarray(step)[:length], y[:length]
            else:
                x = np.arange(len(y)) * (step * samples)
            label = path if group is None else f"{recipe.by} {group!r}"
            if group is not None and len(recipe.y) > 1:
                label = f"{path}, {label}"
            curves.append(Curve(label, *thin(x, y)))
    return curves


def image(recipe: Recipe, history: History) -> npt.NDArray[Any] | None:
    """The newest two-dimensional array, or None."""
    frames = history.latest(1)
    return np.asarray(_take(frames[-1], recipe.y[0])) if len(frames) else None


def trends(recipe: Recipe, history: History, window: float) -> list[Curve]:
    """Scalar fields against the time before the newest frame, over the last `window` seconds."""
    frames = _recent(history, window)
    if not len(frames):
        return []
    if isinstance(frames, list):  # frames of different sizes: their fixed fields one by one
        seconds = np.array([record.seconds for record in frames])
        columns = {p: np.array([_take(record, p) for record in frames]) for p in recipe.y}
        groups = np.array([_take(r, recipe.by) for r in frames]) if recipe.by else None
    else:
        times = frames.time
        seconds = (times - times[-1]).astype(np.int64) * 1e-9
        columns = {path: _take(frames, path) for path in recipe.y}
        groups = _take(frames, recipe.by) if recipe.by else None
    seconds = seconds - seconds[-1]
    curves = []
    for path, column in columns.items():
        if groups is None:
            curves.append(Curve(path, *thin(seconds, column)))
            continue
        for group in np.unique(groups):
            mask = groups == group
            label = f"{path}, {recipe.by} {group}" if len(columns) > 1 else f"{recipe.by} {group}"
            curves.append(Curve(label, *thin(seconds[mask], column[mask])))
    return curves


def _recent(history: History, window: float) -> FrameArray | list[Record]:
    count = 256
    while True:
        frames = history.latest(count)
        if len(frames) < count or count >= _MOST_ROWS:
            break
        if frames[-1].seconds - frames[0].seconds > window:
            break
        count *= 4
    if isinstance(frames, list):
        return [record for record in frames if frames[-1].seconds - record.seconds <= window]
    if not len(frames):
        return frames
    limit = frames.time[-1] - np.timedelta64(round(window * 1e9), "ns")
    recent: FrameArray = frames[int(np.searchsorted(frames.time, limit)) :]
    return recent


def thin(
    x: npt.NDArray[Any], y: npt.NDArray[Any], points: int = _POINTS
) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Fewer points that look the same: the smallest and the largest y of each stretch of x."""
    length = len(y)
    if length <= points:
        return x, y
    stretch = -(-length * 2 // points)
    whole = length // stretch * stretch
    rows = y[:whole].reshape(-1, stretch)
    first = np.arange(0, whole, stretch)
    picks = np.sort(np.stack([rows.argmin(1), rows.argmax(1)], axis=1), axis=1)
    index = (first[:, None] + picks).reshape(-1)
    if whole < length:
        rest = y[whole:]
        last = np.sort([rest.argmin(), rest.argmax()])
        index = np.concatenate([index, whole + last])
    return x[index], y[index]
