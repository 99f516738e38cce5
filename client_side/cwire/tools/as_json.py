"""Makes JSON of the plain values of frames. Pure."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["as_json"]

_SAFE = 1 << 53  # JavaScript's numbers, and jq's, hold integers up to this


def as_json(value: Any) -> Any:
    """Makes what JSON can hold: NaN is null, large integers are texts, a complex is a pair."""
    if isinstance(value, dict):
        return {key: as_json(one) for key, one in value.items()}
    if isinstance(value, list):
        return [as_json(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > _SAFE:
        return str(value)
    if isinstance(value, np.ndarray):
        return as_json(value.tolist())
    if isinstance(value, complex):
        return [as_json(value.real), as_json(value.imag)]
    if isinstance(value, bytes):
        return value.decode("latin-1")
    return value
