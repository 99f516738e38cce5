"""The thread that writes and reads the history on disk, so that the event loop never waits for it.

`DiskHistory` is used in the event loop only.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from cwire_server.disk_history.runs import Run
from cwire_server.disk_history.sink import HistorySink
from cwire_server.disk_history.store import Store
from cwire_server.hub.batch import Batch
from cwire_server.hub.client import Client
from cwire_server.hub.driver_state import DriverState
from cwire_server.hub.hub import Hub
from cwire_server.hub.subscription import Subscription

__all__ = ["DiskHistory"]

_log = logging.getLogger("cwire.history")
# The thread looks so often; earlier when so much waits for it, or when somebody asks.
_PAUSE, _WAKE_BYTES = 0.1, 1 << 20
# So many bytes are written between two steps of reading, if they wait.
_TURN_BYTES = 8 << 20
# The end of the relay does not wait for a disk that does not answer.
_LAST_SECONDS = 5.0

T = TypeVar("T")

_Batch = tuple[Run, Batch, Mapping[int, int], float]
"""Frames to be written, with what is missing before them, and when they came."""


class DiskHistory:
    """The last minutes of all drivers, on disk.

    Args:
        seconds: How long frames are kept.
        limit: Bytes of the files at most.
        folder: Where they are.
        queue: Bytes of frames that may wait for the disk.

    Attributes:
        seconds: As above.
        limit: As above.
        problem: Why nothing more is kept; empty while it is.
    """

    def __init__(self, seconds: float, limit: int, folder: Path, queue: int) -> None:
        self.seconds = seconds
        self.limit = limit
        self.problem = ""
        self._folder = folder
        self._queue_limit = queue
        self._store = Store(seconds, limit, folder)
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cwire history", daemon=True)
        self._batches: deque[_Batch | Callable[[], None]] = deque()
        self._asked: deque[Callable[[], None]] = deque()
        # Each is changed by one thread only.
        self._bytes_put = self._bytes_done = 0
        self._told = self._ended = False
        self._loop: asyncio.AbstractEventLoop
        self._hub: Hub
        self._sink: HistorySink
        self._client: Client

    def start(self, hub: Hub) -> None:
        """Begins to keep what the hub's drivers publish."""
        self._loop = asyncio.get_running_loop()
        self._hub = hub
        self._sink = HistorySink(self._put, hub.drivers)
        self._client = Client(self._sink, lambda: None, self._given_up, paces=False)
        hub.add_client(self._client)
        hub.subscribe(self._client, Subscription(1, None, None), time.monotonic())
        self._thread.start()

    def run_of(self, driver: DriverState) -> Run:
        """The present run of a driver that has been up, or the last one."""
        return self._sink.run_of(driver)

    def ask(
        self,
        work: Callable[[Store], T],
        done: Callable[[T | Exception], object],
        *,
        behind: bool = False,
    ) -> None:
        """Does something with the store, in the thread; calls back with the outcome.

        Args:
            work: What to do.
            done: Called in the loop.
            behind: When all is written that has come by now.
        """

        def carry_out() -> None:
            outcome: T | Exception
            try:
                outcome = work(self._store)
            except Exception as error:
                outcome = error
            self._call(done, outcome)

        if behind and not self.problem:
            self._batches.append(carry_out)
        else:
            self._asked.append(carry_out)
        self._wake.set()

    def close(self) -> None:
        """Ends the thread, and deletes everything."""
        self._ended = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(_LAST_SECONDS)

    # In the loop

    def _put(self, run: Run, batch: Batch, missed: Mapping[int, int]) -> bool:
        waiting = self._bytes_put - self._bytes_done
        self._sink.data_bytes = waiting
        if waiting > self._queue_limit:
            return False
        self._bytes_put += batch.pinned
        self._batches.append((run, batch, dict(missed), time.monotonic()))
        if waiting > _WAKE_BYTES:
            self._wake.set()
        return True

    def _given_up(self, reason: str) -> None:
        """Notes that the hub has given it up: a fault of the relay's, which is in its log."""
        self._failed(reason)

    def _failed(self, problem: str) -> None:
        self.problem = problem
        self._hub.remove_client(self._client)
        _log.warning(
            "the history on disk in %s has ended: %s; live frames go on. Start the relay again "
            "with more room, another --history-folder or smaller --history-disk-bytes",
            self._folder,
            problem,
        )

    def _call(self, call: Callable[..., object], *arguments: object) -> None:
        """Calls in the loop, from the thread."""
        try:
            self._loop.call_soon_threadsafe(call, *arguments)
        except RuntimeError:  # the loop is closed: nobody waits for it any more
            self._ended = True

    # In the thread

    def _run(self) -> None:
        try:
            while not self._ended:
                if not self._asked and self._bytes_put - self._bytes_done < _WAKE_BYTES:
                    self._wake.wait(_PAUSE)
                self._wake.clear()
                self._work()
        finally:
            self._store.close()

    def _work(self) -> None:
        """Writes what waits, and does one thing that was asked for."""
        try:
            self._write()
            self._store.expire(time.monotonic())
        except OSError as error:
            self._store.stop(error.strerror or str(error))
        except Exception as error:
            _log.exception("the history on disk failed")
            self._store.stop(f"a fault of the relay's ({type(error).__name__}; its log says more)")
        if self._asked:
            self._asked.popleft()()
        if self._store.problem and not self._told:
            self._told = True
            self._call(self._failed, self._store.problem)

    def _write(self) -> None:
        left = _TURN_BYTES
        while self._batches and left > 0:
            item = self._batches.popleft()
            if not isinstance(item, tuple):
                item()
                continue
            run, batch, missed, now = item
            left -= batch.pinned
            self._bytes_done += batch.pinned
            if not self._store.problem:
                self._store.add(run, batch.view, missed, now)
