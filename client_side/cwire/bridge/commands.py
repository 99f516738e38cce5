"""``bridge.send`` and ``bridge.change``: functions made of the commands in the header. Pure."""

from __future__ import annotations

import inspect
import keyword
from collections.abc import Callable, Mapping
from typing import Generic, NoReturn, TypeVar

from cwire.errors import InvalidArgument, live_connection
from cwire.view.text import field_notes
from cwire_structs.schema import Message
from cwire_structs.schema.fields import Field, python_name
from cwire_structs.schema.getters import Getter

__all__ = ["CommandFunction", "Commands", "Offered"]

_T = TypeVar("_T")

Offered = tuple[Message, Getter | None]
"""A command; and what tells the values that it keeps, if it keeps any."""

# By a kind's form: a field that is left out, and the type of its values.
_ZEROS = {"whole": "0", "real": "0.0", "complex": "0j", "truth": "False", "text": "''"}
_TYPES = {
    "whole": int,
    "real": float,
    "complex": complex,
    "truth": bool,
    "choice": str,
    "text": str,
}


class CommandFunction(Generic[_T]):
    """One command, to be called with its fields: ``bridge.send.set_waveform(frequency=5.0)``.

    Fields that are left out take their default, else zero; of ``bridge.change`` they keep what the
    driver has. It returns the reply, or None where the driver answers with a plain OK, of which a
    notebook tells below the cell. The command's own documentation is in ``__doc__``.

    Attributes:
        message: Its description from the schema.
    """

    def __init__(
        self,
        message: Message,
        call: Callable[[str, Mapping[str, object]], _T],
        getter: Getter | None = None,
    ) -> None:
        self.message = message
        self._call = call
        self.__name__ = self.__qualname__ = message.name
        self.__doc__ = command_doc(message, getter)
        self.__signature__ = command_signature(message, getter)

    def __call__(self, /, *unnamed: object, **fields: object) -> _T:
        """Sends the command with these field values."""
        if unnamed:
            raise InvalidArgument(
                f"{self.message.name} takes its fields by name, not {unnamed[0]!r}: "
                f"{self.message.name}{self.__signature__}"
            )
        return self._call(self.message.name, fields)

    def __reduce__(self) -> NoReturn:
        raise live_connection()

    def __repr__(self) -> str:
        return f"{self.message.name}{self.__signature__}\n{self.__doc__}"

    def _repr_html_(self) -> str:
        from cwire.view.html import command_html

        return command_html(self.message)


class Commands(Generic[_T]):
    """The commands that can be sent now, as attributes; Tab completes them.

    One that is called like something of Python's own is ``bridge.send["__class__"]``, one like a
    keyword ``bridge.send.class_``.

    Args:
        known: What there is by name.
        find: Finds one, or raises what is wrong.
        call: Sends one.
    """

    def __init__(
        self,
        known: Callable[[], Mapping[str, Offered]],
        find: Callable[[str], Offered],
        call: Callable[[str, Mapping[str, object]], _T],
    ) -> None:
        # Names that no header is likely to have.
        self._cwire_known = known
        self._cwire_find = find
        self._cwire_call = call

    def __getattr__(self, name: str) -> CommandFunction[_T]:
        if name.startswith("_cwire_"):  # while it is unpickled there is nothing yet
            raise AttributeError(name)
        if name.startswith("_") or keyword.iskeyword(name.removesuffix("_")):
            known = self._cwire_known()
            called = {python_name(one): one for one in known} | {one: one for one in known}
            if name.startswith("_") and name not in called:  # somebody looks for a method
                raise AttributeError(f"there is no command {name!r}")
            name = called.get(name, name)
        return self[name]

    def __getitem__(self, name: str) -> CommandFunction[_T]:
        message, getter = self._cwire_find(name)
        return CommandFunction(message, self._cwire_call, getter)

    def __reduce__(self) -> NoReturn:
        raise live_connection()

    def __dir__(self) -> list[str]:
        return sorted(map(python_name, self._cwire_known()))

    def _ipython_key_completions_(self) -> list[str]:
        return sorted(self._cwire_known())

    def __repr__(self) -> str:
        lines = [
            f"{name}{command_signature(message, getter)}\n    {message.doc}"
            for name, (message, getter) in self._cwire_known().items()
        ]
        return "\n".join(lines) or "no commands are known"

    def _repr_html_(self) -> str:
        from cwire.view.html import commands_html

        return commands_html(message for message, _ in self._cwire_known().values())


def command_signature(message: Message, getter: Getter | None = None) -> inspect.Signature:
    """The signature that Tab and help show: keywords with their defaults; ``...`` keeps a value."""
    kept = getter is not None
    key = getter.key if getter else None
    parameters = [
        inspect.Parameter(
            field.py_name,
            inspect.Parameter.KEYWORD_ONLY,
            default=_Default("..." if kept and field.name != key else _default(field)),
            annotation=_annotation(field),
        )
        for field in message.struct.fields
    ]
    return inspect.Signature(parameters)


def command_doc(message: Message, getter: Getter | None = None) -> str:
    """A docstring from the header's comments, with units, ranges and defaults."""
    lines = [message.doc or f"Sends {message.name}.", ""]
    if getter is not None:
        lines += [f"What is left out stays as it is: {getter.command} tells it.", ""]
    if message.struct.fields:
        lines.append("Args:")
    for field in message.struct.fields:
        notes = field_notes(field)
        lines.append(f"    {field.py_name}: {field.doc}{f' ({notes})' if notes else ''}")
    lines += ["", f"Returns: {message.reply or 'None'}."]
    return "\n".join(lines)


class _Default:
    """A default that is shown as the header writes it: ``SINE``, not ``'SINE'``."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def _default(field: Field) -> str:
    if field.default is not None:
        return str(field.default)
    kind = field.type
    return (kind.enum.label(0) or "0") if kind.enum else _ZEROS.get(kind.form, "...")


def _annotation(field: Field) -> object:
    return _TYPES.get(field.type.form, inspect.Parameter.empty)
