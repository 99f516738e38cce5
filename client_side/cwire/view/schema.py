"""A schema as text and as HTML. Pure."""

from __future__ import annotations

from html import escape

from cwire.errors import UnknownMessage
from cwire.view.html import html_table
from cwire.view.text import field_notes, kind_text, text_table
from cwire_structs.schema import Message, Schema
from cwire_structs.schema.paths import nested_fields

__all__ = ["SchemaView"]


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


def _title(message: Message) -> str:
    return f"{message.name} ({kind_text(message)}): {message.doc}".rstrip(": ")


def _rows(message: Message) -> list[tuple[str, str, str, str]]:
    return [(f.name, f.c_type, field_notes(f), f.doc) for f in nested_fields(message.struct)]
