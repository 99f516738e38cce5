"""How things look in a notebook: tables without colours of their own, for light and dark themes.

All of it is escaped: what a driver says of itself must never become markup.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING, Any

from cwire.view.text import field_notes, frame_rows, frames_title, html_table, value_text
from cwire_structs.schema import Message

if TYPE_CHECKING:
    from cwire.data.fields import Fields
    from cwire.data.frame_array import FrameArray

__all__ = ["command_html", "commands_html", "frames_html", "record_html"]


def commands_html(commands: Iterable[Message]) -> str:
    """Commands: a line each; a click shows the fields."""
    return "".join(
        f"<details><summary>{_heading(message)}</summary>{_fields_html(message)}</details>"
        for message in commands
    ) or escape("no commands are known")


def command_html(message: Message) -> str:
    """One command with its fields."""
    return f"<div>{_heading(message)}</div>{_fields_html(message)}"


def _heading(message: Message) -> str:
    doc = f": {escape(message.doc)}" if message.doc else ""
    return f"<b>{escape(message.name)}</b> → {escape(message.reply or 'OK')}{doc}"


def _fields_html(message: Message) -> str:
    rows = [(f.py_name, f.c_type, field_notes(f), f.doc) for f in message.struct.fields]
    return html_table(("field", "type", "unit, range, default", ""), rows)


def frames_html(array: FrameArray) -> str:
    """A summary of an array of frames; where there is none, its one line of text."""
    rows = frame_rows(array)
    title = f"<div>{escape(frames_title(array))}</div>"
    if rows is None:
        return title
    return title + html_table(("field", "type", "values", "unit", ""), rows)


def record_html(record: Fields, title: str) -> str:
    """A record: each field with its value, unit and comment; nested ones with dots."""
    head = f"<div><b>{escape(title)}</b></div>"
    return head + html_table(("field", "value", "unit", ""), _values(record, ""))


def _values(record: Fields, path: str) -> list[tuple[str, ...]]:
    from cwire.data.fields import Fields

    rows: list[tuple[str, ...]] = []
    for field in record._struct.fields:
        value: Any = record[field.name]
        if isinstance(value, Fields):
            rows += _values(value, f"{path}{field.name}.")
        else:
            rows.append((path + field.name, value_text(value), field.unit or "", field.doc))
    return rows
