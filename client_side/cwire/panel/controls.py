"""The widgets of a form: each holds a value, or several that belong together."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import ipywidgets as widgets
from traitlets import TraitError

from cwire.kernel.widgets import close_all
from cwire.panel.rules import Rule
from cwire.view.text import field_notes
from cwire_structs.schema.fields import Field

__all__ = [
    "NOTHING",
    "Array",
    "Choice",
    "Control",
    "Group",
    "Input",
    "Page",
    "Steps",
    "Union",
]

Page = Mapping[str, Any]
"""Values that the page shows and the kernel may not know yet, by the ids of their models."""

NOTHING: Page = {}

Steps = tuple[str | int, ...]
"""The way to a value from the command: names of fields, and indices of arrays of structs."""

_When = tuple[tuple[str, int], ...]
_WIDE = "30em"


class Input:
    """One field, or several that belong together.

    Attributes:
        name: The field's name in C.
        widget: What is shown.
    """

    name: str
    widget: Any

    def read(self, page: Page = NOTHING) -> dict[str, Any]:
        """The values to send, by field name; what is left out takes its default.

        Args:
            page: What the page shows; it is newer than what the kernel has.

        Raises:
            ValueError: What was typed cannot be read; the text begins with the path to it.
        """
        raise NotImplementedError

    def controls(self) -> Iterator[Control]:
        """Its widgets, each for one value."""
        raise NotImplementedError

    def recipes(self, when: _When = ()) -> Iterator[dict[str, Any]]:
        """What the page needs to know of each widget to read and write it.

        Args:
            when: The model and the index of each choice that it depends on.
        """
        raise NotImplementedError

    def write(self, value: Any) -> None:
        """Shows a value, as `to_dict` gives it; what does not fit is not shown."""

    def carries(self) -> dict[str, str]:
        """The trait of each of its widgets that the user changes, by the id of its model."""
        raise NotImplementedError

    def observe(self, call: Callable[[], None], by_page: Callable[[], None] | None = None) -> None:
        """Has a function called at every change.

        Args:
            call: Called then.
            by_page: Called instead where a page has made the change.
        """

    def follow(self, live: bool) -> None:
        """Makes sliders report every position, or only the one where they are let go."""

    def close(self) -> None:
        """Closes its widgets."""
        close_all(self.widget)


class Control(Input):
    """One field in one widget.

    Attributes:
        path: The way to it, as a command takes it: ``corners[1].x``.
        steps: The same in parts.
        control: The ipywidget that holds the value.
        rule: What that says of the value to send.
    """

    def __init__(
        self, field: Field, steps: Steps, control: Any, rule: Rule | None = None, note: str = ""
    ) -> None:
        self.name = field.name
        self.path = _path_text(steps)
        self.control = control
        self.steps = steps
        self.rule = rule or Rule()
        control.description = field.label or field.py_name
        control.tooltip = "\n".join(part for part in (field.doc, field_notes(field)) if part)
        control.layout.width = _WIDE
        control.style.description_width = "9em"
        unit = field.time.unit if field.time else field.unit
        self._note = unit or note
        self._label = widgets.Label(self._note)
        self.widget = widgets.HBox([control, self._label])

    def read(self, page: Page = NOTHING) -> dict[str, Any]:
        """See `Input`."""
        value = _value(self.control, page)
        if value == "" and not isinstance(self.control, widgets.Dropdown):
            return {}
        try:
            return {self.name: self.rule.read(value)}
        except ValueError as error:
            raise ValueError(f"{self.path}: {error}") from None

    def controls(self) -> Iterator[Control]:
        """See `Input`."""
        yield self

    def recipes(self, when: _When = ()) -> Iterator[dict[str, Any]]:
        """See `Input`."""
        options = getattr(self.control, "options", None)
        yield {
            "model": self.control.model_id,
            "steps": self.steps,
            "path": self.path,
            "when": when,
            "note": {"model": self._label.model_id, "text": self._note},
            **(self.rule.as_json() if options is None else {"rule": "choice", "options": options}),
        }

    def write(self, value: Any) -> None:
        """See `Input`."""
        try:
            wanted = self.rule.show(value)
            # A page gets JSON, which has no NaN and no infinity.
            if not isinstance(wanted, float) or math.isfinite(wanted):
                self.control.value = wanted
        except (TypeError, ValueError, TraitError):
            return  # such as a number that is no enumerator
        # Neither can a slider stand at what is beyond its ends.
        other = isinstance(wanted, int | float) and not math.isclose(wanted, self.control.value)
        self._label.value = f"{self._note} (now {wanted:g})".strip() if other else self._note

    def carries(self) -> dict[str, str]:
        """See `Input`."""
        return _carried(self.control)

    def observe(self, call: Callable[[], None], by_page: Callable[[], None] | None = None) -> None:
        """See `Input`."""
        _observe(self.control, call, by_page or call)

    def follow(self, live: bool) -> None:
        """See `Input`."""
        if self.control.has_trait("continuous_update"):
            self.control.continuous_update = live


class Group(Input):
    """The fields of a struct, below each other."""

    def __init__(self, name: str, inputs: Sequence[Input], doc: str = "") -> None:
        self.name = name
        self.inputs = list(inputs)
        rows = [one.widget for one in self.inputs]
        if name:
            rows.insert(0, widgets.Label(name, tooltip=doc, style={"font_weight": "bold"}))
        self.widget = widgets.VBox(rows)
        if name:
            self.widget.layout.border_left = "2px solid #bbb"
            self.widget.layout.padding = "0 0 0 8px"

    def values(self, page: Page = NOTHING) -> dict[str, Any]:
        """The values of the fields."""
        return {key: value for one in self.inputs for key, value in one.read(page).items()}

    def read(self, page: Page = NOTHING) -> dict[str, Any]:
        """See `Input`."""
        return {self.name: self.values(page)}

    def write(self, value: Any) -> None:
        """See `Input`."""
        if isinstance(value, dict):
            for one in self.inputs:
                if one.name in value:
                    one.write(value[one.name])

    def controls(self) -> Iterator[Control]:
        """See `Input`."""
        for one in self.inputs:
            yield from one.controls()

    def recipes(self, when: _When = ()) -> Iterator[dict[str, Any]]:
        """See `Input`."""
        for one in self.inputs:
            yield from one.recipes(when)

    def carries(self) -> dict[str, str]:
        """See `Input`."""
        return {id: trait for one in self.inputs for id, trait in one.carries().items()}

    def observe(self, call: Callable[[], None], by_page: Callable[[], None] | None = None) -> None:
        """See `Input`."""
        for one in self.inputs:
            one.observe(call, by_page)

    def follow(self, live: bool) -> None:
        """See `Input`."""
        for one in self.inputs:
            one.follow(live)

    def close(self) -> None:
        """See `Input`."""
        for one in self.inputs:
            one.close()
        super().close()


class Array(Group):
    """A small array of structs: a group for each."""

    def read(self, page: Page = NOTHING) -> dict[str, Any]:
        """See `Input`."""
        return {self.name: [next(iter(one.read(page).values())) for one in self.inputs]}

    def write(self, value: Any) -> None:
        """See `Input`."""
        if isinstance(value, list):
            for one, element in zip(self.inputs, value, strict=False):
                one.write(element)


class Choice(Input):
    """Members that share their bytes: one of them is meant."""

    def __init__(self, name: str, inputs: Sequence[Input]) -> None:
        self.name = name
        self._inputs = {one.name: one for one in inputs}
        first = next(iter(self._inputs))
        self._chooser = widgets.Dropdown(
            options=list(self._inputs),
            value=first,
            description="one of",
            tooltip="These members share their bytes (a union): choose the one to send.",
            layout={"width": _WIDE},
            style={"description_width": "9em"},
        )
        self.widget = widgets.VBox([self._chooser, self._inputs[first].widget])
        self._chooser.observe(self._choose, "value")

    def _choose(self, change: Any) -> None:
        self.widget.children = (self._chooser, self._inputs[change["new"]].widget)

    def read(self, page: Page = NOTHING) -> dict[str, Any]:
        """See `Input`."""
        return self._inputs[_value(self._chooser, page)].read(page)

    def controls(self) -> Iterator[Control]:
        """See `Input`."""
        for one in self._inputs.values():
            yield from one.controls()

    def recipes(self, when: _When = ()) -> Iterator[dict[str, Any]]:
        """See `Input`."""
        for index, one in enumerate(self._inputs.values()):
            yield from one.recipes((*when, (self._chooser.model_id, index)))

    def carries(self) -> dict[str, str]:
        """See `Input`."""
        inner = [one.carries() for one in self._inputs.values()]
        return {id: trait for one in (_carried(self._chooser), *inner) for id, trait in one.items()}

    def observe(self, call: Callable[[], None], by_page: Callable[[], None] | None = None) -> None:
        """See `Input`."""
        _observe(self._chooser, call, by_page or call)
        for one in self._inputs.values():
            one.observe(call, by_page)

    def follow(self, live: bool) -> None:
        """See `Input`."""
        for one in self._inputs.values():
            one.follow(live)

    def close(self) -> None:
        """See `Input`."""
        for one in self._inputs.values():  # only one of them is shown
            one.close()
        super().close()


class Union(Choice):
    """A nested union with a name of its own."""

    def read(self, page: Page = NOTHING) -> dict[str, Any]:
        """See `Input`."""
        return {self.name: super().read(page)}


def _carried(control: Any) -> dict[str, str]:
    """The trait that the page and the kernel share, by the id of the widget's model."""
    return {control.model_id: "index" if isinstance(control, widgets.Dropdown) else "value"}


def _value(control: Any, page: Page) -> Any:
    """The value that the user has chosen in a widget."""
    if control.model_id not in page:
        return control.value
    value = page[control.model_id]
    if isinstance(control, widgets.Dropdown):
        return None if value is None else control.options[value]
    return value


def _observe(control: Any, call: Callable[[], None], by_page: Callable[[], None]) -> None:
    # ipywidgets holds this lock while it writes what a page has sent.
    control.observe(lambda _: (by_page if control._property_lock else call)(), "value")


def _path_text(steps: Steps) -> str:
    text = ""
    for step in steps:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
