"""One driver of a bridge: ``bridge["scope"]``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from cwire.bridge.commands import Commands
from cwire.bridge.driver_face import DriverFace, commands_of
from cwire.bridge.stream import Predicate, Stream
from cwire.data.convert import Arrays
from cwire.data.fields import Record
from cwire.data.frame_array import FrameArray
from cwire.plot.live_plot import LivePlot

if TYPE_CHECKING:
    import pandas

    from cwire.bridge.sync import Bridge
    from cwire.panel.panel import Panel
    from cwire.scope.scope import Scope

__all__ = ["BridgeDriver"]


class BridgeDriver(DriverFace):
    """One driver of a `Bridge`: the same calls, without other drivers' messages."""

    _bridge: Bridge

    @property
    def send(self) -> Commands[Record | None]:
        """Its commands."""
        return commands_of(self._bridge, self.name, self._bridge.command)

    def latest(
        self, message: str, n: int = 1, *, timeout: float | None = None
    ) -> FrameArray | list[Record]:
        """The newest frames; see `Bridge.latest`."""
        return self._bridge.latest(message, n, timeout=timeout, driver=self.name)

    def stream(self, message: str, timeout: float | None = None) -> Stream:
        """Every message from now on; see `Bridge.stream`."""
        return self._bridge.stream(message, timeout, driver=self.name)

    def wait_for(self, message: str, predicate: Predicate, timeout: float | None = None) -> Record:
        """The first message that satisfies a condition; see `Bridge.wait_for`."""
        return self._bridge.wait_for(message, predicate, timeout, driver=self.name)

    def history(
        self, message: str, n: int | None = None, *, seconds: float | None = None
    ) -> FrameArray | list[Record]:
        """What is still here of the past; see `Bridge.history`."""
        return self._bridge.history(message, n, seconds=seconds, driver=self.name)

    def record_to_dataframe(
        self,
        message: str,
        *fields: str,
        seconds: float | None = None,
        frames: int | None = None,
        arrays: Arrays = "columns",
        timeout: float | None = 10.0,
        bar: bool = True,
    ) -> pandas.DataFrame:
        """Records live data as a DataFrame; see `Bridge.record_to_dataframe`."""
        return self._bridge.record_to_dataframe(
            message,
            *fields,
            seconds=seconds,
            frames=frames,
            arrays=arrays,
            timeout=timeout,
            driver=self.name,
            bar=bar,
        )

    def plot(self, message: str, y: str | Sequence[str] | None = None, **how: Any) -> LivePlot:
        """A live figure; see `Bridge.plot`, which says what else there is."""
        return self._bridge.plot(message, y, driver=self.name, **how)

    def scope(self, message: str, y: str | Sequence[str] | None = None, **how: Any) -> Scope:
        """A live picture in the browser; see `Bridge.scope`, which says what else there is."""
        return self._bridge.scope(message, y, driver=self.name, **how)

    def panel(self, commands: str | Iterable[str] | None = None) -> Panel:
        """Forms for its commands; see `Bridge.panel`."""
        return self._bridge.panel(self.name, commands)
