import tracemalloc

import pytest

from cwire_server.hub.batch import HEADROOM, Batch
from cwire_server.hub.history import HistoryBudget, HistoryStore
from cwire_structs import frames
from support.fake_driver import ticks
from support.schemas import PICTURE, RARE, TICK


def batch(data: bytes, room: int = 0) -> Batch:
    buffer = bytearray(HEADROOM) + data + bytes(room)
    found = frames.scan(buffer, HEADROOM, HEADROOM + len(data))
    return Batch(0, buffer, HEADROOM, found.end, found.tallies, slack=room)


def sequences(batches: list[Batch]) -> list[int]:
    found = []
    for entry in batches:
        position = entry.start
        while position < entry.end:
            header = frames.unpack_header(entry.buffer, position)
            found.append(header.sequence)
            position += frames.span(header.size)
    return found


def test_the_last_frames_to_the_frame() -> None:
    store = HistoryStore(1 << 20)
    store.add(batch(ticks(0, 4)), 1.0)
    store.add(batch(ticks(4, 4)), 2.0)
    assert sequences(store.frames(TICK, 6)) == [2, 3, 4, 5, 6, 7]
    assert sequences(store.frames(TICK, 4)) == [4, 5, 6, 7]
    assert sequences(store.frames(TICK, 100)) == list(range(8))
    assert store.frames(TICK, 0) == []
    assert store.frames(RARE, 5) == []


def test_the_last_frames_of_several_sizes() -> None:
    store = HistoryStore(1 << 20)
    data = b"".join(frames.pack(PICTURE, bytes(8 + 2 * n), sequence=n) for n in range(6))
    store.add(batch(data), 1.0)
    assert sequences(store.frames(PICTURE, 2)) == [4, 5]


def test_the_last_seconds() -> None:
    store = HistoryStore(1 << 20)
    for second in range(5):
        store.add(batch(ticks(second, 1)), float(second))
    assert sequences(store.since(TICK, 3.0)) == [3, 4]
    assert store.since(TICK, 9.0) == []


def test_messages_have_bounds_of_their_own() -> None:
    store = HistoryStore(10 * 64)
    store.add(batch(frames.pack(RARE, bytes(8), sequence=7)), 0.0)
    for first in range(0, 100, 5):
        store.add(batch(ticks(first, 5)), 0.0)
    kept = sequences(store.frames(TICK, 1000))
    assert kept == list(range(100 - len(kept), 100))
    assert 5 <= len(kept) <= 10
    assert sequences(store.frames(RARE, 10)) == [7]


def test_a_mixed_batch_is_kept_by_message() -> None:
    store = HistoryStore(1 << 20)
    store.add(batch(ticks(0, 2) + frames.pack(RARE, bytes(8), sequence=9) + ticks(2, 1)), 0.0)
    assert sequences(store.frames(TICK, 10)) == [0, 1, 2]
    assert sequences(store.frames(RARE, 10)) == [9]


def test_a_few_frames_do_not_keep_a_large_buffer() -> None:
    store = HistoryStore(1 << 20)
    small = batch(ticks(0, 1), room=100_000)
    sparse = batch(ticks(1, 400), room=100_000)
    dense = batch(ticks(401, 400))
    for one in (small, sparse, dense):
        store.add(one, 0.0)
    first, second, third = store.frames(TICK, 1000)
    assert [one.pinned for one in (first, second)] == [64, 64 * 400]
    assert third.buffer is dense.buffer, "a large one is not copied"


def test_what_is_missing_is_told_from_the_first_frame_on() -> None:
    store = HistoryStore(1 << 20)
    store.add(batch(ticks(5, 1) + ticks(7, 1)), 0.0)
    store.add(batch(ticks(10, 2)), 0.0)
    store.add(batch(ticks(20, 400)), 0.0)
    assert [entry.losses for entry in store.frames(TICK, 500)] == [{TICK: 3}, {TICK: 8}]
    assert [entry.losses for entry in store.frames(TICK, 402)] == [{}, {TICK: 8}]


def test_a_step_backwards_is_no_loss() -> None:
    store = HistoryStore(1 << 20)
    store.add(batch(ticks(5, 400)), 0.0)
    store.add(batch(ticks(3, 400)), 0.0)
    assert [entry.losses for entry in store.frames(TICK, 800)] == [{}, {}]


def test_what_is_larger_than_the_bound_is_not_kept() -> None:
    store = HistoryStore(100)
    store.add(batch(ticks(0, 2)), 0.0)
    assert store.frames(TICK, 5) == []


@pytest.mark.parametrize("payload", [0, 8, 160, 2000])
def test_its_bound_is_of_memory_as_it_is(payload: int) -> None:
    """50 slow messages for 24 h, one frame at a time, by a clock that is simulated."""
    limit, types = 16 << 10, 50
    store = HistoryStore(limit)
    tracemalloc.start()
    try:
        for number in range(400):
            for type_ in range(1, types + 1):
                data = frames.pack(type_, bytes(payload), sequence=number)
                store.add(Batch(1, data, 0, len(data), frames.scan(data).tallies), 216.0 * number)
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 0.5 * types * limit < used < 1.5 * types * limit


def test_the_last_seconds_of_frames_that_came_one_by_one() -> None:
    store = HistoryStore(64 << 10)
    for number in range(3000):
        store.add(batch(ticks(number, 1)), number / 10)
    kept = sequences(store.since(TICK, 0.0))
    assert kept == list(range(3000 - len(kept), 3000))
    assert len(kept) > 500
    for begin in (299.0, 290.05, 0.1 * kept[0], 0.1 * kept[0] + 0.05):
        expected = [number for number in kept if number / 10 >= begin]
        assert sequences(store.since(TICK, begin)) == expected
    assert sequences(store.frames(TICK, 333)) == list(range(2667, 3000))
    assert sequences(store.frames(TICK, 10_000)) == kept


def test_another_run_begins_empty() -> None:
    store = HistoryStore(1 << 20)
    store.add(batch(ticks(0, 2)), 0.0)
    store.clear()
    assert store.frames(TICK, 5) == []


def test_what_has_most_gives_up_its_oldest_where_all_have_a_bound_together() -> None:
    budget = HistoryBudget(1 << 20)
    stores = [HistoryStore(1 << 20, budget) for _ in range(3)]
    stores[0].add(batch(ticks(0, 1600)), 0.0)  # 100 KiB: less than a third
    for number in range(300):
        for store in stores[1:]:
            store.add(batch(ticks(160 * number, 160)), 0.0)  # 10 KiB
        assert sum(size for store in stores for size in store.sizes) <= 1 << 20
    assert sequences(stores[0].frames(TICK, 10_000)) == list(range(1600))
    for store in stores[1:]:
        kept = sequences(store.frames(TICK, 100_000))
        assert kept == list(range(48_000 - len(kept), 48_000))
        assert len(kept) * 64 > 350 << 10
    stores[1].clear()
    for number in range(60):
        stores[2].add(batch(ticks(48_000 + 160 * number, 160)), 0.0)
    assert len(sequences(stores[2].frames(TICK, 100_000))) * 64 > 700 << 10, "it has that room"


def test_the_newest_of_each_message_is_kept_even_so() -> None:
    budget = HistoryBudget(1000)
    stores = [HistoryStore(1 << 20, budget) for _ in range(20)]
    for number in range(2):
        for store in stores:
            store.add(batch(ticks(1000 * number, 1000)), 0.0)
    for store in stores:
        assert sequences(store.frames(TICK, 5000)) == list(range(1000, 2000))
