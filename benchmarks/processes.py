"""The processes that are measured: built, started, and ended by what started them."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cwire_structs.wrap import wrap, write

__all__ = [
    "HERE",
    "Programs",
    "Relay",
    "action_server",
    "bokeh",
    "build",
    "camera",
    "demo",
    "driver",
    "naive",
    "relay",
    "websockify",
]

HERE = Path(__file__).parent
_ROOT = HERE.parent
_BUILD = HERE / "build"
_SOURCES = HERE / "publishers"
_START_SECONDS = 20.0


@dataclass(frozen=True)
class Programs:
    """The compiled publishers."""

    load: Path
    peers: Path
    spikes: Path
    neighbours: Path


def build() -> Programs:
    """Wraps the headers and compiles the publishers."""
    _BUILD.mkdir(exist_ok=True)
    for header in ("load.h", "spikes.h", "neighbours.h"):
        write(wrap(_SOURCES / header), _BUILD)
    subprocess.run(["make", "-s", "-C", _ROOT / "c_driver"], check=True)
    includes = [f"-I{path}" for path in (_SOURCES, _BUILD, _ROOT / "c_driver" / "include")]
    library = str(_ROOT / "c_driver" / "build" / "libcwire.a")
    return Programs(
        load=_compile("load", *includes, library, "-pthread"),
        peers=_compile("peers", "-ldl"),
        spikes=_compile("spikes", *includes, library, "-pthread", "-lm"),
        neighbours=_compile("neighbours", *includes, library, "-pthread"),
    )


def _compile(name: str, *arguments: str) -> Path:
    program = _BUILD / name
    compiler = os.environ.get("CC", "cc")
    flags = ("-std=c99", "-O2", "-Wall", "-Wextra", "-Werror")
    command = [compiler, *flags, str(_SOURCES / f"{name}.c"), *arguments, "-o", str(program)]
    subprocess.run(command, check=True)
    return program


@dataclass(frozen=True)
class _Process:
    pid: int
    line: str


@contextlib.contextmanager
def _running(
    command: Sequence[str | Path], env: dict[str, str] | None = None
) -> Iterator[_Process]:
    """Runs a program; gives its process id and the first line that it prints."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **(env or {})},
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        line = process.stdout.readline().strip()
        if not line:
            raise RuntimeError(f"{command} did not start: {process.stderr.read()}")
        yield _Process(process.pid, line)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        process.stderr.close()


@contextlib.contextmanager
def driver(
    program: Path, directory: Path, *arguments: str, name: str | None = None
) -> Iterator[Path]:
    """A benchmark driver, by default of its program's name; gives its socket."""
    path = directory / f"{name or program.name}.sock"
    with _running((program, path, *arguments)):
        yield path


@contextlib.contextmanager
def demo(directory: Path, name: str) -> Iterator[Path]:
    """The demo driver; gives its socket."""
    path = directory / f"{name}.sock"
    with _running((_ROOT / "c_driver" / "driver", "--socket", path)):
        yield path


@contextlib.contextmanager
def camera(directory: Path, rate: float) -> Iterator[Path]:
    """A driver in Python with so many pictures per second; gives its socket."""
    path = directory / "camera.sock"
    with _running((sys.executable, _SOURCES / "camera.py", path, str(rate))):
        yield path


@contextlib.contextmanager
def bokeh(case: str, relay: Relay) -> Iterator[str]:
    """Bokeh's server, which shows what comes by a relay; gives its page."""
    command = (sys.executable, _SOURCES / "bokeh_server.py", case, relay.url, relay.token)
    with _running(command) as process:
        yield process.line


@dataclass(frozen=True)
class Relay:
    """A running relay: where it is and which process."""

    url: str
    token: str
    pid: int
    unix: str


@contextlib.contextmanager
def relay(
    path: Path,
    directory: Path,
    *more: Path,
    allow_origin: str | None = None,
    actions: str | None = None,
) -> Iterator[Relay]:
    """The cwire relay of one driver or more; pages of an origin may connect.

    `actions` are those of a module here, as `cwire serve` takes them.
    """
    server = _ROOT / "server_side" / "server_main.py"
    command = [sys.executable, str(server), "--port", "0"]
    for driver in (path, *more):
        command += ["--driver", f"{driver.stem}={driver}"]
    if allow_origin is not None:
        command += ["--allow-origin", allow_origin]
    if actions is not None:
        command += ["--actions", actions]
    env = {"CWIRE_RUNTIME_DIR": str(directory), "PYTHONPATH": str(HERE)}
    with _running(command, env) as process:
        address, token = process.line[process.line.index("http://") :].split("/#token=")
        (unix,) = directory.glob("relay-*.sock")
        yield Relay(f"ws{address.removeprefix('http')}/ws", token, process.pid, str(unix))


@contextlib.contextmanager
def action_server(kind: str, directory: Path) -> Iterator[tuple[str, str]]:
    """A server of `action_servers.py`; gives its WebSocket URL, and a token or nothing."""
    command = (sys.executable, HERE / "action_servers.py", kind)
    with _running(command, {"CWIRE_RUNTIME_DIR": str(directory)}) as process:
        url, _, token = process.line.partition(" ")
        yield url, token


@contextlib.contextmanager
def naive(path: Path) -> Iterator[str]:
    """The naive relay; gives its WebSocket URL."""
    with _running((sys.executable, HERE / "naive_relay.py", path)) as process:
        yield process.line


@contextlib.contextmanager
def websockify(path: Path) -> Iterator[str]:
    """Websockify in front of the driver's socket; gives its WebSocket URL."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "websockify", f"--unix-target={path}", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        yield f"ws://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(10)
