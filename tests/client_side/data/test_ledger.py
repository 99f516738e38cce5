"""The ledger: what came, what was lost, how fast."""

from __future__ import annotations

import pytest

from cwire.data.ledger import CONNECTION, Ledger, widen
from cwire_structs import frames
from support.fake_relay import ticks


def add(ledger: Ledger, first: int, count: int, now: float = 0.0) -> None:
    (tally,) = frames.scan(ticks(first, count)).tallies
    ledger.add(tally, tally.count, now)


@pytest.mark.parametrize(
    ("low", "near", "wide"),
    [
        (5, 5, 5),
        (0, (1 << 32) - 1, 1 << 32),
        ((1 << 32) - 1, 1 << 32, (1 << 32) - 1),
        (7, 5 << 32, (5 << 32) + 7),
        (0xFFFFFFF0, 5 << 32, (5 << 32) - 16),
    ],
)
def test_widen(low: int, near: int, wide: int) -> None:
    assert widen(low, near) == wide


def test_gaps_within_and_between_batches() -> None:
    ledger = Ledger()
    add(ledger, 0, 10)
    assert (ledger.frames, ledger.lost) == (10, 0)
    add(ledger, 13, 2)
    assert (ledger.frames, ledger.lost) == (12, 3)
    (tally,) = frames.scan(ticks(20, 1) + ticks(25, 1)).tallies
    ledger.add(tally, 2, 0.0)
    assert ledger.lost == 3 + 5 + 4


def test_sequences_wrap() -> None:
    ledger = Ledger()
    ledger.begin((1 << 32) - 4)
    add(ledger, (1 << 32) - 4, 2)
    add(ledger, (1 << 32) + 1, 5)
    assert ledger.lost == 3
    assert ledger.next_sequence == (1 << 32) + 6


def test_told_again_for_another_driver_a_subscription_goes_on() -> None:
    ledger = Ledger()
    ledger.begin(0, 1)
    ledger.dropped(1, "relay", 5, 4)
    ledger.begin(9, 1)  # another driver came: the relay's count of this one goes on
    ledger.dropped(1, "relay", 7, 6)
    assert ledger.gone == ledger.gone_by("relay") == 7


def test_the_first_sequence_counts() -> None:
    ledger = Ledger()
    ledger.begin(5)
    add(ledger, 8, 1)
    assert ledger.lost == 3
    ledger.begin(0)  # in the middle of a run: of no effect
    add(ledger, 9, 1)
    assert ledger.lost == 3


def test_dropped_says_why_and_covers_the_end() -> None:
    ledger = Ledger()
    ledger.begin(0)
    add(ledger, 0, 10)
    ledger.dropped(1, "relay", 5, 14)
    assert (ledger.lost, ledger.gone_by("relay"), ledger.gone_by("driver")) == (5, 5, 0)
    add(ledger, 17, 3)
    ledger.dropped(1, "driver", 2, 16)
    assert (ledger.lost, ledger.gone_by("relay"), ledger.gone_by("driver")) == (7, 5, 2)
    ledger.dropped(2, "relay", 3, 14)  # another subscription hears of the same loss
    assert (ledger.lost, ledger.gone_by("relay")) == (7, 5)
    # delivered + dropped = published
    assert ledger.frames + ledger.lost == ledger.next_sequence


@pytest.mark.parametrize("first", [0, None])
def test_dropped_is_told_before_the_batch_whose_gaps_it_counts(first: int | None) -> None:
    ledger = Ledger()
    ledger.begin(first)
    add(ledger, 0, 10)
    ledger.dropped(1, "driver", 5, 19)  # 10 to 14; the batch with 15 to 19 comes
    add(ledger, 15, 5)
    assert (ledger.frames, ledger.lost, ledger.gone_by("driver")) == (15, 5, 5)
    # 20 to 24 at the relay, then 25 and 28 at the driver; 26, 27 and 29 come. Told together.
    ledger.dropped(1, "relay", 5, 29)
    ledger.dropped(1, "driver", 7, 29)
    (tally,) = frames.scan(ticks(26, 2) + ticks(29, 1)).tallies
    ledger.add(tally, 3, 0.0)
    assert (ledger.frames, ledger.lost) == (18, 12)
    assert (ledger.gone_by("relay"), ledger.gone_by("driver")) == (5, 7)
    add(ledger, 32, 1)  # nobody has told of these two
    assert ledger.lost == 14


