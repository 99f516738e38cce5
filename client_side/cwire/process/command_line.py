"""Splits the command that a notebook asks to run, and checks it before anything starts."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

from cwire.errors import CwireError, InvalidArgument

__all__ = ["check_program", "path_text", "variables", "words"]


def words(command: str | os.PathLike[str], arguments: tuple[object, ...]) -> list[str]:
    """The command line, with the program's full path if it can be found."""
    text = path_text(command, "a command is a path or a command line, such as './driver'")
    if not text:
        raise InvalidArgument("the command is empty: name a program")
    parts = [text]
    if isinstance(command, str) and not Path(text).exists():
        try:
            parts = shlex.split(text)
        except ValueError as error:
            raise CwireError(f"{text!r} is not a command line: {error}") from None
        if not parts:
            raise CwireError("the command is empty: name a program")
    program = Path(parts[0]).expanduser()
    found = shutil.which(parts[0]) if program.name == parts[0] and not program.exists() else None
    return [found or str(program.absolute()), *parts[1:], *map(str, arguments)]


def path_text(given: str | os.PathLike[str], what: str) -> str:
    """A path that the user gave; `what` says what it is.

    Raises:
        InvalidArgument: It is none.
    """
    if isinstance(given, (str, os.PathLike)) and isinstance(text := os.fspath(given), str):
        return text
    raise InvalidArgument(f"{what}, not {given!r}")


def variables(env: Mapping[str, str] | None) -> dict[str, str]:
    """Environment variables that the user gave.

    Raises:
        InvalidArgument: They are none.
    """
    if env is None:
        return {}
    pairs = dict(env) if isinstance(env, Mapping) else {0: env}
    if all(isinstance(word, str) for pair in pairs.items() for word in pair):
        return pairs
    raise InvalidArgument(
        f"env is a mapping of texts to texts, such as {{'RATE': '100'}}, not {env!r}"
    )


def check_program(name: str, program: str, cwd: Path) -> None:
    """Refuses a program that cannot be started.

    Raises:
        CwireError: It cannot be executed; the text says what to do.
    """
    if not cwd.is_dir():
        raise CwireError(f"{name} cannot start: there is no folder {cwd}")
    path = Path(program)
    if path.is_dir():
        raise CwireError(f"{path} is a folder: name the program in it")
    if not path.exists():
        raise CwireError(f"{path} is missing{_make_first(path)}")
    if not os.access(path, os.X_OK):
        raise CwireError(f"{path} cannot be executed: chmod +x {path}")


def _make_first(path: Path) -> str:
    """The remedy for a missing program."""
    for folder in (path.parent, path.parent.parent):
        if _makes(folder / "Makefile", str(path.relative_to(folder))):
            return f": build it first, with `make -C {folder}`"
    if path.with_suffix(".c").exists():
        return f": compile {path.with_suffix('.c').name} first"
    if path.parent.is_dir():
        return ": is the name right?"
    return f": there is no folder {path.parent}"


def _makes(makefile: Path, program: str) -> bool:
    """Whether a Makefile speaks of this program: any other is of something else."""
    try:
        text = makefile.read_text(errors="replace")
    except OSError:
        return False
    return re.search(rf"(?<![\w./-]){re.escape(program)}(?![\w./-])", text) is not None
