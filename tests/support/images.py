"""Images with debug information, made of C and other languages, without running anything."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from cwire_structs import wrap
from cwire_structs.compiler.object_file import ObjectFile
from cwire_structs.header.message_ids import Choice

LINK = ("-nostdlib", "-static", "-Wl,-e0", "-Wl,--unresolved-symbols=ignore-all")


def build(
    folder: Path, source: str, flags: Sequence[str] = ("-g",), cc: str = "cc", name: str = "unit.c"
) -> Path:
    """Compiles and links a source for no operating system in particular; returns the image."""
    path = folder / name
    path.write_text(source)
    made = path.with_suffix(".elf")
    how = [*cc.split(), "-w", *LINK, *flags]
    done = subprocess.run([*how, str(path), "-o", str(made)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return made


def compile_only(
    folder: Path, source: str, flags: Sequence[str] = ("-g",), cc: str = "cc", name: str = "unit.c"
) -> Path:
    """Compiles a source; returns the object file."""
    path = folder / name
    path.write_text(source)
    made = path.with_suffix(".o")
    how = [*cc.split(), "-w", *flags, "-c"]
    done = subprocess.run([*how, str(path), "-o", str(made)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return made


def wrapped(image: Path, *names: str, cc: str | None = None) -> wrap.Wrapped:
    """Wraps structs of an image."""
    return wrap.wrap(image, cc, Choice(only=names))


def variable(image: Path, name: str) -> bytes:
    """Returns the bytes of a variable of an image."""
    return ObjectFile(image.read_bytes()).symbol(name)


def tool(name: str) -> str:
    """Returns a program; skips the test where there is none."""
    if shutil.which(name) is None:
        pytest.skip(f"there is no {name} here (tests/install_cross_compilers.sh)")
    return name
