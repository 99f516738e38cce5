"""Fields that a scope can draw, as the page is told of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import cwire
from cwire.scope.recipe import ScopeOptions, ScopeRecipe, check_size
from cwire_structs import wrap
from support import schemas


def recipe(y: Any = None, **how: Any) -> ScopeRecipe:
    message = schemas.schema().published[how.pop("message", "tick")]
    return ScopeRecipe("lab", message, ScopeOptions(y=y, **how))


def test_what_the_page_is_told() -> None:
    told = recipe("values").as_json()
    assert (told["kind"], told["x_kind"], told["window"], told["units"]) == (
        "block",
        None,
        None,
        ["V"],
    )
    told = recipe("index").as_json()
    assert (told["kind"], told["x_unit"], told["window"]) == ("trend", "s", 10.0)
    json.dumps(told)


def test_what_a_scope_cannot_draw() -> None:
    with pytest.raises(cwire.UnknownField, match="how far apart"):
        recipe("values", window=1)
    with pytest.raises(cwire.UnknownField, match="leave decimate out"):
        recipe("index", decimate=4)
    with pytest.raises(cwire.UnknownField, match="no field 'nope'"):
        recipe("nope")
    for wrong in (
        {"window": 0},
        {"window": float("nan")},
        {"window": 1e9},
        {"decimate": 1},
        {"decimate": 2.5},
    ):
        with pytest.raises(ValueError, match="it can be a"):
            recipe("index", **wrong)
    for height, fps in ((10, 60), (320, 0), (320, float("nan"))):
        with pytest.raises(ValueError, match="it can be a number"):
            check_size(height, fps)


def test_the_page_is_told_how_numbers_are_read(tmp_path: Path) -> None:
    header = tmp_path / "air.h"
    header.write_text(
        "enum message_id { AIR = 1 };\nstruct air {\nshort warm; /**< @scale 0.5 @offset -40 */\n"
        "short plain[4]; /**< @unit V */\nunsigned step; /**< @time us */ };\n"
    )
    message = wrap.wrap(header, "cc").schema.messages["air"]
    told = ScopeRecipe("lab", message, ScopeOptions(y="warm")).as_json()
    assert (told["scales"], told["x_scale"], told["types"]) == ([[0.5, -40.0]], [], ["<f8"])
    told = ScopeRecipe("lab", message, ScopeOptions(y="plain", x="step", window=1.0)).as_json()
    assert (told["scales"], told["x_scale"], told["types"]) == ([None], [1e-6, 0.0], ["<i2"])
    assert (told["x_label"], told["x_unit"]) == ("time", "s")
