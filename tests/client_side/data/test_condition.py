"""Conditions over messages as they come, compared with one frame after the other."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest

from cwire.data.condition import Condition, Frames
from cwire.data.feed import make_history
from cwire.data.frame_array import FrameArray
from cwire_structs import frames
from cwire_structs.expression.meaning import resolve
from support.expressions import PAYLOADS, SCHEMA, expression, find, given

STATUS, MOTOR = SCHEMA.messages["status"], SCHEMA.messages["motor"]


def frames_of(name: str, rows: list[tuple[int, int]]) -> Frames:
    """Frames of rows of the table: (row, time)."""
    message = SCHEMA.messages[name]
    data = b"".join(
        frames.pack(message.id, PAYLOADS[name][row], source=1, time_ns=time) for row, time in rows
    )
    history = make_history(message, 1 << 20)
    for tally in frames.scan(data).tallies:
        history.append(memoryview(data), tally)
    return history.read(0, len(rows))[1]


@pytest.mark.parametrize("pieces", [1, 3, 40])
def test_streams_of_chance(pieces: int) -> None:
    random = Random(pieces)
    for _ in range(25):
        text = expression(random)
        meaning = resolve(text, find)
        names = [one.message.name for one in meaning.sources]
        condition = Condition(meaning)
        newest: dict[str, int] = {}
        time = 0
        for _ in range(8):
            news: dict[int, list[Frames]] = {}
            expected: list[tuple[int, bool]] = []
            rows: dict[str, list[tuple[int, int]]] = {name: [] for name in names}
            for _ in range(random.randrange(1, pieces + 1)):
                time += 1
                name, row = random.choice(names), random.randrange(3)
                rows[name].append((row, time))
                newest[name] = row
                truth = len(newest) == len(names) and mixed(meaning, newest)
                expected.append((names.index(name), truth))
            for name, some in rows.items():
                if some:
                    news[names.index(name)] = [frames_of(name, some)]
            found = condition.take(news)
            told = list(zip(found.source.tolist(), found.truth.tolist(), strict=True))
            assert told == expected, text


def mixed(meaning: Any, newest: dict[str, int]) -> bool:
    """What it gives with a row of each message."""
    kept = {name: list(some) for name, some in PAYLOADS.items()}
    try:
        for name, row in newest.items():
            PAYLOADS[name][0] = kept[name][row]
        return given(meaning)[0]
    finally:
        PAYLOADS.update(kept)


def test_equal_stamps_are_of_one_moment() -> None:
    condition = Condition(resolve("status.ok and motor.mode == RUN", find))
    news = {0: [frames_of("status", [(0, 5)])], 1: [frames_of("motor", [(0, 5)])]}
    assert condition.take(news).truth.tolist() == [True, True]


def test_stamps_that_go_back_keep_their_order() -> None:
    condition = Condition(resolve("status.ok and motor.mode == RUN", find))
    news = {
        0: [frames_of("status", [(0, 9), (1, 3), (0, 4)])],
        1: [frames_of("motor", [(0, 1)])],
    }
    found = condition.take(news)
    assert found.row[found.source == 0].tolist() == [0, 1, 2]
    assert found.truth[-1]


def test_values() -> None:
    text = (
        "status.temperature > 0 or status.mode == 3 or status.name == 'm1' or any(status.volts > 3)"
    )
    condition = Condition(resolve(text, find))
    found = condition.take({0: [frames_of("status", [(0, 1), (1, 2), (2, 3)])]})
    assert found.values(0) == {
        "status.temperature": 85.5,
        "status.mode": "RUN",
        "status.name": "m1",
        "status.volts": [10, 20, 30, -40],
    }
    assert found.values(1)["status.temperature"] == "nan"
    assert found.values(2)["status.mode"] == 9


def test_nothing_new() -> None:
    condition = Condition(resolve("status.ok", find))
    assert condition.take({}).truth.tolist() == []
    empty = FrameArray.from_frames(np.empty(0, np.uint8), STATUS.frame_dtype(STATUS.size), STATUS)
    assert condition.take({0: [empty]}).truth.tolist() == []
