"""The commands of a driver: which function handles which one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cwire.driver.dispatcher import Dispatcher
from cwire.driver.handlers import Handler, Signature, is_async
from cwire.errors import InvalidArgument, UnknownCommand
from cwire_structs.errors import hint_text
from cwire_structs.schema import Schema
from cwire_structs.schema.written import Written, message_name

__all__ = ["Commands", "struct_name"]


class Commands:
    """The handlers of a driver's commands, and the schema that new commands are added to.

    Args:
        name: The driver's.
        source: Its schema; one that is written in Python can grow until `fix`.
        dispatcher: Gets the handlers.
    """

    def __init__(self, name: str, source: Schema | Written, dispatcher: Dispatcher) -> None:
        self._name = name
        self._source = source
        self._dispatcher = dispatcher
        self._fixed: Schema | None = source if isinstance(source, Schema) else None
        self._functions: dict[str, tuple[Callable[..., Any], Signature]] = {}

    @property
    def schema(self) -> Schema:
        """The messages, and the commands that were added so far."""
        if self._fixed is not None:
            return self._fixed
        assert isinstance(self._source, Written)
        return self._source.schema()

    @property
    def first_async(self) -> str | None:
        """The first command whose handler is async; None: all are plain functions."""
        found = (name for name, (function, _) in self._functions.items() if is_async(function))
        return next(found, None)

    def handle(self, function: Callable[..., Any], name: str | None) -> None:
        """Has a function handle a command; adds the command where that is new.

        Args:
            function: The handler.
            name: The command's; None: the function's own, or that of the class which it takes.

        Raises:
            UnknownCommand: The schema has no such command.
            SchemaError: The parameters cannot be fields.
            InvalidArgument: A parameter is no field of the command.
        """
        signature = Signature(function)
        name = self._command_name(signature, name)
        self._functions[name] = function, signature
        if self._fixed is not None:
            self._add_handler(self._fixed, name)

    def bind(self) -> Schema:
        """Gives the dispatcher a handler for each command; returns the schema.

        Raises:
            SchemaError: What was added does not fit together.
            InvalidArgument: A parameter of a handler is no field of its command.
        """
        schema = self.schema
        for name in self._functions:
            self._add_handler(schema, name)
        return schema

    def fix(self, schema: Schema) -> None:
        """Takes no new commands from now on: peers are told this schema."""
        self._fixed = schema

    def _command_name(self, signature: Signature, name: str | None) -> str:
        """Returns the command that a function handles; adds it where it is new."""
        if self._fixed is None:
            assert isinstance(self._source, Written)
            return _declare(self._source, signature, name)
        commands = self._fixed.commands
        chosen = name or signature.name
        if name is None and signature.message_class and chosen not in commands:
            chosen = struct_name(signature.message_class)
        if chosen not in commands:
            more = (
                "; a driver that listens takes no new commands: declare them before"
                if isinstance(self._source, Written)
                else ""
            )
            raise UnknownCommand(
                f"{self._name}: the schema has no command {chosen!r}; "
                f"{hint_text(chosen, commands)}{more}"
            )
        return chosen

    def _add_handler(self, schema: Schema, name: str) -> None:
        function, signature = self._functions[name]
        command = schema.messages[name]
        reply = schema.messages[command.reply] if command.reply else None
        self._dispatcher.add(Handler(function, signature, command, reply))


def struct_name(cls: type) -> str:
    """Returns the name of the message that a class stands for."""
    return getattr(cls, "STRUCT", None) or message_name(cls)


def _declare(written: Written, signature: Signature, name: str | None) -> str:
    """Adds the command that a function handles, if it is new; returns its name."""
    cls, known = signature.message_class, written.messages
    chosen = name or signature.name
    if name is None and cls is not None and known.get(message_name(cls)):
        chosen = message_name(cls)
    if known.get(chosen) is False:
        raise InvalidArgument(
            f"{chosen!r} is a message of the schema, not a command: name the function otherwise, "
            "or mark the class with @cwire.command()"
        )
    if chosen not in known:
        written.add_command(chosen, cls or signature.fields(), signature.doc, signature.reply)
    return chosen
