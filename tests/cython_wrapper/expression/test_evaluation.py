"""What expressions give: the table that JavaScript reads, too, and random ones."""

from __future__ import annotations

import math
import operator
from random import Random
from typing import Any

import numpy as np
import pytest

from cwire_structs.expression.evaluation import evaluate, fields_of
from cwire_structs.expression.meaning import Value, resolve
from cwire_structs.expression.syntax import ExpressionError, parse
from support.expressions import PAYLOADS, TABLE, expression, fields_in_row, find, find_only, given

COMPARE: dict[str, Any] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@pytest.mark.parametrize("case", TABLE["cases"], ids=lambda case: case["text"])
def test_the_table(case: dict[str, Any]) -> None:
    meaning = resolve(case["text"], find)
    assert given(meaning) == case["gives"]
    assert given(meaning, 3) == case["gives"]
    assert given(resolve(str(parse(case["text"])), find)) == case["gives"]


def test_many_frames_at_once() -> None:
    meaning = resolve("status.temperature > 80 and any(status.volts < 0)", find)
    message = meaning.sources[0].message
    records = np.frombuffer(b"".join(PAYLOADS["status"]) * 1000, message.dtype())
    fields = fields_of(meaning, 0, records)
    found = evaluate(meaning, [fields[index] for index in range(len(meaning.reads))])
    assert found.tolist() == [True, False, False] * 1000
    none = fields_of(meaning, 0, records[:0])
    assert evaluate(meaning, [none[index] for index in range(len(meaning.reads))]).shape == (0,)


def plainly(value: Value, fields: list[Any]) -> Any:
    """Evaluates for one row by Python's own numbers, element by element; arrays are lists."""
    op = value.op
    if op == "read":
        assert isinstance(value.value, int)
        return fields[value.value]
    if not value.parts:
        found = value.value
        return found.encode() if isinstance(found, str) else found
    parts = [plainly(part, fields) for part in value.parts]
    if op in ("min", "max", "mean", "any", "all"):
        (items,) = parts
        if op in ("any", "all"):
            return any(items) if op == "any" else all(items)
        if op == "mean":
            total = 0.0
            for number in items:
                total += float(number)
            return total / len(items) if items else math.nan
        if not items or any(number != number for number in items):
            return math.nan
        return min(items) if op == "min" else max(items)
    lengths = {len(part) for part in parts if isinstance(part, list)}
    if not lengths:
        return one(value, parts)
    (length,) = lengths
    spread = [part if isinstance(part, list) else [part] * length for part in parts]
    return [one(value, list(row)) for row in zip(*spread, strict=True)]


def one(value: Value, parts: list[Any]) -> Any:
    """The same of single values."""
    op = value.op
    if op == "compare":
        assert isinstance(value.value, tuple)
        pairs = zip(value.value, parts, parts[1:], strict=False)
        return all(COMPARE[sign](*alike(left, right)) for sign, left, right in pairs)
    if op == "not":
        return not parts[0]
    if op in ("and", "or"):
        return all(parts) if op == "and" else any(parts)
    if op == "abs":
        return abs(parts[0])
    numbers = [float(part) for part in parts]
    if op == "minus":
        return -numbers[0]
    if op == "/":
        return float(np.float64(numbers[0]) / np.float64(numbers[1]))
    return {"+": operator.add, "-": operator.sub, "*": operator.mul}[op](*numbers)


def alike(left: Any, right: Any) -> tuple[Any, Any]:
    if isinstance(left, float) != isinstance(right, float):
        return float(left), float(right)
    return left, right


def listed(array: Any) -> Any:
    """A row of a field as `plainly` takes it."""
    found = array[0].tolist() if array.ndim > 1 else array[:1].tolist()[0]
    return found


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_random_ones_give_what_plain_python_gives() -> None:
    random = Random(16)
    seen = []
    for _ in range(300):
        text = expression(random)
        meaning = resolve(text, find)
        expected = []
        for row in range(3):
            fields = fields_in_row(meaning, row)
            values = [listed(fields[index]) for index in range(len(meaning.reads))]
            expected.append(bool(plainly(meaning.value, values)))
        assert given(meaning) == expected, text
        assert given(resolve(str(parse(text)), find)) == expected
        seen += expected
    assert {True, False} == set(seen)


def test_a_message_that_several_drivers_have() -> None:
    with pytest.raises(ExpressionError, match="no driver 'lab'"):
        resolve("lab/status.ok", find_only({}))
