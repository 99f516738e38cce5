"""Requests of one client: parses its messages and carries them out. No socket, no event loop."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cwire_server.access import PageAccess
from cwire_server.actions import requests as actions
from cwire_server.actions.requests import ARRAY_TYPE, ActionRequests, Host
from cwire_server.disk_history.disk import DiskHistory
from cwire_server.disk_history.requests import HistoryRequests
from cwire_server.errors import ErrorCode, RequestError, internal_text, quoted
from cwire_server.hub.client import Client
from cwire_server.hub.client_queue import ClientQueue
from cwire_server.hub.driver_state import DriverState
from cwire_server.hub.hub import Hub
from cwire_server.hub.json_values import fields_from_json, too_large
from cwire_server.hub.pending import CommandSink, Pending
from cwire_server.hub.replies import refuse
from cwire_server.hub.subscription import parse_subscription
from cwire_structs import frames
from cwire_structs.errors import hint_text
from cwire_structs.frames import Code, FrameError, Header
from cwire_structs.schema import Message

__all__ = ["OPERATIONS", "ClientRequests", "Services"]


@dataclass(frozen=True, slots=True, eq=False)
class Services:
    """The parts of a relay that a client's requests reach. All clients of a listener share them."""

    hub: Hub
    commands: Mapping[int, CommandSink]
    """By source."""
    pages: PageAccess | None
    """The way in for pages that a client speaks for; None where the relay has no address."""
    uptime: Callable[[], float]
    """Tells how long the relay has run, s."""
    actions: Host | None = None
    """None where the relay has none."""
    disk: DiskHistory | None = None
    """None where the relay keeps no history on disk."""


