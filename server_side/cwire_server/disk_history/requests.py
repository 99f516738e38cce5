"""Requests of one client for the history on disk: frames in pieces, as fast as it reads them.

Used in the event loop only; the history's own thread reads.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from cwire_server.disk_history.disk import DiskHistory
from cwire_server.disk_history.store import Plan, Query, Store
from cwire_server.errors import ErrorCode, RequestError, internal_text, quoted
from cwire_server.hub.client import Client
from cwire_server.hub.client_queue import ClientQueue
from cwire_server.hub.driver_state import DriverState
from cwire_server.hub.hub import Hub
from cwire_structs.errors import hint_text
from cwire_structs.frames import HEADER_SIZE, HISTORY_TYPE, RELAY_SOURCE, REPLY, pack

__all__ = ["HISTORY_FIELDS", "HistoryRequests"]

HISTORY_FIELDS = (
    "op", "id", "driver", "message", "layout", "from", "to", "seconds", "max_frames",
)  # fmt: skip
_LARGEST_ID = 2**32 - 1
_LAST_STAMP = 2**64 - 1
_AT_A_TIME = 4
_LONGEST_SECONDS = 1e9
_PIECE = (256 << 10) - HEADER_SIZE


class _Reading:
    """One request that is being answered."""

    def __init__(self, id_: int) -> None:
        self.id = id_
        self.plan: Plan | None = None
        self.pieces: deque[memoryview] = deque()
        self.cancelled = False


class HistoryRequests:
    """Answers one client.

    Args:
        client: Who asks.
        queue: Where the answers go.
        hub: Knows the drivers.
        disk: The history; None: the relay keeps none.
    """

    __slots__ = ("_client", "_disk", "_gone", "_hub", "_queue", "_readings", "_room")

    def __init__(
        self, client: Client, queue: ClientQueue, hub: Hub, disk: DiskHistory | None
    ) -> None:
        self._client = client
        self._queue = queue
        self._hub = hub
        self._disk = disk
        self._room = hub.limits.room
        self._readings: dict[int, _Reading] = {}
        self._gone = False

    def left(self) -> None:
        """Notes that the client is gone."""
        self._gone = True
        self._readings.clear()

    def ask(self, request: Mapping[str, Any]) -> None:
        """Begins to answer a `history` operation.

        Raises:
            RequestError: It cannot be answered.
        """
        id_ = _id(request)
        disk = self._disk
        if disk is None:
            raise _bad(
                "this relay keeps no history on disk: start it with --history-disk 10min, say"
            )
        if id_ in self._readings:
            raise _bad(f"id {id_} is that of a history that is still being read")
        if len(self._readings) >= _AT_A_TIME:
            raise _bad(f"{_AT_A_TIME} histories are the most that are read at a time: wait for one")
        query = _query(request, self._hub, disk)
        reading = self._readings[id_] = _Reading(id_)
        now = asyncio.get_running_loop().time()

        def planned(plan: Plan | Exception) -> None:
            if isinstance(plan, Exception):
                self._failed(reading, plan)
            else:
                reading.plan = plan
                self._go_on(reading)

        disk.ask(lambda store: store.plan(query, now), planned, behind=True)

    def cancel(self, request: Mapping[str, Any]) -> None:
        """Ends a history early; one that has ended is no error."""
        reading = self._readings.get(_id(request))
        if reading is not None:
            reading.cancelled = True

    def _go_on(self, reading: _Reading) -> None:
        """Sends what there is room for, and has more read when all is sent."""
        if self._gone:
            return
        if reading.cancelled:
            self._end(reading)
            return
        put = False
        while reading.pieces and self._queue.control_bytes < self._room:
            piece = reading.pieces.popleft()
            frame = pack(HISTORY_TYPE, piece, flags=REPLY, source=RELAY_SOURCE, request=reading.id)
            self._queue.put_reply(frame)
            put = True
        if put:
            self._client.wake()
        if self._gone:
            return
        loop = asyncio.get_running_loop()
        if self._queue.control_bytes >= self._room:
            # Not at once: it is called while something is taken out of the queue.
            self._queue.call_when_below(self._room, lambda: loop.call_soon(self._go_on, reading))
            return
        if reading.pieces:
            loop.call_soon(self._go_on, reading)  # in turns with all else
            return
        plan = reading.plan
        assert plan is not None
        assert self._disk is not None

        def read(data: bytes | Exception | None) -> None:
            if isinstance(data, Exception):
                self._failed(reading, data)
            elif data is None:
                self._end(reading)
            else:
                view = memoryview(data)
                reading.pieces.extend(view[at : at + _PIECE] for at in range(0, len(view), _PIECE))
                self._go_on(reading)

        work: Callable[[Store], bytes | None] = lambda store: store.read(plan)  # noqa: E731
        self._disk.ask(work, read)

    def _end(self, reading: _Reading) -> None:
        if self._readings.pop(reading.id, None) is None:
            return
        plan = reading.plan
        assert plan is not None
        summary = plan.summary
        self._client.send(
            "history",
            id=reading.id,
            frames=summary.frames,
            lost=summary.lost,
            more=summary.more,
            left_out=summary.left_out,
            earliest=_text(summary.earliest),
            latest=_text(summary.latest),
            cancelled=reading.cancelled,
            problem=summary.problem or None,
        )

    def _failed(self, reading: _Reading, error: Exception) -> None:
        if self._readings.pop(reading.id, None) is None:
            return
        self._hub.on_fault(f"a history for client {self._client.id}", error)
        text = f"the history on disk cannot be read: {internal_text(error)}"
        if isinstance(error, OSError):
            text = f"the history on disk cannot be read: {error.strerror or error}"
        self._client.send("error", id=reading.id, code=ErrorCode.INTERNAL, text=text)


def _query(request: Mapping[str, Any], hub: Hub, disk: DiskHistory) -> Query:
    unknown = request.keys() - set(HISTORY_FIELDS)
    if unknown:
        raise _bad(f"history has no field {min(unknown)!r}; it has: {', '.join(HISTORY_FIELDS)}")
    driver = _driver(request, hub)
    run, name = disk.run_of(driver), request.get("message")
    layout = request.get("layout")
    if layout is not None and not isinstance(layout, str):
        raise _bad("layout must be the layout_hash of a schema, or null for the present one")
    if not isinstance(name, str) or (name not in run.types and layout in (None, run.layout)):
        text = f"driver {driver.name} publishes no message {quoted(name)}; "
        text += hint_text(str(name), list(run.types))
        raise RequestError(ErrorCode.UNKNOWN_MESSAGE, text)
    seconds = request.get("seconds")
    if seconds is not None and not (
        type(seconds) in (int, float) and 0 < seconds <= _LONGEST_SECONDS
    ):
        raise _bad(f"seconds must be a number above 0, at most {_LONGEST_SECONDS:g}")
    most = request.get("max_frames")
    if most is not None and not (type(most) is int and most > 0):
        raise _bad("max_frames must be a whole number above 0, or null for all")
    begin, end = _stamp(request, "from"), _stamp(request, "to")
    return Query(
        source=driver.source,
        message=name,
        layout=run.layout if layout is None else layout,
        begin=0 if begin is None else begin,
        end=1 << 64 if end is None else end,
        seconds=seconds,
        most=most,
    )


def _driver(request: Mapping[str, Any], hub: Hub) -> DriverState:
    name, message = request.get("driver"), request.get("message")
    if name is not None and not isinstance(name, str):
        raise _bad(f"driver must be a name, or null for the only one, not {quoted(name)}")
    found = [one for one in hub.drivers.served if name in (None, one.name)]
    if name is None and len(found) > 1:
        found = [one for one in found if one.schema and message in one.schema.published]
        if len(found) > 1:
            owners = ", ".join(one.name for one in found)
            raise _bad(f"several drivers have a message {quoted(message)}: name one ({owners})")
    if not found:
        named = [one.name for one in hub.drivers.served]
        text = f"no driver is named {quoted(name)}; {hint_text(str(name), named)}"
        raise RequestError(ErrorCode.UNKNOWN_DRIVER, text)
    driver = found[0]
    if driver.schema is None or driver.session is None:
        raise _bad(f"driver {driver.name} was never up, so nothing is kept of it")
    return driver


def _stamp(request: Mapping[str, Any], name: str) -> int | None:
    """A time stamp, which may be larger than JSON's numbers."""
    given = request.get(name)
    if given is None:
        return None
    if isinstance(given, str) and given.isascii() and given.isdecimal() and len(given) <= 20:
        given = int(given)
    if type(given) is not int or not 0 <= given <= _LAST_STAMP:
        raise _bad(f"{name} must be nanoseconds since 1970, a number or a decimal text")
    return given


def _id(request: Mapping[str, Any]) -> int:
    id_ = request.get("id")
    if type(id_) is not int or not 1 <= id_ <= _LARGEST_ID:
        raise _bad(f"id must be a whole number from 1 to {_LARGEST_ID}")
    return id_


def _text(stamp: int | None) -> str | None:
    return None if stamp is None else str(stamp)


def _bad(text: str) -> RequestError:
    return RequestError(ErrorCode.BAD_REQUEST, text)
