"""stream: frames from a C program to numpy arrays in a Python client, as fast as it goes."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import processes
from processes import HERE, Programs
from receivers.meter import Run
from receivers.publisher import Publisher
from result import Result

__all__ = ["bench_stream", "receive"]

_LIMIT_SECONDS = 60.0
_SMALL, _LARGE = 64, 1 << 20
_NOTES = {
    "cwire": "through the relay over TCP, cwire's client; paced by cwire_pending",
    "cwire_ring": "the client reads the driver's ring beside the relay, as cwire.connect() does",
    "cwire_alone": "the same without a relay: cwire.connect('unix://…')",
    "cwire_unpaced": "the same, the driver does not wait: the rest is dropped, and counted",
    "raw_socket": "the same driver, its Unix socket read by recv_into; one hop, no message found",
    "ring_view": "the same driver, its ring; frames are looked at where they lie; one hop",
    "ring_copy": "the same, each frame copied by C; one hop",
    "memcpy": "no peer: frames copied into shared memory as large as the driver's ring",
    "memcpy_hot": "the same, into 2 MiB",
    "naive": "one WebSocket message per frame, cwire's client",
    "websockify": "before the same driver, bare socket reader",
    "pyzmq": "C publisher, ipc, one message per frame",
    "pyzmq_batched": "C publisher, ipc, 64 frames in one message; one hop",
    "foxglove": "its Python publisher and server, bare socket reader; one hop",
    "lsl": "C publisher, chunks of 64, numpy pull; one hop",
}

# Frames of one run, for about a second each: (64 B, 1 MiB).
_COUNTS = {
    "cwire": (8_000_000, 1500),
    "cwire_ring": (24_000_000, 4000),
    "cwire_alone": (24_000_000, 4000),
    "cwire_unpaced": (16_000_000, 0),
    "raw_socket": (16_000_000, 4000),
    "ring_view": (0, 6000),
    "ring_copy": (0, 4000),
    "memcpy": (0, 8000),
    "memcpy_hot": (0, 16_000),
    "naive": (40_000, 500),
    "websockify": (8_000_000, 1000),
    "pyzmq": (1_500_000, 1500),
    "pyzmq_batched": (6_000_000, 0),
    "foxglove": (400_000, 1000),
    "lsl": (1_500_000, 0),
}
# What gave each peer its best figures here: a deep queue for small frames, a short one for large.
_ZMQ_MARK = {_SMALL: 100_000, _LARGE: 10}
_FOXGLOVE_WINDOW = {_SMALL: 1 << 20, _LARGE: 16}
_LSL_WINDOW = 1 << 20
# As large as the ring of load.c; and as much of it as is used while its reader keeps up.
_MEMCPY_ROOM, _MEMCPY_HOT = 16 << 20, 2 << 20


def receive(module: str, **arguments: Any) -> dict[str, Any]:
    """Runs a receiver in a process of its own; what it returns, as a dictionary.

    Raises:
        RuntimeError: It failed; the text says how.
    """
    command = [sys.executable, str(HERE / "receive.py"), module, json.dumps(arguments)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            output, problem = process.communicate(timeout=_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise RuntimeError(f"{module} took longer than {_LIMIT_SECONDS:.0f} s") from None
    if process.returncode:
        raise RuntimeError(f"{module} failed: {problem.strip().splitlines()[-1:]}")
    result: dict[str, Any] = json.loads(output)
    return result


class _Stream:
    """Measures each subject once."""

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self.subjects: dict[str, Callable[[int, int], dict[str, Any]]] = {
            "cwire": lambda size, count: self._cwire(size, count, paced=True),
            "cwire_unpaced": lambda size, count: self._cwire(size, count, paced=False),
            "cwire_ring": self._client_ring,
            "cwire_alone": self._client_alone,
            "raw_socket": self._raw_socket,
            "ring_view": lambda size, count: self._ring(size, count, copy=False),
            "ring_copy": lambda size, count: self._ring(size, count, copy=True),
            "memcpy": lambda size, count: self._memcpy(size, count, _MEMCPY_ROOM),
            "memcpy_hot": lambda size, count: self._memcpy(size, count, _MEMCPY_HOT),
            "naive": self._naive,
            "websockify": self._websockify,
            "pyzmq": lambda size, count: self._zmq(size, count, 1),
            "pyzmq_batched": lambda size, count: self._zmq(size, count, 64),
            "foxglove": self._foxglove,
            "lsl": self._lsl,
        }

    @contextlib.contextmanager
    def _driver(self) -> Iterator[tuple[Path, Path]]:
        with tempfile.TemporaryDirectory(prefix="cwire-bench-") as name:
            directory = Path(name)
            with processes.driver(self._programs.load, directory) as path:
                yield path, directory

    def _cwire(self, size: int, count: int, *, paced: bool) -> dict[str, Any]:
        with self._driver() as (path, directory), processes.relay(path, directory) as relay:
            return receive(
                "bridge",
                url=relay.url,
                token=relay.token,
                frame_bytes=size,
                count=count,
                paced=paced,
            )

    def _client_ring(self, size: int, count: int) -> dict[str, Any]:
        with self._driver() as (path, directory), processes.relay(path, directory) as relay:
            return self._by_ring(relay.unix, size, count)

    def _client_alone(self, size: int, count: int) -> dict[str, Any]:
        with self._driver() as (path, _):
            return self._by_ring(f"unix://{path}", size, count)

    def _by_ring(self, url: str, size: int, count: int) -> dict[str, Any]:
        return receive(
            "bridge", url=url, token=None, frame_bytes=size, count=count, paced=True, ring=True
        )

    def _naive(self, size: int, count: int) -> dict[str, Any]:
        with self._driver() as (path, _), processes.naive(path) as url:
            return receive("bridge", url=url, token=None, frame_bytes=size, count=count, paced=True)

    def _raw_socket(self, size: int, count: int) -> dict[str, Any]:
        with self._driver() as (path, _):
            return receive("unix", path=str(path), frame_bytes=size, count=count)

    def _ring(self, size: int, count: int, *, copy: bool) -> dict[str, Any]:
        with self._driver() as (path, _):
            return receive("ring", path=str(path), frame_bytes=size, count=count, copy=copy)

    def _memcpy(self, size: int, count: int, room: int) -> dict[str, Any]:
        command = [str(self._programs.peers), "memcpy", str(size), str(count), str(room)]
        with Publisher(command) as program:
            return {"frames": count - count * 15 // 100, "seconds": float(program.ready)}

    def _websockify(self, size: int, count: int) -> dict[str, Any]:
        with self._driver() as (path, _), processes.websockify(path) as url:
            return receive("websockify", url=url, frame_bytes=size, count=count)

    def _zmq(self, size: int, count: int, per_message: int) -> dict[str, Any]:
        library = _library("pyzmq", "libzmq")
        with tempfile.TemporaryDirectory(prefix="cwire-bench-") as directory:
            endpoint = f"ipc://{directory}/zmq.sock"
            command = [str(self._programs.peers), "zmq", library, endpoint]
            command += [str(size), str(per_message), str(count)]
            return receive(
                "zeromq",
                command=command,
                endpoint=endpoint,
                frame_bytes=size,
                per_message=per_message,
                count=count,
                mark=_ZMQ_MARK[size] if per_message == 1 else 1000,
            )

    def _foxglove(self, size: int, count: int) -> dict[str, Any]:
        window = _FOXGLOVE_WINDOW[size]
        program = str(HERE / "publishers" / "foxglove_publisher.py")
        command = [sys.executable, program, str(size), str(count), str(window)]
        return receive(
            "foxglove_stream", command=command, frame_bytes=size, count=count, window=window
        )

    def _lsl(self, size: int, count: int) -> dict[str, Any]:
        library = _library("pylsl", "liblsl")
        command = [str(self._programs.peers), "lsl", library, "bench"]
        command += [str(size), str(count), str(_LSL_WINDOW)]
        return receive("lsl", command=command, name="bench", count=count, window=_LSL_WINDOW)


def _library(package: str, name: str) -> str:
    """The path of a shared library that a package's wheel brings."""
    for file in importlib.metadata.files(package) or ():
        if file.name.startswith(name) and ".so" in file.suffixes:
            return str(file.locate())
    raise ValueError(f"the installed {package} brings no {name}")


