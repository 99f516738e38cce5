"""A feed tells a driver that was silent for long from one whose clock has jumped."""

from __future__ import annotations

from cwire.data.feed import Feed, Watch
from cwire_structs import frames
from support import schemas
from support.fake_relay import pictures, ticks

WEEKEND = 216_000


def take(feed: Feed, data: bytes, now: float, *, ring: bool = False) -> None:
    (tally,) = frames.scan(data).tallies
    feed.append(memoryview(data), tally, now, ring=ring)


def numbers(feed: Feed, seconds: float) -> list[int]:
    field = "index" if feed.message.name == "tick" else "number"
    return [int(one[field]) for one in feed.history.latest_seconds(seconds)]


def test_a_silence_that_was_seen_is_no_fault_of_the_clock() -> None:
    feed = Feed("lab", schemas.schema().messages["tick"], 1 << 20)
    take(feed, ticks(0, 4), 100.0)
    take(feed, ticks(4 + WEEKEND, 3), 100.0 + WEEKEND)
    assert numbers(feed, 10) == [4 + WEEKEND, 5 + WEEKEND, 6 + WEEKEND]
    assert numbers(feed, WEEKEND + 4) == [2, 3, 4 + WEEKEND, 5 + WEEKEND, 6 + WEEKEND]


def test_a_clock_that_jumps_without_a_silence_is_not_believed() -> None:
    feed = Feed("lab", schemas.schema().messages["tick"], 1 << 20)
    take(feed, ticks(0, 4), 100.0)
    take(feed, ticks(4 + WEEKEND, 3), 101.0)
    assert not feed.history.rests
    assert len(numbers(feed, 10)) == 7


def test_messages_with_a_tail_rest_too_and_the_first_ones_did_not() -> None:
    feed = Feed("lab", schemas.schema().messages["picture"], 1 << 20)
    take(feed, pictures(0, 1, 2, 3), 1e6)
    assert not feed.history.rests
    take(feed, pictures(7200, 4, 5), 1e6 + 7198)
    assert feed.history.rests == ((2 * 10**9, 7200 * 10**9),)
    assert numbers(feed, 5) == [7200, 7201]


def test_so_many_silences_are_remembered() -> None:
    feed = Feed("lab", schemas.schema().messages["tick"], 1 << 20)
    for number in range(100):
        take(feed, ticks(100 * number, 1), 100.0 * number)
    assert len(feed.history.rests) == 64
    assert feed.history.rests[-1] == (9800 * 10**9, 9900 * 10**9)


def test_a_history_that_holds_nothing_has_nothing_before() -> None:
    feed = Feed("lab", schemas.schema().messages["tick"], 0)
    for number in range(3):
        take(feed, ticks(100 * number, 1), 100.0 * number)
    assert len(feed.history.rests) <= 2


def write(feed: Feed, data: bytes, now: float) -> None:
    """The same as `take`, in place."""
    header = frames.unpack_header(data)
    place = feed.reserve(header.size)
    assert place is not None
    place[:] = data
    (tally,) = frames.scan(place, source=header.source).tallies
    feed.commit(tally, now)


def test_frames_written_in_place_are_counted_like_others() -> None:
    """Silences, losses, rates, and who waits: all as if they had been appended."""
    message = schemas.schema().messages["tick"]
    taken, written = Feed("lab", message, 1 << 20), Feed("lab", message, 1 << 20)
    woken: list[tuple[Feed, int]] = []
    for feed in (taken, written):
        for position in (1, 3, 5):
            feed.watch(Watch(position, lambda feed=feed: woken.append((feed, feed.history.total))))  # type: ignore[misc]
    times = [(0, 100.0), (1, 101.0), (3, 103.0), (3 + WEEKEND, 103.0 + WEEKEND)]
    for number, now in times:
        take(taken, ticks(number, 1), now, ring=True)
        write(written, ticks(number, 1), now)
    assert [total for feed, total in woken if feed is written] == [1, 2, 3, 3, 4, 4]
    assert [total for feed, total in woken if feed is taken] == [1, 2, 3, 3, 4, 4]
    ledger = vars(written.ledger)
    assert ledger == vars(taken.ledger)
    assert (ledger["frames"], ledger["bytes"], written.ledger.lost) == (4, 256, 1 + WEEKEND - 1)
    assert written.history.rests == taken.history.rests != ()
    assert numbers(written, 10) == numbers(taken, 10) == [3 + WEEKEND]


def test_a_place_that_was_given_up_counts_nothing() -> None:
    feed = Feed("lab", schemas.schema().messages["tick"], 1 << 20)
    assert feed.reserve(64) is not None
    assert feed.reserve(63) is None
    write(feed, ticks(0, 1), 1.0)
    assert feed.reserve(64) is not None
    take(feed, ticks(1, 2), 2.0)
    assert (feed.ledger.frames, feed.history.total) == (3, 3)
    assert numbers(feed, 10) == [0, 1, 2]
