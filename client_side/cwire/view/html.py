"""HTML of plain values, for notebooks.

Tables without colours of their own, for light and dark themes. Everything is escaped: what a
driver says of itself must never become markup. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any, Protocol

from cwire.view.text import field_notes, shown_text
from cwire_structs.schema import Message, shown
from cwire_structs.schema.fields import Struct

__all__ = [
    "command_html",
    "commands_html",
    "frames_html",
    "html_table",
    "record_html",
]


class Values(Protocol):
    """Values by field name."""

    def __getitem__(self, name: str, /) -> Any:
        """The value of a field; that of a nested struct has values itself."""


def html_table(
    head: Sequence[str], rows: Iterable[Sequence[str]], right: Iterable[int] = ()
) -> str:
    """A table whose cells are text; the columns in `right` are set flush right."""
    flush = set(right)

    def line(cells: Sequence[str], tag: str) -> str:
        return "".join(
            f'<{tag} style="text-align:{"right" if i in flush else "left"}">{escape(cell)}</{tag}>'
            for i, cell in enumerate(cells)
        )

    body = "".join(f"<tr>{line(row, 'td')}</tr>" for row in rows)
    return f"<table><thead><tr>{line(head, 'th')}</tr></thead><tbody>{body}</tbody></table>"


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


def frames_html(title: str, rows: Sequence[tuple[str, ...]]) -> str:
    """A summary of an array of frames: its title, and below it the rows of `frame_rows`."""
    head = f"<div>{escape(title)}</div>"
    return head + html_table(("field", "type", "values", "unit", ""), rows) if rows else head


def record_html(title: str, struct: Struct, values: Values) -> str:
    """A struct: each field with its value, unit and comment; nested ones with dots."""
    head = f"<div><b>{escape(title)}</b></div>"
    return head + html_table(("field", "value", "unit", ""), _value_rows(struct, values, ""))


def _value_rows(struct: Struct, values: Values, path: str) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for field in struct.fields:
        value = values[field.name]
        if field.type.struct is not None:
            rows += _value_rows(field.type.struct, value, f"{path}{field.name}.")
        else:
            unit = shown.unit(field) or ""
            rows.append((path + field.name, shown_text(field, value), unit, field.doc))
    return rows
