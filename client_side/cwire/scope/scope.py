"""``bridge.scope()``: lines that the browser draws by itself, 60 times per second."""

from __future__ import annotations

import asyncio
import atexit
import uuid
from contextlib import suppress
from time import monotonic
from typing import Any

from cwire import errors
from cwire.kernel.cell import OncePerCell, is_executed
from cwire.kernel.host import shows_widgets
from cwire.kernel.widgets import close_all
from cwire.link.link import Link
from cwire.link.page_routes import PageRoutes, relay_name
from cwire.scope.curves import curves, pack
from cwire.scope.flow import Flow
from cwire.scope.recipe import ScopeRecipe, check_size
from cwire.scope.still import Still
from cwire.scope.widget import Output, ScopeWidget, still_html
from cwire.session.drivers import down_text
from cwire.session.options import Options

__all__ = ["Scope"]

_PERIOD = 1 / 25  # s between two looks whether curves may go
_UNASKED = 3.0  # s until a page that says nothing is taken to need curves

_of_cells: OncePerCell[Scope] = OncePerCell(lambda scope, reason: scope.close(reason))


def _end_all() -> None:
    """Tells the pages that their kernel ends: they would go on showing the relay's data."""
    for scope in _of_cells:
        scope.stop("the kernel has ended: run the cell again")


atexit.register(_end_all)


