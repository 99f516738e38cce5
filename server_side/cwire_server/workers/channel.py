"""The line from one function to its stream: what it sends, and whether it may send more.

The function is in a thread of its own, the dispatcher in the relay's event loop. A channel encodes
values in the function's thread, so that the loop is not kept waiting by large ones.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from cwire_server.actions.dispatcher import Verdict
from cwire_server.actions.texts import Envelope, Unit
from cwire_server.workers.led_loop import LedLoop
from cwire_structs.action_values import Encoded, encode

__all__ = ["Channel", "Inbox", "StreamEnded"]

# What a channel may have told the loop that has not been decided yet.
_UNDECIDED_BYTES = 256 << 10
_UNDECIDED = 64


class StreamEnded(Exception):  # noqa: N818 - it says what happened, as in `cwire.errors`
    """The stream has ended, so that nothing can be sent: the function is to return.

    Attributes:
        code: Of the stream's end, as PROTOCOL.md lists them; ``ended`` after the function's own.
    """

    def __init__(self, code: str) -> None:
        super().__init__(f"the stream has ended ({code}): return, nothing more is sent")
        self.code = code


class Inbox:
    """Takes messages from any thread into one event loop, many of them with one wake-up.

    The loop waits for an eventfd: asyncio's own way between threads takes longer.

    Args:
        loop: Where `take` is called.
        take: Takes one message. It must not raise.
        taken: Called when all that were there have been taken.

    Attributes:
        draining: Whether `taken` is still to be called.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        take: Callable[[Any], object],
        taken: Callable[[], object],
    ) -> None:
        self.draining = False
        self._loop = loop
        self._take = take
        self._taken = taken
        self._messages: deque[Any] = deque()
        self._awake = False
        self._led = loop if isinstance(loop, LedLoop) else None
        if self._led is not None:
            self._led.on_return = self._take_some
        self._lock = threading.Lock()
        self._fd = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        loop.add_reader(self._fd, self._drain)

    def post(self, message: object) -> None:
        """Adds a message; of no effect once it is closed."""
        self._messages.append(message)
        if not self._awake and not (self._led is not None and self._led.goes_on):
            self._wake()

    def close(self) -> None:
        """Takes nothing more."""
        with self._lock:
            if self._fd >= 0:
                self._loop.remove_reader(self._fd)
                os.close(self._fd)
                self._fd = -1

    def _wake(self) -> None:
        with self._lock:
            if self._fd >= 0:
                self._awake = True
                os.eventfd_write(self._fd, 1)

    def _drain(self) -> None:
        os.eventfd_read(self._fd)
        # First: who posts from now on wakes it again.
        self._awake = False
        self._take_some()

    def _take_some(self) -> None:
        if self._fd < 0:
            return
        self.draining = True
        for _ in range(min(len(self._messages), _UNDECIDED)):
            self._take(self._messages.popleft())
        self.draining = False
        self._taken()
        if self._messages and not self._awake:  # others have their turn
            self._wake()


class Channel:
    """Sends a function's results, and holds it back while its client does not read.

    Args:
        token: The stream's.
        envelope: Makes its messages.
        inbox: Takes ``(channel, unit)`` and ``(channel, text)`` to the loop.
        allowed: How many results may be sent until `allow` says more; None: any.
    """

    def __init__(
        self, token: int, envelope: Envelope, inbox: Inbox, allowed: int | None = None
    ) -> None:
        self.token = token
        self._sent = 0
        self._allowed = allowed
        self.envelope = envelope
        self._inbox = inbox
        self._lock = threading.Lock()
        self._undecided = 0
        self._undecided_bytes = 0
        self._held = False
        self._code = ""
        self._waiting: list[Callable[[], object]] = []

    @property
    def code(self) -> str:
        """Why the stream has ended; empty: it has not."""
        return self._code

    @property
    def ready(self) -> bool:
        """Whether something may be sent now, or the stream has ended."""
        full = self._undecided_bytes > _UNDECIDED_BYTES or self._undecided >= _UNDECIDED
        full = full or (self._allowed is not None and self._sent >= self._allowed)
        return bool(self._code) or not (self._held or full)

    def when_ready(self, call: Callable[[], object]) -> None:
        """Has a function called once it is `ready`: now, or in the loop."""
        with self._lock:
            if not self.ready:
                self._waiting.append(call)
                return
        call()

    def check(self) -> None:
        """Raises StreamEnded if the stream has ended."""
        if self._code:
            raise StreamEnded(self._code)

    def send(self, value: object) -> None:
        """Sends a value, whether it is ready or not.

        Raises:
            StreamEnded: The stream has ended.
            UnsendableError: The value is too large, or of no type that can be sent.
        """
        self.check()
        self.send_encoded(encode(value))

    def send_encoded(self, value: Encoded) -> None:
        """The same for a value that is encoded already."""
        unit = self.envelope.result(value)
        with self._lock:
            self._sent += 1
            self._undecided += 1
            self._undecided_bytes += unit.size
        self._inbox.post((self, unit))

    def progress(self, text: str) -> None:
        """Sends a text that may be left out."""
        if text and not self._code:
            self._inbox.post((self, text))

    # Called in the loop

    def decided(self, unit: Unit, verdict: Verdict) -> None:
        """Notes what became of a result."""
        with self._lock:
            self._undecided -= 1
            self._undecided_bytes -= unit.size
            if verdict is Verdict.WAIT:
                self._held = True
        self._tell()

    def room(self) -> None:
        """Notes that the client reads again."""
        with self._lock:
            self._held = False
        self._tell()

    def allow(self, results: int | None) -> None:
        """Notes how many results may be sent in all."""
        with self._lock:
            self._allowed = results
        self._tell()

    def end(self, code: str) -> None:
        """Notes that the stream has ended."""
        with self._lock:
            self._code = self._code or code
        self._tell()

    def _tell(self) -> None:
        with self._lock:
            if not self.ready or not self._waiting:
                return
            waiting, self._waiting = self._waiting, []
        for call in waiting:
            call()