class ClientRequests:
    """Carries out a client's messages; an error in one is answered, and the next one is read.

    Args:
        client: Who asks.
        queue: The client's sink; windows and acknowledgements are about it.
        services: The parts of the relay that act on requests.
    """

    __slots__ = ("_actions", "_client", "_histories", "_queue", "_services")

    def __init__(self, client: Client, queue: ClientQueue, services: Services) -> None:
        self._client = client
        self._queue = queue
        self._services = services
        self._actions: ActionRequests | None = None
        self._histories: HistoryRequests | None = None

    def left(self) -> None:
        """Notes that the client is gone."""
        if self._actions is not None:
            self._actions.left()
        if self._histories is not None:
            self._histories.left()

    # Text

    def receive_text(self, text: str) -> Iterator[object]:
        """Carries out a JSON operation, or answers with an `error`.

        Yields:
            After each piece of one that takes long.
        """
        id_ = None
        request: dict[str, Any] | None = None
        try:
            request = _parse(text, self._services.hub.limits.text)
            if isinstance(request.get("id"), int):
                id_ = request["id"]
            operation = OPERATIONS.get(str(request.get("op")))
            if operation is None and self._asks_actions(request):
                return
            if operation is None:
                raise RequestError(
                    ErrorCode.UNKNOWN_OP,
                    f"there is no operation {quoted(request.get('op'))}; "
                    f"there are: {', '.join((*OPERATIONS, *actions.OPERATIONS))}",
                )
            yield from operation(self, request) or ()
        except RequestError as error:
            if request is not None or not self._was_call(text, error):
                self._client.send("error", id=id_, code=error.code, text=str(error))
        except Exception as error:
            self._services.hub.on_fault(f"a request of client {self._client.id}", error)
            text = f"the relay failed at this request: {internal_text(error)}"
            self._client.send("error", id=id_, code=ErrorCode.INTERNAL, text=text)

    def _asks_actions(self, request: dict[str, Any]) -> bool:
        """Carries out a request that is about actions; False: it is not."""
        operation = actions.OPERATIONS.get(str(request.get("op")))
        if operation is None and actions.is_plain(request):
            operation = ActionRequests.plain
        if operation is None:
            return False
        if (asked := self._of_actions()) is None:
            actions.refuse(self._client, request)
        else:
            operation(asked, request)
        return True

    def _was_call(self, text: str, error: RequestError) -> bool:
        """Ends the stream of a call that cannot be read; False: it was none."""
        head = actions.head_of(text)
        if head is None or (asked := self._of_actions()) is None:
            return False
        large = len(text) > self._services.hub.limits.text
        asked.unreadable(head, "too_large" if large else "bad_request", str(error))
        return True

    def _of_actions(self) -> ActionRequests | None:
        """The requests about actions, if the relay has any."""
        if self._actions is None and self._services.actions is not None:
            self._actions = ActionRequests(self._client, self._queue, self._services.actions)
        return self._actions

    def _subscribe(self, request: dict[str, Any]) -> Iterator[object]:
        subscription = parse_subscription(request, _id(request))
        return self._services.hub.subscribing(self._client, subscription, time.monotonic())

    def _unsubscribe(self, request: dict[str, Any]) -> Iterator[object]:
        return self._services.hub.unsubscribing(self._client, _id(request))

    def _ring(self, request: dict[str, Any]) -> Iterator[object]:
        id_ = _id(request)
        name, session, read = (request.get(key) for key in ("driver", "session", "read"))
        if not isinstance(name, str) or type(session) is not int or type(read) is not bool:
            raise RequestError(
                ErrorCode.BAD_REQUEST,
                "ring needs the name of a driver, the number of its session, and read, true or "
                "false",
            )
        return self._services.hub.reading_ring(self._client, id_, name, session, read)

    def _history(self, request: dict[str, Any]) -> None:
        self._of_history().ask(request)

    def _history_cancel(self, request: dict[str, Any]) -> None:
        self._of_history().cancel(request)

    def _of_history(self) -> HistoryRequests:
        if self._histories is None:
            services = self._services
            disk = services.disk
            self._histories = HistoryRequests(self._client, self._queue, services.hub, disk)
        return self._histories

    def _status(self, request: dict[str, Any]) -> None:
        self._client.send("status", **self._services.hub.status(self._services.uptime()))

    def _window(self, request: dict[str, Any]) -> None:
        size = request.get("bytes")
        if size is not None and not (type(size) is int and 0 < size <= frames.WINDOW_LIMIT):
            raise RequestError(
                ErrorCode.BAD_REQUEST,
                f"bytes must be null or a number from 1 to {frames.WINDOW_LIMIT}",
            )
        self._queue.set_window(size)
        self._client.wake()

    def _ack(self, request: dict[str, Any]) -> None:
        received = request.get("bytes")
        if type(received) is not int or not self._queue.ack(received):
            raise RequestError(
                ErrorCode.BAD_REQUEST,
                f"bytes is {quoted(received)}: acknowledge how many bytes of binary messages you "
                "have had since the window was set, replies not counted; never fewer than before",
            )
        self._client.wake()

    def _origin(self, request: dict[str, Any]) -> None:
        id_ = _id(request)
        pages = self._services.pages
        if pages is None:
            raise RequestError(
                ErrorCode.BAD_REQUEST,
                "this relay is a part of the client's program, so pages cannot connect to it: "
                "start one with `cwire serve --driver NAME=PATH`, and connect to that",
            )
        try:
            pages.origins.add(self._client.id, request.get("origin"))
        except ValueError as error:
            raise RequestError(ErrorCode.BAD_REQUEST, str(error)) from error
        self._client.send("origin", id=id_, url=pages.url, token=pages.token)

    # Commands

    def _text_command(self, request: dict[str, Any]) -> None:
        id_ = _id(request)
        session = request.get("session")
        if session is not None and type(session) is not int:
            raise RequestError(
                ErrorCode.BAD_REQUEST,
                f"session is {quoted(session)}: it is the driver's number of its present run, or "
                "null for any",
            )
        state, message = self._named_command(request)
        if session is not None and (problem := _restarted(state, session)):
            self._refuse(message.id, id_, Code.ESESSION, problem, text=True)
            return
        self._check_json(state, message)
        fields = request.get("fields", {})
        if not isinstance(fields, dict):
            raise RequestError(
                ErrorCode.BAD_REQUEST, "fields must be an object of values by field name"
            )
        try:
            payload = message.encode(fields_from_json(message.struct, fields))
        except ValueError as error:
            raise RequestError(ErrorCode.BAD_REQUEST, str(error)) from error
        self._send(state.source, id_, message.id, memoryview(payload), text=True)

    def _check_json(self, state: DriverState, command: Message) -> None:
        """Refuses a command that is, or whose reply is, too large for JSON."""
        reply = state.schema.messages[command.reply] if state.schema and command.reply else None
        for message in (command, reply):
            if message and (reason := too_large(message, self._services.hub.limits.json)):
                raise RequestError(
                    ErrorCode.BAD_REQUEST, f"{reason}: send {command.name} as a binary frame"
                )

    def _named_command(self, request: dict[str, Any]) -> tuple[DriverState, Message]:
        """Finds the driver and the command that a JSON command names."""
        driver, name = request.get("driver"), request.get("name")
        chosen = self._services.hub.drivers.meant_by(driver)
        if not chosen:
            named = [state.name for state in self._services.hub.drivers.served]
            raise RequestError(
                ErrorCode.UNKNOWN_DRIVER,
                f"no driver is named {quoted(driver)}; {hint_text(str(driver), named)}",
            )
        found = [
            (state, state.schema.commands[name])
            for state in chosen
            if state.schema and isinstance(name, str) and name in state.schema.commands
        ]
        if len(found) != 1:
            if found:
                owners = ", ".join(state.name for state, _ in found)
                text = f"several drivers have a command {quoted(name)}: name one ({owners})"
            else:
                known = sorted(
                    {one for state in chosen if state.schema for one in state.schema.commands}
                )
                text = f"no driver has a command {quoted(name)}; {hint_text(str(name), known)}"
            raise RequestError(ErrorCode.UNKNOWN_MESSAGE, text)
        return found[0]

    def receive_frames(self, message: bytes) -> Iterator[None]:
        """Sends the commands of a binary message to their drivers, or answers why not.

        Yields:
            After each: there may be tens of thousands.
        """
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
                try:
                    self._frame(header, payload)
                except FrameError:
                    raise
                except Exception as error:
                    self._services.hub.on_fault(f"a command of client {self._client.id}", error)
                    text = f"the relay failed at this command: {internal_text(error)}"
                    self._refuse(header.type, header.request, Code.EFAILED, text)
                position += span
                yield
        except FrameError as error:
            self._client.send("error", id=None, code=ErrorCode.BAD_FRAME, text=str(error))

    def _frame(self, header: Header, payload: memoryview) -> None:
        if header.source == frames.RELAY_SOURCE and header.type == ARRAY_TYPE:
            if (asked := self._of_actions()) is not None:
                asked.take_array(header, payload)
            return
        driver = self._services.hub.drivers.get(header.source)
        if driver is not None and (problem := _restarted(driver, header.sequence)):
            self._refuse(header.type, header.request, Code.ESESSION, problem)
        else:
            self._send(header.source, header.request, header.type, payload)

    def _send(
        self, source: int, request: int, type_: int, payload: memoryview, *, text: bool = False
    ) -> None:
        """Sends a command to its driver, or refuses it."""
        problem = self._problem(source, request, type_, len(payload), text=text)
        if problem is None:
            sink = self._services.commands[source]
            sink.send_command(self._client.id, type_, request, payload, text=text)
        else:
            self._refuse(type_, request, *problem, text=text)

    def _refuse(
        self, type_: int, request: int, code: Code, reason: str, *, text: bool = False
    ) -> None:
        pending = Pending(self._client.id, request, type_, 0.0, text)
        refuse(self._client, pending, code, reason, time.time_ns())

    def _problem(
        self, source: int, request: int, type_: int, size: int, *, text: bool
    ) -> tuple[Code, str] | None:
        """Checks a command: a code and a text if it cannot be sent, None if it can."""
        driver = self._services.hub.drivers.get(source)
        if driver is None:
            return Code.EUNKNOWN, f"no driver has source number {source}"
        if driver.is_relay:
            return (
                Code.EUNKNOWN,
                "source 255 is the relay itself: it publishes statistics and takes no commands; "
                "send them to a driver",
            )
        if driver.state == "down" or driver.schema is None:
            return Code.EDOWN, f"driver {driver.name} is down: {driver.problem}"
        message = driver.schema.by_id.get(type_)
        if message is None or not message.command:
            commands = ", ".join(driver.schema.commands)
            return (
                Code.EUNKNOWN,
                f"driver {driver.name} has no command {type_}; it has: {commands}",
            )
        try:
            message.check_size(size)
        except ValueError as error:
            return Code.ESIZE, str(error)
        sink = self._services.commands[source]
        if frames.HEADER_SIZE + size > sink.command_limit:
            return (
                Code.ETOOBIG,
                f"a command for driver {driver.name} has {sink.command_limit:,} bytes at most, "
                f"header included, this one {frames.HEADER_SIZE + size:,}",
            )
        if (request == 0 and not text) or sink.pending.waits(self._client.id, request, text=text):
            return (
                Code.EINVAL,
                f"request number {request} cannot be used: it must not be 0 and not wait "
                "for an answer",
            )
        if sink.pending.full or sink.congested:
            return Code.EBUSY, f"too many commands wait for driver {driver.name}; try later"
        return None


