"""Each way, between real processes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cwire.ipc.compare import place
from cwire.ipc.measure import Measured, measure
from cwire.ipc.orders import Read, Written
from cwire.ipc.plan import Case
from cwire.ipc.ways import SHARED, WAYS, absent
from cwire.ipc.wiring import Place
from support.processes import until

MISSING = absent()


@pytest.fixture(scope="module")
def here() -> Iterator[Place]:
    """The writers are compiled once, and Python starts once for each reader."""
    before = set(SHARED.iterdir())
    with place(list(WAYS), 2) as made:
        yield made
    assert not made.folder.exists()
    until(lambda: set(SHARED.iterdir()) <= before)  # others' files come and go there, too
    assert all(worker.process.returncode == 0 for worker in made.workers)


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if name in MISSING:
        pytest.skip(MISSING[name])
    return name


def test_all_that_is_written_comes(here: Place, way: str) -> None:
    found = measure(Case("throughput", way, 64, 16, wait=False, seconds=0.01), here)
    (read,) = found.reads
    assert read.delivered == found.written.published
    assert (read.lost, read.torn) == (0, 0)
    assert found.messages_per_s > 0
    assert found.cpu_s > 0


def test_large_messages_and_two_readers_that_sleep(here: Place, way: str) -> None:
    case = Case("cpu", way, 1 << 20, readers=2, seconds=0.03, rate=400.0)
    found = measure(case, here)
    assert [read.delivered for read in found.reads] == [found.written.published] * 2


def test_times_under_way(here: Place, way: str) -> None:
    wait = not WAYS[way].spins
    case = Case("latency", way, 64, mode="view", wait=wait, seconds=0.02, rate=1000.0)
    (read,) = measure(case, here).reads
    assert 0 < len(read.times_ns) <= read.delivered
    assert 0 < min(read.times_ns) < 10**10


def test_a_slow_reader_is_told_what_it_lost(here: Place, way: str) -> None:
    # More than there is room for: 64 messages of 64 KiB.
    case = Case("loss", way, 64 << 10, seconds=0.1, rate=2000.0, pause=1e-3)
    found = measure(case, here)
    (read,) = found.reads
    assert read.delivered + read.lost == found.written.published
    if way in ("pipe", "unix", "tcp", "pyzmq"):
        assert read.lost == 0


def test_a_reader_that_came_late_got_it_as_fast_as_it_was_written() -> None:
    late = Read(messages=0, seconds=1e-6, delivered=10, lost=0, torn=0, cpu_s=0.0)
    assert Measured(Written(10, 2.0, 0.0), (late,), 0.0).messages_per_s == 5
