"""Handlers of commands: a function's parameters and its result are a command's. Pure."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import numpy as np

from cwire.driver.payloads import Encoder
from cwire.errors import InvalidArgument, Refused
from cwire_structs.errors import FieldError, SchemaError, hint_text
from cwire_structs.schema import Field, Message
from cwire_structs.schema.fields import Struct
from cwire_structs.schema.message_class import MessageObject
from cwire_structs.schema.written_class import NO_DEFAULT, Parameter, declares_fields

__all__ = ["Handler", "Signature", "is_async"]

WHOLE = "request"
"""The parameter that gets the whole message without an annotation."""

_TAKES_ONE = (
    inspect.Parameter.POSITIONAL_ONLY,
    inspect.Parameter.POSITIONAL_OR_KEYWORD,
    inspect.Parameter.KEYWORD_ONLY,
)


class Signature:
    """The parameters of a handler.

    Args:
        function: The handler.

    Raises:
        SchemaError: Its annotations cannot be read.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self.name = getattr(function, "__name__", type(function).__name__)
        self.doc = inspect.cleandoc(inspect.getdoc(function) or "")
        inner = inspect.unwrap(function)
        called = inner if inspect.isroutine(inner) else type(inner).__call__
        try:
            self.parameters = inspect.signature(function).parameters
            self.hints = get_type_hints(called, include_extras=True)
        except (NameError, TypeError, ValueError) as error:
            raise SchemaError(
                f"{self.name}: its annotations cannot be read ({error}): define what they name at "
                "the top of the module"
            ) from None

    @property
    def message_class(self) -> type | None:
        """The class with annotations that is its only parameter, if it is one."""
        found = [one for one in self.parameters.values() if one.kind in _TAKES_ONE]
        if len(found) != 1:
            return None
        hint = self.hints.get(found[0].name)
        if isinstance(hint, type) and issubclass(hint, enum.Enum | np.generic):
            return None
        return hint if isinstance(hint, type) and declares_fields(hint) else None

    @property
    def reply(self) -> Any:
        """What it is annotated to return; None: nothing."""
        hint = self.hints.get("return")
        return None if hint is type(None) else hint

    def fields(self) -> dict[str, Parameter]:
        """Returns its parameters as the fields of a command.

        Raises:
            SchemaError: A parameter cannot be a field.
        """
        fields = {}
        for name, one in self.parameters.items():
            if one.kind not in _TAKES_ONE:
                raise SchemaError(
                    f"{self.name}: *{name} has no layout: a new command needs a parameter for each "
                    "field"
                )
            default = NO_DEFAULT if one.default is one.empty else one.default
            if name in self.hints:
                hint = self.hints[name]
            elif isinstance(default, bool | int | float | enum.IntEnum | np.generic):
                hint = type(default)
            else:
                raise SchemaError(
                    f"{self.name}: annotate its parameter {name!r}, as in {name}: float; or put "
                    "the command into the schema"
                )
            fields[name] = Parameter(hint, default)
        return fields


def is_async(function: Callable[..., Any]) -> bool:
    """Says whether calling a handler gives an awaitable."""
    called = inspect.unwrap(function)
    return inspect.iscoroutinefunction(called) or inspect.iscoroutinefunction(
        getattr(called, "__call__", None)  # noqa: B004 - whether it is async, not whether it is
    )


