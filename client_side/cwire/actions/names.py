"""``bridge.call``: actions as attributes, by their dotted names. Pure."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Generic, NoReturn, Protocol, TypeVar

from cwire.actions.description import Description
from cwire.data.arguments import SHORTEST_WAIT, frame_count, seconds
from cwire.errors import InvalidArgument, live_connection

__all__ = ["WINDOW", "Actions", "Options", "Runner", "describe"]

_Result = TypeVar("_Result", covariant=True)
_Stream = TypeVar("_Stream", covariant=True)

WINDOW = 64
"""Results of a stream that may be under way, if nothing else is said."""


@dataclass(frozen=True, slots=True)
class Options:
    """How an action is called.

    Attributes:
        timeout: Seconds until it is given up, and told to stop; None: it may take any time.
        window: Results of a stream that may be under way: then the function waits.
        bar: Whether a progress bar is shown where the function tells how far it is.
    """

    timeout: float | None = None
    window: int = WINDOW
    bar: bool = True


class Runner(Protocol[_Result, _Stream]):
    """Calls actions, in the blocking or in the asyncio way."""

    def known(self) -> Mapping[str, Description]:
        """The actions that the relay has, by name, as far as that is known."""

    def run(self, name: str, data: object, options: Options) -> _Result:
        """Calls an action; gives what it comes to."""

    def stream(self, name: str, data: object, options: Options) -> _Stream:
        """Calls an action; gives an iterator over its results."""


class Actions(Generic[_Result, _Stream]):
    """The actions of a relay, or those whose names begin alike: ``bridge.call.events.create``.

    Calling one waits for what the function returns, or for the last result that it has sent::

        bridge.call.events.create(name="x")

    and `stream` gives each result as it comes. One whose name is like a method here, such as
    ``stream``, is ``bridge.call["stream"]``.
    """

    def __init__(
        self, runner: Runner[_Result, _Stream], name: str = "", options: Options | None = None
    ) -> None:
        # Names that no action is likely to have.
        self._cwire_runner = runner
        self._cwire_name = name
        self._cwire_options = options or Options()

    def __getattr__(self, name: str) -> Actions[_Result, _Stream]:
        if name.startswith("_"):  # no action does; somebody looks for a method
            raise AttributeError(f"there is no action {name!r}")
        return self[name]

    def __getitem__(self, name: str) -> Actions[_Result, _Stream]:
        whole = f"{self._cwire_name}.{name}" if self._cwire_name else name
        return Actions(self._cwire_runner, whole, self._cwire_options)

    def __call__(self, /, *whole: object, **arguments: object) -> _Result:
        """Calls the action with these arguments, and waits for its end."""
        data = self._cwire_data(whole, arguments)
        return self._cwire_runner.run(self._cwire_name, data, self._cwire_options)

    def stream(self, /, *whole: object, **arguments: object) -> _Stream:
        """Calls the action with these arguments; iterate over its results as they come.

        Args:
            *whole: In place of arguments, one value that is all of its data.
            **arguments: By their names.
        """
        data = self._cwire_data(whole, arguments)
        return self._cwire_runner.stream(self._cwire_name, data, self._cwire_options)

    def with_options(
        self,
        *,
        timeout: float | None = None,
        window: int = WINDOW,
        bar: bool = True,
    ) -> Actions[_Result, _Stream]:
        """The same actions, called in another way.

        Args:
            timeout: Seconds until a call is given up, and its function told to stop; None: never.
            window: Results of a stream that may be under way and not taken: then its function
                waits.
            bar: Whether a progress bar is shown where the function tells how far it is.

        Raises:
            InvalidArgument: It cannot be.
        """
        wait = seconds(timeout, least=SHORTEST_WAIT)
        if frame_count(window, "window") < 1:
            raise InvalidArgument("window is a number of results, at least 1")
        options = replace(self._cwire_options, timeout=wait, window=window, bar=bar)
        return Actions(self._cwire_runner, self._cwire_name, options)

    def _cwire_data(self, whole: tuple[object, ...], arguments: dict[str, object]) -> object:
        name = self._cwire_name
        if not name:
            raise InvalidArgument("bridge.call is no action: name one, as bridge.call.NAME(…)")
        if not whole:
            return arguments
        if len(whole) > 1 or arguments:
            raise InvalidArgument(
                f"{name} takes its arguments by name, or one value that is all of its data"
            )
        return whole[0]

    @property
    def __signature__(self) -> inspect.Signature:
        described = describe(self)
        if described is None:
            raise AttributeError("__signature__")
        return described.signature

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        described = describe(self)
        return "Actions of a relay; see `Bridge.call`." if described is None else described.text

    def __dir__(self) -> list[str]:
        before = f"{self._cwire_name}." if self._cwire_name else ""
        rest = [one[len(before) :] for one in self._cwire_runner.known() if one.startswith(before)]
        own = ["stream", "with_options"] if self._cwire_name else ["with_options"]
        return sorted({one.split(".")[0] for one in rest} | set(own))

    def _ipython_key_completions_(self) -> list[str]:
        before = f"{self._cwire_name}." if self._cwire_name else ""
        return [one[len(before) :] for one in self._cwire_runner.known() if one.startswith(before)]

    def __reduce__(self) -> NoReturn:
        raise live_connection()

    def __repr__(self) -> str:
        known = self._cwire_runner.known()
        described = known.get(self._cwire_name)
        if described is not None:
            return f"{described.name}{described.signature}\n{described.text}"
        before = f"{self._cwire_name}." if self._cwire_name else ""
        lines = [
            f"{name}{one.signature}" + (f"\n    {one.doc.splitlines()[0]}" if one.doc else "")
            for name, one in known.items()
            if name.startswith(before)
        ]
        if lines:
            return "\n".join(lines)
        return f"no actions {before}* are known" if before else "no actions are known"


def describe(action: Actions[Any, Any]) -> Description | None:
    """What the relay says of an action; None: nothing is known of one with this name."""
    return action._cwire_runner.known().get(action._cwire_name)
