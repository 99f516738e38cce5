"""The table of expressions, and random ones over its messages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import numpy as np

from cwire_structs.errors import hint_text
from cwire_structs.expression.evaluation import evaluate, fields_of
from cwire_structs.expression.meaning import Find, Meaning
from cwire_structs.schema import Message, Schema
from support.processes import ROOT

TABLE = json.loads((ROOT / "tests/expressions.json").read_text())
SCHEMA = Schema.from_json(json.dumps(TABLE["schema"]))
PAYLOADS = {name: [bytes.fromhex(one) for one in some] for name, some in TABLE["payloads"].items()}

_NUMBERS = [
    "temperature", "count", "total", "level", "half", "small", "big", "huge", "flags.level",
    "flags.drift", "axis[0].speed", "volts[3]", "grid[1][2]", "wide[0]",
]  # fmt: skip
_ARRAYS = ["axis.speed", "volts", "grid", "grid[0]", "wide", "grid[:][1]"]
_LITERALS = ["0", "1", "80", "-5", "0.1", "2.5e3", "9007199254740993", "1e400", "0x10"]
_SIGNS = ["<", "<=", ">", ">=", "==", "!="]


def find_only(drivers: Mapping[str, Schema]) -> Find:
    """Finds the messages of these drivers."""

    def find(driver: str | None, name: str) -> tuple[str, Message]:
        if driver is not None and driver not in drivers:
            raise LookupError(f"no driver {driver!r}; {hint_text(driver, drivers)}")
        for known, schema in drivers.items():
            if name in schema.published and driver in (None, known):
                return known, schema.published[name]
        names = [one for schema in drivers.values() for one in schema.published]
        raise LookupError(f"no message {name!r}; {hint_text(name, names)}")

    return find


find = find_only({"lab": SCHEMA})


def fields_in_row(meaning: Meaning, row: int, count: int = 1) -> dict[int, Any]:
    """The fields of an expression in a row of the table's payloads, so many times."""
    fields: dict[int, Any] = {}
    for index, source in enumerate(meaning.sources):
        message, payload = source.message, PAYLOADS[source.message.name][row]
        tail = (len(payload) - message.size) // message.tail_size if message.tail_size else 0
        records = np.frombuffer(payload * count, message.dtype(tail))
        fields |= fields_of(meaning, index, records)
    return fields


def given(meaning: Meaning, count: int = 1) -> list[bool]:
    """What an expression gives for each row of the table's payloads."""
    truths = []
    for row in range(3):
        fields = fields_in_row(meaning, row, count)
        found = evaluate(meaning, [fields[index] for index in range(len(meaning.reads))])
        assert found.dtype == bool
        assert found.tolist() == [bool(found[0])] * count
        truths.append(bool(found[0]))
    return truths


def expression(random: Random) -> str:
    """A random expression that fits the table's messages."""
    while True:
        text = _truth(random, 4)
        if "status." in text or "motor." in text:
            return text


def _truth(random: Random, depth: int, array: str = "") -> str:
    kinds: list[Callable[[], str]] = [lambda: _comparison(random, depth - 1, array)]
    if depth > 0:
        kinds += [
            lambda: f"{_group(random, depth, array)} and {_group(random, depth, array)}",
            lambda: f"{_group(random, depth, array)} or {_group(random, depth, array)}",
            lambda: f"not {_group(random, depth, array)}",
        ]
        if not array:
            chosen = random.choice(_ARRAYS)
            kinds += [
                lambda: f"{random.choice(['any', 'all'])}({_truth(random, depth - 1, chosen)})"
            ]
    if not array:
        kinds += [
            lambda: "status.ok",
            lambda: f"status.mode {random.choice(_SIGNS)} {random.choice(['RUN', 'FAULT', '7'])}",
            lambda: f"motor.mode {random.choice(_SIGNS)} status.mode",
            lambda: f"status.name {random.choice(['==', '!='])} 'm1'",
        ]
    return random.choice(kinds)()


def _group(random: Random, depth: int, array: str) -> str:
    return f"({_truth(random, depth - 1, array)})"


def _comparison(random: Random, depth: int, array: str) -> str:
    parts = [_number(random, depth, array) for _ in range(random.choice([2, 2, 2, 3]))]
    if array:  # there is one at least
        parts[0] = f"status.{array}"
    text = parts[0]
    for part in parts[1:]:
        text += f" {random.choice(_SIGNS)} {part}"
    return text


def _number(random: Random, depth: int, array: str) -> str:
    kinds: list[Callable[[], str]] = [
        lambda: f"status.{random.choice(_NUMBERS)}",
        lambda: random.choice(_LITERALS),
        lambda: "motor.speed",
    ]
    if array:
        kinds.append(lambda: f"status.{array}")
    if depth > 0:
        sign = random.choice("+-*/")
        kinds += [
            lambda: (
                f"({_number(random, depth - 1, array)} {sign} {_number(random, depth - 1, array)})"
            ),
            lambda: f"abs({_number(random, depth - 1, array)})",
            lambda: f"-({_number(random, depth - 1, array)})",
        ]
        if not array:
            chosen = random.choice(_ARRAYS)
            kinds.append(lambda: f"{random.choice(['min', 'max', 'mean'])}(status.{chosen})")
    return random.choice(kinds)()