OPERATIONS: dict[str, Callable[[ClientRequests, dict[str, Any]], Iterator[object] | None]] = {
    "subscribe": ClientRequests._subscribe,
    "unsubscribe": ClientRequests._unsubscribe,
    "ring": ClientRequests._ring,
    "window": ClientRequests._window,
    "ack": ClientRequests._ack,
    "command": ClientRequests._text_command,
    "origin": ClientRequests._origin,
    "history": ClientRequests._history,
    "history_cancel": ClientRequests._history_cancel,
    "status": ClientRequests._status,
}
"""Every operation that a client may send, as PROTOCOL.md lists them."""


def _restarted(driver: DriverState, session: int) -> str:
    """Says that a command was made for another run of a driver; empty: it was not."""
    if driver.state == "down" or session == driver.session:
        return ""
    return (
        f"driver {driver.name} has restarted since this command was made (session {session}, now "
        f"{driver.session}); read its schema again and encode anew"
    )


def _parse(text: str, limit: int) -> dict[str, Any]:
    if len(text) > limit:
        raise RequestError(
            ErrorCode.BAD_REQUEST,
            f"a text of {len(text):,} characters: {limit:,} at most; send large commands as "
            "binary frames",
        )
    try:
        request = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RequestError(ErrorCode.BAD_JSON, f"this is not JSON: {error}") from error
    if not isinstance(request, dict):
        raise RequestError(
            ErrorCode.BAD_REQUEST, 'a message must be a JSON object such as {"op": …}'
        )
    return request


def _id(request: dict[str, Any]) -> int:
    id_ = request.get("id")
    if type(id_) is not int or not 0 <= id_ < 2**53:
        raise RequestError(ErrorCode.BAD_REQUEST, "id must be a whole number from 0 to 2^53 - 1")
    return id_