def test_subscriptions_to_one_stream_come_and_go() -> None:
    ledger = Ledger()
    ledger.begin(0, 1)
    ledger.dropped(1, "relay", 5, 4)
    ledger.begin(5, 2)  # a second one begins to count here
    add(ledger, 5, 5)
    for id, count in ((1, 8), (2, 3)):
        ledger.dropped(id, "relay", count, 12)
    assert ledger.gone_by("relay") == 8
    ledger.dropped(2, "relay", 4, 13)  # the first one has ended
    add(ledger, 14, 1)
    assert (ledger.frames, ledger.lost, ledger.gone_by("relay")) == (6, 9, 9)


def test_the_first_frame_of_a_run_may_be_the_one_that_is_dropped() -> None:
    ledger = Ledger()
    ledger.dropped(1, "relay", 1, 0)
    assert (ledger.lost, ledger.next_sequence) == (1, 1)


def test_dropped_before_anything_came() -> None:
    ledger = Ledger()
    ledger.dropped(1, "relay", 4, 9)
    add(ledger, 10, 1)
    assert ledger.lost == 4


def test_a_restart_is_no_loss() -> None:
    ledger = Ledger()
    add(ledger, 1000, 5)
    ledger.dropped(1, "relay", 2, 1006)
    ledger.end()
    ledger.begin(0)
    add(ledger, 0, 5)
    ledger.dropped(1, "relay", 1, 5)
    assert (ledger.frames, ledger.lost, ledger.gone_by("relay")) == (10, 3, 3)


def test_going_back_is_no_loss() -> None:
    ledger = Ledger()
    add(ledger, 1000, 5)
    add(ledger, 0, 5)
    assert ledger.lost == 0
    add(ledger, 5, 1)
    assert ledger.lost == 0


def test_rates() -> None:
    ledger = Ledger()
    assert ledger.rates(0.0) == (0.0, 0.0)
    for step in range(100):
        add(ledger, 10 * step, 10, now=step * 0.1)
    frames_rate, byte_rate = ledger.rates(9.9)
    assert frames_rate == pytest.approx(100, rel=0.05)
    assert byte_rate == pytest.approx(6400, rel=0.05)
    assert ledger.rates(20.0) == (0.0, 0.0)


def test_what_was_asked_for_is_not_lost() -> None:
    ledger = Ledger()
    ledger.begin(0)
    add(ledger, 0, 1)
    ledger.dropped(1, "conflated", 3, 3)
    ledger.dropped(1, "rate", 4, 7)
    add(ledger, 8, 1)
    ledger.dropped(1, "relay", 1, 9)
    assert (ledger.frames, ledger.skipped, ledger.lost, ledger.gone) == (2, 7, 1, 8)
    ledger.end()
    assert (ledger.skipped, ledger.lost, ledger.gone_by("rate")) == (7, 1, 4)


def test_a_notice_may_cover_frames_that_are_still_to_come() -> None:
    ledger = Ledger()
    ledger.begin(0)
    ledger.dropped(1, "rate", 4, 4)  # of 0 to 4 four are left out, and one comes now
    assert (ledger.skipped, ledger.lost) == (4, 0)
    add(ledger, 4, 1)
    assert (ledger.frames, ledger.skipped, ledger.lost) == (1, 4, 0)
    assert ledger.next_sequence == 5


def test_one_teller_may_say_more_of_the_same_place() -> None:
    ledger = Ledger()
    ledger.begin(0)
    for subscription in (1, 2):
        ledger.dropped(subscription, "conflated", 3, 5)
    for subscription in (1, 2):
        ledger.dropped(subscription, "conflated", 4, 5)
    assert ledger.skipped == 4
    ledger.dropped(2, "conflated", 9, 10)  # subscription 1 has ended meanwhile
    assert ledger.skipped == 9


def test_notices_across_the_wrap() -> None:
    ledger = Ledger()
    ledger.begin((1 << 32) - 2)
    ledger.dropped(1, "relay", 2, (1 << 32) - 1)
    ledger.dropped(1, "relay", 5, 2)
    add(ledger, 3, 1)
    assert (ledger.lost, ledger.gone_by("relay")) == (5, 5)


