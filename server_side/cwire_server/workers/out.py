"""Objects that functions are given: `out`, `progress`, `cancelled`."""

from __future__ import annotations

import asyncio
import math
import threading

from cwire_server.workers.channel import Channel

__all__ = ["AsyncOut", "Cancelled", "Out", "Progress"]


class Out:
    """Sends results to the caller: ``out.send(value)``, as often as you like."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def send(self, value: object, *, wait: bool = True) -> bool:
        """Sends a result.

        Args:
            value: Numbers, texts, lists, dicts, bytes and numpy arrays.
            wait: For a caller that reads too slowly; False: drop the value then.

        Returns:
            Whether it was sent; always True with `wait`.

        Raises:
            StreamEnded: The caller has cancelled, is gone, or had no more time.
            UnsendableError: The value is too large, or of no type that can be sent.
        """
        channel = self._channel
        if not channel.ready:
            if not wait:
                return False
            ready = threading.Event()
            channel.when_ready(ready.set)
            ready.wait()
        channel.send(value)
        return True


class AsyncOut:
    """Sends results to the caller of an async function: ``await out.send(value)``."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    async def send(self, value: object, *, wait: bool = True) -> bool:
        """Sends a result; see `Out.send`."""
        channel = self._channel
        if not channel.ready:
            if not wait:
                return False
            await self.ready()
        channel.send(value)
        return True

    async def ready(self) -> None:
        """Waits until something may be sent."""
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        self._channel.when_ready(lambda: loop.call_soon_threadsafe(ready.set))
        await ready.wait()


class Progress:
    """Tells the caller how far it is: ``progress(3, 10, "third axis")``."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def __call__(self, done: float, total: float | None = None, text: str = "") -> None:
        """Tells it; what a slow caller does not read is left out.

        Args:
            done: How much is done, in any unit.
            total: How much there is; None: nobody knows.
            text: For people.
        """
        known = None if total is None or not math.isfinite(total) else total
        if math.isfinite(done):
            channel = self._channel
            channel.progress(channel.envelope.progress(done, known, str(text)))


class Cancelled:
    """Whether the stream has ended before its function: by its caller, or by time."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._event = threading.Event()

    def __bool__(self) -> bool:
        return bool(self._channel.code)

    def wait(self, seconds: float | None = None) -> bool:
        """Sleeps for so long, or until it is cancelled; returns whether it is."""
        return self._event.wait(seconds)

    def check(self) -> None:
        """Raises StreamEnded if it is cancelled."""
        self._channel.check()

    def set(self) -> None:
        """Wakes who waits; called by the relay."""
        self._event.set()
