"""Tags of fields that are written in Python."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan
from typing import Any, cast

import pytest

from cwire_structs.schema import SchemaError, tags


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: tags.unit(cast(Any, 3)), r"unit\(3\): give text, as in unit\('V'\)"),
        (lambda: tags.range(3, 1), r"range\(3, 1\): give two finite numbers"),
        (lambda: tags.range(nan, 1), r"give two finite numbers"),
        (lambda: tags.range(0, inf), r"give two finite numbers"),
        (lambda: tags.scale(0), r"scale\(0, 0.0\): give finite numbers, the factor not 0"),
        (lambda: tags.time("h"), r"time\('h', 'unix'\): the unit is one of ns, us, ms, s"),
        (lambda: tags.time("s", "mars"), r"the epoch one of unix, gps, boot, none"),
        (lambda: tags.tile("z"), r"tile\('z'\): give one of x, y, width"),
        (lambda: tags.array(), r"array\(\): give whole numbers from 1"),
        (lambda: tags.array(2, 0), r"array\(2, 0\): give whole numbers from 1"),
        (lambda: tags.array(True), r"give whole numbers from 1"),
        (lambda: tags.tail(cast(Any, 1.5)), r"tail\(1.5,\): give whole numbers from 1"),
        (lambda: tags.text(0), r"text\(0,\): give whole numbers from 1"),
    ],
)
def test_wrong_words_are_refused_where_they_are_written(
    make: Callable[[], Any], reason: str
) -> None:
    with pytest.raises(SchemaError, match=reason):
        make()


def test_a_role_is_a_classs_own() -> None:
    @tags.command(id=3, reply="state", name="go")
    class Go:
        x: float

    class GoOn(Go):
        pass

    assert tags.role_of(Go) == tags.Role(3, "go", command=True, reply="state")
    assert tags.role_of(GoOn) == tags.Role()


def test_a_tag_shows_itself() -> None:
    assert repr(tags.unit("V")) == "unit('V')"