class Scope:
    """A live picture of lines in a notebook. Made by `Bridge.scope`.

    The page connects to the relay by itself and draws what comes: so it goes on while a cell keeps
    the kernel busy. It ends when its cell is run again and when the bridge closes. A picture of it
    stays in the notebook file.

    In marimo it is shown where a cell's last expression is, as everything there; other hosts of
    widgets (Panel, Solara) show its `widget`.

    Attributes:
        widget: The anywidget behind it.
        figures: What the page has measured, as of the last picture that it sent: ``fps``,
            ``draws``, ``route`` and more.
    """

    def __init__(
        self, link: Link, recipe: ScopeRecipe, *, height: int = 320, fps: float = 60.0
    ) -> None:
        check_size(height, fps)
        if not shows_widgets():
            raise errors.CwireError(
                "a scope is seen where widgets are (in Jupyter, marimo and the like); "
                "in a script use bridge.plot, which opens a window"
            )
        self._link = link
        self._recipe = recipe
        self._png: bytes | None = None
        self._flow: Flow | None = None
        self._pump: asyncio.Task[None] | None = None
        self._heard = False
        self._still: Still | None = None
        self.figures: dict[str, Any] = {}
        id = uuid.uuid4().hex
        told = {**recipe.as_json(), "id": id, "height": height, "fps": fps}
        told["still"] = still_html(id, str(told["title"]))
        alone = is_executed()
        self.widget = ScopeWidget(with_page=not alone, recipe=told, relay=relay_name(link))
        self._routes = PageRoutes(link, self.widget)
        self.widget.on_msg(self._on_message)
        self._output = Output(self.widget, id, str(told["title"]))
        self._link.on_change.append(self._on_change)
        _of_cells.add(self)
        self._output.show()
        if alone:
            self._still = Still(link, recipe, height, self._keep_still)
        else:
            self._post(self._begin)

    @property
    def running(self) -> bool:
        """Whether it still follows the message."""
        return not self.widget.stopped

    def stop(self, reason: str = "stopped") -> None:
        """Ends it; what it shows stays, and says why.

        Args:
            reason: What it says.
        """
        if not self.running:
            return
        with suppress(ValueError):
            self._link.on_change.remove(self._on_change)
        self.widget.stopped = reason
        if self._still is not None:
            self._still.end()
        self._post(self._end_pump)

    def close(self, reason: str = "closed") -> None:
        """Ends it and removes the widget; the last picture stays in the notebook.

        Args:
            reason: What other views of it say.
        """
        _of_cells.remove(self)
        self.stop(reason)
        # Without this circle a bridge that nobody has any more hangs up at once.
        self.widget.on_msg(self._on_message, remove=True)
        close_all(self.widget)

    def save(self) -> None:
        """Asks the page to put its present picture into the notebook, once the kernel is idle."""
        self.widget.send({"type": "save"})

    def picture(self) -> bytes | None:
        """The last picture that the page sent, a PNG; None before the first."""
        return self._png

    def __repr__(self) -> str:
        state = self.widget.stopped or "live"
        return (
            f"<scope of {self._recipe.message.name}: {', '.join(self._recipe.fields.y)}, {state}>"
        )

    def _repr_mimebundle_(self, **options: Any) -> Any:
        if not self._output.shown:
            return self.widget._repr_mimebundle_(**options)
        # The scope is on the page already: only a line of text beside it.
        return {"text/plain": repr(self)}

    def _display_(self) -> ScopeWidget:
        """Returns the object that marimo shows for it."""
        return self.widget

    # What the page says, in the kernel's main thread ----------------------------------------------

    def _on_message(self, _: object, content: dict[str, Any], buffers: list[Any]) -> None:
        kind = content.get("type")
        if kind == "ready":
            self._post(self._welcome, str(content.get("origin")))
        elif kind == "curves":
            self._post(self._begin_pump if content.get("on") else self._end_pump)
        elif kind == "ack":
            self._post(self._acknowledged, int(content.get("number", 0)))
        elif kind == "route":
            self._post(self._end_pump)
        elif kind == "picture":
            self._keep(content, buffers)

    def _keep(self, content: dict[str, Any], buffers: list[Any]) -> None:
        self._png = bytes(buffers[0])
        self.figures = dict(content.get("figures") or {})
        try:
            if not content.get("kept"):  # the page itself could not
                self._output.keep(self._png, int(content["width"]))
        finally:
            self.widget.send({"type": "saved"})

    def _keep_still(self, png: bytes, width: int) -> None:
        self._png = png
        self._output.keep(png, width)

    # In the link's loop ---------------------------------------------------------------------------

    def _post(self, function: Any, *arguments: object) -> None:
        with suppress(RuntimeError):  # the loop has ended with the bridge: nothing is left to do
            self._link.loop.call_soon_threadsafe(function, *arguments)

    def _begin(self) -> None:
        self._on_change()
        # A busy kernel does not hear the page ask; so where there is no other way it does not wait.
        if not self.widget.relay:
            self._link.loop.call_later(_UNASKED, self._begin_unasked)

    def _begin_unasked(self) -> None:
        if self.running and not self._heard:
            self._begin_pump()

    def _on_change(self) -> None:
        """The relay or a driver has come, gone or changed."""
        if self._link.closed is not None:
            self.stop(self._link.closed)
            return
        self._routes.follow()

    def _welcome(self, origin: str) -> None:
        self._heard = True
        self._routes.welcome(origin)

    # Curves through the kernel --------------------------------------------------------------------

    def _acknowledged(self, number: int) -> None:
        if self._flow is not None:
            self._flow.acknowledged(number, monotonic())

    def _begin_pump(self) -> None:
        self._heard = True
        if self._pump is None and self.running:
            self._flow = Flow(monotonic())
            self._pump = self._link.loop.create_task(self._run_pump(self._flow), name="cwire scope")

    def _end_pump(self) -> None:
        self._heard = True
        if self._pump is not None:
            self._pump.cancel()
            self._pump = None

    async def _run_pump(self, flow: Flow) -> None:
        driver, message = self._recipe.driver, self._recipe.message.name
        if not self._link.session.wants(driver, message):
            self._link.want((message,), driver, Options())
        state: object = None
        while self.running:
            now = monotonic()
            # Without a relay there is nothing new here either; the page says that by itself.
            if flow.may_send(now) and self._link.connected:
                with suppress(errors.CwireError):  # the driver's structs have changed: told below
                    feed = self._link.lookup.feed(message, driver)
                    fresh = (feed, feed.history.total, self._problem())
                    if fresh != state:
                        state = fresh
                        self._send_curves(feed.history, flow.sent(now))
            await asyncio.sleep(_PERIOD)

    def _send_curves(self, history: Any, number: int) -> None:
        recipe = self._recipe
        told = recipe.as_json()
        lines, buffers = pack(curves(recipe, history), told["units"])
        content = {"type": "curves", "number": number, "lines": lines, "problem": self._problem()}
        self.widget.send(content, buffers)

    def _problem(self) -> str:
        driver = self._link.session.drivers.get(self._recipe.driver)
        if driver is None:
            return f"the relay has no driver {self._recipe.driver}"
        return "" if driver.state == "up" else down_text(driver)
