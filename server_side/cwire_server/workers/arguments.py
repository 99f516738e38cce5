"""Checks what a caller gives an action by the annotations of its function, with pydantic."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from typing import Any, Required, get_type_hints

from pydantic import (
    ConfigDict,
    PydanticInvalidForJsonSchema,
    PydanticUserError,
    TypeAdapter,
    ValidationError,
)
from pydantic.errors import PydanticSchemaGenerationError
from pydantic.json_schema import GenerateJsonSchema
from typing_extensions import TypedDict

from cwire_server.workers.api import ApiError
from cwire_structs.action_values import UnsendableError, encode

__all__ = ["CONTEXT", "Arguments", "InvalidDataError"]

CONTEXT = ("out", "client", "drivers", "cancelled", "progress", "log", "action")
"""Names of parameters that callers do not give: what the relay gives to every function."""
_WHOLE = "data"
_SHOWN = 5
_CONFIG = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


class InvalidDataError(ValueError):
    """What the caller gave does not fit; the text says which argument, and why."""


class _Schema(GenerateJsonSchema):
    """JSON Schema in which a type that JSON does not have, such as an array, may be anything."""

    def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> dict[str, Any]:
        return {}


class Arguments:
    """The parameters of an action's function.

    Args:
        name: The action's, for errors.
        function: It may have parameters of `CONTEXT`, or ``**context`` for all of them. Its others
            are the arguments; one that is called ``data`` gets all that the caller gives, as it is.

    Raises:
        ApiError: A parameter cannot be given by name, or has an annotation that pydantic cannot
            check.

    Attributes:
        context: The names of `CONTEXT` that the function takes.
    """

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        try:
            parameters = inspect.signature(function).parameters.values()
            hints = get_type_hints(_plain(function), include_extras=True)
        except (ValueError, TypeError, NameError) as error:
            raise ApiError(f"the signature of action {name} cannot be read: {error}") from error
        open_ = any(one.kind is inspect.Parameter.VAR_KEYWORD for one in parameters)
        given = [one for one in parameters if one.kind is not inspect.Parameter.VAR_KEYWORD]
        for one in given:
            if one.kind in (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.VAR_POSITIONAL):
                raise ApiError(f"action {name} takes {one} by position: arguments have names")
        names = {one.name for one in given}
        self.context = frozenset(CONTEXT if open_ else names.intersection(CONTEXT))
        own = [one for one in given if one.name not in CONTEXT]
        self._whole = any(one.name == _WHOLE for one in own)
        if self._whole and len(own) > 1:
            rest = ", ".join(one.name for one in own if one.name != _WHOLE)
            raise ApiError(
                f"action {name} takes data, which is all that its caller gives, and {rest}: leave "
                "out one of the two"
            )
        try:
            self._adapter = self._make(own, hints)
            returns = hints.get("return", inspect.Parameter.empty)
            self.returns = _returned(returns)
            self.schema = self._described(own)
        except (PydanticUserError, PydanticSchemaGenerationError) as error:
            first = str(error).split("\n", 1)[0]
            raise ApiError(f"an annotation of action {name} cannot be checked: {first}") from error

    def _make(self, own: list[inspect.Parameter], hints: Mapping[str, Any]) -> TypeAdapter[Any]:
        if self._whole:
            kind = hints.get(_WHOLE, Any)
            config = None if _has_config(kind) else ConfigDict(arbitrary_types_allowed=True)
            return TypeAdapter(kind, config=config)
        fields: dict[str, Any] = {}
        for one in own:
            kind = hints.get(one.name, Any)
            needed = one.default is inspect.Parameter.empty
            fields[one.name] = Required[kind] if needed else kind
        # A TypedDict: names such as `schema` or `copy` are no trouble in it, as in a model.
        make: Any = TypedDict
        arguments = make("arguments", fields, total=False)
        arguments.__pydantic_config__ = _CONFIG
        return TypeAdapter(arguments)

    def _described(self, own: list[inspect.Parameter]) -> dict[str, Any]:
        schema = self._adapter.json_schema(schema_generator=_Schema)
        if not self._whole:
            for one in own:
                said = schema["properties"][one.name]
                if one.default is not inspect.Parameter.empty and "default" not in said:
                    try:
                        said["default"] = json.loads(encode(one.default).text)
                    except UnsendableError:
                        continue
        return schema

    def check(self, data: Any) -> dict[str, Any]:
        """Makes keyword arguments of what a caller gave.

        Raises:
            InvalidDataError: It does not fit.
        """
        try:
            checked = self._adapter.validate_python(
                {} if data is None and not self._whole else data
            )
        except ValidationError as error:
            raise InvalidDataError(_text(error)) from None
        return {_WHOLE: checked} if self._whole else checked


def _plain(function: Any) -> Any:
    """The function of which the annotations are: that of an object with ``__call__``."""
    if inspect.isfunction(function) or inspect.ismethod(function):
        return function
    return getattr(function, "func", None) or type(function).__call__


def _has_config(kind: Any) -> bool:
    """Whether a type brings its own configuration, and pydantic takes no other."""
    try:
        TypeAdapter(kind, config=ConfigDict(arbitrary_types_allowed=True))
    except PydanticUserError as error:
        return error.code == "type-adapter-config-unused"
    except PydanticSchemaGenerationError:
        return False
    return False


def _returned(kind: Any) -> dict[str, Any] | None:
    if kind is inspect.Parameter.empty:
        return None
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(kind, config=None if _has_config(kind) else _ANY)
        return adapter.json_schema(schema_generator=_Schema, mode="serialization")
    except (PydanticUserError, PydanticSchemaGenerationError, PydanticInvalidForJsonSchema):
        return None  # it is for people only


_ANY = ConfigDict(arbitrary_types_allowed=True)


def _text(error: ValidationError) -> str:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    lines = [f"{'.'.join(map(str, one['loc'])) or 'data'}: {one['msg']}" for one in found[:_SHOWN]]
    if len(found) > _SHOWN:
        lines.append(f"and {len(found) - _SHOWN} more")
    return "; ".join(lines)
