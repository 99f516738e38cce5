"""Numbers of all kinds, and what is right for them: the cases of tests/numbers.json."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from support.processes import ROOT

__all__ = ["CASES", "EXTREMES", "array_of"]

CASES: dict[str, list[dict[str, Any]]] = json.loads((ROOT / "tests" / "numbers.json").read_text())

EXTREMES = pytest.mark.parametrize("case", CASES["extremes"], ids=lambda case: case["name"])
"""Gives each case of extremes to a test as ``case``."""


def array_of(case: dict[str, Any], count: int | None = None) -> np.ndarray[Any, Any]:
    """The values of a case; again and again if there are to be more."""
    whole = np.dtype(case["type"]).kind in "iu"
    values = np.array([int(v) if whole else float(v) for v in case["values"]], case["type"])
    return values if count is None else np.resize(values, count)
