"""Parses the requests of one client about actions, and has them carried out. Pure."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from cwire_server.actions.dispatcher import Call, Dispatcher, Session
from cwire_server.actions.texts import Envelope, StreamId
from cwire_server.errors import quoted
from cwire_server.hub.client import Client
from cwire_server.hub.client_queue import ClientQueue
from cwire_structs.action_values import ARRAY_TYPE, Arrays
from cwire_structs.frames import Header

__all__ = ["ARRAY_TYPE", "OPERATIONS", "ActionRequests", "Host", "head_of", "is_plain", "refuse"]

_LONGEST = 1e9  # s, for deadlines
_PLAIN_CANCEL = "cancel"
_HEAD = 1 << 10
_TEXT = r'"(?:[^"\\]|\\.)*"'
_ID = rf"(?:[0-9]+|{_TEXT})"
_CALL = re.compile(
    rf'\s*(\{{\s*"op"\s*:\s*"call"\s*,\s*"id"\s*:\s*{_ID}'
    rf'|\{{\s*"streamId"\s*:\s*(?:{_ID}|null)\s*,\s*"action"\s*:\s*{_TEXT})\s*[,}}]'
)


class Host(Protocol):
    """Where the actions are."""

    @property
    def dispatcher(self) -> Dispatcher:
        """Knows all streams."""

    def new_key(self) -> str:
        """Makes a secret text."""

    def clock(self) -> float:
        """Tells the time of a steady clock, s."""

    def flush_soon(self, session: Session) -> None:
        """Has `Dispatcher.flush` called, but not at once."""

    def wake(self, client: Callable[[], object]) -> None:
        """Calls what sends to a client, at once or behind what else is to be put."""


class _Port:
    """The way to a client by its queue."""

    __slots__ = ("_client", "_host", "_limit", "_on_room", "_queue")

    def __init__(self, client: Client, queue: ClientQueue, host: Host) -> None:
        self._client = client
        self._queue = queue
        self._host = host
        self._limit = host.dispatcher.limits.room
        self._on_room: Callable[[], object] = lambda: None

    def wake(self) -> None:
        self._host.wake(self._client.wake)

    @property
    def room(self) -> bool:
        if self._queue.control_bytes < self._limit:
            return True
        self._queue.call_when_below(self._limit, self._on_room)
        return False

    def on_room(self, call: Callable[[], object]) -> None:
        self._on_room = call

    def put_frame(self, frame: bytes) -> None:
        self._queue.put_reply(frame)

    def put_text(self, text: str) -> None:
        self._queue.put_text(text)


class ActionRequests:
    """Carries out what a client asks about actions.

    Args:
        client: Who asks.
        queue: Where the answers go.
        host: Where the actions are.
    """

    __slots__ = ("_arrays", "_client", "_host", "_port", "_session")

    def __init__(self, client: Client, queue: ClientQueue, host: Host) -> None:
        self._client = client
        self._host = host
        self._port = _Port(client, queue, host)
        self._session: Session | None = None
        self._arrays = Arrays()

    def left(self) -> None:
        """Notes that the client is gone."""
        session, self._session = self._session, None
        if session is not None:
            self._host.dispatcher.disconnected(session, self._port, self._host.clock())

    def take_array(self, header: Header, payload: memoryview) -> None:
        """Takes a piece of an array.

        Raises:
            FrameError: It cannot be one; see `Arrays`.
        """
        self._arrays.take(header.request, payload)

    def session(self, request: dict[str, Any]) -> None:
        """Begins a session, or goes on with one."""
        key, received = request.get("session"), request.get("received", 0)
        if not (key is None or isinstance(key, str)) or type(received) is not int:
            self._fail(None, "session is a key or null, and received a number of messages")
            return
        if self._ours() is not None:
            self._fail(None, "a session has begun already: ask for one once, before all calls")
            return
        dispatcher = self._host.dispatcher
        session = dispatcher.resume(key, self._port, received) if key else None
        kept = session is not None
        if session is None:
            session = dispatcher.open(self._port, self._host.new_key())
        self._begin(session)
        self._client.send(
            "session",
            client=session.client,
            session=session.key,
            kept=kept,
            seconds=dispatcher.limits.keep,
            limit=dispatcher.limits.streams,
            streams=dispatcher.known_streams(session),
        )
        dispatcher.flush(session)

    def call(self, request: dict[str, Any]) -> None:
        """Starts an action."""
        arrays = self._arrays.claim()
        id_ = request.get("id")
        if not _is_id(id_):
            self._fail(None, f"id is {quoted(id_)}: it is a number from 0, or 1 to 64 characters")
            return
        action, deadline = request.get("action"), request.get("deadline")
        window = request.get("window")
        problem = ""
        if not isinstance(action, str):
            problem = f"action is {quoted(action)}: it is the name of one"
        elif deadline is not None and not _is_time(deadline):
            problem = f"deadline is {quoted(deadline)}: it is a number of seconds, or null"
        elif window is not None and not (type(window) is int and window > 0):
            problem = f"window is {quoted(window)}: it is a number of results from 1, or null"
        if problem:
            self._fail(id_, problem)
            return
        call = Call(id_, str(action), request.get("data"), arrays, deadline, window)
        self._host.dispatcher.call(self._any_session(plain=False), call, self._host.clock())

    def plain(self, request: dict[str, Any]) -> None:
        """Carries out a plain message: a call, or its end."""
        arrays = self._arrays.claim()
        id_, action = request.get("streamId"), request.get("action")
        usable = id_ is None or _is_id(id_)
        session = self._any_session(plain=True)
        if not usable or not isinstance(action, str):
            wrong = (
                f"action is {quoted(action)}: it is the name of one"
                if usable
                else f"streamId is {quoted(id_)}: it is a number from 0, or 1 to 64 characters"
            )
            envelope = Envelope(id_ if usable else None, str(action)[:60], True)
            self._tell(session, envelope, "bad_request", wrong)
        elif action == _PLAIN_CANCEL:
            self._host.dispatcher.cancel(session, id_, plain=True)
        else:
            call = Call(id_, action, request.get("data"), arrays, plain=True)
            self._host.dispatcher.call(session, call, self._host.clock())

    def unreadable(self, head: Mapping[str, Any], code: str, text: str) -> None:
        """Ends the stream of a call whose text cannot be read; see `head_of`."""
        self._arrays.claim()
        plain = is_plain(head)
        id_ = head["streamId" if plain else "id"]
        envelope = Envelope(
            id_ if id_ is None or _is_id(id_) else None, str(head.get("action", ""))[:60], plain
        )
        self._tell(self._any_session(plain=plain), envelope, code, text)

    def cancel(self, request: dict[str, Any]) -> None:
        """Ends a stream."""
        id_ = request.get("id")
        if not _is_id(id_):
            self._fail(None, f"id is {quoted(id_)}: it is that of a stream")
            return
        self._host.dispatcher.cancel(self._any_session(plain=False), id_)

    def taken(self, request: dict[str, Any]) -> None:
        """Notes which results of a stream the client has dealt with."""
        id_, results, session = request.get("id"), request.get("results"), self._ours()
        if session is None or not _is_id(id_) or type(results) is not int:
            self._fail(None, "taken needs the id of a stream, and a number of results")
        elif not self._host.dispatcher.taken(session, id_, results):
            text = f"results is {results}: say how many you had; never fewer than before"
            self._fail(None, text)

    def received(self, request: dict[str, Any]) -> None:
        """Notes how many messages have come to the client."""
        count, session = request.get("count"), self._ours()
        if type(count) is not int or session is None or not session.outbox.received(count):
            self._fail(None, f"count is {quoted(count)}: it is the number of messages that you had")

    def _ours(self) -> Session | None:
        """The session, as long as no other connection has taken it."""
        session = self._session
        return session if session is not None and session.port is self._port else None

    def _any_session(self, *, plain: bool) -> Session:
        session = self._ours()
        if session is None:
            session = self._host.dispatcher.open(self._port, plain=plain)
            self._begin(session)
        return session

    def _begin(self, session: Session) -> None:
        self._session = session
        self._port.on_room(lambda: self._host.flush_soon(session))

    def _fail(self, id_: StreamId, text: str) -> None:
        """Answers a request that is none. A stream with its id ends: there may be no other end."""
        session = self._any_session(plain=False)
        self._tell(session, Envelope(id_, "", False), "bad_request", text)

    def _tell(self, session: Session, envelope: Envelope, code: str, text: str) -> None:
        self._host.dispatcher.refuse(session, envelope, code, text)


def head_of(text: str) -> dict[str, Any] | None:
    """The beginning of a call that is too long, or no JSON: `op` and `id`; None: it is no call."""
    found = _CALL.match(text[:_HEAD])
    if found is None:
        return None
    head: dict[str, Any] = json.loads(f"{found[1]}}}")
    return head


def is_plain(request: Mapping[str, Any]) -> bool:
    """Whether a text is a plain message of PROTOCOL.md."""
    return "action" in request and "op" not in request


def refuse(client: Client, request: Mapping[str, Any]) -> None:
    """Answers a client of a relay that has no actions."""
    text = "this relay has no actions: start it with `cwire serve --actions MODULE:API`"
    if is_plain(request):
        id_ = request.get("streamId")
        told = {"streamId": id_ if _is_id(id_) else None, "action": str(request["action"])[:60]}
        client.sink.put_operation({**told, "error": {"code": "no_actions", "text": text}})
        client.wake()
        return
    id_ = request.get("id")
    client.send("failed", id=id_ if _is_id(id_) else None, code="no_actions", text=text)


def _is_id(value: object) -> bool:
    if isinstance(value, str):
        return 0 < len(value) <= 64
    return type(value) is int and 0 <= value < 2**53


def _is_time(value: object) -> bool:
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and math.isfinite(value)
        and 0 < value <= _LONGEST
    )


OPERATIONS: dict[str, Callable[[ActionRequests, dict[str, Any]], None]] = {
    "session": ActionRequests.session,
    "call": ActionRequests.call,
    "cancel": ActionRequests.cancel,
    "taken": ActionRequests.taken,
    "received": ActionRequests.received,
}
"""Every operation of a client that is about actions, as PROTOCOL.md lists them."""
