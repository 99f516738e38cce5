"""``bridge.panel(actions=…)``: forms in the notebook for the relay's actions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from html import escape
from typing import Any, Protocol

import ipywidgets as widgets

from cwire import errors
from cwire.actions.description import Description
from cwire.kernel.cell import OncePerCell
from cwire.kernel.host import check_ipywidgets
from cwire.kernel.placed import Placed
from cwire.kernel.widgets import close_all
from cwire.panel.form import CarryOut
from cwire.session.drivers import unknown_text

__all__ = ["ActionForm", "ActionPanel", "Start", "WhenKnown"]

_GOOD, _BAD, _BUSY = "#1a7f37", "#b3261e", "#666"
_LONGEST = 300
_MOST_STEPS = 1_000_000

_of_cells: OncePerCell[ActionPanel] = OncePerCell(lambda panel, _: panel.close())


class Watcher(Protocol):
    """Is told of a call that runs, from any thread."""

    def progressed(self, done: float, total: float | None, text: str) -> None:
        """How far it is."""

    def came(self, value: Any) -> None:
        """A result has come."""

    def ended(self, outcome: Any) -> None:
        """It has ended: with this value, or this error."""


Start = Callable[[str, Mapping[str, Any], Watcher], Callable[[], object]]
"""Calls an action without keeping the caller waiting; gives what cancels the call."""


WhenKnown = Callable[[Callable[[Mapping[str, Description]], object]], object]
"""Calls a function with the relay's actions: at once where they are known, else when they are."""


class _Input:
    """The widget of one argument, by its JSON Schema."""

    def __init__(self, name: str, field: Mapping[str, Any], default: Any, needed: bool) -> None:
        self._needed = needed
        self._is_json = False
        kind, choices = field.get("type"), field.get("enum")
        low, high = field.get("minimum"), field.get("maximum")
        numbers = isinstance(low, int | float) and isinstance(high, int | float)
        span = high - low if numbers else None  # type: ignore[operator]
        made: widgets.Widget
        if isinstance(choices, list) and choices:
            made = widgets.Dropdown(options=[(str(one), one) for one in choices])
        elif kind == "boolean":
            made = widgets.Checkbox(indent=False)
        elif kind == "integer" and span is not None and span <= _MOST_STEPS:
            made = widgets.IntSlider(min=low, max=high, value=low)
        elif kind == "integer":
            made = widgets.IntText()
        elif kind == "number" and span is not None:
            made = widgets.FloatSlider(min=low, max=high, value=low, step=span / 100)
        elif kind == "number":
            made = widgets.FloatText()
        elif kind == "string":
            made = widgets.Text()
        else:
            made = widgets.Text(placeholder="JSON" if needed else "JSON, or nothing")
            self._is_json = True
        if default is not None:
            made.value = json.dumps(default) if self._is_json else default
        self.widget = made
        about = str(field.get("description") or "")
        label = widgets.Label(f"{name}{' *' if needed else ''}", layout={"width": "9em"})
        label.tooltip = made.tooltip = about
        self.row = widgets.HBox([label, made])

    def read(self, into: dict[str, Any], name: str) -> None:
        """Adds the argument to others, unless it was left out."""
        value = self.widget.value
        if self._is_json:
            if not value and not self._needed:
                return
            with suppress(ValueError, RecursionError):  # a text as it is: the relay refuses it
                value = json.loads(value)
        into[name] = value


