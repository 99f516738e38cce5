"""The measurements of a comparison, and their order."""

from __future__ import annotations

from collections import Counter

import pytest

from cwire.ipc.plan import FRESH, FULL, QUICK, Case, Settings, cases, room


@pytest.mark.parametrize("settings", [QUICK, FULL], ids=["quick", "full"])
def test_every_case_once_and_ways_take_turns(settings: Settings) -> None:
    plan = list(cases(settings, ["one", "two"]))
    assert len(set(plan)) == len(plan)
    assert [case.way for case in plan] == ["one", "two"] * (len(plan) // 2)
    assert {case.kind for case in plan} == {"throughput", "first", "latency", "cpu", "loss"}
    assert all(case.size >= 64 and case.size % 8 == 0 for case in plan)


def test_modes_are_apart_and_large_messages_come_one_by_one() -> None:
    plan = [case for case in cases(FULL, ["way"]) if case.kind == "throughput"]
    assert {(case.size, case.batch) for case in plan if case.size > 1 << 16} == {
        (size, 1) for size in FULL.sizes if size > 1 << 16
    }
    modes = Counter((case.size, case.batch) for case in plan)
    assert modes[64, 1] == 1
    assert modes[64, 64] == modes[1 << 26, 1] == 3


def test_fresh_memory_is_passed_through_three_times_at_least() -> None:
    (first,) = (case for case in cases(QUICK, ["way"]) if case.kind == "first")
    assert (first.fresh, first.mode) == (FRESH, "copy")
    assert first.at_least * first.size == 3 * FRESH
    other = Case("throughput", "way", 64)
    assert (other.fresh, other.at_least) == (0, 6)


def test_a_slow_reader_does_not_hold_its_writer_where_there_is_a_choice() -> None:
    assert [case.kind for case in cases(QUICK, ["way"]) if not case.held] == ["loss"]


@pytest.mark.parametrize(
    ("size", "batch"), [(64, 1), (64, 64), (1000, 3), (1 << 20, 1), (1 << 26, 1)]
)
def test_what_is_under_way_is_whole_batches(size: int, batch: int) -> None:
    bytes_ = room(size, batch)
    assert bytes_ % (size * batch) == 0
    assert bytes_ >= 4 * size * batch
    assert bytes_ >= 4 << 20
    assert Case("throughput", "way", size, batch).room == bytes_
