"""What the sync bridge reads: the newest, the next, the past, and all that comes for a while."""

from __future__ import annotations

import threading
from abc import abstractmethod
from time import monotonic
from typing import TYPE_CHECKING

from cwire.bridge.arguments import frame_count
from cwire.bridge.arguments import seconds as wait_seconds
from cwire.bridge.base import BridgeBase
from cwire.bridge.stream import Predicate, Stream
from cwire.data.convert import Arrays
from cwire.data.feed import Feed, Watch
from cwire.data.fields import Record
from cwire.data.frame_array import FrameArray
from cwire.data.recording import Recording
from cwire.kernel.progress import progress

if TYPE_CHECKING:
    import pandas

__all__ = ["BridgeReads"]


class BridgeReads(BridgeBase):
    """The reading half of `Bridge`."""

    @abstractmethod
    def _open_feed(self, message: str, driver: str | None) -> Feed:
        """The feed of a message, which is subscribed to if it was not."""

    def latest(
        self,
        message: str,
        n: int = 1,
        *,
        timeout: float | None = None,
        driver: str | None = None,
    ) -> FrameArray | list[Record]:
        """The newest frames, oldest of them first.

        Args:
            message: The message's name.
            n: How many at most.
            timeout: Seconds to wait until there are `n`; None: take what is here.
            driver: Where several drivers have this message.

        Returns:
            A copy: a structured array with `time`, `seconds` and `sequence` beside the fields.
            Empty if nothing has come. Messages with a flexible array member give a list of
            records if they differ in size.

        Raises:
            UnknownMessage: There is no such message.
            WaitTimeout: `n` did not come in time.
            NotConnected: The bridge is closed; without `timeout`, what came before is still here.
        """
        wait, n = wait_seconds(timeout), frame_count(n)
        feed = self._open_feed(message, driver)
        if timeout is not None:
            deadline = None if wait is None else monotonic() + wait
            while (missing := feed.missing(n)) > 0:
                if not self._more(feed, feed.history.total + missing, deadline):
                    raise self._nothing_came(feed, timeout, f"{n} frames")
                feed = self._feed(message, driver)
        return self._latest(feed, n)

    def stream(
        self, message: str, timeout: float | None = None, *, driver: str | None = None
    ) -> Stream:
        """Every message from now on, in order: ``for block in bridge.stream("scope_block")``.

        Args:
            message: The message's name.
            timeout: Seconds to wait for each; None: for ever.
            driver: Where several drivers have this message.

        Returns:
            An iterator of records. It raises WaitTimeout when nothing comes for `timeout` seconds,
            and NotConnected when the bridge closes; while the relay is gone, it waits. What it
            was too slow for is in its `lost`.
        """
        self._open_feed(message, driver)
        return Stream(self, message, timeout, driver)

    def wait_for(
        self,
        message: str,
        predicate: Predicate,
        timeout: float | None = None,
        *,
        driver: str | None = None,
    ) -> Record:
        """Waits for the first message from now on that satisfies a condition.

        Args:
            message: The message's name.
            predicate: Called with each record: ``lambda status: status.blocks > 100``.
            timeout: Seconds for all of it; None: for ever.
            driver: Where several drivers have this message.

        Returns:
            That record. What came before is in `latest`; so that nothing between a command and
            this call is missed, make the stream before: ``stream = bridge.stream(…)``, then the
            command, then ``stream.wait_for(predicate)``.

        Raises:
            UnknownMessage: There is no such message.
            WaitTimeout: None came in time; the text says what was seen.
            NotConnected: The bridge is closed; while the relay is gone, it waits.
        """
        return self.stream(message, driver=driver).wait_for(predicate, timeout)

    def history(
        self,
        message: str,
        n: int | None = None,
        *,
        seconds: float | None = None,
        driver: str | None = None,
    ) -> FrameArray | list[Record]:
        """What is still here of the past, as numpy; waits for nothing.

        Args:
            message: The message's name.
            n: The last so many frames; all that are here if neither this nor `seconds` is given.
            seconds: The last so many seconds before the newest frame, by the frames' time stamps.
            driver: Where several drivers have this message.

        Returns:
            A copy, as `latest` gives it. How much is kept, `connect(history_bytes=)` says.

        Raises:
            UnknownMessage: There is no such message.
        """
        return self._past(self._open_feed(message, driver), n, seconds)

    def record_to_dataframe(
        self,
        message: str,
        *fields: str,
        seconds: float | None = None,
        frames: int | None = None,
        arrays: Arrays = "columns",
        timeout: float | None = 10.0,
        driver: str | None = None,
        bar: bool = True,
    ) -> pandas.DataFrame:
        """Records live data from now on and returns it as a pandas DataFrame.

        Shows a progress bar if it takes longer than a second and tqdm is installed. While the
        relay is gone it waits; see `health` for what was lost.

        Args:
            message: The message's name.
            *fields: The fields to take, all by default.
            seconds: How long.
            frames: How many at most. At least one of the two is needed.
            arrays: What becomes of array fields: ``columns``, ``long`` or ``cells``; see
                `FrameArray.to_pandas`.
            timeout: Without `seconds`: seconds without any frame after which it gives up; what
                came is still in `history`.
            driver: Where several drivers have this message.
            bar: Whether to show progress at all.

        Returns:
            One row per frame, indexed by time (UTC). Units are in ``attrs["units"]``, the number of
            frames that came too fast to be recorded in ``attrs["lost"]``.

        Raises:
            UnknownMessage: There is no such message.
            UnknownField: It has no such field.
            WaitTimeout: No frame came in time.
            NotConnected: The bridge is closed.
            CwireError: pandas is not installed.
        """
        feed = self._open_feed(message, driver)
        recording = Recording(
            feed, seconds, frames, timeout, monotonic(), fields=fields, arrays=arrays
        )
        with progress(f"recording {message}", *recording.extent, shown=bar) as show:
            while not recording.done:
                self._more(feed, recording.due, monotonic() + recording.pause)
                recording.take(monotonic())
                show(*recording.reached)
        if recording.starved:
            raise self._nothing_came(feed, timeout or 0.0, "message")
        return recording.table()

    def _more(self, feed: Feed, position: int, deadline: float | None) -> bool:
        """Waits until the feed reaches a position or is replaced; False when time is up."""
        woken = threading.Event()
        watch = Watch(position, woken.set)
        feed.watch(watch)
        try:
            while not (feed.history.total >= position or feed.replaced):
                self._check_open()
                if not woken.wait(None if deadline is None else max(0.0, deadline - monotonic())):
                    return False
                woken.clear()
            return True
        finally:
            feed.unwatch(watch)
