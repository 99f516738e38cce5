"""The actions of a relay: functions with their checked arguments, by name."""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from cwire_server.workers.api import BUILT_IN, ApiError, flatten, mark_of
from cwire_server.workers.arguments import Arguments

__all__ = ["Action", "Registry"]

Kind = Literal["function", "async", "generator", "process"]


@dataclass(frozen=True, slots=True)
class Action:
    """One action."""

    name: str
    function: Callable[..., Any]
    arguments: Arguments
    kind: Kind
    deadline: float | None = None

    @property
    def is_async(self) -> bool:
        """Whether it runs in an event loop."""
        function = _called(self.function)
        return inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function)

    @property
    def is_generator(self) -> bool:
        """Whether it yields what it sends, in an event loop or not."""
        function = _called(self.function)
        return inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function)

    def describe(self) -> dict[str, Any]:
        """Describes it as PROTOCOL.md's action `describe` does."""
        return {
            "name": self.name,
            "doc": inspect.getdoc(self.function) or "",
            "arguments": self.arguments.schema,
            "returns": self.arguments.returns,
            "kind": self.kind,
            "deadline": self.deadline,
        }


class Registry:
    """The actions of an API, and those that are always there.

    Args:
        api: See `flatten`.
        built_in: The functions of the actions that are always there, by name.

    Raises:
        ApiError: An action cannot be served.
    """

    def __init__(self, api: object, built_in: dict[str, Callable[..., Any]] | None = None) -> None:
        self._actions = {name: _action(name, one) for name, one in flatten(api).items()}
        for name, function in (built_in or {}).items():
            assert name in BUILT_IN
            self._actions[name] = _action(name, function)

    def __getitem__(self, name: str) -> Action:
        return self._actions[name]

    @property
    def names(self) -> list[str]:
        """Of all of them, sorted."""
        return sorted(self._actions)

    @property
    def deadlines(self) -> dict[str, float | None]:
        """By name, the seconds that each may take."""
        return {name: one.deadline for name, one in self._actions.items()}

    def describe(self, name: str | None = None) -> list[dict[str, Any]]:
        """Describes one action, or all of them.

        Raises:
            KeyError: There is none of this name.
        """
        return [self._actions[one].describe() for one in (self.names if name is None else [name])]


def _action(name: str, function: Callable[..., Any]) -> Action:
    mark = mark_of(function)
    called = _called(function)
    kind: Kind = "function"
    if inspect.isgeneratorfunction(called) or inspect.isasyncgenfunction(called):
        kind = "generator"
    elif inspect.iscoroutinefunction(called):
        kind = "async"
    arguments = Arguments(name, function)
    if mark.computes:
        if kind == "async" or inspect.isasyncgenfunction(called):
            raise ApiError(f"action {name} runs in a process, and cannot be async there")
        if unknown := arguments.context - {"out", "client", "log", "action", "progress"}:
            raise ApiError(
                f"action {name} runs in a process, where there is no {', '.join(sorted(unknown))}: "
                "name the ones of out, client, log, action and progress that it needs"
            )
        try:
            if called.__module__ == "__main__":
                raise AttributeError("it is in the script that is run")
            pickle.dumps(function)
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            raise ApiError(
                f"action {name} runs in a process, which cannot import it: define it at the top "
                f"level of a module ({error})"
            ) from error
        kind = "process"
    return Action(name, function, arguments, kind, mark.deadline)


def _called(function: Any) -> Any:
    """What runs when it is called: of an object, its method."""
    while hasattr(function, "func"):  # functools.partial
        function = function.func
    if inspect.isfunction(function) or inspect.ismethod(function):
        return function
    return getattr(type(function), "__call__", function)  # noqa: B004