def test_what_was_published_while_away_is_lost_by_connection() -> None:
    ledger = Ledger()
    ledger.begin(100)
    add(ledger, 100, 5)
    ledger.dropped(1, "relay", 4, 112)  # of 105 to 112; those that are left never come
    ledger.interrupt()
    ledger.interrupt()  # an attempt that did not get far
    assert (ledger.lost, ledger.gone_by(CONNECTION)) == (4, 0)
    ledger.begin(120)
    add(ledger, 120, 1)
    ledger.dropped(1, "relay", 1, 121)
    assert (ledger.lost, ledger.gone_by("relay"), ledger.gone_by(CONNECTION)) == (16, 5, 11)
    assert ledger.frames + ledger.gone == 122 - 100


def test_another_run_has_nothing_to_do_with_what_was_missed() -> None:
    ledger = Ledger()
    add(ledger, 100, 5)
    ledger.interrupt()
    ledger.end()
    ledger.begin(300)
    add(ledger, 300, 1)
    assert ledger.lost == 0


def test_a_relay_that_knows_no_first_sequence_yet() -> None:
    ledger = Ledger()
    add(ledger, 0, 10)
    ledger.interrupt()
    ledger.begin(None)
    ledger.dropped(1, "rate", 4, 24)  # of 20 to 24 four are left out, and one comes now
    assert ledger.gone_by(CONNECTION) == 0
    add(ledger, 24, 1)
    assert (ledger.gone_by(CONNECTION), ledger.skipped, ledger.lost) == (10, 4, 10)
    add(ledger, 27, 1)  # nobody tells of these two
    assert (ledger.gone_by(CONNECTION), ledger.gone) == (10, 14)


def test_what_a_short_connection_did_not_tell_the_next_one_does() -> None:
    ledger = Ledger()
    add(ledger, 0, 10)
    ledger.interrupt()
    ledger.begin(None)
    ledger.dropped(1, "relay", 2, 15)  # and then it is gone again: what began it, nobody knows
    ledger.interrupt()
    ledger.begin(30)
    assert (ledger.gone_by(CONNECTION), ledger.gone_by("relay"), ledger.gone) == (18, 2, 20)


def test_missed_across_the_wrap() -> None:
    ledger = Ledger()
    add(ledger, (1 << 32) - 3, 2)
    ledger.interrupt()
    add(ledger, 4, 1)
    assert (ledger.lost, ledger.gone_by(CONNECTION)) == (5, 5)


def test_what_is_missing_in_the_ring_was_lost_by_the_driver() -> None:
    ledger = Ledger()
    ledger.begin(0)
    add(ledger, 0, 2)
    ring(ledger, 2, 3)
    ring(ledger, 9, 1)  # four are missing
    ledger.dropped(None, "driver", 6, 15)  # by the relay again: six more
    add(ledger, 16, 1)
    assert (ledger.frames, ledger.gone, ledger.lost) == (7, 10, 10)
    assert ledger.gone_by("driver") == 10
    ledger.end()
    ring(ledger, 0, 1)
    ring(ledger, 3, 1)
    assert (ledger.gone, ledger.gone_by("driver")) == (12, 12)
    ledger.interrupt()
    add(ledger, 9, 1)
    assert (ledger.gone, ledger.gone_by("driver"), ledger.gone_by(CONNECTION)) == (17, 12, 5)


def test_what_the_relay_told_of_is_not_missing_in_the_ring_as_well() -> None:
    """A client that was too slow at first, and reads the ring now."""
    ledger = Ledger()
    ledger.begin(0)
    add(ledger, 0, 5)
    ledger.dropped(1, "relay", 5, 9)
    ring(ledger, 12, 3)  # 10 and 11 are lost in the ring
    assert (ledger.frames, ledger.gone) == (8, 7)
    assert (ledger.gone_by("relay"), ledger.gone_by("driver")) == (5, 2)


def ring(ledger: Ledger, first: int, count: int) -> None:
    (tally,) = frames.scan(ticks(first, count)).tallies
    ledger.add(tally, tally.count, 0.0, ring=True)
