"""An API of actions: marks functions, and makes one flat table of dotted names. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal, TypeVar, overload

__all__ = ["ActionError", "ApiError", "Mark", "action", "flatten", "mark_of"]

_Function = TypeVar("_Function", bound=Callable[..., Any])
_MARK = "__cwire_action__"
_LONGEST, _DEEPEST = 200, 64
BUILT_IN = ("list", "describe", "shutdown")
"""Names of actions that are always there."""


class ApiError(ValueError):
    """An API cannot be served; the text names the action, and what to do."""


class ActionError(Exception):
    """Raised by an action: its caller gets this text, and the code, to act on.

    Args:
        text: For people.
        code: A short name of what is wrong, such as ``no_sample``.
    """

    def __init__(self, text: str, code: str = "raised") -> None:
        if not 1 <= len(code) <= 64:
            raise ValueError(f"the code {code!r} has not 1 to 64 characters")
        super().__init__(text)
        self.code = code

    def __reduce__(self) -> Any:
        return type(self), (str(self), self.code)


@dataclass(frozen=True, slots=True)
class Mark:
    """What `action` has been told of a function."""

    name: str | None = None
    deadline: float | None = None
    computes: bool = False


@overload
def action(function: _Function, /) -> _Function: ...


@overload
def action(
    *,
    name: str | None = None,
    deadline: float | None = None,
    runs: Literal["process"] | None = None,
) -> Callable[[_Function], _Function]: ...


def action(
    function: Any = None,
    /,
    *,
    name: str | None = None,
    deadline: float | None = None,
    runs: Literal["process"] | None = None,
) -> Any:
    """Marks a function as an action: ``@action``, or ``@action(deadline=5)``.

    Args:
        function: It takes what the caller gives it, by name, and any of ``out``, ``client``,
            ``drivers``, ``cancelled``, ``progress``, ``log`` and ``action``.
        name: With dots, such as ``events.create``; default: the function's.
        deadline: Seconds that a call may take.
        runs: ``"process"``: in a process of its own, for what computes long without giving way.

    Raises:
        ApiError: An argument cannot be.
    """
    if runs not in (None, "process"):
        raise ApiError(
            f"runs={runs!r}: it is 'process', or None for where the function's kind runs"
        )
    if deadline is not None and not deadline > 0:
        raise ApiError(f"deadline={deadline!r} is no time: give seconds, or None")

    def mark(function: Any) -> Any:
        setattr(function, _MARK, Mark(name, deadline, runs == "process"))
        return function

    return mark if function is None else mark(function)


def mark_of(function: object) -> Mark:
    """What a function was marked with."""
    mark = getattr(function, _MARK, None)
    return mark if isinstance(mark, Mark) else Mark()


def flatten(api: object, separator: str = ".") -> dict[str, Callable[..., Any]]:
    """Makes a flat table of an API: ``{"events": {"create": f}}`` is ``{"events.create": f}``.

    Args:
        api: A nested dict of functions; a list of functions, by their names or those that they are
            marked with; or a module, of which the marked functions are taken.
        separator: Between the names.

    Raises:
        ApiError: Two functions have the same name, a dict contains itself, or a name or a value
            cannot be.
    """
    if isinstance(api, ModuleType):
        # What it has imported is not its own.
        own = [one for one in vars(api).values() if getattr(one, "__module__", "") == api.__name__]
        api = [one for one in own if callable(one) and isinstance(vars(one).get(_MARK), Mark)]
        if not api:
            raise ApiError("the module has no function with @cwire_server.action: mark some")
    if not isinstance(separator, str) or not separator:
        raise ApiError(f"the separator is {separator!r}: it is a text, such as '.'")
    flat: dict[str, Callable[..., Any]] = {}
    if isinstance(api, Mapping):
        _add(flat, api, "", separator, ())
    elif isinstance(api, Iterable) and not isinstance(api, str | bytes):
        for function in api:
            name = mark_of(function).name or getattr(function, "__name__", None)
            if not callable(function) or not isinstance(name, str):
                raise ApiError(f"{function!r} is no function that has a name: give a dict")
            _put(flat, name, function, separator)
    else:
        raise ApiError(f"{api!r} is no API: give a dict of functions, a list of them, or a module")
    return flat


def _add(
    flat: dict[str, Callable[..., Any]],
    api: Mapping[Any, Any],
    prefix: str,
    separator: str,
    above: tuple[int, ...],
) -> None:
    if id(api) in above:
        raise ApiError(f"the dict {prefix.removesuffix(separator)!r} contains itself")
    if len(above) >= _DEEPEST:
        raise ApiError(f"the dict {prefix[:_LONGEST]}… is nested more than {_DEEPEST} deep")
    for key, value in api.items():
        if not isinstance(key, str):
            raise ApiError(f"{prefix}{key!r} is no name: names are texts")
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            _check(name, separator)
            _add(flat, value, f"{name}{separator}", separator, (*above, id(api)))
        elif callable(value):
            _put(flat, name, value, separator)
        else:
            raise ApiError(f"{name} is {value!r}: an action is a function, or a dict of actions")


def _put(flat: dict[str, Callable[..., Any]], name: str, function: Any, separator: str) -> None:
    _check(name, separator)
    if name in flat:
        raise ApiError(f"two actions are called {name!r}: rename one")
    if name in BUILT_IN:
        raise ApiError(f"{name!r} is the name of an action that is always there: rename yours")
    flat[name] = function


def _check(name: str, separator: str) -> None:
    if len(name) > _LONGEST:
        raise ApiError(f"{name[:_LONGEST]}… is a name of more than {_LONGEST} characters")
    for part in name.split(separator):
        if part.startswith("_") or not part.isidentifier():
            raise ApiError(
                f"{name!r} has the part {part!r}: names are made of letters, digits and _, and "
                "begin with a letter"
            )
