"""Subscription policies: which frames wait for a client that does not read them at once. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["LATEST", "POLICIES", "QUEUE", "Policy", "most_generous"]


@dataclass(frozen=True, slots=True)
class Policy:
    """One way to serve a client that does not read frames at once."""

    keeps_all: bool
    """True: every frame waits, up to the queue's bound. False: one, which the next replaces."""
    reason: str
    """The reason that `dropped` gives for frames left out by this policy, of `ledger.REASONS`."""


QUEUE = Policy(keeps_all=True, reason="rate")
LATEST = Policy(keeps_all=False, reason="conflated")

POLICIES = {"queue": QUEUE, "latest": LATEST}
"""By the name in `subscribe`: the default first, and the more generous one before the other."""


def most_generous(policies: Iterable[Policy]) -> Policy:
    """Chooses the policy for a message that several subscriptions of one client match."""
    return min(policies, key=list(POLICIES.values()).index)
