"""``bridge.panel()``: forms in the notebook for the commands of the header."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from html import escape
from typing import Any

import ipywidgets as widgets

from cwire import errors
from cwire.kernel.cell import OncePerCell
from cwire.kernel.host import check_ipywidgets
from cwire.kernel.own_loop import OwnLoop
from cwire.kernel.pacer import Pacer
from cwire.kernel.placed import Placed
from cwire.kernel.record_button import Begin, RecordButton
from cwire.link.link import Link
from cwire.link.page_routes import PageRoutes, relay_name
from cwire.panel.form import CommandForm, Done
from cwire.panel.page import PanelPage
from cwire.session.drivers import Driver, down_text, unknown_text, usable_schema
from cwire.session.lookup import Lookup
from cwire_structs.frames import Code
from cwire_structs.schema import Schema
from cwire_structs.schema.getters import find_getter

__all__ = ["Panel", "SendTo", "choose"]

SendTo = Callable[[str, str, Mapping[str, Any], Done], object]
"""Sends a command by driver, name and fields, and does not keep the caller waiting."""

_PERIOD = 0.1  # s between two looks at the drivers

_of_cells: OncePerCell[Panel] = OncePerCell(lambda panel, _: panel.close())


class Panel:
    """Forms for commands. Made by `Bridge.panel`.

    A page sends what is clicked straight to the relay, so that it does not wait for a cell that
    runs; only where it does not reach the relay, it goes through the kernel.

    Sliders stand for ranges, drop-downs for enums; the header's comments are tooltips. A form
    begins with what the driver has now, where a command ``get_…`` tells, else with the defaults.
    When a driver restarts its forms go on; when its structs have changed they are made anew; when
    it is down they say so and cannot send.

        panel = bridge.panel(commands=["set_waveform"])
        panel["set_waveform"].inputs  # the form, to be used from Python

    Attributes:
        widget: The ipywidgets box, to be put into others.
        record: The button below the forms, which records everything into a file.
    """

    def __init__(
        self,
        link: Link,
        send: SendTo,
        record: Begin,
        drivers: Iterable[str],
        commands: Iterable[str] | None,
    ) -> None:
        check_ipywidgets("a panel", "let elements of mo.ui call bridge.send, or use Jupyter")
        self._link = link
        self._send = send
        self._commands = None if commands is None else list(commands)
        self._sections = {name: _Section(self, name) for name in drivers}
        self._own_loop = OwnLoop(link.loop)
        self.record = RecordButton(partial(self._own_loop.call, record))
        self._note = widgets.HTML()
        self._page = PanelPage(self._welcome, relay=relay_name(link))
        self._routes = PageRoutes(link, self._page)
        self.widget = widgets.VBox()
        self._placed = Placed(self.widget)
        self._pacer = Pacer(self._look, _PERIOD, "cwire panel")
        self._update()
        shown = (one.widget for one in self._sections.values())
        self.widget.children = (self._page, self._note, *shown, self.record.widget)
        link.on_change.append(self._on_change)
        _of_cells.add(self)
        self._post(self._routes.follow)

    def __getitem__(self, command: str) -> CommandForm:
        """The form of a command.

        Raises:
            UnknownCommand: There is none in this panel.
        """
        forms = {name: form for one in self._sections.values() for name, form in one.forms.items()}
        if command not in forms:
            raise errors.UnknownCommand(unknown_text("command", command, "this panel", forms))
        return forms[command]

    def _ipython_key_completions_(self) -> list[str]:
        return [name for one in self._sections.values() for name in one.forms]

    def close(self) -> None:
        """Removes the widgets; nothing is sent any more."""
        if self._on_change in self._link.on_change:
            self._link.on_change.remove(self._on_change)
        self._pacer.close()
        self.record.close()
        _of_cells.remove(self)
        for section in self._sections.values():
            for form in section.forms.values():
                form.close()
        self._placed.close_box()

    def __repr__(self) -> str:
        parts = [f"{name}: {', '.join(one.forms)}" for name, one in self._sections.items()]
        return f"<panel of {'; '.join(parts)}>"

    def _repr_mimebundle_(self, **options: object) -> Any:
        return self._placed.output(repr(self), **options)

    def _on_change(self) -> None:
        self._pacer.poke()
        self._routes.follow()

    def _welcome(self, origin: str) -> None:
        self._post(self._routes.welcome, origin)

    def _post(self, function: Callable[..., object], *arguments: object) -> None:
        with suppress(RuntimeError):  # the loop has ended with the bridge: nothing is left to do
            self._link.loop.call_soon_threadsafe(function, *arguments)

    def _tell_page(self) -> None:
        """Tells the page of all forms that there are now."""
        self._page.forms = {
            id: recipe for one in self._sections.values() for id, recipe in one.recipes.items()
        }

    def _look(self) -> None:
        self._own_loop.call(self._update)

    def _update(self) -> None:
        link = self._link
        if link.closed is not None:
            self._note.value = _problem(link.closed)
        elif not link.connected:
            self._note.value = _problem("the relay is gone; trying to reach it again")
        else:
            self._note.value = ""
        for section in self._sections.values():
            section.update(link.session.drivers.get(section.name), link.connected)

    def _chosen(self, driver: Driver) -> list[str]:
        known = list(driver.schema.commands) if driver.schema else []
        return known if self._commands is None else [one for one in self._commands if one in known]

    def _gone(self, driver: Driver) -> list[str]:
        """The commands that were asked for and that the driver no longer has."""
        if driver.schema is None or len(self._sections) > 1:
            return []
        return [one for one in self._commands or () if one not in driver.schema.commands]


class _Section:
    """The forms of one driver."""

    def __init__(self, panel: Panel, name: str) -> None:
        self.name = name
        self.forms: dict[str, CommandForm] = {}
        self.recipes: dict[str, Any] = {}
        self._panel = panel
        self._schema: Schema | None = None
        self._run: tuple[int | None, str | None] | None = None
        self._state = widgets.HTML()
        self.widget = widgets.VBox([self._state])

    def update(self, driver: Driver | None, connected: bool) -> None:
        """Follows what the relay says of the driver."""
        schema = driver.schema if driver is not None else None
        if driver is not None and schema is not None and self._is_new(schema):
            self._rebuild(driver)
        up = driver is not None and driver.state == "up" and not driver.problem
        for form in self.forms.values():
            form.enable(up and connected)
        title = f"<b>{escape(self.name)}</b> " if len(self._panel._sections) > 1 else ""
        if driver is None:
            self._state.value = title + _problem("the relay does not know this driver any more")
        elif not up and connected:
            self._state.value = title + _problem(driver.problem or down_text(driver))
        elif gone := self._panel._gone(driver):
            lost = f"driver {self.name!r} has no command {', '.join(gone)} any more"
            self._state.value = title + _problem(f"{lost}: run the cell again with another")
        else:
            self._state.value = title
        if up and connected and driver is not None and self._run != (driver.session, driver.run):
            self._run = driver.session, driver.run  # a new run has values of its own
            self._tell_page(driver)
            for form in self.forms.values():
                form.fetch(unless_touched=True)

    def _send(self, schema: Schema, name: str, fields: Mapping[str, Any], done: Done) -> None:
        """Sends what was filled into a form of this schema, unless the driver has another now."""
        driver = self._panel._link.session.drivers.get(self.name)
        now = driver.schema if driver is not None else None
        if now is not None and now is not schema and now.json != schema.json:
            text = "the driver has come back with other structs, units or ranges: send it again"
            done(errors.LayoutMismatch(self.name, name, Code.ESESSION, text))
            return
        self._panel._send(self.name, name, fields, done)

    def _is_new(self, schema: Schema) -> bool:
        """Whether the forms are of another schema: ranges and units count as well as layouts."""
        before, self._schema = self._schema, schema
        return before is not schema and (before is None or before.json != schema.json)

    def _rebuild(self, driver: Driver) -> None:
        schema = driver.schema
        assert schema is not None
        old = self.forms
        new: dict[str, CommandForm] = {}
        for name in self._panel._chosen(driver):
            message = schema.commands[name]
            form = CommandForm(
                message,
                find_getter(schema, message),
                partial(self._send, schema),
                self._panel._own_loop.call,
            )
            if name in old:
                form.carry(old[name])
            new[name] = form
        self.forms = new
        self._tell_page(driver)
        self.widget.children = (self._state, *(form.widget for form in self.forms.values()))
        for form in old.values():
            form.close()

    def _tell_page(self, driver: Driver) -> None:
        """Tells the page of the forms, for the driver's present run."""
        schema = driver.schema
        assert schema is not None
        self.recipes = {}
        for form in self.forms.values():
            reply = schema.messages[form.message.reply] if form.message.reply else None
            self.recipes[form.id] = form.recipe(driver, reply)
        self._panel._tell_page()


def choose(
    lookup: Lookup, driver: str | None, commands: Sequence[str] | None
) -> tuple[list[str], list[str] | None]:
    """The drivers and the commands (None: all) that the arguments of `Bridge.panel` mean.

    Raises:
        UnknownDriver: The relay has no such driver.
        UnknownCommand: No driver has such a command.
        DriverDown: The driver was never up, so its commands are not known.
    """
    if commands is not None:
        owners = [lookup.command(name, driver)[0].name for name in commands]
        return list(dict.fromkeys(owners)), list(commands)
    if driver is None and lookup.preferred is None and len(served := lookup.served()) > 1:
        return list(served), None
    owner = lookup.driver(driver)
    usable_schema(owner)
    return [owner.name], None


def _problem(text: str) -> str:
    return f'<span style="color:#b3261e">{escape(text)}</span>'
