"""Fixtures of the bridges' tests: a relay made of a few lines, and a bridge to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

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


class Axis:
    """What `set_axis` sets."""

    axis: int
    speed: float
    brake: bool


class AxisStates:
    """What the stage has now."""

    axes: Annotated[Axis, cwire.array(2)]


@pytest.fixture
def stage(runtime: Path) -> Iterator[str]:
    """The address of a driver in this process, with two axes that can be set and read."""
    axes = [{"axis": 0, "speed": 1.5, "brake": True}, {"axis": 1, "speed": 2.5, "brake": False}]
    stage = cwire.Driver("stage", [Axis, AxisStates])

    @stage.command
    def set_axis(axis: int = 0, speed: float = 1.0, brake: bool = False) -> Axis:
        axes[axis] = {"axis": axis, "speed": speed, "brake": brake}
        return axes[axis]  # type: ignore[return-value]

    @stage.command
    def get_states() -> AxisStates:
        return {"axes": axes}  # type: ignore[return-value]

    with stage:
        yield f"unix://{stage.path}"
