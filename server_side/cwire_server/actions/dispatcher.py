"""Streams of actions: which function runs for whom, and what its client is told.

It has no clock, thread or event loop. Clients and functions tell it what happened; it puts what
follows from that into the sessions' outboxes, and tells `Functions` what to start and to stop.
Pure.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from cwire_server.actions.outbox import Outbox, Port
from cwire_server.actions.texts import Envelope, StreamId, Unit
from cwire_server.limits import Limits
from cwire_structs.errors import hint_text

__all__ = ["Call", "Dispatcher", "Functions", "Session", "Stream", "Verdict"]

_SHUTDOWN = "the relay stops"
_FEW = 64


class Verdict(Enum):
    """What a function is told of what it has sent."""

    GO = "go"
    """It may send more."""
    WAIT = "wait"
    """It may send more when `Functions.go_on` says so."""
    ENDED = "ended"
    """It went nowhere: the stream has ended."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request to run an action."""

    id: StreamId
    action: str
    data: Any = None
    """As JSON has it."""
    arrays: Sequence[Any] = ()
    """Those that the data refers to."""
    deadline: float | None = None
    """Seconds."""
    window: int | None = None
    plain: bool = False


@dataclass(eq=False, slots=True)
class Stream:
    """One call, as long as its function runs."""

    token: int
    """Its number among all of the relay's: a client may use an id again."""
    session: Session
    call: Call
    envelope: Envelope
    sent: int = 0
    taken: int = 0
    ended: bool = False
    """The client was told so; its function may still run."""
    held: bool = False
    """Its function was told to wait."""

    @property
    def allowed(self) -> int | None:
        """How many results its function may have sent by now; None: any."""
        window = self.call.window
        return None if window is None else self.taken + window


@dataclass(eq=False, slots=True)
class Session:
    """The streams of one client."""

    client: int
    key: str
    """Asks for it from another connection; empty: nobody can."""
    plain: bool
    outbox: Outbox
    port: Port | None
    streams: dict[StreamId, Stream] = field(default_factory=dict)
    """Those that have not ended, by id."""
    functions: dict[int, Stream] = field(default_factory=dict)
    """Those whose function runs, by token."""
    full: bool = False
    """More waits than should: its functions are held back until nothing waits."""
    over_at: float | None = None
    """When it is given up, if nobody comes back for it."""


class Functions(Protocol):
    """Runs the functions of streams. None of its methods may call the dispatcher at once."""

    def start_function(self, stream: Stream) -> None:
        """Begins to run the function of a stream; `finished` or `failed` is called in the end."""

    def stop_function(self, stream: Stream, code: str) -> None:
        """Tells a function that its stream has ended, and why."""

    def go_on(self, stream: Stream) -> None:
        """Tells a function that was to wait that it may send again."""

    def allow(self, stream: Stream) -> None:
        """Tells a function that it may send more: as many as `Stream.allowed` says."""


