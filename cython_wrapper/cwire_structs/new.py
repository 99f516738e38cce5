"""`cwire new`: a folder with a small driver that builds, runs and plots, to start from."""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any

from cwire_structs.errors import WrapError
from cwire_structs.frames import RELAY_NAME

__all__ = ["new", "register"]

_TEMPLATES = Path(__file__).with_name("templates")
# What the relay takes as a driver's name, and libcwire as the name of its socket.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
# Template, file, and what is in it.
_FILES = (
    ("messages.h", "messages.h", "the messages, as C structs; change it first"),
    ("driver.c", "driver.c", "the driver"),
    ("Makefile", "Makefile", "builds and runs it"),
    ("notebook.ipynb", "{name}.ipynb", "plots and steers it"),
    ("README.md", "README.md", "how to go on"),
    ("gitignore", ".gitignore", "what make makes"),
)


def new(name: str, folder: Path) -> list[Path]:
    """Writes the starting folder of a driver and returns its files.

    Args:
        name: What clients will call the driver.
        folder: Where; it is made, or is empty.

    Raises:
        WrapError: The name is none, or the folder has something in it or cannot be written.
    """
    if not _NAME.fullmatch(name):
        raise WrapError(
            f"{name!r} cannot be a driver's name: use 1 to 64 letters, digits, _ and -, and begin "
            "with a letter"
        )
    fill = {
        "NAME": name,
        "VERSION": importlib.metadata.version("cwire"),
        "CWIRE": _make_text(f"{shlex.quote(sys.executable)} -m cwire"),
    }
    if name == RELAY_NAME:
        raise WrapError(
            f"{name!r} cannot be a driver's name: clients know the relay's own statistics by it; "
            "give the driver another one"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise WrapError(
                f"{folder} is there already and not empty; choose another folder with -o"
            )
        paths = []
        for template, file, _ in _FILES:
            text = (_TEMPLATES / template).read_text(encoding="utf-8")
            path = folder / file.format(name=name)
            path.write_text(_filled(text, fill), encoding="utf-8")
            paths.append(path)
    except OSError as error:
        raise WrapError(f"cannot write {error.filename}: {error.strerror}") from None
    return paths


def _filled(text: str, fill: dict[str, str]) -> str:
    return re.sub("@([A-Z]+)@", lambda match: fill[match[1]], text)


def _make_text(text: str) -> str:
    """Returns a text as make needs to see it to mean it."""
    return text.replace("$", "$$").replace("#", r"\#")


def register(subparsers: Any) -> None:
    """Adds `new` to the subcommands of a parser."""
    text = "write a folder with a driver to start from"
    parser = subparsers.add_parser("new", help=text, description=f"{text[0].upper()}{text[1:]}.")
    parser.add_argument("name", metavar="NAME", help="what clients will call the driver")
    parser.add_argument(
        "-o", "--output", type=Path, metavar="DIR", help="the folder to write (default: NAME)"
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    """Carries out `cwire new`; returns the exit code."""
    name: str = arguments.name
    folder: Path = arguments.output or Path(name)
    try:
        paths = new(name, folder)
    except WrapError as error:
        print(f"cwire new: {error}", file=sys.stderr)
        return 1
    width = max(len(str(path)) for path in paths)
    for path, (_, _, what) in zip(paths, _FILES, strict=True):
        print(f"  {path!s:{width}}  {what}")
    print(f"Run it:     cd {shlex.quote(str(folder))} && make run  # opens a page with its scope")
    print("Steer it:   on that page, or: cwire send set_sine frequency=200")
    print(f"Plot it:    {name}.ipynb, in Jupyter, while it runs")
    print("Change it:  messages.h and driver.c; then Ctrl-C, and make run again")
    print("Read on:    README.md")
    if problem := _missing():
        print(f"cwire new: {problem}", file=sys.stderr)
    return 0


def _missing() -> str | None:
    """Says what has to be installed before the folder can be built; None: nothing."""
    compiler = (os.environ.get("CC", "").split() or ["cc"])[0]
    missing = [program for program in (compiler, "make") if shutil.which(program) is None]
    if not missing:
        return None
    return (
        f"to build it, {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing; "
        "install a C compiler and make (Debian: apt install gcc make)"
    )
