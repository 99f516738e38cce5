"""What a widget holds and what is sent: the table that the page is held to, too (tests/web)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import reduce
from typing import Any

import pytest

from cwire.panel.form import CommandForm
from cwire_structs import wrap
from support.processes import ROOT
from support.widgets import open_widgets

TABLE = json.loads((ROOT / "tests" / "panel.json").read_text())


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandForm]:
    path = tmp_path_factory.mktemp("rules") / "all.h"
    path.write_text("\n".join(TABLE["header"]))
    message = wrap.wrap(path, "cc").schema.messages["set_all"]
    form = CommandForm(message, None, lambda name, fields, done: None)
    yield form
    form.close()
    assert open_widgets() == []


def of_json(value: Any) -> Any:
    """A value as a command in JSON has it."""
    match value:
        case complex():
            return [value.real, value.imag]
        case bytes():
            return list(value)
        case list():
            return [of_json(one) for one in value]
        case int() if abs(value) >= 1 << 53:
            return str(value)
    return value


def of_c(path: str, value: Any) -> Any:
    """The value that the kernel has where JSON has this one."""
    match path, value:
        case "z", [real, imaginary]:
            return complex(real, imaginary)
        case "large", str():
            return int(value)
        case "name", list():
            return bytes(value)
        case "both", list():
            return [of_c("name", one) for one in value]
    return value


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: f"{case['path']}:{case['held']}")
def test_what_is_held_is_what_is_sent(form: CommandForm, case: dict[str, Any]) -> None:
    page = {form[case["path"]].model_id: case["held"]}
    if "refused" in case:
        with pytest.raises(ValueError, match=f"^{re.escape(case['refused'])}$"):
            form.values(page)
        return
    (steps,) = (one.steps for one in form.inputs.controls() if one.path == case["path"])
    *before, last = steps
    values: Any = form.values(page)
    found: Any = reduce(lambda inside, step: inside[step], before, values)
    if "left_out" in case:
        assert last not in found
    elif "sent" in case:
        assert of_json(found[last]) == case["sent"]


@pytest.mark.parametrize(
    "case",
    [case for case in TABLE["shown"] if isinstance(case["held"], str | float)],
    ids=lambda case: case["path"],
)
def test_what_a_reply_says_is_shown(form: CommandForm, case: dict[str, Any]) -> None:
    """Numbers in texts may look another way (``1.0``): read again they are the same."""
    (found,) = (one for one in form.inputs.controls() if one.path == case["path"])
    shown = found.rule.show(of_c(case["path"], case["value"]))
    assert type(shown) is type(case["held"])
    if case["held"] != "":
        assert found.rule.read(shown) == found.rule.read(case["held"])
    else:
        assert shown == ""
