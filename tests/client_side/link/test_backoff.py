"""The pauses between attempts to connect again."""

from __future__ import annotations

from cwire.link.backoff import Backoff


def test_pauses_grow_and_are_not_alike() -> None:
    backoff = Backoff()
    pauses = [backoff.next() for _ in range(8)]
    assert 0.05 <= pauses[0] <= 0.1
    assert all(1.0 <= pause <= 2.0 for pause in pauses[5:])
    assert len(set(pauses)) == 8
    backoff.connected(10.0)
    backoff.lost(10.5)  # it broke at once
    assert backoff.next() >= 1.0
    backoff.connected(20.0)
    backoff.lost(30.0)
    assert backoff.next() <= 0.1
