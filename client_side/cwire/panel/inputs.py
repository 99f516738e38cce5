"""Makes an ipywidget of each field of a header, to type or drag its value."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from math import log10, prod
from typing import Any

import ipywidgets as widgets
from traitlets import TraitError

from cwire.kernel.widgets import close_all
from cwire.panel.parse import list_text, parse_json, parse_list
from cwire.view.text import field_notes
from cwire_structs.schema import shown
from cwire_structs.schema.fields import Field, Struct
from cwire_structs.schema.kinds import FloatType

__all__ = ["NOTHING", "Control", "Group", "Input", "Page", "make_group"]

Page = Mapping[str, Any]
"""Values that the page shows and the kernel may not know yet, by the ids of their models."""

NOTHING: Page = {}

_SAFE = 1 << 53  # beyond, JavaScript's numbers are not exact
_DECADES = 1e3  # a range this wide is dragged by its logarithm
_SLIDER = 1_000_000  # steps of an integer slider that a mouse can still mean
_SHOWN = 32  # elements of an array that are written out
_PARTS = 24  # fields of an array of structs that get a widget each
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
            ValueError: What was typed cannot be read; the text names the field.
        """
        raise NotImplementedError

    def write(self, value: Any) -> None:
        """Shows a value, as `to_dict` gives it; what does not fit is not shown."""

    def carries(self) -> dict[str, str]:
        """The trait of each of its widgets that the user changes, by the id of its model."""
        raise NotImplementedError

    def observe(self, call: Callable[[], None]) -> None:
        """Has a function called whenever the user changes something."""

    def follow(self, live: bool) -> None:
        """Makes sliders report every position, or only the one where they are let go."""

    def close(self) -> None:
        """Closes its widgets."""
        close_all(self.widget)


class Control(Input):
    """One field in one widget."""

    def __init__(
        self,
        field: Field,
        control: Any,
        parse: Callable[[Any], Any] = lambda value: value,
        show: Callable[[Any], Any] = lambda value: value,
        note: str = "",
    ) -> None:
        self.name = field.name
        self.control = control
        self._parse, self._show = parse, show
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
            return {self.name: self._parse(value)}
        except ValueError as error:
            raise ValueError(f"{self.name}: {error}") from None

    def write(self, value: Any) -> None:
        """See `Input`."""
        try:
            wanted = self._show(value)
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

    def observe(self, call: Callable[[], None]) -> None:
        """See `Input`."""
        self.control.observe(lambda _: call(), "value")

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

    def carries(self) -> dict[str, str]:
        """See `Input`."""
        return {id: trait for one in self.inputs for id, trait in one.carries().items()}

    def observe(self, call: Callable[[], None]) -> None:
        """See `Input`."""
        for one in self.inputs:
            one.observe(call)

    def follow(self, live: bool) -> None:
        """See `Input`."""
        for one in self.inputs:
            one.follow(live)

    def close(self) -> None:
        """See `Input`."""
        for one in self.inputs:
            one.close()
        super().close()


class _List(Group):
    """A small array of structs: a group for each."""

    def read(self, page: Page = NOTHING) -> dict[str, Any]:
        """See `Input`."""
        return {self.name: [next(iter(one.read(page).values())) for one in self.inputs]}

    def write(self, value: Any) -> None:
        """See `Input`."""
        if isinstance(value, list):
            for one, element in zip(self.inputs, value, strict=False):
                one.write(element)


class _Choice(Input):
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

    def carries(self) -> dict[str, str]:
        """See `Input`."""
        inner = [one.carries() for one in self._inputs.values()]
        return {id: trait for one in (_carried(self._chooser), *inner) for id, trait in one.items()}

    def observe(self, call: Callable[[], None]) -> None:
        """See `Input`."""
        self._chooser.observe(lambda _: call(), "value")
        for one in self._inputs.values():
            one.observe(call)

    def follow(self, live: bool) -> None:
        """See `Input`."""
        for one in self._inputs.values():
            one.follow(live)

    def close(self) -> None:
        """See `Input`."""
        for one in self._inputs.values():  # only one of them is shown
            one.close()
        super().close()


class _Union(_Choice):
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


def make_group(struct: Struct, name: str = "") -> Group:
    """The inputs of all fields of a struct."""
    return Group(name, _inputs(struct), struct.doc)


def _inputs(struct: Struct) -> list[Input]:
    if struct.kind == "union" and struct.fields:
        return [_Choice("", [_input(field) for field in struct.fields])]
    made: list[Input] = []
    for cluster in _clusters(struct.fields):
        inputs = [_input(field) for field in cluster]
        made.append(inputs[0] if len(inputs) == 1 else _Choice("", inputs))
    return made


def _clusters(fields: Sequence[Field]) -> list[list[Field]]:
    """Fields that overlap, which the members of an anonymous union do, together."""
    clusters: list[list[Field]] = []
    end = 0
    for field in sorted(fields, key=lambda field: field.span):
        if clusters and field.span[0] < end:
            clusters[-1].append(field)
        else:
            clusters.append([field])
        end = max(end, field.span[1])
    return clusters


