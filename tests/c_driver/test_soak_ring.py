"""A short run of `make soak-ring`."""

from __future__ import annotations

from pathlib import Path

from c_driver.soak_ring import kill_at_random


def test_killed_at_random_points(c_build: Path, short_dir: Path) -> None:
    assert kill_at_random(c_build, short_dir, kills=40, seed=1) > 0
