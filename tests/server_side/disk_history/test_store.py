"""The files of the history: any sequence of writes, reads and evictions equals a list of frames."""

from __future__ import annotations

import os
import random
import resource
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cwire_server.disk_history.runs import Run
from cwire_server.disk_history.store import BLOCK_BYTES, Query, Store, Summary
from cwire_structs import frames

NAMES = {f"m{number}": number for number in range(1, 13)}
A = Run(1, 1, "layout a", NAMES)


@dataclass(frozen=True)
class Kept:
    """A frame, as the model has it."""

    run: Run
    type: int
    stamp: int
    data: bytes


def frame(type_: int, sequence: int, stamp: int, size: int = 8) -> bytes:
    payload = sequence.to_bytes(8, "little").ljust(size, b"x")
    return frames.pack(type_, payload, source=1, sequence=sequence, time_ns=stamp)


def read(store: Store, query: Query, now: float = 0.0) -> tuple[bytes, Summary]:
    plan = store.plan(query, now)
    pieces = []
    while (piece := store.read(plan)) is not None:
        pieces.append(piece)
    return b"".join(pieces), plan.summary


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(1e6, 1 << 20, tmp_path)
    yield made
    made.close()


def add(store: Store, data: bytes, run: Run = A, now: float = 0.0, **missed: int) -> None:
    store.add(run, memoryview(data), {NAMES[name]: count for name, count in missed.items()}, now)


@pytest.mark.parametrize("seed", range(24))
def test_reads_equal_a_list_of_frames(tmp_path: Path, seed: int) -> None:
    some = random.Random(seed)
    limit = some.choice([1 << 20, 1 << 22])
    store = Store(100.0, limit, tmp_path)
    runs = [A, Run(2, 2, "layout a", NAMES)]
    model: list[Kept] = []
    sequences: Counter[tuple[Run, int]] = Counter()
    types = some.sample(sorted(NAMES.values()), some.choice([1, 3, 12]))
    sizes = some.choice([[8], [8], [8, 40, 200], [8, 2000]])
    now, stamp, largest = 0.0, 10**9, BLOCK_BYTES
    for _ in range(some.choice([40, 150])):
        now += some.choice([0.0, 0.0, 0.1, 5.0])
        action = some.random()
        if action < 0.75:
            run = some.choice(runs)
            batch = []
            for _ in range(some.choice([1, 3, 60, 400])):
                type_ = some.choice(types)
                stamp += some.choice([0, 1, 1, 1000, -500])
                data = frame(type_, sequences[run, type_], stamp, some.choice(sizes))
                sequences[run, type_] += 1
                batch.append(Kept(run, type_, stamp, data))
            store.add(run, memoryview(b"".join(one.data for one in batch)), {}, now)
            model += batch
            largest = max(largest, sum(len(one.data) for one in batch))
        elif action < 0.8:
            old = some.randrange(2)
            layout = some.choice(["layout a", "layout b"])
            runs[old] = Run(old + 1, runs[old].session + 2, layout, NAMES)
        else:
            run, type_ = some.choice(runs), some.choice(types)
            begin, end = sorted((stamp - some.randrange(60_000), stamp - some.randrange(60_000)))
            most = some.choice([None, None, 1, 7, 1000])
            whole = some.random() < 0.5
            query = Query(
                run.source,
                f"m{type_}",
                run.layout,
                **({} if whole else {"begin": begin, "end": end}),
                most=most,
            )
            mine = [one for one in model if one.run.source == run.source and one.type == type_]
            fits = [one for one in mine if one.run.layout == run.layout]
            kept = [one.data for one in fits if whole or begin <= one.stamp < end]
            expected = b"".join(kept[-most:] if most else kept)
            got, summary = read(store, query, now)
            assert expected.endswith(got)
            assert summary.frames == len(list(_each(got)))
            if not deleted(store, model, now):
                assert got == expected
                assert summary.more == (most is not None and len(kept) > most)
        store.expire(now)
        assert store.kept <= store.size <= limit
        assert store.size == on_disk(tmp_path)
    gone = deleted(store, model, now)
    for source in (1, 2):
        # What is left of a driver, of all messages and layouts, is the end of what it published.
        mine = [one for one in model if one.run.source == source]
        left: dict[tuple[str, int], bytes] = {}
        for layout in ("layout a", "layout b"):
            for type_ in types:
                left[layout, type_], summary = read(store, Query(source, f"m{type_}", layout), now)
                of_type = [one for one in mine if one.type == type_]
                others = [one for one in of_type if one.run.layout != layout]
                assert not summary.lost
                assert gone or summary.left_out == len(others)
        count = sum(len(list(_each(data))) for data in left.values())
        ends: dict[tuple[str, int], bytes] = dict.fromkeys(left, b"")
        for one in mine[len(mine) - count :]:
            ends[one.run.layout, one.type] += one.data
        assert left == ends
        assert gone or count == len(mine)
    # No more was deleted than a segment at a time, and what a block had to have.
    assert now > 100 or not gone or store.kept >= limit - limit // 16 - 2 * largest
    store.close()
    assert list(tmp_path.iterdir()) == []


