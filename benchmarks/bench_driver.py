"""driver: what a publish costs a driver in Python, alone and with a relay that reads its ring."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import processes
from bench_stream import receive
from receivers.python_driver import PublishRun
from result import Result

__all__ = ["bench_driver"]


@dataclass(frozen=True)
class _Case:
    """Something that is published again and again.

    Attributes:
        subject: What it is called.
        payload: Bytes of one message.
        together: Messages in one call.
        count: Calls.
    """

    subject: str
    payload: int
    together: int
    count: int


_CASES = (
    _Case("record", 40, 1, 200_000),
    _Case("array_of_64", 40, 64, 20_000),
    _Case("image_1_MiB", 1 << 20, 1, 1000),
)


def bench_driver(repeats: int, step: Callable[[str], None]) -> list[Result]:
    """Every case alone and with a relay, then every case again; the medians."""
    runs: dict[tuple[_Case, bool], list[PublishRun]] = {}
    for _ in range(repeats):
        for case in _CASES:
            for read in (False, True):
                step(f"driver in Python, {case.subject}{', read' if read else ''}")
                runs.setdefault((case, read), []).append(_measure(case, read=read))
    return [_row(case, read, of_case) for (case, read), of_case in runs.items()]


def _measure(case: _Case, *, read: bool) -> PublishRun:
    def run(path: Path) -> PublishRun:
        return PublishRun(
            **receive(
                "python_driver",
                path=str(path),
                peers=int(read),
                payload=case.payload,
                together=case.together,
                count=case.count,
            )
        )

    with tempfile.TemporaryDirectory(prefix="cwire-bench-") as name:
        path = Path(name) / "python.sock"
        if not read:
            return run(path)
        # The relay looks for the driver until it is there.
        with processes.relay(path, Path(name)):
            return run(path)


def _row(case: _Case, read: bool, runs: list[PublishRun]) -> Result:
    seconds = [run.seconds_per_frame for run in runs]
    each = statistics.median(seconds)
    frame_bytes = runs[0].frame_bytes
    way = "a relay reads its ring" if read else "no peer: nothing is copied"
    return Result(
        "driver",
        f"{case.subject}_read" if read else case.subject,
        frame_bytes,
        bytes_per_s=frame_bytes / each if read else None,
        p50_s=each,
        p99_s=max(run.slowest for run in runs),
        spread=(max(seconds) - min(seconds)) / each,
        note=f"{each * 1e9:,.0f} ns of its thread's processor time each, {case.together} in a "
        f"call; {way}",
    )
