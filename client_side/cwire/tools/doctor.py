"""`cwire doctor`: checks this installation and this account's drivers and relays.

Every line says ok, warning or problem, and what to do. It needs none of the extras.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import importlib.metadata
import importlib.util
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from cwire import errors
from cwire.link.address import Address
from cwire.link.link import Link
from cwire.session.drivers import Driver
from cwire.session.session import Session
from cwire.version import __version__
from cwire.view.text import counted
from cwire_structs import _frames, frames
from cwire_structs.installation import advice, checkout
from cwire_structs.relays import (
    LONGEST_NAME,
    RelayEntry,
    Standing,
    answers_as_relay,
    elsewhere_text,
    inspect_entry,
)
from cwire_structs.ring_handshake import DriverRefusedError, HandshakeError, RingHandshake
from cwire_structs.runtime import DEFAULT_PORT, RuntimeDirError, cannot_write, runtime_dir

__all__ = ["Finding", "examine", "register", "run"]

_SOCKET_PATH = 107  # bytes (unix(7): sun_path without its NUL)
_LONGEST_NAME = len("/") + LONGEST_NAME + len(".sock")
_SECONDS = 2.0
_EXTENSIONS = {  # and what they are made of in c_driver
    "_driver": ("src/*.c", "src/*.h", "include/*.h"),
    "_frames": ("src/frame.c", "include/cwire_frame.h"),
    "_ring": ("src/ring_reader.c", "include/cwire_ring.h"),
    "_serial": (),
}
_EXTRAS = {
    "notebook": "plots and notebooks",
    "server": "the relay",
    "wrap": "cwire wrap",
    "tools": "cwire info and watch",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    level: str
    """``ok``, ``warning`` or ``problem``."""
    text: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.level:<9}{self.text}{f': {self.remedy}' if self.remedy else ''}"


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `doctor` to the `cwire` command."""
    parser = subparsers.add_parser(
        "doctor",
        help="check this installation and say what to fix",
        description="Checks versions, the compiled extension, the C compiler, the runtime "
        "directory with the drivers and relays in it, the port, and the Jupyter kernel.",
        epilog="exit status: 0, or 1 if there is a problem; warnings may be what you want.",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carries out `cwire doctor`; returns the exit status."""
    del arguments
    problems = warnings = 0
    for finding in examine():
        print(finding, flush=True)
        problems += finding.level == "problem"
        warnings += finding.level == "warning"
    counts = (counted(problems, "problem"), counted(warnings, "warning"))
    print(f"\n{', '.join(counts)}")
    return 1 if problems else 0


def examine() -> Iterator[Finding]:
    """All findings, as they are made."""
    yield from _versions()
    yield _extension()
    yield _compiler()
    yield _kernel()
    try:
        directory = runtime_dir()
    except RuntimeDirError as error:
        yield Finding("problem", str(error))
        return
    yield _directory(directory)
    ports = []
    for path in sorted(directory.glob("relay-*.json")):
        standing, entry = inspect_entry(path)
        if standing is Standing.DEAD:
            remedy = "the next relay that starts removes it"
            yield Finding("ok", f"{path} was left by a dead relay", remedy)
        elif standing is Standing.ELSEWHERE and entry is not None:
            remedy = f"rm it if it runs no more on {entry.machine.host}"
            yield Finding("warning", f"{path} is of a relay on another machine", remedy)
        elif entry is None:
            yield Finding("warning", f"{path} cannot be read as the entry of a relay", f"rm {path}")
        else:
            ports.append(urlsplit(entry.url).port)
            yield _relay(entry)
    for path in sorted(directory.glob("*.sock")):
        if not path.name.startswith("relay-"):
            yield _driver(path)
        elif not any(path.with_suffix(end).exists() for end in (".json", ".new")):
            yield Finding("warning", f"{path} was left by a dead relay", f"rm {path}")
    yield _port(ports)


# What is installed


def _versions() -> Iterator[Finding]:
    python = platform.python_version()
    least = (importlib.metadata.metadata("cwire")["Requires-Python"] or "").removeprefix(">=")
    if _numbers(python) < _numbers(least):
        yield Finding("problem", f"Python {python}", f"cwire needs {least} or newer")
    else:
        yield Finding("ok", f"Python {python} at {sys.executable}")
    yield Finding("ok", f"cwire {__version__} at {Path(errors.__file__).parent}")
    wanted = _requirements()
    for name, least in wanted.get("", []):
        bad = _lacks(name, least)
        if bad:
            yield Finding("problem", bad, f"pip install '{name}>={least}'")
        else:
            yield Finding("ok", f"{name} {importlib.metadata.version(name)}")
    for extra, purpose in _EXTRAS.items():
        needs = wanted.get(extra, [])
        if not needs:
            yield Finding(
                "warning", f"the installation knows no extra {extra!r}", "install cwire again"
            )
            continue
        bad = ", ".join(text for name, least in needs if (text := _lacks(name, least)))
        if bad:
            remedy = f"for {purpose}, pip install 'cwire[{extra}]'"
            yield Finding("warning", bad, remedy)
        else:
            have = ", ".join(f"{name} {importlib.metadata.version(name)}" for name, _ in needs)
            yield Finding("ok", f"for {purpose}: {have}")


def _requirements() -> dict[str, list[tuple[str, str]]]:
    """The requirements of the distribution, (name, least version) by extra; "" is always."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in importlib.metadata.requires("cwire") or ():
        match = re.fullmatch(r"([\w.-]+)>=([\d.]+)(?:\s*;\s*extra == ['\"](\w+)['\"])?", line)
        if match:
            found.setdefault(match[3] or "", []).append((match[1], match[2]))
    return found


def _lacks(name: str, least: str) -> str:
    """The problem with a package; empty if there is none."""
    try:
        version = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return f"{name} is not installed"
    if _numbers(version) < _numbers(least):
        return f"{name} {version} is older than {least}"
    return ""


def _numbers(version: str) -> tuple[int, ...]:
    release = re.match(r"\d+(\.\d+)*", version)
    return tuple(map(int, release[0].split("."))) if release else ()


def _extension() -> Finding:
    # Without _frames nothing of cwire can be imported, so that one is there; but it may be old.
    text = f"the compiled extensions in {Path(_frames.__file__).parent}, protocol {frames.PROTOCOL}"
    for name, patterns in _EXTENSIONS.items():
        try:
            module = importlib.import_module(f"cwire_structs.{name}")
        except ImportError as error:
            return Finding("problem", f"{text}: {name} is missing ({error})", _build())
        built = Path(str(module.__file__))
        root = checkout()
        if root is None:  # times tell nothing of what pip has unpacked
            continue
        age = built.stat().st_mtime
        made_of = [path for one in patterns for path in sorted((root / "c_driver").glob(one))]
        sources = [built.with_name(f"{name}.pyx"), *made_of]
        newer = [path.name for path in sources if path.stat().st_mtime > age]
        if newer:
            old = f"{built.name} is older than {', '.join(newer)}"
            return Finding("problem", f"{text}: {old}", _build())
    return Finding("ok", text)


def _build() -> str:
    return advice("make setup", "install cwire again")


def _compiler() -> Finding:
    try:
        from cwire_structs.compiler import toolchain
        from cwire_structs.errors import WrapError
    except ImportError as error:
        return Finding("warning", f"the C compiler was not looked for ({error})")
    try:
        found = toolchain.find()
    except WrapError as error:
        return Finding("warning", f"no C compiler for cwire wrap and drivers: {error}")
    libclang = ""
    if importlib.util.find_spec("clang") is not None:
        from clang import cindex

        try:
            cindex.Index.create()
        except cindex.LibclangError as error:
            said = str(error).splitlines()[0]
            remedy = "pip install --force-reinstall libclang"
            return Finding("warning", f"libclang cannot be loaded ({said})", remedy)
        libclang = "; libclang loads"
    return Finding("ok", f"C compiler {found} ({found.family}) for {found.target}{libclang}")


def _kernel() -> Finding:
    remedy = f"{sys.executable} -m ipykernel install --sys-prefix"
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    except ImportError:
        return Finding(
            "warning", "no Jupyter kernel", "for notebooks, pip install 'cwire[notebook]'"
        )
    try:
        argv = KernelSpecManager().get_kernel_spec("python3").argv
    except NoSuchKernel:
        return Finding("warning", "Jupyter has no kernel python3", remedy)
    # Jupyter runs its own Python for these names (jupyter_client, format_kernel_cmd).
    generic = {"python", "python3", f"python3.{sys.version_info.minor}"}
    program = sys.executable if argv[0] in generic else shutil.which(argv[0]) or argv[0]
    if Path(program).parent.resolve() == Path(sys.executable).parent.resolve():
        return Finding("ok", f"Jupyter's kernel python3 is {program}")
    try:
        there = subprocess.run(
            [program, "-c", "import cwire"], capture_output=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        there = None
    if there is not None and there.returncode == 0:
        return Finding("ok", f"Jupyter's kernel python3 is {program}, which has cwire too")
    return Finding("warning", f"Jupyter's kernel python3 is {program}, without cwire", remedy)


# What runs


def _directory(directory: Path) -> Finding:
    text = f"runtime directory {directory}"
    if len(os.fsencode(directory)) + _LONGEST_NAME > _SOCKET_PATH:
        return Finding(
            "problem",
            f"{text} has too long a path for Unix sockets ({_SOCKET_PATH} bytes at most)",
            "set CWIRE_RUNTIME_DIR to a shorter one",
        )
    try:
        # What relays and drivers do there; some file systems say only when it is written out that
        # they are full.
        with tempfile.NamedTemporaryFile(dir=directory, prefix=".doctor-") as file:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return Finding("problem", str(cannot_write(directory, error)))
    return Finding("ok", f"{text}, mode {directory.stat().st_mode & 0o777:04o}")


def _relay(entry: RelayEntry) -> Finding:
    """A relay that lives, and how it finds its drivers."""
    text = f"relay at {entry.unix}, port {urlsplit(entry.url).port}"
    try:
        served = asyncio.run(_served(Address(entry.url, unix=entry.unix)))
    except errors.CwireError as error:
        return Finding("problem", f"{text} does not answer", str(error))
    down = [f"{one.name} is {one.state}: {one.reason}" for one in served if one.state != "up"]
    if down:
        return Finding("warning", text, "; ".join(down))
    names = ", ".join(one.name for one in served) or "none yet"
    return Finding("ok", f"{text}; drivers up: {names}")


async def _served(address: Address) -> list[Driver]:
    link = Link(address, Session())
    await link.open(_SECONDS)
    try:
        # Copies: with the connection gone, a driver's state is not known any more.
        return [replace(one) for one in link.session.drivers.values() if not one.is_relay]
    finally:
        await link.shut()


def _driver(path: Path) -> Finding:
    """The finding about what listens at a socket of the runtime directory."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(_SECONDS)
        try:
            link.connect(str(path))
            handshake = RingHandshake()
            while handshake.wants:
                handshake.feed(link.recv(handshake.wants))
        except ConnectionRefusedError:
            # As by `kill`: nothing is wrong, and its relay says what is down.
            remedy = "its next start takes its place"
            return Finding("ok", f"{path} was left by a driver that has ended", remedy)
        except PermissionError:
            return Finding("problem", f"{path} belongs to another account", "run both as one")
        except TimeoutError:
            remedy = "is it stopped (in a debugger?), or does it not call cwire_poll?"
            return Finding("warning", f"what listens at {path} says nothing", remedy)
        except DriverRefusedError as error:
            return Finding("warning", f"{path}: {error}")
        except (OSError, frames.FrameError, HandshakeError) as error:
            return Finding("problem", f"{path}: {error}")
    assert handshake.hello is not None
    return Finding("ok", f"driver {handshake.hello.name!r} at {path}")


def _port(of_relays: list[int | None]) -> Finding:
    if DEFAULT_PORT in of_relays:
        return Finding("ok", f"port {DEFAULT_PORT} is this account's relay")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", DEFAULT_PORT))
        except OSError:
            if answers_as_relay():
                return Finding("warning", elsewhere_text())
            remedy = "start the relay with --port 0, or another one"
            return Finding("warning", f"port {DEFAULT_PORT} is in use by another program", remedy)
    return Finding("ok", f"port {DEFAULT_PORT} is free")