class Dispatcher:
    """Knows all sessions and streams of a relay.

    Args:
        deadlines: The actions by name, with the seconds that each may take (None: any).
        functions: Runs them.
        limits: How much of all may be.
        on_due: Called when `next_due` may have become earlier.
    """

    def __init__(
        self,
        deadlines: dict[str, float | None],
        functions: Functions,
        limits: Limits,
        on_due: Callable[[], object] = lambda: None,
    ) -> None:
        self.limits = limits
        self.sessions: dict[int, Session] = {}
        self.stopping = False
        self._actions = deadlines
        self._functions = functions
        self._on_due = on_due
        self._by_key: dict[str, Session] = {}
        self._streams: dict[int, Stream] = {}
        self._clients = itertools.count(1)
        self._tokens = itertools.count(1)
        self._due: list[tuple[float, int]] = []  # deadlines and tokens, a heap
        self._gone: dict[int, Session] = {}  # whose clients may come back, by client

    # Sessions

    def open(self, port: Port, key: str = "", *, plain: bool = False) -> Session:
        """Begins a session.

        Args:
            port: The way to its client.
            key: Asks for it later; empty: it ends with its connection.
            plain: Whether events are told in the plain form.
        """
        outbox = Outbox(self.limits.kept if key else 0)
        session = Session(next(self._clients), key, plain, outbox, port)
        self.sessions[session.client] = session
        if key:
            self._by_key[key] = session
        return session

    def resume(self, key: str, port: Port, received: int) -> Session | None:
        """Goes on with a session over another port; `flush` sends what the client has missed.

        None: it is over, or more is missing than is kept.
        """
        session = self._by_key.get(key)
        if session is None:
            return None
        session.port = None  # of a connection that may still be there
        if not session.outbox.rewind(received):
            self._close(session)
            return None
        session.port = port
        session.over_at = None
        self._gone.pop(session.client, None)
        return session

    def known_streams(self, session: Session) -> list[StreamId]:
        """The streams that run, and those whose end is still to be sent."""
        return list(session.streams.keys() | session.outbox.ends())

    def disconnected(self, session: Session, port: Port, now: float) -> None:
        """Notes that a client is gone; unless it has come back already by another port."""
        if session.port is not port:
            return
        session.port = None
        if not session.key or self.stopping:
            self._close(session)
        else:
            session.over_at = now + self.limits.keep
            self._gone[session.client] = session
            self._on_due()

    def _close(self, session: Session) -> None:
        """Ends a session: nobody is told any more."""
        self.sessions.pop(session.client, None)
        self._gone.pop(session.client, None)
        self._by_key.pop(session.key, None)
        for stream in list(session.streams.values()):
            self._end(stream, "cancelled", "the client is gone")

    # What clients ask

    def call(self, session: Session, call: Call, now: float) -> None:
        """Starts an action, or tells the client why not."""
        before = session.streams.get(call.id)
        if before is not None:
            text = f"{call.id!r} is the id of a stream that runs: each call needs one of its own"
            self._end(before, "duplicate_id", text)
            return
        if problem := self._refusal(session, call):
            self._tell(session, Envelope(call.id, call.action, call.plain).failed(*problem))
            return
        envelope = Envelope(call.id, call.action, call.plain)
        stream = Stream(next(self._tokens), session, call, envelope)
        session.streams[call.id] = stream
        session.functions[stream.token] = stream
        self._streams[stream.token] = stream
        given = [one for one in (call.deadline, self._actions[call.action]) if one is not None]
        if given:
            self._forget_due()
            heapq.heappush(self._due, (now + min(given), stream.token))
            self._on_due()
        self._functions.start_function(stream)

    def _refusal(self, session: Session, call: Call) -> tuple[str, str] | None:
        if self.stopping:
            return "stopping", _SHUTDOWN
        if call.action not in self._actions:
            known = hint_text(call.action, list(self._actions))
            return "unknown_action", f"there is no action {call.action[:60]!r}; {known}"
        if len(session.functions) >= self.limits.streams:
            return (
                "too_many_streams",
                f"{self.limits.streams} functions run for this client, which is the most: wait "
                "for one to end, or cancel one; one that was cancelled counts until it returns",
            )
        return None

    def refuse(self, session: Session, envelope: Envelope, code: str, text: str) -> None:
        """Tells a client what is wrong with a request; a stream that has its id ends by that."""
        stream = None if envelope.id is None else session.streams.get(envelope.id)
        if stream is not None:
            self._end(stream, code, text)
        else:
            self._tell(session, envelope.failed(code, text))

    def cancel(self, session: Session, id_: StreamId, *, plain: bool = False) -> None:
        """Ends a stream as its client asks."""
        stream = session.streams.get(id_)
        if stream is not None:
            self._end(stream, "cancelled", "cancelled by the client")
        else:
            text = f"no stream {id_!r} runs: it has ended, or there was none"
            self._tell(session, Envelope(id_, "cancel", plain).failed("unknown_stream", text))

    def taken(self, session: Session, id_: StreamId, results: int) -> bool:
        """Notes how many results of a stream its client has dealt with.

        Returns:
            False: so many were not sent, or it had dealt with more before.
        """
        stream = session.streams.get(id_)
        if stream is None:  # it has ended meanwhile
            return True
        if not stream.taken <= results <= stream.sent:
            return False
        stream.taken = results
        self._functions.allow(stream)
        return True

    # What functions say

    def sent(self, token: int, unit: Unit) -> Verdict:
        """Takes a result of a function, which sends no more than it is allowed to."""
        stream = self._streams.get(token)
        if stream is None or stream.ended:
            return Verdict.ENDED
        stream.sent += 1
        self._tell(stream.session, unit)
        if stream.session.full:
            stream.held = True
            return Verdict.WAIT
        return Verdict.GO

    def progressed(self, token: int, text: str) -> None:
        """Takes how far a function is."""
        stream = self._streams.get(token)
        if stream is not None and not stream.ended and stream.session.port is not None:
            stream.session.outbox.put_progress(stream.session.port, text)

    def finished(self, token: int, unit: Unit | None) -> None:
        """Notes that a function has returned.

        Args:
            token: The stream's.
            unit: The last message for its client, an end or a failure; None: the stream has ended.
        """
        stream = self._streams.pop(token, None)
        if stream is None:
            return
        stream.session.functions.pop(token)
        if not stream.ended and unit is not None:
            stream.ended = True
            del stream.session.streams[stream.call.id]
            self._tell(stream.session, unit)

    def _end(self, stream: Stream, code: str, text: str) -> None:
        """Ends a stream for its client; its function is told, and may take its time."""
        stream.ended = True
        del stream.session.streams[stream.call.id]
        self._tell(stream.session, stream.envelope.failed(code, text))
        self._functions.stop_function(stream, code)

    # Time

    def _forget_due(self) -> None:
        """Forgets the deadlines of streams that are over, if they are the most."""
        if len(self._due) > 2 * len(self._streams) + _FEW:
            self._due = [one for one in self._due if one[1] in self._streams]
            heapq.heapify(self._due)

    @property
    def next_due(self) -> float | None:
        """The time when `expire` has something to do; None: never, as things are."""
        times = [one.over_at for one in self._gone.values() if one.over_at is not None]
        while self._due and self._due[0][1] not in self._streams:
            heapq.heappop(self._due)
        if self._due:
            times.append(self._due[0][0])
        return min(times, default=None)

    def expire(self, now: float) -> None:
        """Ends the streams whose time is over, and the sessions that nobody came back for."""
        while self._due and self._due[0][0] <= now:
            stream = self._streams.get(heapq.heappop(self._due)[1])
            if stream is not None and not stream.ended:
                self._end(stream, "deadline", "its time is over")
        for session in list(self._gone.values()):
            if session.over_at is not None and session.over_at <= now:
                self._close(session)

    # Sending

    def tell_all(self, unit: Unit, plain: Unit, client: int | None = None) -> bool:
        """Tells an event to all sessions, or to one.

        Args:
            unit: The event.
            plain: The same for sessions of plain messages.
            client: The number of one client; None: all.

        Returns:
            Whether there is a client of this number.
        """
        told: Iterable[Session] = list(self.sessions.values())
        if client is not None:
            told = [self.sessions[client]] if client in self.sessions else []
        for session in told:
            # Of a client that does not read, or is gone, what does not fit is lost.
            if not session.full:
                self._tell(session, plain if session.plain else unit)
        return bool(told) or client is None

    def _tell(self, session: Session, unit: Unit) -> None:
        session.outbox.put(unit)
        self.flush(session)

    def flush(self, session: Session) -> None:
        """Sends what there is room for; functions that were to wait go on if all is sent."""
        if session.port is not None:
            session.outbox.flush(session.port)
        waiting = session.outbox.waiting_bytes
        if waiting > self.limits.room:
            session.full = True
        elif not waiting and session.full:
            session.full = False
            for stream in list(session.streams.values()):
                if stream.held:
                    stream.held = False
                    self._functions.go_on(stream)

    # The end

    def stop(self) -> None:
        """Ends all streams; what is asked from now on is refused."""
        self.stopping = True
        for session in list(self.sessions.values()):
            for stream in list(session.streams.values()):
                self._end(stream, "stopping", _SHUTDOWN)