class ActionForm:
    """The widgets of one action: its arguments, buttons, progress, and what has come.

    Attributes:
        description: The action.
        inputs: The widget of each argument, by name.
        run: The button that calls it.
        stop: The button that cancels the call.
        status: What has come, or went wrong.
        widget: What is shown.
    """

    def __init__(self, description: Description, start: Start, carry_out: CarryOut) -> None:
        self.description = description
        self._start = start
        self._runs = False
        self._cancel: Callable[[], object] = lambda: None
        self._inputs = {
            name: _Input(name, field, _default(description, name), name in description.needed)
            for name, field in description.fields.items()
        }
        self.inputs: dict[str, Any] = {name: one.widget for name, one in self._inputs.items()}
        self.run = widgets.Button(
            description="Run",
            button_style="primary",
            tooltip=description.doc or f"Call {description.name}",
            layout={"width": "6em"},
        )
        self.stop = widgets.Button(description="Stop", disabled=True, layout={"width": "6em"})
        self.bar = widgets.FloatProgress(layout={"visibility": "hidden"})
        self.status = widgets.HTML()
        self.run.on_click(lambda _: carry_out(self._click))
        self.stop.on_click(lambda _: carry_out(self._stop))
        title = widgets.HTML(
            f"<b>{escape(description.name)}</b> {escape(_first_line(description))}"
        )
        rows = [one.row for one in self._inputs.values()]
        buttons = widgets.HBox([self.run, self.stop, self.bar])
        self.widget = widgets.VBox([title, *rows, buttons, self.status])

    def close(self) -> None:
        """Removes the widgets; a call that runs is cancelled."""
        self._cancel()
        close_all(self.widget)

    def arguments(self) -> dict[str, Any]:
        """What is filled in."""
        found: dict[str, Any] = {}
        for name, one in self._inputs.items():
            one.read(found, name)
        return found

    def _stop(self) -> None:
        self._cancel()

    def _click(self) -> None:
        if self._runs:
            return
        self._runs = True
        self.run.disabled, self.stop.disabled = True, False
        self._say("running", _BUSY)
        try:
            self._cancel = self._start(self.description.name, self.arguments(), self)
        except errors.CwireError as error:
            self.ended(error)

    # Of a call: see `Watcher`

    def progressed(self, done: float, total: float | None, text: str) -> None:
        """Shows how far it is."""
        if total:
            self.bar.layout.visibility = "visible"
            self.bar.max, self.bar.value = total, done
        if text:
            self._say(text, _BUSY)

    def came(self, value: Any) -> None:
        """Shows a result."""
        self._say(_text(value), _BUSY)

    def ended(self, outcome: Any) -> None:
        """Shows how it ended, and can be run again."""
        self.bar.layout.visibility = "hidden"
        if isinstance(outcome, Exception):
            self._say(str(outcome), _BAD)
        else:
            self._say("done" if outcome is None else _text(outcome), _GOOD)
        self._runs = False
        self.run.disabled, self.stop.disabled = False, True

    def _say(self, text: str, colour: str) -> None:
        self.status.value = f'<span style="color:{colour}">{escape(text)}</span>'


class ActionPanel:
    """Forms for actions. Made by `Bridge.panel`.

        panel = bridge.panel(actions=["scan"])
        panel["scan"].inputs["steps"].value = 20  # to be used from Python

    In asyncio the forms come when the relay has said which actions it has.

    Args:
        names: Of the actions, in the order to show.
        start: Calls one.
        when_known: Gives the relay's actions.
        carry_out: Calls what a click asks for.

    Attributes:
        widget: The ipywidgets box, to be put into others.
    """

    def __init__(
        self, names: Iterable[str], start: Start, when_known: WhenKnown, carry_out: CarryOut
    ) -> None:
        check_ipywidgets("a panel", "let elements of mo.ui call bridge.call, or use Jupyter")
        self._names = list(names)
        self._start = start
        self._carry_out = carry_out
        self._forms: dict[str, ActionForm] = {}
        self._waits = True  # for what the relay says of its actions
        self._open = self._closed = False
        self._note = widgets.HTML()
        self.widget = widgets.VBox([self._note])
        try:
            when_known(self._fill)
            if self._waits:
                self._note.value = "asking the relay for its actions"
            self._placed = Placed(self.widget)
        except BaseException:
            close_all(self.widget)
            raise
        self._open = True
        _of_cells.add(self)

    def _fill(self, known: Mapping[str, Description]) -> None:
        """Makes the forms.

        Raises:
            UnknownAction: There is no such action. Where nobody can be told any more, it is shown.
        """
        late, self._waits = self._open, False
        if late and self._closed:
            return
        unknown = next((name for name in self._names if name not in known), None)
        if unknown is not None:
            text = unknown_text("action", unknown, "the relay", known)
            if not late:
                raise errors.UnknownAction(unknown, "unknown_action", text)
            self._note.value = f'<span style="color:{_BAD}">{escape(text)}</span>'
            return
        self._note.value = ""
        self._forms = {
            name: ActionForm(known[name], self._start, self._carry_out) for name in self._names
        }
        self.widget.children = (self._note, *(form.widget for form in self._forms.values()))

    def __getitem__(self, action: str) -> ActionForm:
        """The form of an action.

        Raises:
            NotConnected: The relay has not said which actions it has.
            UnknownAction: There is none in this panel.
        """
        if self._waits:
            raise errors.NotConnected(
                "the relay has not said yet which actions it has: "
                "`await bridge.call.describe()`, then the forms are there"
            )
        if action not in self._forms:
            text = unknown_text("action", action, "this panel", self._forms)
            raise errors.UnknownAction(action, "unknown_action", text)
        return self._forms[action]

    def _ipython_key_completions_(self) -> list[str]:
        return self._names

    def close(self) -> None:
        """Removes the widgets; calls that run are cancelled."""
        self._closed = True
        _of_cells.remove(self)
        for form in self._forms.values():
            form.close()
        self._placed.close_box()

    def __repr__(self) -> str:
        return f"<panel of the actions {', '.join(self._names)}>"

    def _repr_mimebundle_(self, **options: object) -> Any:
        return self._placed.output(repr(self), **options)


def _default(description: Description, name: str) -> Any:
    default = description.default(name)
    return default if isinstance(default, bool | int | float | str | list | dict) else None


def _first_line(description: Description) -> str:
    return description.doc.split("\n", 1)[0]


def _text(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