def bench_stream(programs: Programs, repeats: int, step: Callable[[str], None]) -> list[Result]:
    """Every subject once, then every subject again; the medians.

    Args:
        programs: The publishers.
        repeats: How often.
        step: Told what is measured now.
    """
    stream = _Stream(programs)
    runs: dict[tuple[str, int], list[Run]] = {}
    absent: dict[tuple[str, int], str] = {}
    plan = [
        (subject, size, counts[column])
        for column, size in enumerate((_SMALL, _LARGE))
        for subject, counts in _COUNTS.items()
        if counts[column]
    ]
    for _ in range(repeats):
        for subject, size, count in plan:
            key = subject, size
            if key in absent:
                continue
            step(f"stream, {subject}, {size} B")
            try:
                runs.setdefault(key, []).append(Run(**stream.subjects[subject](size, count)))
            except (RuntimeError, ValueError, importlib.metadata.PackageNotFoundError) as error:
                if subject == "cwire":
                    raise
                absent[key] = f"absent: {error}"
    return [
        Result("stream", subject, size, note=absent[subject, size])
        if (subject, size) not in runs
        else _row(subject, size, count, runs[subject, size])
        for subject, size, count in plan
    ]


def _row(subject: str, size: int, count: int, runs: list[Run]) -> Result:
    rates = [run.frames_per_s for run in runs]
    rate = statistics.median(rates)
    return Result(
        "stream",
        subject,
        size,
        frames_per_s=rate,
        bytes_per_s=rate * size,
        lost=sum(run.lost for run in runs),
        published=count * len(runs),
        spread=(max(rates) - min(rates)) / rate,
        note=_NOTES[subject],
    )
