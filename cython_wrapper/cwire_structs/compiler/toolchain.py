"""The user's C compiler: its family, its target, its headers; it compiles, nothing is run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from cwire_structs.errors import WrapError

# What changes a layout, or what the preprocessor sees; libclang takes these as gcc does.
_LAYOUT_FLAGS = re.compile(
    r"-m.+|-std=.+|-ffreestanding|-f(no-)?(short-enums|short-wchar|signed-char|unsigned-char|pack-struct(=\d+)?)"
)
_WITH_VALUE = ("-D", "-U", "-I", "-isystem", "-include", "-iquote")
_TIMEOUT_S = 60


@dataclass(frozen=True)
class Toolchain:
    """A C compiler, as `find` made its acquaintance.

    Attributes:
        command: The program and the user's flags.
        family: ``gcc`` or ``clang``.
        target: What it compiles for: ``x86_64-linux-gnu``.
        byte_order: Of that target.
        elf_class: 32 or 64: the word size of its object files.
        include_dirs: Where it looks for ``<...>``, in order.
    """

    command: tuple[str, ...]
    family: str
    target: str
    byte_order: Literal["little", "big"]
    elf_class: Literal[32, 64]
    include_dirs: tuple[str, ...]

    def __str__(self) -> str:
        return shlex.join(self.command)

    @property
    def parser_flags(self) -> list[str]:
        """The user's flags that a parser of the header needs to see."""
        return [flag for group in self._groups() for flag in group]

    @property
    def layout_flags(self) -> list[str]:
        """The same without directories: what the schema records."""
        return [
            f
            for group in self._groups()
            if group[0][:2] in ("-D", "-U", "-m", "-f", "-s")
            for f in group
        ]

    def _groups(self) -> list[list[str]]:
        groups = []
        rest = iter(self.command[1:])
        for flag in rest:
            if flag in _WITH_VALUE:
                groups.append([flag, next(rest, "")])
            elif flag.startswith(("-D", "-U", "-I")) or _LAYOUT_FLAGS.fullmatch(flag):
                groups.append([flag])
        return groups

    def compile(self, source: str) -> bytes:
        """Compiles C source to an object file and returns its bytes; nothing is run.

        Raises:
            WrapError: The compiler failed; the text holds what it said.
        """
        return self._make(source, ("-c",))

    def link(self, source: str, flags: tuple[str, ...]) -> bytes:
        """The same with more flags, linked without any library: addresses are resolved."""
        return self._make(source, (*flags, "-nostdlib", "-static", "-Wl,-e0"))

    def _make(self, source: str, how: tuple[str, ...]) -> bytes:
        with tempfile.TemporaryDirectory(prefix="cwire-") as folder:
            path = Path(folder, "proof.c")
            path.write_text(source, encoding="utf-8")
            made = Path(folder, "proof.o")
            # The user's -Werror and -pedantic-errors are for the user's code; -fno-lto: we read the
            # object's data.
            flags = ["-x", "c", "-w", "-Wno-pedantic", "-fno-lto", str(path), "-o", str(made)]
            result = _run([*self.command, *how, *flags])
            if result.returncode != 0 or not made.is_file():
                said = "\n".join(result.stderr.strip().splitlines()[:8]).replace(folder + "/", "")
                raise WrapError(f"{self} does not compile this header:\n{said}")
            return made.read_bytes()


def find(cc: str | None = None, target: str | None = None, flags: Sequence[str] = ()) -> Toolchain:
    """Returns the compiler to prove against.

    Args:
        cc: Program and flags as in a shell; None takes ``$CC``, else ``cc``, but with a target
            the gcc of that name.
        target: What to compile for: ``powerpc-linux-gnu``. A clang is told so; a gcc is one
            target's, so that libclang alone is told, in the place of what the gcc says.
        flags: More of the compiler's flags: ``-I``, ``-D``.

    Raises:
        WrapError: There is no such program, it is no C compiler for an ELF target, or a flag
            changes layouts in a way that cannot be proved.
    """
    text = cc or (f"{target}-gcc" if target else os.environ.get("CC")) or "cc"
    try:
        command = (*shlex.split(text), *flags)
    except ValueError as error:
        raise WrapError(f"CC={text!r} cannot be read as a command: {error}") from None
    if not text.strip():
        raise WrapError("CC is blank; set it to your C compiler, for example CC=gcc")
    if "-funsigned-bitfields" in command or "-fno-signed-bitfields" in command:
        raise WrapError(
            "the sign of bit fields cannot be proved with -funsigned-bitfields: write signed or "
            "unsigned in the header, and leave the flag out"
        )
    if "-mfp16-format=alternative" in command:
        raise WrapError(
            "the alternative format of 16-bit floats has no place on the wire, since numpy does "
            "not have it; use -mfp16-format=ieee"
        )
    said = _introduce(command, text)
    family = "clang" if re.search(r"\bclang version\b", said) else "gcc"
    if family == "clang" and target:
        command = (*command, f"--target={target}")
        said = _introduce(command, text)
    listed = said.partition("#include <...> search starts here:")[2]
    listed = listed.partition("End of search list.")[0]
    include_dirs = tuple(line.strip() for line in listed.splitlines() if line.strip())
    own = re.search(r"^Target: (\S+)$", said, re.MULTILINE)
    triple = _triple(target or (own[1] if own else ""))
    toolchain = Toolchain(command, family, triple, "little", 64, include_dirs)
    head = toolchain.compile("int cwire_probe;\n")[:6]
    if head[:4] != b"\x7fELF":
        raise WrapError(
            f"{toolchain} does not make ELF object files, which the proof of the layout reads; "
            "use a compiler for Linux or for a bare-metal ELF target"
        )
    order: Literal["little", "big"] = "big" if head[5] == 2 else "little"
    return replace(toolchain, byte_order=order, elf_class=32 if head[4] == 1 else 64)


def _introduce(command: Sequence[str], text: str) -> str:
    """Returns what a compiler says about itself."""
    search = _run([*command, "-E", "-v", "-x", "c", os.devnull])
    if search.returncode != 0 or "search starts here:" not in search.stderr:
        said = "\n".join(search.stderr.strip().splitlines()[-3:])
        raise WrapError(f"CC={text!r} is not a C compiler like gcc or clang; it says:\n{said}")
    return search.stderr


def _triple(machine: str) -> str:
    """Returns the target without the vendor, which says nothing about the layout."""
    arch, _, rest = machine.partition("-")
    if "linux" in rest:
        rest = "linux" + (rest.partition("linux")[2] or "-gnu")
    return f"{arch}-{rest}" if rest else arch


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C"}  # the answers are parsed: no translations
    try:
        return subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT_S,
            check=False,
        )
    except FileNotFoundError:
        raise WrapError(
            f"there is no program {command[0]!r}; install a C compiler (Debian: apt install gcc) "
            "or name yours with CC=... or --cc"
        ) from None
    except (PermissionError, OSError) as error:
        raise WrapError(f"cannot run {command[0]!r}: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise WrapError(f"{command[0]!r} did not finish in {_TIMEOUT_S} s") from None
