"""An alarm: calls a function when a condition over messages becomes true, and when it ends."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable

from cwire.data.arguments import function
from cwire.link.link import Link
from cwire.session.watched import Watched

__all__ = ["Alarm"]

_PAUSE = 0.02  # s between looks at what has come


class Alarm(Watched):
    """A condition that is watched. Made by `Bridge.alarm`; any thread may read it.

    It ends by `stop`, at the end of a ``with`` block, and with the bridge.

    Args:
        link: Where the messages come from.
        expression: The condition.
        callback: Called in a thread of the alarm's own, with the alarm, whenever `on` changes.

    Attributes:
        on: Whether it is true; None: not all of its messages have come yet, or it does not fit.
        since: The time of the frame with which that began: datetime64, UTC; None: there is none.
        count: How often it has become true.
        values: The values of the fields when it became true last, by their paths.
        problem: Why it does not fit the messages any more; empty: it does.
        lost: Frames that came too fast to be looked at.
    """

    def __init__(
        self, link: Link, expression: str, callback: Callable[[Alarm], object] | None
    ) -> None:
        if callback is not None:
            function(callback, "callback is a function of the alarm, such as print")
        super().__init__(link.lookup, expression)
        self._callback = callback
        self._ending = threading.Event()
        self._link = link
        self._thread = threading.Thread(target=self._run, name="cwire alarm", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends it; another time it does nothing. The callback is not called any more then."""
        self._ending.set()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self._thread.is_alive() and not self._ending.is_set()

    def __enter__(self) -> Alarm:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        state = "not known yet" if self.on is None else "on" if self.on else "off"
        since = f" since {self.since}Z" if self.since is not None else ""
        text = f"{self.expression}: {self.problem or state + since}, {self.count} times so far"
        return f"<alarm {text}>" if self.running else f"<alarm that has ended: {text}>"

    def _run(self) -> None:
        while not self._ending.wait(_PAUSE) and self._link.closed is None:
            for _ in self.look():
                try:
                    if self._callback is not None:
                        self._callback(self)
                except Exception:
                    # It must not end the alarm.
                    traceback.print_exc()
                if self._ending.is_set():
                    break
        self._ending.set()
