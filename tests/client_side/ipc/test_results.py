"""Rows of a comparison: medians, percentiles, JSON."""

from __future__ import annotations

import json

import pytest

from cwire.ipc.results import Latency, Loss, Throughput, percentile, spread
from support.ipc import comparison


def test_median_and_spread_of_the_repeats() -> None:
    row = Throughput("pipe", "copy", 64, 1, [10.0, 30.0, 20.0])
    assert (row.messages_per_s, row.bytes_per_s, row.spread) == (20.0, 1280.0, 1.0)
    assert spread([5.0]) is None


@pytest.mark.parametrize(
    ("count", "part", "found"),
    [
        (1, 0.5, None),
        (10, 0.5, 5),
        (100, 0.99, 99),
        (99, 0.99, None),
        (5000, 0.999, 4995),
        (4000, 0.999, None),  # four above it would be luck
    ],
)
def test_a_percentile_needs_samples_beyond_it(count: int, part: float, found: int | None) -> None:
    assert percentile(list(range(1, count + 1)), part) == found


def test_latencies_of_repeats_are_one_set() -> None:
    row = Latency("pipe", 64, True)
    row.add([5, 1, 3])
    row.add([4, 2])
    assert row.times_ns == [1, 2, 3, 4, 5]
    assert row.medians == [3, 3]
    assert row.p50_ns == 3
    assert row.p99_ns is None


def test_held_back_and_lost() -> None:
    row = Loss("pipe", wanted=200, published=100, delivered=75, lost=25)
    assert (row.held_back, row.lost_part) == (0.5, 0.25)
    assert Loss("pipe", wanted=200, published=201).held_back == 0


def test_json_has_all_rows_and_no_raw_times() -> None:
    made = comparison()
    found = json.loads(json.dumps(made.as_json()))
    assert found["cwire_ipc"] == 1
    assert {row["way"] for row in found["throughput"]} == {"unix", "shared_memory"}
    assert found["first_pass"][1]["first_bytes_per_s"] == 1000 << 20
    assert found["latency"][0]["waits"] == "blocking"
    assert "times_ns" not in found["latency"][0]
    assert found["cpu"][0]["ms_per_gb"] == pytest.approx(500)
    assert found["left_out"] == [{"way": "pyzmq", "what": "", "reason": "not installed"}]


def test_ways_of_which_nothing_was_measured_are_no_ways() -> None:
    assert comparison().ways == ["unix", "shared_memory"]