class Handler:
    """The handler of one command: it gets the payload as arguments, its result is the reply.

    Args:
        function: What the program wrote.
        signature: Its parameters.
        command: The command.
        reply: The message that answers it; None: just an OK.

    Attributes:
        id: The command's number.
        name: The command's name.
        is_async: Whether calling it gives an awaitable.

    Raises:
        InvalidArgument: A parameter is no field of the command.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        signature: Signature,
        command: Message,
        reply: Message | None,
    ) -> None:
        self.is_async = is_async(function)
        self.id, self.name = command.id, command.name
        self._function = function
        self._command = command
        self._reply = None if reply is None else Encoder(reply)
        self._positional: list[Callable[[MessageObject], object]] = []
        self._named: dict[str, Callable[[MessageObject], object]] = {}
        self._checked = _has_limits(command.struct)
        self._bind(signature)

    def _bind(self, signature: Signature) -> None:
        by_name = {field.py_name: field for field in self._command.struct.fields}
        whole = _whole(signature, by_name)
        used = set()
        for name, one in signature.parameters.items():
            if one.kind is one.VAR_POSITIONAL:
                continue
            if one.kind is one.VAR_KEYWORD:
                rest = {key: field for key, field in by_name.items() if key not in used}
                for key, field in rest.items():
                    self._named[key] = _getter(field, None)
                continue
            hint = signature.hints.get(name)
            if name == whole:
                take = _maker(hint, self._command.struct)
            elif name in by_name:
                used.add(name)
                take = _getter(by_name[name], hint)
            elif one.default is one.empty:
                raise InvalidArgument(
                    f"{signature.name}: the command {self._command.name} has no field {name!r}; "
                    f"{hint_text(name, by_name)}"
                )
            else:
                continue
            if one.kind is one.KEYWORD_ONLY:
                self._named[name] = take
            else:
                self._positional.append(take)

    def call(self, payload: bytes) -> Any:
        """Calls the function with a command's payload.

        Raises:
            Refused: A value is out of its range, or has no name in its enum.
        """
        values = self._command.type.from_bytes(payload)
        if self._checked:
            try:
                self._command.encode(values.to_dict())
            except FieldError as error:
                raise Refused(f"{error.field}: {error.reason}", "ERANGE") from None
        arguments = [take(values) for take in self._positional]
        return self._function(*arguments, **{k: take(values) for k, take in self._named.items()})

    def reply(self, result: object) -> bytes:
        """Returns the payload of what the function returned.

        Raises:
            FieldError, InvalidArgument: It is not the reply that the schema names.
        """
        if result is None:
            return b""
        if self._reply is None:
            raise InvalidArgument(
                f"the handler of {self._command.name} returned {type(result).__name__}, but the "
                "schema gives the command no reply: return None"
            )
        return self._reply.one(result)


def _whole(signature: Signature, by_name: Mapping[str, Field]) -> str | None:
    """Returns the parameter that gets the whole message, if there is one."""
    found = [one for one in signature.parameters.values() if one.kind in _TAKES_ONE]
    if not found:
        return None
    first = found[0]
    hint = signature.hints.get(first.name)
    if isinstance(hint, type) and (hasattr(hint, "STRUCT") or signature.message_class is hint):
        field = by_name.get(first.name)
        return None if field is not None and field.type.struct is not None else first.name
    return first.name if hint is None and first.name == WHOLE and WHOLE not in by_name else None


def _maker(hint: Any, struct: Struct) -> Callable[[MessageObject], object]:
    """Returns what makes the object that a parameter is annotated to be."""
    if isinstance(hint, type) and declares_fields(hint) and not hasattr(hint, "STRUCT"):
        return lambda values: _made(hint, struct, values)
    if isinstance(hint, type) and hasattr(hint, "from_bytes"):
        return lambda values: hint.from_bytes(bytes(values))
    return lambda values: values


def _made(cls: type, struct: Struct, values: Any) -> object:
    hints = get_type_hints(cls, include_extras=True)
    of_numpy = isinstance(values, np.void)  # an element of a tail
    fields = {
        field.py_name: _as(
            hints.get(field.py_name),
            field,
            values[field.name] if of_numpy else getattr(values, field.py_name),
        )
        for field in struct.fields
    }
    if is_dataclass(cls):
        return cls(**fields)
    made: object = object.__new__(cls)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def _getter(field: Field, hint: Any) -> Callable[[MessageObject], object]:
    name = field.py_name
    return lambda values: _as(hint, field, getattr(values, name))


def _as(hint: Any, field: Field, value: Any) -> object:
    """Returns a field's value as a parameter is annotated to get it."""
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    element = field.element
    if get_origin(hint) in (list, tuple):
        inner = get_args(hint)[:1] or (None,)
        return [_one(inner[0], field, one) for one in value]
    if field.type.shape or field.type.is_tail:
        if element.struct is not None and isinstance(hint, type):
            return [_one(hint, field, one) for one in value]
        return value
    return _one(hint, field, value)


def _one(hint: Any, field: Field, value: Any) -> object:
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    element = field.element
    if element.enum is not None:
        if isinstance(hint, type) and issubclass(hint, enum.IntEnum):
            return hint(value)
        return element.named(int(value)) if hint is str else value
    if element.struct is not None:
        return _maker(hint, element.struct)(value)
    return value


def _has_limits(struct: Struct) -> bool:
    """Says whether C can hold numbers that no command may have."""
    return any(
        field.range is not None
        or field.element.enum is not None
        or (field.element.struct is not None and _has_limits(field.element.struct))
        for field in struct.fields
    )
