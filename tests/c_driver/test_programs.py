"""Runs the C test programs: every check in them is one of theirs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

PROGRAMS = [
    "test_caller",
    "test_calls",
    "test_command",
    "test_control",
    "test_endpoint",
    "test_errors",
    "test_frame",
    "test_lane",
    "test_link",
    "test_peer",
    "test_poll",
    "test_publish",
    "test_readers",
    "test_reply",
    "test_ring",
    "test_ring_race",
    "test_ring_race_tsan",
    "test_schema",
    "test_sharing",
    "test_system_calls",
    "test_threads",
    "test_threads_tsan",
    "test_wants",
]


@pytest.mark.parametrize("program", PROGRAMS)
def test_program(program: str, c_build: Path, short_dir: Path) -> None:
    environment = {**os.environ, "TEST_DIR": str(short_dir)}
    result = subprocess.run(
        [c_build / program], capture_output=True, text=True, env=environment, timeout=60
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert not list(short_dir.glob("*.sock*"))


def test_every_program_is_run() -> None:
    sources = {path.stem for path in Path(__file__).parent.glob("test_*.c")}
    assert sources <= set(PROGRAMS)
