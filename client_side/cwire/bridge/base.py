"""Defines what the blocking and the asyncio client share: widgets, names, how they look."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from os import PathLike
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, overload

from cwire import errors
from cwire.actions.description import Description
from cwire.bridge.commands import Commands, Offered
from cwire.bridge.health import Health, health
from cwire.bridge.repr import bridge_html, bridge_text, driver_html
from cwire.data.arguments import names_of
from cwire.data.feed import Feed
from cwire.kernel.own_loop import OwnLoop
from cwire.link.link import Link, now
from cwire.session.changes import getter_of
from cwire.session.drivers import Driver, driver_text, usable_schema
from cwire.session.options import Options
from cwire.view.schema import SchemaView
from cwire_structs.frames import RELAY_NAME
from cwire_structs.schema import Message

if TYPE_CHECKING:
    from cwire.panel.action_panel import ActionPanel, Watcher
    from cwire.panel.both import CombinedPanel
    from cwire.panel.form import Done
    from cwire.panel.panel import Panel
    from cwire.plot.live_plot import LivePlot
    from cwire.recording.options import RecordOptions
    from cwire.recording.recorder import Recorder
    from cwire.recording.trigger import When
    from cwire.scope.scope import Scope

__all__ = ["BridgeBase", "DriverBase", "link_of"]

_T = TypeVar("_T")


class BridgeBase(ABC):
    """A connection to a relay; see `Bridge` and `AsyncBridge`."""

    _link: Link
    _descriptions: Mapping[str, Description] = MappingProxyType({})
    _described_for: int | None = None

    @property
    def address(self) -> str:
        """The relay's URL, or the path of its Unix socket; ``unix://PATH`` of a driver."""
        return str(self._link.address)

    @property
    def connected(self) -> bool:
        """Whether data can come now; while the relay is gone, the bridge looks for it."""
        return self._link.connected

    @property
    def drivers(self) -> Mapping[str, Driver]:
        """The drivers as the relay describes them now, by name; the relay itself is one."""
        return self._link.session.drivers

    @property
    def schema(self) -> SchemaView:
        """The messages of the one driver; with several, use ``bridge["driver"].schema``.

        Raises:
            Ambiguous: There are several drivers.
            DriverDown: The driver was never up, so its messages are not known.
        """
        return SchemaView(usable_schema(self._link.lookup.driver(None)))

    @property
    def health(self) -> Health:
        """Received and lost frames of every message, with rates: a table."""
        return health(self._link.session, now())

    def __reduce__(self) -> NoReturn:
        raise errors.live_connection()

    def __repr__(self) -> str:
        return bridge_text(self._title, self.drivers, self.health)

    def _repr_html_(self) -> str:
        return bridge_html(self._title, self.drivers, self.health)

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
                if it is decimated), else the numbers of one unit, without counters and time stamps,
                and the enums and bools; with `subplots`, all numbers. Each unit has an axis: two at
                a pane, left and right; an enum or a bool is a band below, with its names.
                ``acquisition.level``, ``axis[0].speed`` and ``volts[3]`` lead inside; each element
                is a line of its own with ``volts[:]``, with ``axis.speed`` of an array of structs,
                and where the header has ``@channels``, which names the lines. Elements without
                names have shades of one colour. Of more than 32 lines the first are drawn, and the
                picture says so.
            x: For an array: a field with the step from one sample to the next, or an array field
                of the same length. Default: the field ``dt`` if there is one, else the index.
            by: An integer field: one line for each of its values. Default: ``channel`` if the
                message has it. ``index``: one line for each element of the arrays.
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
            InvalidArgument: There is no such kind, or a number cannot be.
            NotConnected: The bridge was closed.
        """
        from cwire.plot.live_plot import LivePlot, PlotOptions

        self._check_open()
        options = PlotOptions(
            y=y,
            x=x,
            by=by,
            kind=kind,
            update=update,
            subplots=subplots,
            cmap=cmap,
            vmin=vmin,
            vmax=vmax,
            figsize=figsize,
            window=window,
        )
        return self._kept_by(LivePlot(self._link, self._plotted(message, driver), options, fps))

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
        whatever the kernel does. (Of a driver that is read without a relay, from the kernel.)
        It can be paused and zoomed, has a trigger, and shows the values at the cursor. Its last
        picture stays in the notebook file.

            bridge.scope("scope_block")                # the newest block of each channel
            bridge.scope("scope_block", window=2)      # two seconds that roll by
            bridge.scope("driver_status", ["cpu_load", "temperature"], window=60)

        Args:
            message: The message to draw.
            y: The field, or several scalar or several array fields, as in `plot`: a scan of 8 volts
                each millisecond is 8 lines with ``volts[:]``. Default: as in `plot`.
            x: For an array: a field with the step from one sample to the next, or an array field
                of the same length. Default: the field ``dt`` if there is one, else the index.
            by: An integer field: one line for each of its values. Default: ``channel`` if the
                message has it. ``index``: one line for each element of the arrays.
            window: Seconds that are seen. Arrays are joined then: by the field ``first_sample`` (it
                counts samples) if there is one, else by the time of their frames. Default: the
                newest array of each line; 10 s of scalars.
            decimate: Lets the relay send only the minimum and the maximum of each group of this
                many samples, for slow lines to the browser.
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
            from cwire.scope.recipe import ScopeOptions, find_recipe
            from cwire.scope.scope import Scope
        except ImportError:
            raise errors.CwireError(
                "a scope needs anywidget: pip install 'cwire[notebook]'"
            ) from None
        self._check_open()
        options = ScopeOptions(y=y, x=x, by=by, window=window, decimate=decimate)
        recipe = find_recipe(self._link.lookup, message, driver, options)
        return self._kept_by(Scope(self._link, recipe, height=height, fps=fps))

    @overload
    def panel(
        self,
        driver: str | Iterable[str] | None = None,
        commands: str | Iterable[str] | None = None,
    ) -> Panel: ...

    @overload
    def panel(self, *, actions: str | Iterable[str]) -> ActionPanel: ...

    @overload
    def panel(
        self,
        driver: str | Iterable[str] | None = None,
        commands: str | Iterable[str] | None = None,
        *,
        actions: str | Iterable[str],
    ) -> CombinedPanel: ...

    def panel(
        self,
        driver: str | Iterable[str] | None = None,
        commands: str | Iterable[str] | None = None,
        *,
        actions: str | Iterable[str] | None = None,
    ) -> Panel | ActionPanel | CombinedPanel:
        """Makes forms for commands, from the header: sliders, drop-downs, buttons, replies.

        Args:
            driver: The driver whose commands these are. Default: all. Commands can be the only
                argument, too.
            commands: Their names, in the order to show. Default: all that the header has.
            actions: Names of the relay's actions: forms for these, below those for the commands
                that are named. Default: none.

        Raises:
            UnknownAction: The relay has no such action.
            UnknownDriver: The relay has no such driver.
            UnknownCommand: No driver has such a command.
            DriverDown: The driver was never up, so its commands are not known.
            NotConnected: The bridge was closed.
        """
        try:
            from cwire.panel.action_panel import ActionPanel
            from cwire.panel.both import CombinedPanel
            from cwire.panel.panel import Panel, choose
        except ImportError:
            raise errors.CwireError(
                "a panel needs ipywidgets: pip install 'cwire[notebook]'"
            ) from None
        self._check_open()
        if actions is not None:
            named = names_of(actions, "actions")
            carry_out = OwnLoop(self._link.loop).call
            made = ActionPanel(named, self._start_action, self._when_described, carry_out)
            below = self._kept_by(made)
            if driver is None and commands is None:
                return below
            try:
                above = self.panel(driver, commands)
            except BaseException:
                below.close()
                raise
            return CombinedPanel(above, below)
        if not isinstance(driver, str) and driver is not None:
            driver, commands = None, commands or driver
        elif (
            commands is None
            and driver not in self.drivers
            and driver in self._link.lookup.commands()
        ):  # as of one driver: a command by itself
            driver, commands = None, driver
        wanted = None if commands is None else names_of(commands, "commands")
        chosen = choose(self._link.lookup, driver, wanted)
        return self._kept_by(
            Panel(self._link, self._send_in_background, self._record_in_background, *chosen)
        )

    def _to_record(
        self, messages: tuple[str | Iterable[str], ...], driver: str | None
    ) -> tuple[bool, list[tuple[str, str | None]]]:
        """Whether it is all messages, and those that have to be asked for: name and driver."""
        names = self._names(messages)
        if names is not None:
            return False, [(name, driver) for name in names]
        lookup = self._link.lookup
        known = [lookup.driver(driver)] if driver is not None else lookup.served().values()
        return True, [(name, one.name) for one in known for name in one.published]

    def _needed(self, expression: str | None) -> list[tuple[str, str]]:
        """The messages that a condition needs: name and driver."""
        sources = [] if expression is None else self._link.lookup.condition(expression).sources
        return [(one.message.name, one.driver) for one in sources]

    def _commands_told(self) -> list[tuple[str, str]]:
        """What the relay tells of the commands of all clients: name and driver."""
        from cwire.recording.names import ANSWER, COMMAND

        relay = self._link.session.drivers.get(RELAY_NAME)
        told = {} if relay is None else relay.published
        return [(name, RELAY_NAME) for name in (COMMAND, ANSWER) if name in told]

    def _recorder(
        self,
        path: str | PathLike[str],
        feeds: Sequence[Feed] | None,
        driver: str | None,
        how: RecordOptions,
        when: When | None,
    ) -> Recorder:
        """Begins to record: these feeds, or all of one driver, or of all drivers."""
        from cwire.recording.file import path_of
        from cwire.recording.names import ANSWER, COMMAND
        from cwire.recording.recorder import Plan, Recorder

        chosen = None if feeds is None else {(one.driver, one.message.name) for one in feeds}

        def wanted(one: Driver, message: Message) -> bool:
            if one.is_relay and message.name in (COMMAND, ANSWER):
                return True
            if chosen is not None:
                return (one.name, message.name) in chosen
            return not one.is_relay if driver is None else one.name == driver

        session = self._link.session
        condition = self._link.lookup.condition
        plan = Plan(path_of(path), wanted, how, self.address, when, condition)
        return Recorder(plan, lambda: session.drivers, session.feed)

    @staticmethod
    def _names(messages: tuple[str | Iterable[str], ...]) -> tuple[str, ...] | None:
        """The messages that the caller names, also in lists; None: there are none."""
        names = names_of(messages, "messages")
        if messages and not names:
            raise errors.InvalidArgument("an empty list names no message; None at all: all of them")
        return names or None

    def _descriptions_are_stale(self) -> bool:
        """Whether the actions' descriptions are of another session, or of none."""
        client = self._link.session.calls.client
        return self._described_for is None or self._described_for != client

    # For the faces ------------------------------------------------------------------------------

    @property
    def _title(self) -> str:
        if why := self._link.unconnected:
            return f"cwire: not connected: {why}"
        here = "" if self._link.address.driver is None else ", without a relay, in this process"
        return f"cwire: connected to {self.address}{here}"

    def _check_connected(self) -> None:
        """Raises NotConnected while there is no connection: nothing can be sent now."""
        if self._link.unconnected:
            raise errors.NotConnected(self._link.unconnected)

    def _check_open(self) -> None:
        """Raises NotConnected if there will be no connection any more: nothing will come."""
        if self._link.closed is not None:
            raise errors.NotConnected(self._link.closed)

    def _kept_by(self, widget: _T) -> _T:
        """Keeps this bridge alive as long as one of its widgets; returns that.

        A bridge that nothing refers to closes its connection, and a widget knows only the link.
        """
        # In the widget, not in a table beside it: the link refers to widgets, so that an entry
        # with the bridge would keep its own key.
        widget.__dict__["_bridge"] = self
        return widget

    @abstractmethod
    def _plotted(self, message: str, driver: str | None) -> Feed:
        """The feed that a plot follows."""

    @abstractmethod
    def _send_in_background(
        self, driver: str, name: str, fields: Mapping[str, Any], done: Done
    ) -> None:
        """Sends a command without keeping the caller waiting; calls `done` with the outcome."""

    @abstractmethod
    def _record_in_background(self, done: Callable[[Recorder | Exception], object]) -> None:
        """Begins to record everything, into a new file; calls `done` with the outcome."""

    @abstractmethod
    def _when_described(self, call: Callable[[Mapping[str, Description]], object]) -> None:
        """Calls with the relay's actions: now, or when the relay has described them."""

    @abstractmethod
    def _start_action(
        self, name: str, data: Mapping[str, Any], watcher: Watcher
    ) -> Callable[[], object]:
        """Calls an action without keeping the caller waiting; gives what cancels it."""

    def _commands_of(
        self, driver: str | None, call: Callable[[str | None, str, Mapping[str, object]], _T]
    ) -> Commands[_T]:
        """The commands of a driver, or of all; `call` sends one, by driver, name and fields."""
        lookup = self._link.lookup
        return Commands(
            lambda: {name: (one, None) for name, one in lookup.commands(driver).items()},
            lambda name: (lookup.command(name, driver)[1], None),
            lambda name, fields: call(driver, name, fields),
        )

    def _changes_of(
        self, driver: str | None, call: Callable[[str | None, str, Mapping[str, object]], _T]
    ) -> Commands[_T]:
        """The same, of which `call` keeps what is not given; there are those that have a getter."""
        lookup = self._link.lookup

        def find(name: str) -> Offered:
            owner, message = lookup.command(name, driver)
            return message, getter_of(owner, message)

        return Commands(
            lambda: lookup.changes(driver), find, lambda name, fields: call(driver, name, fields)
        )

    def _unasked(self, feed: Feed) -> tuple[str, Options] | None:
        """The subscription that a feed lacks; None if it has one, or the link is closed."""
        link = self._link
        if link.closed is not None or link.session.wants(feed.driver, feed.message.name):
            return None
        return link.lookup.source_of(feed)


