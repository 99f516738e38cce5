"""Fixtures of the bridges' tests: a relay made of a few lines, and a bridge to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import cwire
from support.fake_relay import FakeRelay


@pytest.fixture
def relay() -> Iterator[FakeRelay]:
    """A relay that does what a test tells it, with one driver, `lab`."""
    with FakeRelay() as relay:
        yield relay


@pytest.fixture
def bridge(relay: FakeRelay) -> Iterator[cwire.Bridge]:
    """A bridge that keeps the last 1000 ticks."""
    with cwire.connect(relay.url, history_bytes=64 * 1000) as bridge:
        yield bridge
