"""Commands of all clients and their outcomes, as frames of the relay's own for those who follow.

They are published as `relay_command` and `relay_answer` of relay_messages.h, only while somebody
subscribes to these, and are dropped for slow clients as all frames are: who sends commands waits
for nobody. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

import numpy as np

from cwire_server.hub.batch import Batch
from cwire_server.hub.driver_state import DriverState
from cwire_server.hub.pending import Pending
from cwire_server.relay_schema import RELAY_SCHEMA, cut_text
from cwire_structs import frames
from cwire_structs.frames import RELAY_SOURCE, Code, Header
from cwire_structs.schema import Message

__all__ = ["CommandNews"]

_COMMAND = RELAY_SCHEMA.messages["relay_command"]
_ANSWER = RELAY_SCHEMA.messages["relay_answer"]
_OUTCOMES = RELAY_SCHEMA.enums["relay_outcome"].values
_UNKNOWN = {
    Code.ETIMEOUT: "TIMED_OUT",
    Code.EDOWN: "DRIVER_DOWN",
    Code.EGONE: "CLIENT_LEFT",
}
_MOST = 1 << 20  # bytes of a payload; what is longer is cut off


class CommandNews:
    """Publishes commands and their outcomes.

    Args:
        relay: The relay as a source.
        wanted: The ids of its messages that any client wants, now and later.
        route: Gives a batch to those who want it, at a time in seconds of a steady clock.
        on_fault: Called when that has failed: the commands themselves go on.
    """

    def __init__(
        self,
        relay: DriverState,
        wanted: Container[int],
        route: Callable[[Batch, float], object],
        on_fault: Callable[[str, Exception], None],
    ) -> None:
        self._wanted = wanted
        self._relay = relay
        self._route = route
        self._on_fault = on_fault
        self._number = 0

    def next_number(self) -> int:
        """Numbers a command that is passed on."""
        self._number += 1
        return self._number

    def passed_on(
        self, driver: DriverState, pending: Pending, payload: memoryview, time_ns: int
    ) -> None:
        """Tells of a command that a driver is sent.

        Args:
            driver: Which one.
            pending: The command.
            payload: Its struct.
            time_ns: The time of day.
        """
        if _COMMAND.id in self._wanted:
            schema = driver.schema
            fields = {
                "session": driver.session or 0,
                "id": pending.type,
                "json": pending.text,
                "name": _name(driver, pending),
                "layout": schema.layout_hash if schema else "",
            }
            self._publish(_COMMAND, driver, pending, fields, payload, time_ns, pending.began)

    def answered(
        self,
        driver: DriverState,
        pending: Pending,
        reply: tuple[Header, bytes],
        time_ns: int,
        now: float,
    ) -> None:
        """Tells of the reply of a driver.

        Args:
            driver: Which one.
            pending: The command.
            reply: Its header and payload.
            time_ns: The time of day.
            now: The time of a steady clock, s.
        """
        if _ANSWER.id not in self._wanted:
            return
        header, payload = reply
        if header.flags & frames.ERROR:
            try:
                code, text = frames.parse_error(payload)
            except ValueError as error:
                code, text = int(Code.EPROTOCOL), f"a broken reply: {error}"
            fields = {"outcome": _OUTCOMES["REFUSED"], "code": code}
            payload = text.encode()
        else:
            # An empty one of the command's own type says "OK".
            is_ok = header.type == pending.type and not payload
            fields = {"outcome": _OUTCOMES["DONE"], "id": 0 if is_ok else header.type}
        self._end(driver, pending, fields, payload, time_ns, now)

    def unanswered(
        self,
        driver: DriverState,
        pending: Pending,
        code: Code,
        text: str,
        time_ns: int,
        now: float,
    ) -> None:
        """Tells of a command whose outcome is unknown.

        Args:
            driver: Which one.
            pending: The command.
            code: Why: CWIRE_ETIMEOUT, CWIRE_EDOWN, or CWIRE_EGONE: its client has left.
            text: The same for people.
            time_ns: The time of day.
            now: The time of a steady clock, s.
        """
        if _ANSWER.id in self._wanted:
            fields = {"outcome": _OUTCOMES[_UNKNOWN[code]], "code": int(code)}
            self._end(driver, pending, fields, text.encode(), time_ns, now)

    def _end(
        self,
        driver: DriverState,
        pending: Pending,
        fields: dict[str, Any],
        payload: bytes | memoryview,
        time_ns: int,
        now: float,
    ) -> None:
        about = {"seconds": max(0.0, now - pending.began), "command": _name(driver, pending)}
        self._publish(_ANSWER, driver, pending, about | fields, payload, time_ns, now)

    def _publish(
        self,
        message: Message,
        driver: DriverState,
        pending: Pending,
        fields: dict[str, Any],
        payload: bytes | memoryview,
        time_ns: int,
        now: float,
    ) -> None:
        """Makes a frame and gives it to who wants it; whatever goes wrong, the command goes on."""
        try:
            record = np.zeros((), message.dtype())
            fields |= {"number": pending.told, "client": pending.client}
            fields |= {"source": driver.source, "driver": driver.name, "size": len(payload)}
            for name, value in fields.items():
                is_text = isinstance(value, str)
                record[name] = cut_text(value, record[name].dtype.itemsize) if is_text else value
            frame = frames.pack(
                message.id,
                record.tobytes()[: message.size] + bytes(payload[:_MOST]),
                source=RELAY_SOURCE,
                sequence=(self._relay.last_sequence.get(message.id, -1) + 1) % 2**32,
                time_ns=time_ns,
            )
            tallies = frames.scan(frame).tallies
            self._relay.account(tallies)
            self._route(Batch(RELAY_SOURCE, frame, 0, len(frame), tallies), now)
        except Exception as error:
            self._on_fault(f"telling of a command of driver {driver.name}", error)


def _name(driver: DriverState, pending: Pending) -> str:
    message = driver.schema.by_id.get(pending.type) if driver.schema else None
    return message.name if message else ""
