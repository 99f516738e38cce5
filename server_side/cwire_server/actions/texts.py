"""The texts that streams of actions send: those of PROTOCOL.md, and plain ones. Pure."""

from __future__ import annotations

import json
from typing import NamedTuple

from cwire_structs.action_values import Encoded

__all__ = ["FROM_RELAY", "Envelope", "StreamId", "Unit", "event"]

StreamId = int | str | None
"""Of a client's choice; None: a plain call without one, or no usable id."""

FROM_RELAY = ("session", "result", "progress", "end", "failed", "event")
"""Every operation of actions that the relay sends, as PROTOCOL.md lists them."""


class Unit(NamedTuple):
    """A text to send, and the frames of its arrays that go before it."""

    text: str
    frames: tuple[bytes, ...] = ()
    id: StreamId = None
    last: bool = False
    """It ends its stream."""

    @property
    def size(self) -> int:
        """Its bytes."""
        return len(self.text) + sum(map(len, self.frames))


class Envelope:
    """Makes the messages of one stream, in the form that its call had.

    Args:
        id: The stream's.
        action: Its name.
        plain: Whether the call was a plain one.
    """

    __slots__ = ("_action", "_id", "id", "plain")

    def __init__(self, id_: StreamId, action: str, plain: bool) -> None:
        self.id = id_
        self.plain = plain
        self._id = json.dumps(id_)
        self._action = json.dumps(action) if plain else ""

    def result(self, value: Encoded) -> Unit:
        """Makes the message of a value."""
        if self.plain:
            text = f'{{"streamId":{self._id},"action":{self._action},"data":{value.text}}}'
        else:
            text = f'{{"op":"result","id":{self._id},"data":{value.text}}}'
        return Unit(text, value.frames, self.id)

    def end(self, value: Encoded | None) -> Unit:
        """Makes the last message, with what the function has returned, if that is anything."""
        data = "" if value is None else f',"data":{value.text}'
        if self.plain:
            text = f'{{"streamId":{self._id},"action":{self._action},"end":true{data}}}'
        else:
            text = f'{{"op":"end","id":{self._id}{data}}}'
        return Unit(text, () if value is None else value.frames, self.id, True)

    def failed(self, code: str, reason: str) -> Unit:
        """Makes the last message of a stream that fails."""
        told = f'"code":{json.dumps(code)},"text":{json.dumps(reason)}'
        if self.plain:
            text = f'{{"streamId":{self._id},"action":{self._action},"error":{{{told}}}}}'
        else:
            text = f'{{"op":"failed","id":{self._id},{told}}}'
        return Unit(text, (), self.id, True)

    def progress(self, done: float, total: float | None, note: str) -> str:
        """Makes the text that says how far the function is; empty: a plain form has none."""
        if self.plain:
            return ""
        told = {"op": "progress", "id": self.id, "done": done, "total": total, "text": note}
        return json.dumps(told, allow_nan=False)


def event(action: str, value: Encoded, *, plain: bool) -> Unit:
    """Makes the message of an event."""
    op = "" if plain else '"op":"event",'
    return Unit(f'{{{op}"action":{json.dumps(action)},"data":{value.text}}}', value.frames)
