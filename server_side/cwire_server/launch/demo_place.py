"""Finds the demo's driver and notebooks: in a checkout, or in a folder of the account.

The folder of the account has the parts of a checkout that the notebooks use, under the same names.
Its driver is compiled of the sources that the package brings; where there is no compiler, it is the
one in Python.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from cwire_server.launch.part import LaunchError, Part
from cwire_server.launch.runner import Runner
from cwire_structs.csources import csources
from cwire_structs.errors import WrapError
from cwire_structs.installation import checkout

__all__ = ["PARTS", "Place", "find_place", "provide_driver"]

PARTS = ("c_driver/Makefile", "server_side/server_main.py", "notebooks/01_quickstart.ipynb")
"""What a checkout is known by."""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder to run the demo in.

    Attributes:
        root: The folder.
        notebooks: The originals of the tour.
        sources: The C sources of the driver where it is to be compiled; None: it is there.
    """

    root: Path
    notebooks: Path
    sources: Path | None = None

    @property
    def driver(self) -> Path:
        """The driver's program."""
        return self.root / "c_driver" / "driver"

    @property
    def work(self) -> Path:
        """Where the copies of the notebooks go."""
        return self.root / "work"


@contextmanager
def find_place(given: Path | None, tell: Callable[[str], None]) -> Iterator[Place]:
    """Finds a checkout, else the folder of the account, else makes one for as long as this lasts.

    Args:
        given: What the user says is a checkout; None: to be found.
        tell: Has a sentence, where there is one to tell.

    Raises:
        LaunchError: It is not there, or lacks a part.
    """
    here = [Path.cwd(), checkout()] if given is None else [given]
    for root in filter(None, here):
        missing = [part for part in PARTS if not (root / part).is_file()]
        if not missing:
            place = Place(root.absolute(), root.absolute() / "notebooks")
            if not place.driver.exists():
                sources = shlex.quote(str(place.driver.parent))
                raise LaunchError(f"{place.driver} is not built: make -C {sources}")
            yield place
            return
        if given is not None:
            raise LaunchError(f"{given} is no checkout of cwire: it has no {missing[0]}")
    brought = Path(str(files("cwire.demo")))
    own = _account_folder(os.environ)
    with tempfile.TemporaryDirectory(prefix="cwire-demo-") as scratch:
        if own is None:
            tell("your home cannot be written to: notebooks that you change are lost at the end")
        folder = own or Path(scratch)
        (folder / "c_driver").mkdir(exist_ok=True)
        yield Place(folder, brought / "notebooks", brought / "c")


def _account_folder(environment: Mapping[str, str]) -> Path | None:
    """The folder of this account, which is made; None: it cannot be, or is not ours alone."""
    data = Path(environment.get("XDG_DATA_HOME", ""))
    with suppress(OSError, RuntimeError):  # no space, no right, no home
        base = data if data.is_absolute() else Path.home() / ".local" / "share"
        folder = base / "cwire" / "demo"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        told = folder.stat()
        # A program in it is run: nobody else may put one there, as root's sudo in a user's home.
        if told.st_uid == os.geteuid() and not told.st_mode & 0o022:
            with tempfile.TemporaryFile(dir=folder):
                return folder
    return None


async def provide_driver(runner: Runner, place: Place) -> None:
    """Puts the driver in its place, unless it is there: compiled, else a script for the other one.

    Args:
        runner: Says what happens, and ends the compiler with everything else.
        place: Where.

    Raises:
        LaunchError: It cannot be written.
    """
    if place.sources is None:
        return
    mark = place.driver.with_name(".built")
    try:
        command, known = _compiling(place.sources)
        if mark.is_file() and mark.read_text() == known and place.driver.is_file():
            return
        mark.unlink(missing_ok=True)
        with tempfile.TemporaryDirectory(dir=place.driver.parent) as folder:
            program = Path(folder, "driver")
            try:
                await runner.finish(Part("C compiler", *command, "-o", str(program)))
            except LaunchError as error:
                runner.tell(f"The driver will be the one in Python, which does less: {error}")
                python = shlex.join([sys.executable, "-m", "cwire.demo.driver"])
                program.write_text(f'#!/bin/sh\nexec {python} "$@"\n')
                program.chmod(0o700)
                known = ""
            program.replace(place.driver)
        mark.write_text(known)
    except WrapError as error:
        raise LaunchError(str(error)) from error
    except OSError as error:
        raise LaunchError(f"cannot make the driver: {error.filename}: {error.strerror}") from error


def _compiling(sources: Path) -> tuple[list[str], str]:
    """The command that compiles the driver, and what tells it from others."""
    library = csources()
    inputs = [library / "cwire.c", *sorted(sources.glob("*.c"))]
    compiler = shlex.split(os.environ.get("CC") or "cc")
    command = [
        *compiler,
        *("-O2", "-pthread", f"-I{library}", f"-I{sources}"),
        *(str(path) for path in inputs),
        "-lm",
    ]
    # A home may be another machine's, too.
    found = shutil.which(compiler[0])
    machine = [platform.machine(), *platform.libc_ver(), str(found)]
    known = hashlib.sha256("\0".join([*command, *machine]).encode())
    for path in (*inputs, *sorted(library.glob("*.h")), *sorted(sources.glob("*.h"))):
        known.update(path.read_bytes())
    return command, known.hexdigest()
