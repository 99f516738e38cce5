"""What is drawn where the user names no field: the cases that the pages are held to, too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cwire.plot.choice import chosen_fields
from cwire.plot.recipe import make_recipe
from cwire_structs.schema import Schema
from support.processes import ROOT

CASES = json.loads((ROOT / "tests" / "choices.json").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["about"]))
def test_the_fields_that_come_first(case: dict[str, Any]) -> None:
    schema = Schema.from_json(json.dumps(case["schema"]))
    found = {one.name: list(chosen_fields(one)) for one in schema.published.values()}
    assert found == case["fields"]
    assert all(make_recipe(one, None, None, None).y for one in schema.published.values())
