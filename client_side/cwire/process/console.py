"""Makes a widget that shows what a process writes, and starts and stops it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any, Protocol

import ipywidgets as widgets

from cwire import errors
from cwire.kernel.cell import OncePerCell
from cwire.kernel.host import check_ipywidgets
from cwire.kernel.pacer import Pacer
from cwire.kernel.placed import Placed

__all__ = ["Console", "Watched"]

_PERIOD = 0.1  # s; a browser and a reader need no more than 10 pictures per second
_COLORS = {"running": "#1a7f37", "failed": "#b3261e"}
# Drawn from the bottom up, so that the newest line stays in view.
_BOX = (
    "display:flex;flex-direction:column-reverse;max-height:18em;min-height:5em;overflow:auto;"
    "background:#1e1e1e;border-radius:3px;padding:4px 8px"
)
_TEXT = "margin:0;color:#e0e0e0;white-space:pre-wrap;line-height:1.3;font-size:12px"


class Watched(Protocol):
    """The part of a `ManagedProcess` that a console needs."""

    @property
    def name(self) -> str:
        """Its name, for people."""
        ...

    @property
    def running(self) -> bool:
        """Whether it runs now."""
        ...

    @property
    def state(self) -> str:
        """``new``, ``running``, ``stopped``, ``ended`` or ``failed``."""
        ...

    def summary(self) -> str:
        """Its state in a line."""
        ...

    def lines(self, n: int) -> list[str]:
        """The last `n` lines of its output."""
        ...

    def listen(self, call: Callable[[], object]) -> Callable[[], None]:
        """Has a function called when something changes; returns what ends that."""
        ...

    def start(self) -> object:
        """Starts it."""
        ...

    def stop(self) -> object:
        """Ends it."""
        ...

    def restart(self) -> object:
        """Stops it and starts it again."""
        ...


_of_cells: OncePerCell[Console] = OncePerCell(lambda console, _: console.close())


class Console:
    """Live output of a process, its state, and buttons. Made by `DriverProcess.console`.

    It is updated by a thread of its own, so it also lives while a cell runs; the buttons work when
    the kernel is idle. When its cell is run again it is closed; the process is not touched.

    Attributes:
        process: What it shows.
        widget: The ipywidgets box, to be put into others.
    """

    def __init__(self, process: Watched, lines: int = 200) -> None:
        check_ipywidgets("a console", "use the process's start, stop and output")
        self.process = process
        self._lines = lines
        self._trouble = ""
        self._start = widgets.Button(
            description="Start", icon="play", tooltip="Start the program", layout={"width": "6.5em"}
        )
        self._stop = widgets.Button(
            description="Stop",
            icon="stop",
            tooltip="SIGTERM, then SIGKILL after 3 s",
            layout={"width": "6.5em"},
        )
        self._restart = widgets.Button(
            description="Restart",
            icon="refresh",
            tooltip="Stop the program and start it again",
            layout={"width": "6.5em"},
        )
        self._state = widgets.HTML()
        self._output = widgets.HTML()
        self.widget = widgets.VBox(
            [widgets.HBox([self._start, self._stop, self._restart, self._state]), self._output]
        )
        self._placed = Placed(self.widget)
        # A stop may take seconds, and must not hold up the kernel.
        self._asked: list[Callable[[], object]] = []
        self._worker = Pacer(self._obey, 0.0, "cwire console buttons")
        for button, order in (
            (self._start, process.start),
            (self._stop, process.stop),
            (self._restart, process.restart),
        ):
            button.on_click(lambda _, order=order: self._ask(order))
        self._pacer = Pacer(self._show, _PERIOD, "cwire console")
        self._leave = process.listen(self._pacer.poke)
        self._show()
        _of_cells.add(self)

    def close(self) -> None:
        """Removes the widget; the process is not touched."""
        self._leave()
        self._pacer.close()
        self._worker.close()
        _of_cells.remove(self)
        self._placed.close_box()

    def __repr__(self) -> str:
        return f"<console of {self.process!r}>"

    def _repr_mimebundle_(self, **options: object) -> Any:
        return self._placed.output(repr(self), **options)

    def _ask(self, order: Callable[[], object]) -> None:
        self._asked.append(order)
        self._worker.poke()

    def _obey(self) -> None:
        while self._asked:
            order = self._asked.pop(0)
            try:
                order()
            except errors.CwireError as error:
                self._trouble = str(error)
            else:
                self._trouble = ""
            self._pacer.poke()

    def _show(self) -> None:
        process = self.process
        runs = process.running
        self._start.disabled = runs
        self._stop.disabled = not runs
        self._restart.disabled = process.state == "new"
        color = "#b3261e" if self._trouble else _COLORS.get(process.state, "#666")
        self._state.value = (
            f"<b>{escape(process.name)}</b> "
            f'<span style="color:{color}">{escape(self._trouble or process.summary())}</span>'
        )
        text = escape("\n".join(process.lines(self._lines))) or "(nothing written yet)"
        self._output.value = f'<div style="{_BOX}"><pre style="{_TEXT}">{text}</pre></div>'
