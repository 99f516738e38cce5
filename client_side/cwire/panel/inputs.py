"""Chooses a widget for each field of a header, to type or drag its value."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from math import log10, prod
from typing import Any

import ipywidgets as widgets

from cwire.panel.controls import Array, Choice, Control, Group, Input, Steps, Union
from cwire.panel.rules import Between, Json, Listed, Rule, Scaled, Typed
from cwire_structs.schema import shown
from cwire_structs.schema.fields import Field, Struct

__all__ = ["make_group"]

_SAFE = 1 << 53  # beyond, JavaScript's numbers are not exact
_DECADES = 1e3  # a range this wide is dragged by its logarithm
_SLIDER = 1_000_000  # steps of an integer slider that a mouse can still mean
_PARTS = 24  # fields of an array of structs that get a widget each


def make_group(struct: Struct, name: str = "", steps: Steps = ()) -> Group:
    """The inputs of all fields of a struct.

    Args:
        struct: Whose fields.
        name: Its title; empty for the command itself.
        steps: The way to it from the command.
    """
    return Group(name, _inputs(struct, steps), struct.doc)


def _inputs(struct: Struct, steps: Steps) -> list[Input]:
    if struct.kind == "union" and struct.fields:
        return [Choice("", [_input(field, steps) for field in struct.fields])]
    made: list[Input] = []
    for cluster in _clusters(struct.fields):
        inputs = [_input(field, steps) for field in cluster]
        made.append(inputs[0] if len(inputs) == 1 else Choice("", inputs))
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


def _input(field: Field, before: Steps) -> Input:
    form, steps = field.type.form, (*before, field.name)
    if form in ("whole", "real") and _is_scaled(field):
        return _scaled(field, steps)
    return _INPUTS[form](field, steps)


def _is_scaled(field: Field) -> bool:
    """Whether people write it in another unit than C has it; times are typed as C has them."""
    return field.scale is not None or field.bias is not None


def _scaled(field: Field, steps: Steps) -> Input:
    """Makes an input for a number that is typed as people read it, and sent as C has it."""
    limits = shown.shown_range(field)
    step = abs(field.scale or 1.0)
    if limits is None:
        return Control(field, steps, widgets.FloatText(step=step), Scaled(field))
    low, high = limits
    slider = widgets.FloatSlider(
        min=low, max=high, step=step, readout_format=".5", continuous_update=False
    )
    return Control(field, steps, slider, Scaled(field))


def _choice(field: Field, steps: Steps) -> Input:
    assert field.type.enum is not None
    return Control(field, steps, widgets.Dropdown(options=list(field.type.enum.values)))


def _check(field: Field, steps: Steps) -> Input:
    return Control(field, steps, widgets.Checkbox(indent=True), Rule(bool))


def _text(field: Field, steps: Steps) -> Input:
    return _typed(field, steps, rf"text, at most {field.size} bytes; or b'\xff'")


def _complex(field: Field, steps: Steps) -> Input:
    return _typed(field, steps, "1+2j")


def _typed(field: Field, steps: Steps, example: str = "") -> Input:
    """Makes an input for a value that no widget fits: it is typed, and read as its kind says."""
    return Control(field, steps, widgets.Text(placeholder=example), Typed(field.type))


def _struct(field: Field, steps: Steps) -> Input:
    struct = field.type.struct
    assert struct is not None
    if struct.kind == "union":
        return Union(field.name, [_input(one, steps) for one in struct.fields])
    return make_group(struct, field.name, steps)


def _whole(field: Field, steps: Steps) -> Input:
    low, high = field.type.bounds(field.bits)
    if field.range is not None:
        low, high = max(low, math.ceil(field.range[0])), min(high, math.floor(field.range[1]))
    if field.range is not None and low > 0 and high >= _DECADES * low and high <= _SAFE:
        slider = _log_slider(low, high, ",.0f")
        return Control(field, steps, slider, Between(low, high, whole=True))
    if field.range is not None and high - low <= _SLIDER and max(abs(low), abs(high)) <= _SAFE:
        slider = widgets.IntSlider(min=low, max=high, continuous_update=False)
        return Control(field, steps, slider)
    if max(abs(low), abs(high)) <= _SAFE:
        return Control(field, steps, widgets.BoundedIntText(min=low, max=high))
    # Its digits would not survive as a number of the browser.
    return _typed(field, steps)


def _real(field: Field, steps: Steps) -> Input:
    if field.range is None:
        return Control(field, steps, widgets.FloatText(), Rule(float))
    low, high = field.range
    if low > 0 and high >= _DECADES * low:
        slider = _log_slider(low, high, ".5")
        return Control(field, steps, slider, Between(low, high, whole=False))
    step = 10.0 ** math.floor(log10((high - low) / 200)) if high > low else 1.0
    slider = widgets.FloatSlider(
        min=low, max=high, step=step, readout_format=".5", continuous_update=False
    )
    return Control(field, steps, slider, Rule(float))


def _log_slider(low: float, high: float, form: str) -> Any:
    return widgets.FloatLogSlider(
        value=low,
        min=log10(low),
        max=log10(high),
        step=0.01,
        readout_format=form,
        continuous_update=False,
    )


def _list(field: Field, steps: Steps) -> Input:
    of, shape = field.element, field.type.shape
    count = prod(shape)
    if field.type.is_text:
        return _typed(field, steps, r"text of any length; or b'\xff'")
    plain = of.struct is not None and of.struct.kind == "struct" and len(shape) == 1
    if plain and of.struct and count * len(of.struct.fields) <= _PARTS:
        groups = [make_group(of.struct, f"{field.name}[{i}]", (*steps, i)) for i in range(count)]
        return Array(field.name, groups, field.doc)
    if of.struct is not None or field.type.row:
        area = widgets.Textarea(placeholder="JSON; empty: the defaults", continuous_update=False)
        return Control(field, steps, area, Json())
    size = " x ".join(map(str, shape)) or "any number of"
    hint = f"{size} values, such as 1, 2, 3; empty: the defaults"
    typed = widgets.Text(placeholder=hint, continuous_update=False)
    rule = Listed(field, count, scaled=_is_scaled(field))
    return Control(field, steps, typed, rule, note=size if shape else "list")


# By the form of a field's kind.
_INPUTS: dict[str, Callable[[Field, Steps], Input]] = {
    "whole": _whole,
    "real": _real,
    "complex": _complex,
    "truth": _check,
    "choice": _choice,
    "text": _text,
    "struct": _struct,
    "list": _list,
}
