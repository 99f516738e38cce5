"""All ways in one table."""

from __future__ import annotations

import json

import pytest

import cwire
from cwire.ipc import compare as module
from cwire.ipc.compare import compare, describe, ways_called
from cwire.ipc.measure import Measured, measure
from cwire.ipc.plan import Case, Settings
from cwire.ipc.report import tables
from cwire.ipc.ways import WAYS, Way
from cwire.ipc.wiring import Place

TINY = Settings(
    sizes=(64, 1 << 16),
    batches=(1, 16),
    seconds=0.005,
    repeats=2,
    latency_sizes=(64,),
    latency_seconds=0.005,
    readers=(1,),
    load_seconds=0.01,
    beyond_caches=1 << 20,
)


def test_a_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    none = Way("pigeon", "socket", "", lambda: "there are no pigeons; buy some")
    monkeypatch.setitem(WAYS, "pigeon", none)
    told: list[tuple[int, int, str]] = []
    made = compare(
        TINY, ["pigeon", "file", "pipe"], lambda done, total, text: told.append((done, total, text))
    )
    assert made.ways == ["pipe", "file"]
    assert {len(row.runs) for row in made.throughputs} == {2}
    assert [row.way for row in made.losses] == [row.way for row in made.firsts] == ["pipe", "file"]
    assert all(min(row.first + row.later) > 0 for row in made.firsts)
    assert [(row.way, row.reason) for row in made.left] == [
        ("pigeon", "there are no pigeons; buy some")
    ]
    assert [row[0] for row in tables(made)[0].rows[:2]] == ["pipe", "mapped file"]
    json.dumps(made.as_json())
    # Every case of both repeats, with its way, and the end.
    assert [done for done, _, _ in told] == list(range(len(told)))
    assert {total for _, total, _ in told} == {len(told) - 1}
    assert told[0][2] == "pipe: copy, 64 B x 1"


def test_a_case_that_fails_is_told_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def measure_if_it_lives(case: Case, here: Place) -> Measured:
        if case.kind == "latency":
            here.workers[0].process.kill()
        return measure(case, here)

    monkeypatch.setattr(module, "measure", measure_if_it_lives)
    made = compare(TINY, ["pipe"])
    assert made.latencies == []
    assert len(made.cpus) == len(made.losses) == 1
    assert [left.what for left in made.left] == [
        "latency, 64 B, sleeping",
        "latency, 64 B, spinning",
    ]
    assert all("a worker ended by itself" in left.reason for left in made.left)


def test_a_way_that_nobody_knows() -> None:
    with pytest.raises(cwire.InvalidArgument, match="no way is called 'pip'; there are: pipe, "):
        ways_called(["pip"])
    assert ways_called(["file", "pipe"]) == ["pipe", "file"]
    assert ways_called(None) == list(WAYS)


def test_cases_in_words() -> None:
    assert describe(Case("loss", "pipe", 64)) == "a slow reader"
    assert describe(Case("first", "pipe", 64)) == "fresh memory"
    assert describe(Case("cpu", "pipe", 64, readers=2)) == "processor time, readers: 2"
    assert describe(Case("latency", "pipe", 64)) == "latency, 64 B, sleeping"
    assert describe(Case("throughput", "pipe", 64, 16)) == "copy, 64 B x 16"
