"""Checks what a scope is to draw, and writes it as the page reads it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from cwire.data.arguments import MOST_WINDOW, positive
from cwire.errors import InvalidArgument, UnknownField
from cwire.plot.recipe import make_recipe
from cwire.session.lookup import Lookup
from cwire_structs.schema import Field, Message, shown

__all__ = ["WINDOW", "ScopeOptions", "ScopeRecipe", "check_size", "find_recipe"]

WINDOW = 10.0
"""Seconds of scalars that are seen, if nothing else is said."""

_COUNTER = "first_sample"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeOptions:
    """The arguments of `Bridge.scope`, which says what they mean."""

    y: str | Sequence[str] | None = None
    x: str | None = None
    by: str | None = None
    window: float | None = None
    decimate: int | None = None


class ScopeRecipe:
    """The fields to draw, checked.

    Args:
        driver: Name of the driver.
        message: The message of the driver's own header.
        options: What the user gave.

    Attributes:
        fields: The same fields as a plot's.
        window: Seconds that are seen; None: the newest array of each line.

    Raises:
        UnknownField: There is no such field, or a scope cannot draw it.
        InvalidArgument: A number is out of its range.
    """

    def __init__(
        self,
        driver: str,
        message: Message,
        options: ScopeOptions,
    ) -> None:
        window, decimate = options.window, options.decimate
        if window is not None:
            positive(window, "window", "a number of seconds", MOST_WINDOW)
        if decimate is not None and (type(decimate) is not int or decimate < 2):
            raise InvalidArgument(f"decimate is {decimate!r}; it can be a whole number from 2")
        self.driver = driver
        self.message = message
        self.decimate = decimate
        self.fields = make_recipe(message, options.y, options.x, options.by)
        if self.fields.kind not in ("trend", "block"):
            raise UnknownField(
                f"{message.name}.{self.fields.y[0]} is an image: a scope draws lines; "
                f"use bridge.plot({message.name!r})"
            )
        x_field = self.fields.x_field
        self.step = x_field is not None and x_field.type.is_number
        rolls = self.fields.kind == "trend" or self.step
        if window is not None and not rolls:
            raise UnknownField(
                f"{message.name} does not say how far apart its samples are, so they cannot roll "
                "by: name a field with the step as x, or leave window out; if each element is a "
                f"channel, scope {self.fields.y[0] + '[:]'!r}"
            )
        if decimate is not None and (
            self.fields.kind == "trend" or not (rolls or not self.fields.x)
        ):
            raise UnknownField(
                f"{message.name}: the relay decimates arrays with a fixed step; leave decimate out"
            )
        self.window = WINDOW if window is None and self.fields.kind == "trend" else window

    @property
    def title(self) -> str:
        """The message, with what its header says of it."""
        message = self.message
        return f"{message.name}: {message.doc}" if message.doc else message.name

    def as_json(self) -> dict[str, Any]:
        """The recipe as the page reads it."""
        fields, message = self.fields, self.message
        scales = [shown.scaling(field) for field in fields.y_fields]
        array = fields.kind == "block"
        counted = array and self.step and _is_counter(message)
        unit = "" if array else "s"
        if array and fields.x_field:
            unit = shown.unit(fields.x_field) or ""
        return {
            "title": self.title,
            "message": message.name,
            "driver": self.driver,
            "kind": fields.kind,
            "y": list(fields.y),
            "names": list(fields.names),
            "types": [_numpy_type(field) for field in fields.y_fields],
            "units": [shown.unit(field) or "" for field in fields.y_fields],
            "scales": [scale and list(scale) for scale in scales],
            "x": fields.x,
            "x_scale": list(shown.scaling(fields.x_field) or ()) if fields.x_field else [],
            "x_kind": None if fields.x is None else "step" if self.step else "array",
            "x_label": "time" if unit == "s" else (fields.x or "index"),
            "x_unit": unit,
            "y_label": fields.y_label,
            "axes": [
                {
                    "label": axis.label,
                    "pane": axis.pane,
                    "side": axis.side,
                    "lines": list(axis.lines),
                    "names": [list(one) for one in axis.names],
                    "height": axis.height,
                }
                for axis in fields.axes
            ],
            "families": list(fields.families),
            "left": fields.left,
            "by": fields.by,
            "first": _COUNTER if counted else None,
            "decimate": self.decimate,
            "window": self.window,
        }


def find_recipe(
    lookup: Lookup, message: str, driver: str | None, options: ScopeOptions
) -> ScopeRecipe:
    """The recipe of a message by its name.

    Raises:
        UnknownMessage: There is no such message.
        UnknownField: It has no such field, or a scope cannot draw it.
        InvalidArgument: A number is out of its range.
    """
    owner, described = lookup.message(message, driver)
    made = owner.derived.get(message)
    if made is not None and made.message is described:
        # One that the relay makes: the page asks for it by itself.
        described = owner.published[made.of]
        options = replace(options, decimate=made.decimate)
    return ScopeRecipe(owner.name, described, options)


def check_size(height: int, fps: float) -> None:
    """Refuses what cannot be drawn.

    Args:
        height: Pixels, from 100 to 4000.
        fps: Pictures per second, up to 240.

    Raises:
        InvalidArgument: It cannot be.
    """
    if positive(height, "height", "a number of pixels", 4000) < 100:
        raise InvalidArgument(
            f"height is {height!r}; it can be a number of pixels from 100 to 4000"
        )
    positive(fps, "fps", "a number of pictures per second", 240)


def _is_counter(message: Message) -> bool:
    field = message.struct.by_name.get(_COUNTER)
    return field is not None and field.type.form == "whole"


def _numpy_type(field: Field) -> str:
    """Returns the type of what is drawn, of which the page makes room for."""
    return "<f8" if shown.scaling(field) else field.element.np
