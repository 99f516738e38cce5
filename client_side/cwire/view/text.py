"""Text of plain values: tables, fields, summaries of many frames. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import Any

import numpy as np

from cwire.view.numbers import extent
from cwire_structs.schema import Message, shown
from cwire_structs.schema.fields import Field, Struct

__all__ = [
    "counted",
    "field_notes",
    "frame_rows",
    "frames_text",
    "frames_title",
    "kind_text",
    "scaling_text",
    "shortened",
    "shown_text",
    "text_table",
    "value_text",
]

_BOOT = {"boot": " since the device started", "none": ""}
_FEW = 6  # elements of an array that are printed


def counted(count: int, what: str) -> str:
    """A number of things: "1 frame", "2,000 frames"."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def text_table(
    head: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()
) -> str:
    """Lays out a table; the columns in `right` are set flush right."""
    lines = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    flush = set(right)
    return "\n".join(
        "  ".join(
            cell.rjust(width) if i in flush else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def value_text(value: Any) -> str:
    """A field's value, short."""
    if isinstance(value, np.ndarray):
        if value.size <= _FEW and value.dtype.names is None:
            return str(value.tolist())
        shape = " x ".join(map(str, value.shape))
        kind = "structs" if value.dtype.names else value.dtype.name
        return f"<{shape} {kind}>"
    if isinstance(value, float):
        return f"{value:.7g}"
    return repr(value)


def field_notes(field: Field) -> str:
    """Unit, range, default and enumerators of a field, for people."""
    notes = []
    if field.label:
        notes.append(field.label)
    if field.time:
        since = "" if field.time.epoch in ("none", "boot") else f" since {field.time.epoch}'s epoch"
        notes.append(f"time in {field.time.unit}{since or _BOOT[field.time.epoch]}")
    elif shown.scaling(field):
        notes.append(f"shown as {scaling_text(field)}")
    elif field.unit:
        notes.append(f"in {field.unit}")
    if field.channels:
        notes.append(f"of {', '.join(field.channels)}")
    if field.range is not None:
        notes.append(f"{field.range[0]:g} to {field.range[1]:g}")
    if (enum := field.element.enum) is not None:
        notes.append(" | ".join(enum.values))
    if field.default is not None:
        notes.append(f"default {field.default}")
    return ", ".join(notes)


def scaling_text(field: Field) -> str:
    """Says how people read a number: ``number * 0.01 - 40 °C``; empty if it is as it is."""
    factors = shown.scaling(field)
    if factors is None:
        return ""
    scale, bias = factors
    offset = f" {'+' if bias > 0 else '-'} {abs(bias):g}" if bias else ""
    return f"number * {scale:g}{offset} {shown.unit(field) or ''}".rstrip()


def shown_text(field: Field, value: Any) -> str:
    """A field's value as people read it: scaled, a time as a date."""
    if field.time and np.ndim(value) == 0:
        moment = shown.time_text(field, value.item() if isinstance(value, np.generic) else value)
        if moment:
            return moment
    return value_text(shown.to_shown(field, value))


def frames_title(
    name: str,
    shape: Sequence[int],
    size: int,
    times: np.ndarray[Any, np.dtype[np.datetime64]] | None,
) -> str:
    """Sums up an array of frames in a line: count, message, size, first and last time.

    Args:
        name: The message's name.
        shape: Of the array of frames.
        size: Bytes of one frame.
        times: When each was published; None: unknown.
    """
    count = prod(shape)
    if len(shape) != 1 or not count:
        return f"<{tuple(shape)} frames of {name}>" if count else f"<no frames of {name}>"
    if count == 1:
        title = f"1 frame of {name}, {size:,} bytes"
        return title if times is None else f"{title}, {str(times[0])[:23]} UTC"
    title = f"{count:,} frames of {name}, {size:,} bytes each"
    if times is not None:
        begin, end = str(times[0])[:23], str(times[-1])[:23]
        title += f", {begin} to {end[11:] if begin[:11] == end[:11] else end} UTC"
    return title


def frame_rows(
    frames: np.ndarray[Any, np.dtype[Any]], struct: Struct | None
) -> list[tuple[str, ...]]:
    """Makes a row of each field: name, type, range of the values, unit and comment.

    Args:
        frames: A structured array.
        struct: Describes its fields, where that is known.

    Returns:
        The rows; none if there are no frames.
    """
    if frames.ndim != 1 or not len(frames):
        return []
    fields = struct.by_name if struct else {}
    rows: list[tuple[str, ...]] = []
    for key in frames.dtype.names or ():
        column = frames[key]
        shape = " x ".join(map(str, column.shape[1:]))
        field = fields.get(key)
        unit, doc = (shown.unit(field) or "", field.doc) if field else ("", "")
        kind = field.c_type if field else f"{column.dtype} {shape}"
        rows.append((key, kind, _span_text(column, field), unit, doc))
    return rows


def frames_text(title: str, rows: Sequence[tuple[str, ...]]) -> str:
    """A summary of an array of frames: its title, and below it the rows of `frame_rows`."""
    if not rows:
        return title
    lines = [(f"  {name}", *rest[:3]) for name, *rest in rows]
    head = ("  field", "type", "values", "unit")
    return f"{title}\n{text_table(head, lines)}"


def _span_text(column: np.ndarray[Any, np.dtype[Any]], field: Field | None) -> str:
    if column.dtype.names:
        struct = field.element.struct if field else None
        return "{" + ", ".join(struct.by_name if struct else column.dtype.names) + "}"
    if not column.size:
        return ""
    if column.dtype.kind == "S":
        return repr(column.reshape(-1)[-1].decode(errors="replace"))
    found = extent(column) if column.dtype.kind == "f" else (column.min(), column.max())
    if found is None:
        return value_text(column.reshape(-1)[-1].item())
    low, high = (end.item() for end in found)
    enum = field.element.enum if field else None
    if enum is not None:
        texts = [enum.label(end) or str(end) for end in (low, high)]
    else:
        texts = [shown_text(field, end) if field else value_text(end) for end in (low, high)]
    return texts[0] if low == high else f"{texts[0]} … {texts[1]}"


def kind_text(message: Message) -> str:
    """Describes a message: a command with its reply, or its size in bytes."""
    if message.command:
        return f"command → {message.reply or 'OK'}"
    elements = f" + n * {message.tail_size}" if message.tail else ""
    return f"{message.size}{elements} bytes"


def shortened(text: str, most: int) -> str:
    """A name without its middle, so that it is no longer than `most`: of a path the end tells most.

    ``shortened`` in ``web/scope/reading.mjs`` is the same; tests/names.json has cases for both.
    """
    if len(text) <= most:
        return text
    end = (most - 1) // 2
    return f"{text[: most - 1 - end]}…{text[len(text) - end :]}"
