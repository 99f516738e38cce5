"""start: how long a program takes to start that imports cwire, and `cwire list`."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import processes
from result import Result

__all__ = ["bench_start"]

# What each program runs, by subject.
_PROGRAMS = {
    "python": ("-c", "pass"),
    "numpy": ("-c", "import numpy"),
    "zmq": ("-c", "import zmq"),
    "mcap": ("-c", "import mcap.reader, mcap.writer"),
    "cwire": ("-c", "import cwire"),
    "cwire_connect": ("-c", "from cwire import connect"),
    "cwire_list": ("-m", "cwire", "list"),
}


def bench_start(repeats: int, step: Callable[[str], None]) -> list[Result]:
    """Whole programs by turns, from fork to exit; a relay with a demo driver runs meanwhile."""
    step("start")
    times: dict[str, list[float]] = {subject: [] for subject in _PROGRAMS}
    absent: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="cwire-bench-") as name:
        directory = Path(name)
        env = {**os.environ, "CWIRE_RUNTIME_DIR": name}
        # Compiled modules are kept, as everywhere where programs are started more than once.
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        with processes.demo(directory, "demo") as path, processes.relay(path, directory):
            for turn in range(repeats + 1):
                for subject, words in _PROGRAMS.items():
                    began = perf_counter()
                    done = subprocess.run(
                        [sys.executable, *words],
                        env=env,
                        capture_output=True,
                        text=True,
                        check=False,
                    )
                    took = perf_counter() - began
                    if done.returncode:
                        absent[subject] = (done.stderr.splitlines() or ["it failed"])[-1]
                    elif turn:  # the first one compiles
                        times[subject].append(took)
    return [
        Result("start", subject, note=absent[subject])
        if subject in absent
        else Result(
            "start",
            subject,
            p50_s=statistics.median(took),
            spread=(max(took) - min(took)) / statistics.median(took),
        )
        for subject, took in times.items()
    ]
