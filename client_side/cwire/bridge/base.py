"""What the sync and the async bridge share: names, reads that do not wait, and how they look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Any

from cwire import errors
from cwire.bridge.arguments import FOR_EVER, frame_count, seconds
from cwire.bridge.health import Health, health
from cwire.data.feed import Feed
from cwire.data.fields import Record
from cwire.data.frame_array import FrameArray
from cwire.data.past import newest, newest_seconds
from cwire.link.link import Link
from cwire.session.drivers import Driver, down_text, unknown_text, usable_schema
from cwire.session.options import Options
from cwire.view.text import SchemaView, bridge_html, bridge_text
from cwire_structs.schema import Message

if TYPE_CHECKING:
    from cwire.panel.panel import Panel
    from cwire.plot.live_plot import LivePlot
    from cwire.scope.scope import Scope

__all__ = ["BridgeBase"]


class BridgeBase:
    """A connection to a relay; see `Bridge` and `AsyncBridge`."""

    _link: Link

    @property
    def address(self) -> str:
        """Where the relay is."""
        return str(self._link.address)

    @property
    def connected(self) -> bool:
        """Whether data can come now; while the relay is gone, the bridge looks for it."""
        return self._link.connected

    @property
    def drivers(self) -> Mapping[str, Driver]:
        """What the relay says of each driver, by name, as of now; its own statistics are one."""
        return self._link.session.drivers

    @property
    def schema(self) -> SchemaView:
        """The messages of the one driver; with several, use ``bridge["driver"].schema``.

        Raises:
            Ambiguous: There are several drivers.
            DriverDown: The driver was never up, so its messages are not known.
        """
        return SchemaView(usable_schema(self._driver(None)))

    @property
    def health(self) -> Health:
        """Received and lost frames of every message, with rates: a table."""
        return health(self._link.session, monotonic())

    def __repr__(self) -> str:
        return bridge_text(self)

    def _repr_html_(self) -> str:
        return bridge_html(self)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.drivers)

    def plot(
        self,
        message: str,
        y: str | Sequence[str] | None = None,
        *,
        x: str | None = None,
        by: str | None = None,
        kind: str | None = None,
        update: Callable[..., Any] | None = None,
        subplots: bool = False,
        cmap: str | None = None,
        vmin: float | None = None,
        vmax: float | None = None,
        figsize: tuple[float, float] | None = None,
        window: float = 10.0,
        fps: float = 30.0,
        driver: str | None = None,
    ) -> LivePlot:
        """Makes a live matplotlib figure of a message's fields.

        It shows itself, and goes on by itself while the kernel is idle; see `LivePlot` for `run`,
        `update` and `stop`. It is drawn in the thread that makes it only.

            bridge.plot("scope_block", "samples")
            bridge.plot("driver_status", ["cpu_load", "temperature"], subplots=True)
            bridge.plot("camera_tile", cmap="gray", vmin=0, vmax=60000)
            bridge.plot("scope_block", update=lambda axes, frames: ...)

        Args:
            message: The message to draw.
            y: The field, or several scalar or several array fields. An array is drawn as a line
                per frame, a two-dimensional one (or one with ``width`` and ``height`` beside it) as
                an image, scalars against time. Default: the first array of numbers (both of them,
                if it is decimated), else all numbers.
            x: For an array: a field with the step from one sample to the next, or an array field
                of the same length. Default: the field ``dt`` if there is one, else the index.
            by: An integer field: one line for each of its values. Default: ``channel`` if the
                message has it.
            kind: ``line``, ``bar`` or ``image``, where what the fields suggest is not wanted.
            update: Draws instead: it is called with the axes and the frames that came since its
                last call (an array of frames as `latest` gives it), in the thread that made the
                plot. If it returns artists, only these are drawn anew, which is faster. When it
                raises, the plot stops and says so.
            subplots: Axes of its own for each field.
            cmap: Of an image: matplotlib's name of a colormap.
            vmin: Of an image: the value at the colormap's lower end. Default: the smallest.
            vmax: Of an image: the value at its upper end. Default: the largest.
            figsize: Width and height in inches.
            window: Seconds of scalars to show.
            fps: Pictures per second at most.
            driver: Where several drivers have this message.

        Raises:
            UnknownMessage: There is no such message.
            UnknownField: It has no such field, or it cannot be drawn.
            ValueError: There is no such kind.
            NotConnected: The bridge was closed.
        """
        from cwire.plot.live_plot import LivePlot, Look

        self._check_open()
        feed = self._plotted(message, driver)
        look = Look(y, x, by, kind, update, subplots, cmap, vmin, vmax, figsize, window)
        return LivePlot(self, feed, look, fps)

    def scope(
        self,
        message: str,
        y: str | Sequence[str] | None = None,
        *,
        x: str | None = None,
        by: str | None = None,
        window: float | None = None,
        decimate: int | None = None,
        height: int = 320,
        fps: float = 60.0,
        driver: str | None = None,
    ) -> Scope:
        """Makes a live picture that the browser draws by itself, also while the kernel is busy.

        The page gets the frames from the relay, not from the kernel: at 60 pictures per second,
        whatever the kernel does. It can be paused and zoomed, has a trigger, and shows the values
        at the cursor. Its last picture stays in the notebook file.

            bridge.scope("scope_block")                # the newest block of each channel
            bridge.scope("scope_block", window=2)      # two seconds that roll by
            bridge.scope("driver_status", ["cpu_load", "temperature"], window=60)

        Args:
            message: The message to draw.
            y: The field, or several scalar or several array fields. Default: as in `plot`.
            x: For an array: a field with the step from one sample to the next, or an array field
                of the same length. Default: the field ``dt`` if there is one, else the index.
            by: An integer field: one line for each of its values. Default: ``channel`` if the
                message has it.
            window: Seconds that are seen. Arrays are joined then: by the field ``first_sample`` (it
                counts samples) if there is one, else by the time of their frames. Default: the
                newest array of each line; 10 s of scalars.
            decimate: Lets the relay send the minimum and the maximum of every so many samples only,
                for slow lines to the browser.
            height: Of the picture, in pixels.
            fps: Pictures per second at most.
            driver: Where several drivers have this message.

        Raises:
            UnknownMessage: There is no such message.
            UnknownField: It has no such field, or a scope cannot draw it.
            NotConnected: The bridge was closed.
            CwireError: This is not a notebook, or something is not installed.
        """
        try:
            from cwire.scope.scope import open_scope
        except ImportError:
            raise errors.CwireError(
                "a scope needs anywidget: pip install 'cwire[notebook]'"
            ) from None
        self._check_open()
        choice = (y, x, by, window, decimate)
        return open_scope(self, message, driver, choice, height=height, fps=fps)

    def panel(
        self, driver: str | None = None, commands: str | Iterable[str] | None = None
    ) -> Panel:
        """Makes forms for commands, from the header: sliders, drop-downs, buttons, replies.

        Args:
            driver: The driver whose commands these are. Default: all.
            commands: Their names, in the order to show. Default: all that the header has.

        Raises:
            UnknownDriver: The relay has no such driver.
            UnknownCommand: No driver has such a command.
            DriverDown: The driver was never up, so its commands are not known.
            NotConnected: The bridge was closed.
        """
        try:
            from cwire.panel.panel import open_panel
        except ImportError:
            raise errors.CwireError(
                "a panel needs ipywidgets: pip install 'cwire[notebook]'"
            ) from None
        self._check_open()
        return open_panel(self, driver, commands)

    # For the faces and for LivePlot ---------------------------------------------------------------

    def _check(self) -> None:
        """Something is to be sent: that needs a connection now."""
        if self._link.unconnected:
            raise errors.NotConnected(self._link.unconnected)

    def _check_open(self) -> None:
        """Something is waited for: that may come over the next connection, too."""
        if self._link.closed is not None:
            raise errors.NotConnected(self._link.closed)

    def _driver(self, name: str | None) -> Driver:
        drivers = self._link.session.drivers
        if name is not None:
            if name not in drivers:
                raise errors.UnknownDriver(unknown_text("driver", name, "the relay", drivers))
            return drivers[name]
        drivers = self._served()
        if len(drivers) == 1:
            return next(iter(drivers.values()))
        if not drivers:
            raise errors.UnknownDriver(
                "the relay serves no driver: start it with --driver NAME=PATH"
            )
        raise errors.Ambiguous(
            f"there are several drivers ({', '.join(drivers)}): use bridge[{next(iter(drivers))!r}]"
        )

    def _served(self) -> dict[str, Driver]:
        """The drivers that are meant where none is named: not the relay itself."""
        return {name: one for name, one in self.drivers.items() if not one.is_relay}

    def _owner(self, what: str, name: str, driver: str | None) -> tuple[Driver, Message]:
        """The driver that has this ``message`` or ``command``, and its description."""
        served = self._served()
        if driver is not None or len(served) == 1:
            owner = self._driver(driver)
            known = _named(owner, what)
            if name not in known:
                usable_schema(owner)
                raise _unknown(what, name, f"driver {owner.name!r}", known)
            return owner, known[name]
        owners = [one for one in served.values() if name in _named(one, what)]
        if len(owners) == 1:
            return owners[0], _named(owners[0], what)[name]
        if owners:
            names = ", ".join(one.name for one in owners)
            raise errors.Ambiguous(
                f"several drivers have the {what} {name!r} ({names}): "
                f"use bridge[{owners[0].name!r}]"
            )
        self._driver(next(iter(served), None))
        every = [known for one in served.values() for known in _named(one, what)]
        raise _unknown(what, name, "no driver that the relay knows" if not every else "", every)

    def _plotted(self, message: str, driver: str | None) -> Feed:
        """The feed that a plot follows."""
        return self._feed(message, driver)

    def _feed(self, message: str, driver: str | None) -> Feed:
        owner, described = self._owner("message", message, driver)
        return self._link.session.feed(owner, described)

    def _subscription(self, feed: Feed) -> tuple[str, Options]:
        """What to ask the relay for, to have a feed filled."""
        made = self.drivers[feed.driver].derived.get(feed.message.name)
        return (
            (made.of, Options(decimate=made.decimate)) if made else (feed.message.name, Options())
        )

    def _samples(self, feed: Feed) -> dict[str, int]:
        """Of a derived message: how many samples stand behind one value of a field."""
        driver = self.drivers[feed.driver]
        made = driver.derived.get(feed.message.name)
        original = driver.published.get(made.of) if made else None
        return made.samples(original) if made and original else {}

    def _commands(self, driver: str | None) -> dict[str, Message]:
        """The commands that are known, of one driver or of all."""
        chosen = self.drivers.values() if driver is None else [self._driver(driver)]
        return {name: m for one in chosen for name, m in _named(one, "command").items()}

    def _latest(self, feed: Feed, count: int) -> FrameArray | list[Record]:
        if frame_count(count) < 0:
            raise ValueError(f"latest takes a number of frames, not {count}")
        return feed.history.latest(count)

    def _nothing_came(self, feed: Feed, timeout: float, wanted: str) -> errors.WaitTimeout:
        driver = self.drivers.get(feed.driver)
        why = ""
        if self._link.unconnected:
            why = f"; {self._link.unconnected}"
        elif driver is not None:
            why = f"; {down_text(driver)}"
            if driver.state == "up":
                why += " but does not publish it now"
        return errors.WaitTimeout(f"no {wanted} of {feed.message.name} in {timeout:g} s{why}")

    def _not_satisfied(
        self, feed: Feed, timeout: float, seen: int, last: Record | None
    ) -> errors.WaitTimeout:
        if last is None:
            return self._nothing_came(feed, timeout, "message")
        return errors.WaitTimeout(
            f"none of {seen:,} {feed.message.name} in {timeout:g} s was the one that "
            f"is waited for; the last one: {last!r}"
        )

    def _past(self, feed: Feed, n: int | None, seconds_: float | None) -> FrameArray | list[Record]:
        if n is not None and seconds_ is not None:
            raise ValueError("history takes a number of frames or seconds, not both")
        if seconds_ is not None:
            span = seconds(seconds_)
            return newest_seconds(feed.history, FOR_EVER if span is None else span)
        if n is not None and frame_count(n, "history") < 0:
            raise ValueError(f"history takes a number of frames, not {n}")
        return newest(feed.history, n)


def _named(driver: Driver, what: str) -> Mapping[str, Message]:
    if what != "command":
        return driver.published
    return {} if driver.schema is None else driver.schema.commands


def _unknown(
    what: str, name: str, where: str, known: Mapping[str, Message] | list[str]
) -> errors.UnknownMessage:
    text = unknown_text(what, name, where or "no driver", known)
    of, by, factor = name.rpartition("_by_")
    if by and of in known and factor.isdecimal():
        text = f"{name} is made on demand: bridge.subscribe({of!r}, decimate={factor})"
    return errors.UnknownCommand(text) if what == "command" else errors.UnknownMessage(text)