def _input(field: Field) -> Input:
    form = field.type.form
    if form in ("whole", "real") and _is_scaled(field):
        return _scaled(field)
    return _INPUTS[form](field)


def _is_scaled(field: Field) -> bool:
    """Whether people write it in another unit than C has it; times are typed as C has them."""
    return field.scale is not None or field.bias is not None


def _scaled(field: Field) -> Input:
    """Makes an input for a number that is typed as people read it, and sent as C has it."""
    limits = shown.shown_range(field)
    step = abs(field.scale or 1.0)

    def parse(value: Any) -> Any:
        return shown.from_shown(field, value)

    def show(value: Any) -> float:
        return float(shown.to_shown(field, value))

    if limits is None:
        return Control(field, widgets.FloatText(step=step), parse, show)
    low, high = limits
    slider = widgets.FloatSlider(
        min=low, max=high, step=step, readout_format=".5", continuous_update=False
    )
    return Control(field, slider, parse, show)


def _choice(field: Field) -> Input:
    assert field.type.enum is not None
    return Control(field, widgets.Dropdown(options=list(field.type.enum.values)))


def _check(field: Field) -> Input:
    return Control(field, widgets.Checkbox(indent=True), show=bool)


def _text(field: Field) -> Input:
    return _typed(field, rf"text, at most {field.size} bytes; or b'\xff'")


def _complex(field: Field) -> Input:
    return _typed(field, "1+2j")


def _typed(field: Field, example: str = "") -> Input:
    """Makes an input for a value that no widget fits: it is typed, and read as its kind says."""
    return Control(field, widgets.Text(placeholder=example), field.type.parse, field.type.text)


def _struct(field: Field) -> Input:
    struct = field.type.struct
    assert struct is not None
    if struct.kind == "union":
        return _Union(field.name, [_input(one) for one in struct.fields])
    return make_group(struct, field.name)


def _whole(field: Field) -> Input:
    low, high = field.type.bounds(field.bits)
    if field.range is not None:
        low, high = max(low, math.ceil(field.range[0])), min(high, math.floor(field.range[1]))
    if field.range is not None and low > 0 and high >= _DECADES * low and high <= _SAFE:
        slider = _log_slider(low, high, ",.0f")
        return Control(field, slider, lambda value: min(max(round(value), low), high), float)
    if field.range is not None and high - low <= _SLIDER and max(abs(low), abs(high)) <= _SAFE:
        return Control(field, widgets.IntSlider(min=low, max=high, continuous_update=False))
    if max(abs(low), abs(high)) <= _SAFE:
        return Control(field, widgets.BoundedIntText(min=low, max=high))
    # Its digits would not survive as a number of the browser.
    return _typed(field)


def _real(field: Field) -> Input:
    if field.range is None:
        return Control(field, widgets.FloatText(), show=float)
    low, high = field.range
    if low > 0 and high >= _DECADES * low:
        slider = _log_slider(low, high, ".5")
        # What comes of the logarithm may lie beyond the range by its last bit.
        return Control(field, slider, lambda value: min(max(value, low), high), float)
    step = 10.0 ** math.floor(log10((high - low) / 200)) if high > low else 1.0
    slider = widgets.FloatSlider(
        min=low, max=high, step=step, readout_format=".5", continuous_update=False
    )
    return Control(field, slider, show=float)


def _log_slider(low: float, high: float, form: str) -> Any:
    return widgets.FloatLogSlider(
        value=low,
        min=log10(low),
        max=log10(high),
        step=0.01,
        readout_format=form,
        continuous_update=False,
    )


def _list(field: Field) -> Input:
    of, shape = field.element, field.type.shape
    count = prod(shape)
    if field.type.is_text:
        return _typed(field, r"text of any length; or b'\xff'")
    plain = of.struct is not None and of.struct.kind == "struct" and len(shape) == 1
    if plain and of.struct and count * len(of.struct.fields) <= _PARTS:
        groups = [make_group(of.struct, f"{field.name}[{i}]") for i in range(count)]
        return _List(field.name, groups, field.doc)
    if of.struct is not None or field.type.row:
        area = widgets.Textarea(placeholder="JSON; empty: the defaults", continuous_update=False)
        return Control(field, area, parse_json, lambda value: "")
    size = " x ".join(map(str, shape)) or "any number of"
    hint = f"{size} values, such as 1, 2, 3; empty: the defaults"

    scaled = _is_scaled(field)
    typed = FloatType("<f8") if scaled else of

    def show(values: Any) -> str:
        values = shown.to_shown(field, values) if scaled else values
        return list_text(values, typed) if count <= _SHOWN else ""

    def parse(text: str) -> Any:
        values = parse_list(text, typed)
        return shown.from_shown(field, values) if scaled else values

    return Control(
        field,
        widgets.Text(placeholder=hint, continuous_update=False),
        parse,
        show,
        note=size if shape else "list",
    )


# By the form of a field's kind.
_INPUTS: dict[str, Callable[[Field], Input]] = {
    "whole": _whole,
    "real": _real,
    "complex": _complex,
    "truth": _check,
    "choice": _choice,
    "text": _text,
    "struct": _struct,
    "list": _list,
}
