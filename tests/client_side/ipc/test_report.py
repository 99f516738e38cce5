"""A comparison as tables."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cwire.ipc.plan import FULL
from cwire.ipc.report import notes, size_text, tables, versus
from cwire.ipc.results import Comparison
from support.ipc import comparison


@pytest.mark.parametrize(
    ("size", "text"),
    [(64, "64 B"), (1024, "1 KiB"), (1536, "1.5 KiB"), (1 << 20, "1 MiB"), (1 << 26, "64 MiB")],
)
def test_sizes(size: int, text: str) -> None:
    assert size_text(size) == text


def test_tables() -> None:
    copies, modes, firsts, latencies, costs = tables(comparison())
    assert copies.head == ("way", "64 B: M/s", "64 B x 64: M/s", "1 MiB: GB/s", "spread")
    assert copies.rows[0] == ("Unix socket", "1.25", "12.5", "2.62", "40%")
    # 10 GB/s are 156 million blocks of 64 B; of 1 MiB nothing was measured.
    assert copies.rows[2] == ("memcpy, in the cache", "156", "156", "-", "-")
    assert modes.rows[1] == ("shared_memory", "5.24 / 5.24 / 5.24")
    assert firsts.head == ("way", "message", "first pass", "later passes")
    assert firsts.rows[1] == ("shared_memory", "1 MiB", "1.05", "4.19")
    assert latencies.head[1:] == ("64 B, sleeping", "64 B, spinning")
    assert latencies.rows[0][1] == "20.0 / 20.0 / -"
    assert costs.rows[1] == ("shared_memory", "250", "500", "0%", "50%", "3")
    assert "Unix socket" in str(costs)
    assert "<td" in costs._repr_html_()


def test_the_best_of_both_families_as_measured() -> None:
    rows = {row[0]: row[1:] for row in versus(comparison()).rows}
    assert rows["64 B, copied"] == ("1.25 M/s (Unix socket)", "2.50 M/s (shared_memory)")
    assert rows["1 MiB, looked at"] == ("2.62 GB/s (Unix socket)", "5.24 GB/s (shared_memory)")
    assert rows["64 B to a reader that sleeps, median"][1] == "10.0 µs (shared_memory)"
    assert rows["processor time for 1 GB to 2 readers"][0] == "1000 ms (Unix socket)"
    assert rows["a reader that manages half loses"][0] == "0% (Unix socket)"
    assert rows["... and holds the writer back by"] == ("50% (Unix socket)", "0% (shared_memory)")


def test_how_far_to_trust_it() -> None:
    made = comparison()
    once, missing = notes(made)
    assert once.startswith("Each was measured once")
    assert missing == "Not measured: pyzmq ipc: not installed"
    busy = replace(made, machine={**made.machine, "load_before": 3.0}, left=[])
    assert notes(busy)[0].startswith("The machine was busy before it began (load 3 on 2 cores)")
    quiet = replace(made, settings=FULL, left=[])
    assert notes(quiet) == []


def test_nothing_is_compared_with_nothing() -> None:
    made = comparison()
    made.throughputs = [row for row in made.throughputs if row.way == "unix"]
    assert not any("copied" in row[0] for row in versus(made).rows)
    empty = Comparison(made.machine, made.settings, made.titles, made.families)
    assert tables(empty) == []
