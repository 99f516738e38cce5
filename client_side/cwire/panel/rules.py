"""Rules between what a widget of a form holds and the value that a command takes.

The page has the same rules (`web/panel/rules.mjs`), since it sends commands by itself;
``tests/panel.json`` has cases for both. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cwire.panel.parse import list_text, parse_json, parse_list
from cwire_structs.schema import shown
from cwire_structs.schema.fields import Field, Kind
from cwire_structs.schema.kinds import FloatType

__all__ = ["Between", "Json", "Listed", "Rule", "Scaled", "Typed"]

_SHOWN = 32  # elements of an array that are written out


class Rule:
    """The widget holds the value itself.

    Args:
        as_held: Makes of a value what the widget's trait takes.
    """

    name = "plain"

    def __init__(self, as_held: Callable[[Any], Any] = lambda value: value) -> None:
        self._as_held = as_held

    def read(self, held: Any) -> Any:
        """The value to send.

        Raises:
            ValueError: What was typed cannot be read.
        """
        return held

    def show(self, value: Any) -> Any:
        """What the widget is to hold for a value, as `to_dict` gives it."""
        return self._as_held(value)

    def as_json(self) -> dict[str, Any]:
        """The rule as the page reads it."""
        return {"rule": self.name}


class Between(Rule):
    """A number of a logarithmic slider, which may lie beyond the range by its last bit."""

    name = "between"

    def __init__(self, low: float, high: float, *, whole: bool) -> None:
        super().__init__(float)
        self._low, self._high, self._whole = low, high, whole

    def read(self, held: Any) -> Any:
        """See `Rule`."""
        return min(max(round(held) if self._whole else held, self._low), self._high)

    def as_json(self) -> dict[str, Any]:
        """See `Rule`."""
        limits = {"low": self._low, "high": self._high, "whole": self._whole}
        return {**super().as_json(), **limits}


class Scaled(Rule):
    """A number that is typed as people read it, and sent as C has it."""

    name = "scaled"

    def __init__(self, field: Field) -> None:
        super().__init__()
        self._field = field

    def read(self, held: Any) -> Any:
        """See `Rule`."""
        return shown.from_shown(self._field, held)

    def show(self, value: Any) -> Any:
        """See `Rule`."""
        return float(shown.to_shown(self._field, value))

    def as_json(self) -> dict[str, Any]:
        """See `Rule`."""
        return {**super().as_json(), **_factors(self._field)}


class Typed(Rule):
    """Text that is read as the field's kind says."""

    name = "typed"

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self._kind = kind

    def read(self, held: Any) -> Any:
        """See `Rule`."""
        return self._kind.parse(held)

    def show(self, value: Any) -> Any:
        """See `Rule`."""
        return self._kind.text(value)

    def as_json(self) -> dict[str, Any]:
        """See `Rule`."""
        return {**super().as_json(), "of": _form(self._kind)}


class Json(Rule):
    """JSON in a large text box, which begins empty."""

    name = "json"

    def read(self, held: Any) -> Any:
        """See `Rule`."""
        return parse_json(held)

    def show(self, value: Any) -> Any:
        """See `Rule`."""
        return ""


class Listed(Rule):
    """A list in a line of text.

    Args:
        field: The array.
        count: Its elements, where messages do not differ in that.
        scaled: Its numbers are typed as people read them.
    """

    name = "list"

    def __init__(self, field: Field, count: int, *, scaled: bool) -> None:
        super().__init__()
        self._field, self._count, self._scaled = field, count, scaled
        self._typed = FloatType("<f8") if scaled else field.element

    def read(self, held: Any) -> Any:
        """See `Rule`."""
        values = parse_list(held, self._typed)
        return shown.from_shown(self._field, values) if self._scaled else values

    def show(self, value: Any) -> Any:
        """See `Rule`."""
        values = shown.to_shown(self._field, value) if self._scaled else value
        return list_text(values, self._typed) if self._count <= _SHOWN else ""

    def as_json(self) -> dict[str, Any]:
        """See `Rule`."""
        told = {**super().as_json(), "of": _form(self._typed), "shown": self._count <= _SHOWN}
        return {**told, **_factors(self._field)} if self._scaled else told


def _form(kind: Kind) -> str:
    return "text" if kind.is_text else kind.form


def _factors(field: Field) -> dict[str, Any]:
    scale, bias = shown.scaling(field) or (1.0, 0.0)
    return {"scale": scale, "bias": bias, "whole": field.element.form == "whole"}
