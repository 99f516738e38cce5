"""The processes that are measured: built, started, and ended by what started them."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from cwire_structs.wrap import wrap, write

__all__ = ["HERE", "build_load", "driver", "naive", "relay", "websockify"]

HERE = Path(__file__).parent
_ROOT = HERE.parent
_BUILD = HERE / "build"
_START_SECONDS = 20.0


def build_load() -> Path:
    """Wraps load.h and compiles load.c against libcwire; returns the program."""
    _BUILD.mkdir(exist_ok=True)
    write(wrap(HERE / "load.h"), _BUILD)
    subprocess.run(["make", "-s", "-C", _ROOT / "c_driver"], check=True)
    program = _BUILD / "load"
    command: list[str | Path] = [os.environ.get("CC", "cc"), "-std=c99", "-O2", "-Wall", "-Werror"]
    for include in (HERE, _BUILD, _ROOT / "c_driver" / "include"):
        command += ["-I", include]
    library = _ROOT / "c_driver" / "build" / "libcwire.a"
    subprocess.run([*command, HERE / "load.c", library, "-pthread", "-o", program], check=True)
    return program


@contextlib.contextmanager
def _running(*command: str | Path, env: dict[str, str] | None = None) -> Iterator[str]:
    """Runs a program; gives the first line that it prints."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, **(env or {})}
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline().strip()
        if not line:
            raise RuntimeError(f"{Path(command[0]).name} did not start: {command}")
        yield line
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()


@contextlib.contextmanager
def driver(program: Path, directory: Path) -> Iterator[Path]:
    """The benchmark driver; gives its socket."""
    path = directory / "load.sock"
    with _running(program, path):
        yield path


@contextlib.contextmanager
def relay(path: Path, directory: Path) -> Iterator[tuple[str, str]]:
    """The cwire relay; gives its WebSocket URL and its token."""
    server = _ROOT / "server_side" / "server_main.py"
    arguments = ("--driver", f"load={path}", "--port", "0")
    with _running(
        sys.executable, server, *arguments, env={"CWIRE_RUNTIME_DIR": str(directory)}
    ) as line:
        address, token = line[line.index("http://") :].split("/#token=")
        yield f"ws{address.removeprefix('http')}/ws", token


@contextlib.contextmanager
def naive(path: Path) -> Iterator[str]:
    """The naive relay; gives its WebSocket URL."""
    with _running(sys.executable, HERE / "naive_relay.py", path) as url:
        yield url


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
