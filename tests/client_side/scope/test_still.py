"""The scope's picture in a notebook that a program executes: nbclient, as nbconvert has it."""

from __future__ import annotations

import base64
import json
from typing import Any

import nbclient
import nbformat
import numpy as np
import pytest

from cwire.plot.curves import Curve
from cwire.scope.recipe import ScopeOptions, ScopeRecipe
from cwire.scope.still import draw
from support import schemas
from support.processes import Driver, Relay

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

RECIPE = ScopeRecipe("lab", schemas.schema().published["tick"], ScopeOptions(y="index"))


def size(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG, pixels."""
    assert png.startswith(b"\x89PNG")
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def test_lines_are_drawn_in_the_size_that_was_asked_for() -> None:
    found = [Curve(name, np.arange(3.0), np.arange(3.0)) for name in "ab"]
    assert size(draw(RECIPE, found, 320)) == (960, 320)
    assert size(draw(RECIPE, [], 400)) == (960, 400)


def test_an_executed_notebook_holds_pictures_and_no_code_of_pages(
    driver: Driver, relay: Relay
) -> None:
    cells = [
        "import cwire; bridge = cwire.connect()",
        "scope = bridge.scope('scope_block')",
        "status = bridge.scope('driver_status', ['temperature'], window=60)",
        "bridge.close()",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in cells])
    nbclient.NotebookClient(notebook, timeout=100, kernel_name="python3").execute()
    for cell in notebook.cells[1:3]:
        (output,) = cell.outputs
        data: dict[str, Any] = output.data
        assert size(base64.b64decode(data["image/png"])) == (960, 320)
        assert "<img" in data["text/html"]
    assert len(json.dumps(notebook.metadata)) < 20_000
