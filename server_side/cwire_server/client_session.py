"""What one client says, understood and carried out: no socket, only messages in and effects out."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, Protocol

from cwire_server.commands import PendingCommands
from cwire_server.hub import Client, Hub, RequestError
from cwire_structs import frames
from cwire_structs.frames import FrameError, Header

__all__ = ["ClientSession", "CommandSink"]


class CommandSink(Protocol):
    """The part of a driver link that a session needs."""

    @property
    def pending(self) -> PendingCommands:
        """The commands that wait."""

    @property
    def congested(self) -> bool:
        """The driver does not read its commands."""

    def send_command(self, client: int, type_: int, request: int, payload: memoryview) -> None:
        """Sends a command that has been checked."""


class ClientSession:
    """Reads a client's messages. Whatever is wrong with one is told, and the next is read."""

    def __init__(
        self, hub: Hub, client: Client, links: Mapping[int, CommandSink], started: float
    ) -> None:
        self._hub = hub
        self._client = client
        self._links = links
        self._started = started
        self._operations = {
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
            "status": self._status,
        }

    # Text

    def receive_text(self, text: str) -> None:
        """Carries out a JSON operation, or answers with an `error`."""
        id_ = None
        try:
            request = _parse(text)
            if isinstance(request.get("id"), int):
                id_ = request["id"]
            operation = self._operations.get(str(request.get("op")))
            if operation is None:
                raise RequestError(
                    "unknown_op",
                    f"there is no operation {request.get('op')!r}; "
                    f"there are: {', '.join(self._operations)}",
                )
            operation(request)
        except RequestError as error:
            self._client.send("error", id=id_, code=error.code, text=str(error))

    def _subscribe(self, request: dict[str, Any]) -> None:
        id_ = _id(request)
        driver = request.get("driver")
        if driver is not None and not isinstance(driver, str):
            raise RequestError("bad_request", "driver must be a name, or null for all drivers")
        messages = request.get("messages")
        if messages is not None and not (
            isinstance(messages, list) and all(isinstance(name, str) for name in messages)
        ):
            raise RequestError("bad_request", "messages must be a list of names, or null for all")
        chosen = None if messages is None else tuple(dict.fromkeys(messages))
        self._hub.subscribe(self._client, id_, driver, chosen)

    def _unsubscribe(self, request: dict[str, Any]) -> None:
        self._hub.unsubscribe(self._client, _id(request))

    def _status(self, request: dict[str, Any]) -> None:
        self._client.send("status", **self._hub.status(time.monotonic() - self._started))

    # Commands

    def receive_frames(self, message: bytes) -> None:
        """Sends the commands of a binary message to their drivers, or answers why not."""
        position = 0
        try:
            while position < len(message):
                header = frames.unpack_header(message, position)
                span = frames.span(header.size)
                if header.size < frames.HEADER_SIZE or span > len(message) - position:
                    raise FrameError(
                        f"the frame at byte {position} says {header.size} bytes, "
                        f"{len(message) - position} are here"
                    )
                payload = memoryview(message)[
                    position + frames.HEADER_SIZE : position + header.size
                ]
                self._command(header, payload)
                position += span
        except FrameError as error:
            self._client.send("error", id=None, code="bad_frame", text=str(error))

    def _command(self, header: Header, payload: memoryview) -> None:
        problem = self._problem(header, len(payload))
        if problem is None:
            link = self._links[header.source]
            link.send_command(self._client.id, header.type, header.request, payload)
        else:
            self._client.queue.put_reply(error_reply(header.type, header.request, *problem))
            self._client.wake()

    def _problem(self, header: Header, size: int) -> tuple[str, str] | None:
        """Why a command cannot be sent: a code's name and a text; None if it can."""
        driver = self._hub.drivers.get(header.source)
        if driver is None:
            return "CWIRE_EUNKNOWN", f"no driver has source number {header.source}"
        if header.source == frames.RELAY_SOURCE:
            return (
                "CWIRE_EUNKNOWN",
                "source 255 is the relay itself: it publishes statistics and takes no commands; "
                "send them to a driver",
            )
        if driver.state == "down" or driver.schema is None:
            return "CWIRE_EDOWN", f"driver {driver.name} is down: {driver.problem}"
        if header.sequence != driver.session:
            return (
                "CWIRE_ESESSION",
                f"driver {driver.name} has restarted since this command was made (session "
                f"{header.sequence}, now {driver.session}); read its schema again and encode anew",
            )
        message = driver.schema.by_id.get(header.type)
        if message is None or not message.command:
            commands = ", ".join(driver.schema.commands)
            return (
                "CWIRE_EUNKNOWN",
                f"driver {driver.name} has no command {header.type}; it has: {commands}",
            )
        try:
            message.check_size(size)
        except ValueError as error:
            return "CWIRE_ESIZE", str(error)
        pending = self._links[header.source].pending
        if header.request == 0 or pending.waits(self._client.id, header.request):
            return (
                "CWIRE_EINVAL",
                f"request number {header.request} cannot be used: it must not be 0 and not wait "
                "for an answer",
            )
        if pending.full or self._links[header.source].congested:
            return "CWIRE_EBUSY", f"too many commands wait for driver {driver.name}; try later"
        return None


_CODE_NUMBERS = {name: number for number, (name, _) in frames.CODES.items()}


def error_reply(type_: int, request: int, code: str, text: str) -> bytes:
    """An error reply of the relay's own, by the name of its code."""
    return frames.pack(
        type_,
        frames.error_payload(_CODE_NUMBERS[code], text),
        flags=frames.REPLY | frames.ERROR,
        source=frames.RELAY_SOURCE,
        request=request,
        time_ns=time.time_ns(),
    )


def _parse(text: str) -> dict[str, Any]:
    try:
        request = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RequestError("bad_json", f"this is not JSON: {error}") from error
    if not isinstance(request, dict):
        raise RequestError("bad_request", 'a message must be a JSON object such as {"op": …}')
    return request


def _id(request: dict[str, Any]) -> int:
    id_ = request.get("id")
    if type(id_) is not int or not 0 <= id_ < 2**53:
        raise RequestError("bad_request", "id must be a whole number from 0 to 2^53 - 1")
    return id_