class DriverBase:
    """One driver of a bridge: the bridge's calls, without other drivers' messages."""

    def __init__(self, bridge: BridgeBase, name: str) -> None:
        self._bridge = bridge
        self.name = name

    @property
    def driver(self) -> Driver:
        """The driver as the relay describes it now."""
        return self._bridge._link.lookup.driver(self.name)

    @property
    def state(self) -> str:
        """``up``, ``down`` or ``stale``; ``unknown`` when the relay is gone."""
        return self.driver.state

    @property
    def schema(self) -> SchemaView:
        """Its messages."""
        return SchemaView(usable_schema(self.driver))

    def plot(self, message: str, y: str | Sequence[str] | None = None, **how: Any) -> LivePlot:
        """A live figure; see `Bridge.plot`, which says what else there is."""
        return self._bridge.plot(message, y, driver=self.name, **how)

    def scope(self, message: str, y: str | Sequence[str] | None = None, **how: Any) -> Scope:
        """A live picture in the browser; see `Bridge.scope`, which says what else there is."""
        return self._bridge.scope(message, y, driver=self.name, **how)

    def panel(self, commands: str | Iterable[str] | None = None) -> Panel:
        """Forms for its commands; see `Bridge.panel`."""
        return self._bridge.panel(self.name, commands)

    def __repr__(self) -> str:
        return driver_text(self.driver)

    def _repr_html_(self) -> str:
        return driver_html(self.driver, self._bridge.health)


def link_of(face: BridgeBase | DriverBase) -> Link:
    """The link behind a bridge, or behind one driver of it."""
    bridge = face if isinstance(face, BridgeBase) else face._bridge
    return bridge._link
