"""Runs the actions of a relay: threads and an event loop for functions, and time for streams.

The dispatcher lives in the relay's event loop. No function does: plain ones and generators run in
threads, async ones in an event loop of their own, so none keeps the relay waiting.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any

from cwire import AsyncBridge, Bridge, aconnect, connect
from cwire.link.loop_thread import LoopThread
from cwire_server.actions.dispatcher import Dispatcher, Session, Stream
from cwire_server.actions.texts import Unit, event
from cwire_server.limits import Limits
from cwire_server.workers.api import BUILT_IN, ActionError
from cwire_server.workers.background import Background
from cwire_server.workers.channel import Channel, Inbox
from cwire_server.workers.children import Children
from cwire_server.workers.job import Job
from cwire_server.workers.led_loop import LedLoop
from cwire_server.workers.registry import Registry
from cwire_server.workers.threads import ThreadPool
from cwire_structs.action_values import Encoded
from cwire_structs.errors import hint_text

__all__ = ["ActionService"]

_log = logging.getLogger("cwire.actions")


_SHORT = 0.5e-3  # s, of a function that the relay's thread runs itself
_LONG_RUNS = 2


class _Runs:
    """How long the last runs of an action took."""

    __slots__ = ("_long",)

    def __init__(self) -> None:
        self._long = 0

    @property
    def short(self) -> bool:
        """Whether the next one is likely to be short; of one that has never run, too."""
        return self._long < _LONG_RUNS

    def took(self, seconds: float, *, aside: bool) -> None:
        """Notes a run. In a thread of the pool it takes longer, as that waits for the others."""
        if seconds < _SHORT:
            self._long = 0
        elif aside:
            self._long += 1


class ActionService:
    """The actions and the background processes of a relay.

    Args:
        api: See `flatten`.
        limits: The relay's.
        owner: The token with which `shutdown` ends the relay; empty: nobody can.
        threads: Functions that may run at a time, of all clients together.

    Raises:
        ApiError: The API cannot be served.

    Attributes:
        on_shutdown: Called in the relay's loop when the owner asks for the end.
        address: The relay's Unix socket, by which functions reach its drivers.
        processes: The background processes.
    """

    dispatcher: Dispatcher

    def __init__(self, api: object, limits: Limits, *, owner: str = "", threads: int = 32) -> None:
        self._owner = owner
        self.registry = Registry(
            api,
            {"list": self._list, "describe": self._describe, "shutdown": self._shutdown},
        )
        self._limits = limits
        self._pool = ThreadPool(threads, "cwire action")
        # Whoever keeps all threads busy keeps nobody from asking what there is, or from the end.
        self._built_in_pool = ThreadPool(1, "cwire built-in action")
        self._children = Children()
        self._jobs: dict[int, Job] = {}
        self._runs = {name: _Runs() for name in self.registry.names}
        self._to_wake: dict[Callable[[], object], None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._thread: LoopThread | None = None
        self._bridges = threading.Lock()
        self._bridge: Bridge | None = None
        self._async_bridge: asyncio.Task[AsyncBridge] | None = None
        self._ending = False
        self.on_shutdown: Callable[[], object] = lambda: None
        self.address = ""
        self.processes = Background(self._tell, self._actions_loop)

    def start(self) -> None:
        """Begins, in the running event loop."""
        self._loop = asyncio.get_running_loop()
        self._inbox = Inbox(self._loop, self._take, self._wake_all)
        deadlines = self.registry.deadlines
        self.dispatcher = Dispatcher(deadlines, self, self._limits, self._reschedule)

    def begin(self, address: str) -> None:
        """Starts the background processes: clients can come.

        Args:
            address: The relay's Unix socket.
        """
        self.address = address
        self.processes.start_all()

    def stop(self) -> None:
        """Ends all streams and processes; functions that run are told."""
        if not hasattr(self, "dispatcher"):
            return
        self.dispatcher.stop()
        self.processes.stop_all()
        self._pool.stop()
        self._built_in_pool.stop()
        self._children.stop()
        self._inbox.close()
        if self._timer is not None:
            self._timer.cancel()
        if self._bridge is not None:
            self._bridge.close()
        if self._thread is not None:
            self._thread.stop(self._leave)

    async def _leave(self) -> None:
        """Closes what the functions' loop has: called there, last."""
        task = self._async_bridge
        if task is not None and task.done() and not task.cancelled() and task.exception() is None:
            await task.result().close()

    def _actions_loop(self) -> LoopThread:
        if self._thread is None:
            self._thread = LoopThread("cwire actions")
        return self._thread

    # What is always there

    def _list(self) -> list[str]:
        """Gives the names of all actions, sorted."""
        return self.registry.names

    def _describe(self, name: str | None = None) -> list[dict[str, Any]]:
        """Describes all actions, or one: documentation, arguments, what they return."""
        if name is not None and name not in self.registry.names:
            known = hint_text(name, self.registry.names)
            raise ActionError(f"there is no action {name!r}; {known}", "unknown_action")
        return self.registry.describe(name)

    def _shutdown(self, owner: str) -> None:
        """Ends the relay, for its owner: who started it with a token for that."""
        if not self._owner:
            raise ActionError("this relay was started without an owner's token", "denied")
        if not hmac.compare_digest(owner.encode(), self._owner.encode()):
            raise ActionError("this is not the owner's token", "denied")
        self._ending = True

    # For clients' requests: see `requests.Host`

    def new_key(self) -> str:
        """Makes a secret text."""
        return secrets.token_hex(16)

    def clock(self) -> float:
        """Tells the time of the event loop."""
        return self._loop.time()

    def flush_soon(self, session: Session) -> None:
        """Has what waits for a client sent, but not at once."""
        self._loop.call_soon(self.dispatcher.flush, session)

    def wake(self, client: Callable[[], object]) -> None:
        """Calls what sends to a client; once for all that functions have said at a time."""
        if self._inbox.draining:
            self._to_wake[client] = None
        else:
            client()

    def _wake_all(self) -> None:
        to_wake, self._to_wake = self._to_wake, {}
        for client in to_wake:
            client()

    # For the dispatcher: see `dispatcher.Functions`

    def start_function(self, stream: Stream) -> None:
        """Begins to run the function of a stream."""
        action = self.registry[stream.call.action]
        channel = Channel(stream.token, stream.envelope, self._inbox, stream.allowed)
        pool = self._built_in_pool if action.name in BUILT_IN else self._pool
        job = Job(stream, action, channel, self._finish, pool.submit)
        self._jobs[stream.token] = job
        if action.is_async:
            self._actions_loop().post(self._spawn, job)
        elif action.kind == "process":
            self._children.run(job)
        elif isinstance(self._loop, LedLoop) and self._runs[action.name].short:
            self._loop.run_aside(lambda: self._run(job, aside=True), pool.submit)
        else:
            pool.submit(lambda: self._run(job))

    def stop_function(self, stream: Stream, code: str) -> None:
        """Tells a function that its stream has ended."""
        job = self._jobs[stream.token]
        job.channel.end(code)
        if job.cancelled is not None:
            job.cancelled.set()
        if job.on_stop is not None:
            job.on_stop()
        if job.action.is_async:
            self._actions_loop().post(_cancel, job)

    def go_on(self, stream: Stream) -> None:
        """Tells a function that it may send again."""
        self._jobs[stream.token].channel.room()

    def allow(self, stream: Stream) -> None:
        """Tells a function how many results it may send."""
        self._jobs[stream.token].channel.allow(stream.allowed)

    def _run(self, job: Job, *, aside: bool = False) -> None:
        begun = time.perf_counter()
        job.run(self._drivers)
        self._runs[job.action.name].took(time.perf_counter() - begun, aside=aside)

    def _spawn(self, job: Job) -> None:
        name = f"action {job.action.name}"
        job.task = asyncio.ensure_future(job.run_async(self._drivers_async))
        job.task.set_name(name)
        # One that is cancelled before it has begun says nothing.
        job.task.add_done_callback(lambda task: job.finish(None) if task.cancelled() else None)

    def _finish(self, job: Job, unit: Unit | None) -> None:
        self._inbox.post((job, unit))

    def _take(self, message: tuple[Channel | Job, Unit | str | None]) -> None:
        """Takes a message of a function, in the relay's loop."""
        whose, what = message
        if isinstance(whose, Job):
            whose.channel.end("ended")
            del self._jobs[whose.stream.token]
            self.dispatcher.finished(whose.stream.token, what if isinstance(what, Unit) else None)
            if self._ending and whose.returned and whose.action.name == "shutdown":
                self.on_shutdown()
        elif isinstance(what, Unit):
            whose.decided(what, self.dispatcher.sent(whose.token, what))
        elif what is not None:
            self.dispatcher.progressed(whose.token, what)

    # Drivers

    def _drivers(self) -> Bridge:
        """The relay's drivers for functions in threads: a bridge that all of them share."""
        with self._bridges:
            if self._bridge is None:
                self._bridge = connect(self.address, subscribe=None)
            return self._bridge

    async def _drivers_async(self) -> AsyncBridge:
        """The same for async functions."""
        if self._async_bridge is None or (
            self._async_bridge.done() and self._async_bridge.exception() is not None
        ):
            self._async_bridge = asyncio.ensure_future(_connect(self.address))
        return await asyncio.shield(self._async_bridge)

    # Events and time

    def _tell(self, action: str, value: Encoded, client: int | None) -> None:
        """Tells an event to clients; any thread may call it."""
        unit = event(action, value, plain=False)
        plain = event(action, value, plain=True)
        try:
            self._loop.call_soon_threadsafe(self.dispatcher.tell_all, unit, plain, client)
        except RuntimeError:
            _log.debug("event %s comes when the relay has ended", action)

    def _reschedule(self) -> None:
        due = self.dispatcher.next_due
        if self._timer is not None:
            if due is not None and self._timer.when() <= due:
                return
            self._timer.cancel()
            self._timer = None
        if due is not None:
            self._timer = self._loop.call_at(due, self._expire)

    def _expire(self) -> None:
        self._timer = None
        self.dispatcher.expire(self._loop.time())
        self._reschedule()


def _cancel(job: Job) -> None:
    if job.task is not None:
        job.task.cancel()


async def _connect(address: str) -> AsyncBridge:
    return await aconnect(address, subscribe=None)
