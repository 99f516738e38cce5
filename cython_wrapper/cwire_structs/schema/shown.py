"""Numbers as people read them: scaled, in their unit, a time as a time.

The bytes, numpy views, `encode` and `decode` hold the number as C has it. Plots, tables and forms
show ``number * scale + bias`` (``@scale``, ``@offset``) and times in seconds (``@time``); both ways
go through here. Pure.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import numpy as np

from cwire_structs.schema.fields import TIME_UNITS, Field

_PER_SECOND = {"ns": 10**9, "us": 10**6, "ms": 10**3, "s": 1}
_EPOCHS = {"unix": datetime(1970, 1, 1), "gps": datetime(1980, 1, 6)}
_ZONES = {"unix": "UTC", "gps": "GPS"}


def scaling(field: Field) -> tuple[float, float] | None:
    """Returns scale and bias of what people read; None where they read the number itself."""
    if field.time:
        scale = TIME_UNITS[field.time.unit]
        return None if scale == 1.0 else (scale, 0.0)
    if field.scale is None and field.bias is None:
        return None
    return (
        1.0 if field.scale is None else field.scale,
        0.0 if field.bias is None else field.bias,
    )


def unit(field: Field) -> str | None:
    """Returns the unit of what people read: a time's is s."""
    return "s" if field.time else field.unit


def title(field: Field) -> str:
    """Returns what people call a field: its ``@name``, else its name in C."""
    return field.label or field.name


def to_shown(field: Field, value: Any) -> Any:
    """Returns a number, an array or a nested list as people read it; unscaled ones are unchanged.

    Scaled arrays are float64 and copies.
    """
    factors = scaling(field)
    if factors is None:
        return value
    scale, bias = factors
    if isinstance(value, list | tuple):
        return [to_shown(field, item) for item in value]
    if isinstance(value, np.ndarray):
        return value.astype("f8") * scale + bias
    return _tidy(float(value) * scale + bias)


def from_shown(field: Field, value: Any) -> Any:
    """Returns the number, or nested list of numbers, that people read as this.

    Of an integer field it is the nearest integer; what is no finite number is returned as it is,
    for `encode` to refuse.
    """
    factors = scaling(field)
    if factors is None:
        return value
    if isinstance(value, list | tuple):
        return [from_shown(field, item) for item in value]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return value
    scale, bias = factors
    number = (value - bias) / scale
    return round(number) if field.element.form == "whole" else number


def shown_range(field: Field) -> tuple[float, float] | None:
    """Returns the lowest and the highest value as people read them."""
    if field.range is None:
        return None
    low, high = (to_shown(field, end) for end in field.range)
    return (low, high) if low <= high else (high, low)


def time_text(field: Field, value: Any) -> str | None:
    """Returns a time since a date as that date, to the field's resolution; None for other fields.

    GPS time has no leap seconds: it is told as GPS, not as UTC.
    """
    if field.time is None or field.time.epoch not in _EPOCHS or isinstance(value, bool):
        return None
    if not isinstance(value, int | float) or not math.isfinite(value):
        return None
    per_second = _PER_SECOND[field.time.unit]
    seconds, rest = divmod(Fraction(value), per_second)
    try:
        moment = _EPOCHS[field.time.epoch] + timedelta(seconds=seconds)
    except OverflowError:
        return None
    digits = {1: 0, 10**3: 3, 10**6: 6, 10**9: 9}[per_second]
    fraction = f".{int(rest):0{digits}}" if digits else ""
    return f"{moment:%Y-%m-%d %H:%M:%S}{fraction} {_ZONES[field.time.epoch]}"


def _tidy(number: float) -> float:
    """Returns 0.3 for 0.30000000000000004: a scale of 0.1 is no binary fraction."""
    return float(f"{number:.15g}")
