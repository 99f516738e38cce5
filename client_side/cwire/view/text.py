"""How things look when they are printed or shown in a notebook. All HTML is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from cwire.errors import UnknownMessage
from cwire_structs.schema import Message, Schema
from cwire_structs.schema.fields import ArrayType, EnumType, Field, TailType

if TYPE_CHECKING:
    from cwire.data.frame_array import FrameArray

__all__ = [
    "SchemaView",
    "field_notes",
    "frame_rows",
    "frames_text",
    "frames_title",
    "html_table",
    "kind_text",
    "text_table",
    "value_text",
]

_FEW = 6  # elements of an array that are printed


def text_table(
    head: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()
) -> str:
    """Columns as wide as they need; those in `right` are set flush right."""
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


def html_table(
    head: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()
) -> str:
    """The same as an HTML table; every cell is text."""
    flush = set(right)

    def line(cells: Sequence[str], tag: str) -> str:
        return "".join(
            f'<{tag} style="text-align:{"right" if i in flush else "left"}">{escape(cell)}</{tag}>'
            for i, cell in enumerate(cells)
        )

    body = "".join(f"<tr>{line(row, 'td')}</tr>" for row in rows)
    return f"<table><thead><tr>{line(head, 'th')}</tr></thead><tbody>{body}</tbody></table>"


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
    if field.unit:
        notes.append(f"in {field.unit}")
    if field.range is not None:
        notes.append(f"{field.range[0]:g} to {field.range[1]:g}")
    kind = field.type.of if isinstance(field.type, (ArrayType, TailType)) else field.type
    if isinstance(kind, EnumType):
        notes.append(" | ".join(kind.enum.values))
    if field.default is not None:
        notes.append(f"default {field.default}")
    return ", ".join(notes)


def frames_title(array: FrameArray) -> str:
    """How many frames of what, and from when to when."""
    message = array.message
    name = message.name if message else "frames"
    if array.ndim != 1 or not len(array):
        return f"<no frames of {name}>" if not array.size else f"<{array.shape} frames of {name}>"
    title = f"{len(array):,} frames of {name}, {array.dtype.itemsize:,} bytes each"
    if array._whole:
        first, last = array.time[0], array.time[-1]
        title += f", {str(first)[:23]} to {str(last)[11:23]} UTC"
    return title


def frame_rows(array: FrameArray) -> list[tuple[str, ...]] | None:
    """Of each field: name, type, range of the values, unit and comment; None without frames."""
    if array.ndim != 1 or not len(array):
        return None
    plain = np.asarray(array)
    fields = array.message.struct.by_name if array.message else {}
    rows: list[tuple[str, ...]] = []
    for key in plain.dtype.names or ():
        column = plain[key]
        shape = " x ".join(map(str, column.shape[1:]))
        field = fields.get(key)
        unit, doc = (field.unit or "", field.doc) if field else ("", "")
        kind = field.c_type if field else f"{column.dtype} {shape}"
        rows.append((key, kind, _span_text(column), unit, doc))
    return rows


def frames_text(array: FrameArray) -> str:
    """A summary of an array of frames: how many, from when to when, and each field's range."""
    rows = frame_rows(array)
    if rows is None:
        return frames_title(array)
    lines = [(f"  {name}", *rest[:3]) for name, *rest in rows]
    head = ("  field", "type", "values", "unit")
    return f"{frames_title(array)}\n{text_table(head, lines)}"


def _span_text(column: np.ndarray[Any, np.dtype[Any]]) -> str:
    if column.dtype.names:
        return "{" + ", ".join(column.dtype.names) + "}"
    if not column.size:
        return ""
    if column.dtype.kind == "S":
        return repr(column.reshape(-1)[-1].decode(errors="replace"))
    low, high = column.min(), column.max()
    if low == high:
        return value_text(low.item())
    return f"{value_text(low.item())} … {value_text(high.item())}"


class SchemaView:
    """A driver's messages, to look at: ``bridge.schema``, ``bridge.schema["scope_block"]``.

    Attributes:
        schema: The `Schema` itself.
        message: The one message that is shown, or None for all.
    """

    def __init__(self, schema: Schema, message: Message | None = None) -> None:
        self.schema = schema
        self.message = message

    @property
    def name(self) -> str:
        """The header's name."""
        return self.schema.name

    @property
    def layout_hash(self) -> str:
        """Equal for schemas that decode the same."""
        return self.schema.layout_hash

    @property
    def messages(self) -> dict[str, Message]:
        """All messages by name."""
        return self.schema.messages

    @property
    def published(self) -> dict[str, Message]:
        """The messages that the driver sends."""
        return self.schema.published

    @property
    def commands(self) -> dict[str, Message]:
        """The messages that it takes."""
        return self.schema.commands

    def __getitem__(self, name: str) -> SchemaView:
        message = self.schema.messages.get(name)
        if message is None:
            raise UnknownMessage(
                f"{self.schema.name} has no message {name!r}; "
                f"there are: {', '.join(self.schema.messages)}"
            )
        return SchemaView(self.schema, message)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.schema.messages)

    def _shown(self) -> list[Message]:
        return [self.message] if self.message else list(self.schema.messages.values())

    def __repr__(self) -> str:
        parts = []
        for message in self._shown():
            rows = [(f"  {name}", kind, notes, doc) for name, kind, notes, doc in _rows(message)]
            parts.append(f"{_title(message)}\n{text_table(('', '', '', ''), rows).lstrip(chr(10))}")
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        head = ("field", "type", "unit, range, default", "")
        return "".join(
            f"<details{' open' if self.message else ''}><summary><b>{escape(message.name)}</b> "
            f"{escape(kind_text(message))}: {escape(message.doc)}</summary>"
            f"{html_table(head, _rows(message))}</details>"
            for message in self._shown()
        )


def kind_text(message: Message) -> str:
    """Whether a message is a command, and with which reply; else its size."""
    if message.command:
        return f"command → {message.reply or 'OK'}"
    elements = f" + n * {message.tail_size}" if message.tail else ""
    return f"{message.size}{elements} bytes"


def _title(message: Message) -> str:
    return f"{message.name} ({kind_text(message)}): {message.doc}".rstrip(": ")


def _rows(message: Message) -> list[tuple[str, str, str, str]]:
    return [(f.name, f.c_type, field_notes(f), f.doc) for f in message.struct.fields]
