"""Compiles the writers: they are C, as what they stand for."""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cwire import errors
from cwire_structs.csources import csources
from cwire_structs.errors import WrapError

__all__ = ["Programs", "build"]

_SOURCES = Path(__file__).parent / "c"
_FLAGS = ("-std=c99", "-O2", "-Wall")


@dataclass(frozen=True, slots=True)
class Programs:
    """The compiled writers.

    Attributes:
        writer: Of the ways of the operating system, and of ZeroMQ.
        publisher: A driver of cwire; None where none is needed.
    """

    writer: Path
    publisher: Path | None


def build(folder: Path, *, publisher: bool) -> Programs:
    """Compiles them into a folder.

    Args:
        folder: Where to.
        publisher: Whether the driver is needed, too.

    Raises:
        CwireError: There is no C compiler, or it fails.
    """
    writer = _compile(folder / "writer", [], ["writer.c"], ["-ldl"])
    return Programs(writer, _publisher(folder / "publisher") if publisher else None)


def _publisher(program: Path) -> Path:
    try:
        library = csources()
    except WrapError as error:
        raise errors.CwireError(str(error)) from None
    includes = [f"-I{library}", f"-I{_SOURCES}", f"-I{_SOURCES / 'generated'}"]
    return _compile(program, includes, ["publisher.c", library / "cwire.c"], ["-pthread"])


def _compile(
    program: Path, options: list[str], sources: list[str | Path], libraries: list[str]
) -> Path:
    compiler = shlex.split(os.environ.get("CC", "cc"))
    files = [str(_SOURCES / source) for source in sources]
    command = [*compiler, *_FLAGS, *options, *files, *libraries, "-o", str(program)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise errors.CwireError(
            f"there is no C compiler {compiler[0]!r}, and the writers are C; install gcc or clang, "
            "or name yours in CC"
        ) from None
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if "error" in line]
        raise errors.CwireError(f"{shlex.join(command)} failed: {' '.join(said[:1])}")
    return program
