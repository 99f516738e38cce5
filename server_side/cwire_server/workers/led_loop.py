"""An event loop whose thread can run a short function itself, and that goes on without it.

To have a function run in another thread, and to hear of its end, takes two wake-ups: four times as
long as all else in a short call. So the thread that runs the loop leaves it between two rounds and
runs the function; another one stands by, and takes the loop over if that takes long. The pattern is
Leader/Followers (Schmidt et al., Pattern-Oriented Software Architecture, volume 2).
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable

__all__ = ["LedLoop"]

_log = logging.getLogger("cwire.actions")

Function = Callable[[], object]
Submit = Callable[[Function], object]
"""Has a function called in another thread; any thread may call it."""

# The loop is taken over if functions keep it for so long; looked at so often, s.
_PATIENCE, _TICK = 0.5e-3, 1e-3
# Functions that are short run one after the other for so long; then the loop has a round.
_TURN = 0.3e-3
# Who stands by looks so many times more when no function has run; then it sleeps until one does.
_QUIET = 100


class LedLoop(asyncio.SelectorEventLoop):
    """Runs in threads of its own, by turns; who calls `run_forever` waits.

    Both threads are daemons: a function that never returns keeps nobody from ending the loop.
    """

    _crew: _Crew | None = None
    _stop_at_once = False

    on_return: Callable[[], object] = staticmethod(lambda: None)
    """Called in the loop, first, when it goes on behind functions."""

    @property
    def goes_on(self) -> bool:
        """Whether `on_return` will be called for what the calling thread has done until now."""
        return self._crew is not None and self._crew.busy == threading.get_ident()

    def run_forever(self) -> None:
        """Runs until `stop`."""
        self._crew = _Crew(self, super().run_forever, super().stop, over=self._stop_at_once)
        self._stop_at_once = False
        try:
            self._crew.run()
        finally:
            self._crew = None

    def stop(self) -> None:
        """Stops behind the present round."""
        if self._crew is None:
            self._stop_at_once = True
        else:
            self._crew.over = True
        super().stop()

    def run_aside(self, function: Function, submit: Submit) -> None:
        """Has a function called behind the present round of the loop, in which this is called.

        Args:
            function: Nothing keeps it from blocking, but it should be short.
            submit: Gets it instead, where no thread stands by.
        """
        assert self._crew is not None
        self._crew.run_aside(function, submit)


class _Crew:
    """Two threads, from one `run_forever` to its end: one leads, the other stands by, or is busy.

    Args:
        loop: The loop.
        rounds: Runs the loop until `leave` is called in it.
        leave: Has `rounds` return.
        over: Whether there is to be one round only.
    """

    def __init__(
        self,
        loop: LedLoop,
        rounds: Callable[[], None],
        leave: Callable[[], None],
        *,
        over: bool,
    ) -> None:
        self.over = over
        self.busy = 0  # the thread that is busy with functions, and has not lost the loop
        self._loop = loop
        self._rounds = rounds
        self._leave = leave
        self._lead = threading.Lock()  # whoever has it runs the loop
        self._functions: deque[tuple[Function, Submit]] = deque()
        self._since = 0.0  # the leader is busy with functions since then; 0: it runs the loop
        self._turns = 0  # how often it was
        self._follower: threading.Thread | None = None
        self._stands_by = False
        self._looks = False
        self._look = threading.Event()
        self._ended = threading.Event()
        self._error: BaseException | None = None
        self._last: threading.Thread | None = None  # that has led

    def run(self) -> None:
        """Runs the loop until its end."""
        self._lead.acquire()
        leader = threading.Thread(target=self._run, args=(True,), name="cwire loop", daemon=True)
        leader.start()
        try:
            self._ended.wait()
        except BaseException:  # Ctrl-C
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._ended.wait()
            raise
        for thread in (leader, self._follower):
            # One that is busy with a function ends behind that.
            if thread is not None and (thread is self._last or self._stands_by):
                thread.join()
        if self._error is not None:
            raise self._error

    def run_aside(self, function: Function, submit: Submit) -> None:
        """See `LedLoop.run_aside`."""
        if self._stands_by:
            self._functions.append((function, submit))
            self._leave()
            return
        if self._follower is None:
            self._follower = threading.Thread(
                target=self._run, args=(False,), name="cwire loop, standing by", daemon=True
            )
            self._follower.start()
        submit(function)

    def _run(self, leads: bool) -> None:
        while leads or (not self.over and self._wait_for_lead()):
            self._run_loop()
            leads = False

    def _run_loop(self) -> None:
        """Runs the loop, and functions between its rounds, until it ends or another has it."""
        while True:
            if self.busy:
                self._since = self.busy = 0
                self._loop.call_soon(self._loop.on_return)
            if self._functions:
                self._leave()  # behind one round
            try:
                self._rounds()
            except BaseException as error:
                self._error, self.over = error, True
            if self.over:
                self._last = threading.current_thread()
                self._look.set()
                self._ended.set()
                return
            self._turns += 1
            self._since = time.monotonic()
            self.busy = threading.get_ident()
            self._lead.release()
            if not self._looks:
                self._looks = True
                self._look.set()
            self._run_functions(self._since + _TURN)
            if not self._lead.acquire(blocking=False):
                return

    def _run_functions(self, until: float) -> None:
        while self._functions and time.monotonic() < until:
            try:
                function, _ = self._functions.popleft()
            except IndexError:  # the other thread took it
                return
            try:
                function()
            except BaseException:  # a fault of ours: the loop is of use for others
                _log.exception("a job of the actions failed")

    def _wait_for_lead(self) -> bool:
        """Stands by until the loop is to be taken over; False: it has ended."""
        self._stands_by = True
        seen, quiet = self._turns, 0
        while not self.over:
            if quiet >= _QUIET:
                self._look.clear()
                self._looks = False
                if seen == self._turns and not self.over:
                    self._look.wait()
                self._looks = True
                quiet = 0
            time.sleep(_TICK)
            seen, quiet = self._turns, quiet + 1 if seen == self._turns else 0
            since = self._since
            if not since or time.monotonic() - since < _PATIENCE:
                continue
            if self._lead.acquire(blocking=False):
                self._stands_by = False
                while self._functions:
                    try:
                        function, submit = self._functions.popleft()
                    except IndexError:
                        break
                    submit(function)
                return True
        return False
