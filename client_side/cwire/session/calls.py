"""Calls of a relay's actions: what was asked, what has come, what is to be acknowledged. Pure."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cwire import errors
from cwire.session.events import (
    CallEnded,
    CallFailed,
    CallProgress,
    CallResult,
    ServerEvent,
    SessionAnswer,
)
from cwire_structs.action_values import Arrays, Encoded, ValueTextError, decode

__all__ = ["Call", "Calls", "Incoming"]

_ACK_MESSAGES = 64
_ACK_BYTES = 256 << 10

Incoming = SessionAnswer | CallResult | CallProgress | CallEnded | CallFailed | ServerEvent


@dataclass(eq=False, slots=True)
class Call:
    """One call. The thread that receives changes it; whoever waits takes from `results`.

    Attributes:
        action: The action's name.
        id: Given when it is sent.
        taken: Results that were dealt with.
        every: Whether each result is kept; False: the last one only.
        window: Results that may be under way; None: any.
        results: That have come and were not taken.
        value: What it came to: what the function has returned, else its last result.
        progress: How far the function is; None while it does not say.
        error: Why it failed.
        ended: Nothing more comes.
        on_change: Called when something has come. It must not raise.
    """

    action: str
    every: bool = False
    window: int | None = None
    deadline: float | None = None
    id: int = 0
    connection: int = 0
    taken: int = 0
    results: deque[Any] = field(default_factory=deque)
    value: Any = None
    progress: CallProgress | None = None
    error: errors.CwireError | None = None
    ended: bool = False
    on_change: Callable[[], object] = lambda: None


class Calls:
    """The calls of one client, over one connection and the next.

    Attributes:
        client: The relay's number for this client, by which functions know it; None: not known.
        patience: Seconds that the relay waits for a client that is gone.
        listeners: Called with each event.
    """

    def __init__(self) -> None:
        self.client: int | None = None
        self.patience = 0.0
        self.listeners: list[Callable[[ServerEvent], object]] = []
        self._calls: dict[int, Call] = {}
        self._arrays = Arrays()
        self._key: str | None = None
        self._wanted = False
        self._begun = False  # on this connection
        self._connection = 0
        self._last = 0
        self._received = 0
        self._acknowledged = 0
        self._bytes = 0
        self._due: list[str] = []

    @property
    def used(self) -> bool:
        """Whether a session was asked for, on whatever connection."""
        return self._wanted

    @property
    def waiting(self) -> bool:
        """Whether calls are under way."""
        return bool(self._calls)

    # What is sent

    def greeting(self) -> str | None:
        """The text that begins a session on this connection, or goes on with one; None: it has."""
        if self._begun:
            return None
        self._begun = self._wanted = True
        return json.dumps({"op": "session", "session": self._key, "received": self._received})

    def make(self, call: Call, data: Encoded) -> list[str | bytes]:
        """Gives a call its number; returns what is to be sent."""
        self._last += 1
        call.id, call.connection = self._last, self._connection
        self._calls[call.id] = call
        head: dict[str, Any] = {"op": "call", "id": call.id, "action": call.action}
        if call.deadline is not None:
            head["deadline"] = call.deadline
        if call.window is not None:
            head["window"] = call.window
        return [*data.frames, f'{json.dumps(head)[:-1]}, "data": {data.text}}}']

    def cancel(self, call: Call) -> str | None:
        """Gives a call up: nothing more of it is taken. The text to send; None: it has ended."""
        if self._calls.pop(call.id, None) is None:
            return None
        self._fail(call, errors.ActionError(call.action, "cancelled", "cancelled here"))
        return json.dumps({"op": "cancel", "id": call.id})

    def taken(self, call: Call, results: int) -> str | None:
        """The text that says how many results were dealt with; None: nobody waits for that."""
        call.taken = results
        if call.window is None or call.id not in self._calls:
            return None
        return json.dumps({"op": "taken", "id": call.id, "results": results})

    def due(self) -> list[str]:
        """The texts that are to be sent now, behind what has come."""
        due, self._due = self._due, []
        if (acknowledgement := self._acknowledgement()) is not None:
            due.append(acknowledgement)
        return due

    def _acknowledgement(self) -> str | None:
        """The text that acknowledges what has come; None: it is not time yet."""
        count = self._received - self._acknowledged
        if self._key is None or (count < _ACK_MESSAGES and self._bytes < _ACK_BYTES) or not count:
            return None
        self._acknowledged, self._bytes = self._received, 0
        return json.dumps({"op": "received", "count": self._received})

    # What comes

    def take_array(self, number: int, payload: memoryview) -> None:
        """Takes a piece of an array.

        Raises:
            FrameError: It cannot be one.
        """
        self._bytes += len(payload)
        self._arrays.take(number, payload)

    def take(self, said: Incoming) -> None:
        """Takes what the relay says of calls.

        Raises:
            ProtocolError: A value is none.
        """
        if isinstance(said, SessionAnswer):
            self._go_on(said)
            return
        if isinstance(said, CallProgress):
            call = self._calls.get(said.id)
            if call is not None:
                call.progress = said
                call.on_change()
            return
        self._received += 1
        arrays = self._arrays.claim()
        try:
            self._take(said, arrays)
        except ValueTextError as problem:
            raise errors.ProtocolError(f"the relay sent a bad value: {problem}") from problem

    def _take(
        self, said: CallResult | CallEnded | CallFailed | ServerEvent, arrays: Sequence[Any]
    ) -> None:
        if isinstance(said, ServerEvent):
            event = ServerEvent(said.action, decode(said.data, arrays))
            for listener in tuple(self.listeners):
                listener(event)
            return
        call = self._calls.get(said.id) if said.id is not None else None
        if call is None:
            return  # cancelled here, or an answer to a request of none
        if isinstance(said, CallResult):
            call.value = decode(said.data, arrays)
            if call.every:
                call.results.append(call.value)
            call.on_change()
            return
        del self._calls[call.id]
        if isinstance(said, CallFailed):
            self._fail(call, action_error(call.action, said.code, said.text))
            return
        if said.returned:
            call.value = decode(said.data, arrays)
        call.ended = True
        call.on_change()

    def _go_on(self, said: SessionAnswer) -> None:
        """Takes the answer to `greeting`: calls of earlier connections that are not known fail."""
        known = said.streams if said.kept else frozenset()
        calls = self._calls.values()
        before = [call for call in calls if call.connection < self._connection]
        lost = [call for call in before if call.id not in known]
        if not said.kept:
            self._received = self._acknowledged = 0
        self._key, self.client, self.patience = said.key, said.client, said.seconds
        # What was sent while the connection broke may not have arrived.
        for call in before:
            if call.id in known and (text := self.taken(call, call.taken)) is not None:
                self._due.append(text)
        for id in known - self._calls.keys():
            self._due.append(json.dumps({"op": "cancel", "id": id}))
        self._give_up(
            lost, "the relay does not know of this call any more: nobody knows how it ended"
        )

    def connected(self) -> None:
        """Notes a new connection."""
        self._connection += 1
        self._begun = False
        self._due.clear()
        self._arrays.claim()

    def abandon(self, reason: str) -> None:
        """Fails all calls: there will be no answer."""
        self._key = None
        self._received = self._acknowledged = 0
        self._give_up(list(self._calls.values()), reason)

    def _give_up(self, calls: Sequence[Call], reason: str) -> None:
        for call in calls:
            del self._calls[call.id]
            self._fail(call, errors.NotConnected(f"{call.action}: {reason}"))

    def _fail(self, call: Call, error: errors.CwireError) -> None:
        call.error = error
        call.ended = True
        call.on_change()


def action_error(action: str, code: str, text: str) -> errors.CwireError:
    """The exception for a call that has failed."""
    kinds: dict[str, type[errors.ActionError]] = {
        "unknown_action": errors.UnknownAction,
        "invalid_data": errors.InvalidData,
        "deadline": errors.ActionTimeout,
    }
    return kinds.get(code, errors.ActionError)(action, code, text)
