"""What expressions refuse, and where they say it."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from cwire_structs.expression.meaning import resolve
from cwire_structs.expression.syntax import ExpressionError
from support.expressions import TABLE, find


@pytest.mark.parametrize("case", TABLE["refused"], ids=lambda case: case["text"] or "nothing")
def test_the_table(case: dict[str, Any]) -> None:
    with pytest.raises(ExpressionError) as caught:
        resolve(case["text"], find)
    assert caught.value.reason.startswith(case["reason"])
    assert caught.value.column == case["column"]
    assert f"column {case['column']} of {case['text']!r}" in str(caught.value)
    again = pickle.loads(pickle.dumps(caught.value))
    assert (again.column, again.reason) == (caught.value.column, caught.value.reason)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("status.temprature > 80", "did you mean 'temperature'?"),
        ("stats.temperature > 80", "did you mean 'status'?"),
        ("status.mode == FAUL", "did you mean 'FAULT'?"),
        ("status.axis[0].sped > 80", "did you mean 'axis[0].speed'?"),
        ("status.mode == BROKEN", "there are: OFF, RUN, FAULT"),
    ],
)
def test_what_was_perhaps_meant(text: str, hint: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        resolve(text, find)
    assert hint in caught.value.reason


def test_what_it_reads() -> None:
    meaning = resolve("status.ok and motor.speed > 3 or lab/status.ok and status.ok", find)
    assert [(one.driver, one.message.name) for one in meaning.sources] == [
        ("lab", "status"),
        ("lab", "motor"),
    ]
    assert [one.text for one in meaning.reads] == ["status.ok", "motor.speed", "lab/status.ok"]