def deleted(store: Store, model: list[Kept], now: float) -> int:
    """Bytes that the store does not have any more."""
    for source in (1, 2):
        store.seal(source, now)
    return sum(len(one.data) for one in model) - store.kept


def _each(data: bytes) -> Iterator[int]:
    position = 0
    while position < len(data):
        yield position
        position += frames.span(frames.unpack_header(data, position).size)


def test_the_newest_frames_are_chosen_and_older_ones_are_told_of(store: Store) -> None:
    for first in range(0, 30_000, 100):
        add(store, b"".join(frame(1, n, 1000 + n) for n in range(first, first + 100)))
    got, summary = read(store, Query(1, "m1", "layout a", most=250))
    assert [frames.unpack_header(got, at).sequence for at in _each(got)] == [*range(29_750, 30_000)]
    assert (summary.frames, summary.more, summary.lost) == (250, True, {})
    assert (summary.earliest, summary.latest) == (1000, 30_999)
    got, summary = read(store, Query(1, "m1", "layout a", begin=1010, end=1013, most=3))
    assert len(got) == 3 * 32
    assert not summary.more
    got, _ = read(store, Query(1, "m1", "layout a", seconds=10e-9))
    assert len(got) == 11 * 32  # the newest one, and those of 10 ns before


def test_what_is_missing_has_a_reason(store: Store) -> None:
    add(store, b"".join(frame(1, n, n) for n in range(10)))
    add(store, b"".join(frame(1, n, n) for n in range(15, 20)), m1=3)  # 10 to 14 are missing
    _, summary = read(store, Query(1, "m1", "layout a"))
    assert summary.lost == {"relay": 3, "driver": 2}
    _, summary = read(store, Query(1, "m1", "layout a", begin=15))
    assert summary.lost == {}, "nothing between them"
    add(store, frame(1, 5, 30), Run(1, 2, "layout a", NAMES))
    _, summary = read(store, Query(1, "m1", "layout a", begin=15))
    assert (summary.frames, summary.lost) == (6, {}), "another run counts anew"


def test_what_is_deleted_while_it_is_read_is_told(tmp_path: Path) -> None:
    store = Store(1e6, 1 << 20, tmp_path)
    size = BLOCK_BYTES // 2 - 32
    for number in range(6):
        add(store, frame(1, number, number, size))
    plan = store.plan(Query(1, "m1", "layout a"), 0.0)
    taken = 0
    while (piece := store.read(plan)) is not None:
        taken += len(list(_each(piece)))
        for number in range(6, 20):
            add(store, frame(1, number, number, size))
    assert plan.summary.frames == taken
    assert plan.summary.expired == 6 - taken > 0
    assert plan.summary.lost["expired"] == 6 - taken
    store.close()


def test_a_frame_that_is_larger_than_all_that_may_be_kept_is_counted(store: Store) -> None:
    add(store, frame(1, 0, 0))
    add(store, frame(1, 1, 1, 2 << 20))
    add(store, frame(1, 2, 2))
    got, summary = read(store, Query(1, "m1", "layout a"))
    assert len(got) == 64
    assert summary.lost == {"relay": 1}


def test_time_deletes_what_is_old(tmp_path: Path) -> None:
    store = Store(16.0, 1 << 30, tmp_path)
    for second in range(60):
        add(store, frame(1, second, second), now=float(second))
        store.seal(1, float(second))
        store.expire(float(second))
    got, _ = read(store, Query(1, "m1", "layout a"), 59.0)
    kept = len(got) // 32
    assert 16 <= kept <= 19, "those of 16 s, and of a part of that more"
    store.close()


def test_files_have_no_names_and_are_this_account_s(tmp_path: Path) -> None:
    store = Store(10.0, 1 << 20, tmp_path)
    add(store, frame(1, 0, 0, BLOCK_BYTES))
    assert list(tmp_path.iterdir()) == []
    with_files = open_in(tmp_path)
    store.close()
    assert (len(with_files), open_in(tmp_path)) == (1, [])


def open_in(folder: Path) -> list[int]:
    """The sizes of files in a folder that this process has open, with a name or without."""
    files = [(one, os.path.realpath(one)) for one in Path("/proc/self/fd").iterdir()]
    return [one.stat().st_size for one, name in files if name.startswith(str(folder))]


def on_disk(folder: Path) -> int:
    """Bytes that these files have."""
    return sum(open_in(folder))


def test_a_full_disk_raises_and_what_was_written_can_be_read(tmp_path: Path) -> None:
    store = Store(1e6, 1 << 24, tmp_path)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    add(store, frame(1, 0, 0, BLOCK_BYTES))
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (BLOCK_BYTES + 1000, before[1]))
        with pytest.raises(OSError, match="too large"):
            add(store, frame(1, 1, 1, BLOCK_BYTES))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    store.stop("no space")
    got, summary = read(store, Query(1, "m1", "layout a"))
    assert (summary.frames, summary.problem) == (1, "no space")
    assert got == frame(1, 0, 0, BLOCK_BYTES)
    store.close()
