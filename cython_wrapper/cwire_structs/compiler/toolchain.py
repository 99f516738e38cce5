"""The user's C compiler: its family, its target, its headers; it compiles, nothing is run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from cwire_structs.errors import WrapError

# Flags that change a layout or what the preprocessor and the parser accept, in gcc's spelling.
_LAYOUT_FLAGS = re.compile(
    r"-m.+|-std=.+|-ansi|-trigraphs|-pthread|-f(no-)?(short-enums|short-wchar|signed-char"
    r"|unsigned-char|pack-struct(=\d+)?|sso-struct=.+|freestanding|hosted|ms-extensions|plan9-extensions"
    r"|dollars-in-identifiers|gnu89-inline|openmp|builtin)"
)
_MACROS = ("-D", "-U")
_FILES = ("-include", "-imacros")
_FOLDERS = ("-isystem", "-iquote", "-idirafter", "-I")
_LONG = {
    "--define-macro": "-D",
    "--undefine-macro": "-U",
    "--include": "-include",
    "--imacros": "-imacros",
    "--include-directory": "-I",
    "--include-directory-after": "-idirafter",
    "--std": "-std=",
    "--ansi": "-ansi",
    "--trigraphs": "-trigraphs",
}
# What follows one of these is no flag of its own.
_WITH_VALUE = ("-o", "-x", "-T", "-L", "-l", "-u", "-z", "-e", "-MF", "-MT", "-MQ", "-aux-info",
    "-Xlinker", "-Xassembler", "-Xclang", "-target", "-mllvm", "--param", "--sysroot", "-isysroot",
    "-iprefix", "-iwithprefix", "-iwithprefixbefore", "-imultilib", "-specs", "-arch")  # fmt: skip
# A line copied from a build also names what to make and the files; here both are given anew.
_MODES = re.compile(r"-c|-E|-S|-fsyntax-only|-M[MDGP]*|-MMD|-o.+|-save-temps(=.*)?|-Wp,-M.*")
_OUTPUTS = ("-o", "-MF", "-MT", "-MQ")
_INPUTS = re.compile(r"[^-@].*\.(c|cc|cp|cpp|cxx|c\+\+|C|i|ii|s|S|sx|o|a|so|obj)")
_TAKES_NEXT = {
    *(*_MACROS, *_FILES, *_FOLDERS, *_WITH_VALUE, "-Xpreprocessor"),
    *(long for long, short in _LONG.items() if short in (*_MACROS, *_FILES, *_FOLDERS)),
}
_MAGIC = b"cwire probe:"
Language = Literal["c", "c++"]
_C_COMPILER = re.compile(r"(gcc|clang|cc)((-[\d.]+)?(\.exe)?)$")
_CXX_COMPILERS = {"gcc": "g++", "clang": "clang++", "cc": "c++"}
_C_STANDARD = re.compile(r"-std=(c|gnu|iso9899:)\d\w*|-ansi")
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
        short_enums: Whether an enum has as few bytes as its values need.
        char_signed: Whether ``char`` is signed.
        language: Of the header and of what is compiled.
    """

    command: tuple[str, ...]
    family: str
    target: str
    byte_order: Literal["little", "big"]
    elf_class: Literal[32, 64]
    include_dirs: tuple[str, ...]
    short_enums: bool = False
    char_signed: bool = True
    language: Language = "c"

    def __str__(self) -> str:
        return shlex.join(self.command)

    @property
    def flags(self) -> list[list[str]]:
        """The user's flags that a parser of the header needs to see, with their values.

        In gcc's short spelling, and with those of ``@file``. What is for the linker, the optimizer
        or about warnings is left out.
        """
        return list(_groups(iter(_expanded(self.command[1:]))))

    @property
    def layout_flags(self) -> list[str]:
        """The same without files and directories: what the schema records."""
        groups = (group for group in self.flags if not group[0].startswith("-I"))
        return [flag for group in groups if group[0][:2] != "-i" for flag in group]

    def compile(self, source: str, flags: tuple[str, ...] = ()) -> bytes:
        """Compiles C source to an object file and returns its bytes; nothing is run.

        Raises:
            CompileError: The compiler failed; the text holds what it said.
        """
        return self._make(source, (*flags, "-c"))

    def link(self, source: str, flags: tuple[str, ...] = ()) -> bytes:
        """The same, linked without any library: addresses are resolved.

        Functions that the header calls stay unresolved.
        """
        how = ("-nostdlib", "-static", "-Wl,-e0", "-Wl,--unresolved-symbols=ignore-all")
        return self._make(source, (*flags, *how))

    def cxx(self, command: str | None = None) -> Toolchain:
        """Returns the C++ compiler with the same flags.

        Args:
            command: Its program and flags; None takes ``$CXX`` if this is the machine's own
                compiler, else the one of this one's name: ``arm-none-eabi-g++``.

        Raises:
            WrapError: There is none.
        """
        if self.language == "c++":
            return self
        rest = [flag for flag in self.command[1:] if not _C_STANDARD.fullmatch(flag)]
        program = self.command[0]
        beside = _C_COMPILER.sub(lambda name: f"{_CXX_COMPILERS[name[1]]}{name[2]}", program)
        own = os.environ.get("CXX") if program in ("cc", os.environ.get("CC")) else None
        return find(command or own or shlex.quote(beside), None, rest, "c++")

    def refusal(self, path: Path, language: str) -> str | None:
        """Returns all that the compiler says of a header that it refuses; None: it takes it.

        Args:
            path: The header, which is compiled by itself.
            language: ``c`` or ``c++``.
        """
        flags = ["-x", language, "-w", "-Wno-pedantic", "-fsyntax-only", str(path.absolute())]
        result = _run([*self.command, *flags])
        return result.stderr.strip() if result.returncode else None

    def rule(self, path: Path, target: str) -> str:
        """Returns a rule for make: the target depends on a header and what that includes.

        Headers of the system are left out.

        Args:
            path: The header.
            target: The path of what is made of it.

        Raises:
            CompileError: The compiler failed.
        """
        result = _run(
            [*self.command, "-x", self.language, "-w", "-MM", "-MP", "-MQ", target, str(path)]
        )
        if result.returncode:
            raise CompileError(f"{self} says no dependencies:\n{result.stderr}", result.stderr)
        return result.stdout

    def _make(self, source: str, how: tuple[str, ...]) -> bytes:
        with tempfile.TemporaryDirectory(prefix="cwire-") as folder:
            path = Path(folder, "proof.c" if self.language == "c" else "proof.cpp")
            path.write_text(source, encoding="utf-8")
            made = Path(folder, "proof.o")
            # The user's -Werror and -pedantic-errors are for the user's code; -fno-lto: we read the
            # object's data.
            flags = [
                "-x",
                self.language,
                "-w",
                "-Wno-pedantic",
                "-fno-lto",
                str(path),
                "-o",
                str(made),
            ]
            result = _run([*self.command, *how, *flags])
            if result.returncode != 0 or not made.is_file():
                said = result.stderr.strip().replace(folder + "/", "")
                raise CompileError(f"{self} does not compile this:\n{said}", said)
            return made.read_bytes()


class CompileError(WrapError):
    """The compiler refused a source.

    Attributes:
        said: All that it said.
    """

    def __init__(self, text: str, said: str) -> None:
        super().__init__(text)
        self.said = said


def _expanded(flags: Sequence[str]) -> Iterator[str]:
    """Yields flags with those that are written in files, as ``@file`` asks for."""
    for flag in flags:
        path = Path(flag[1:])
        if flag.startswith("@") and path.is_file():
            try:
                yield from _expanded(shlex.split(path.read_text(errors="replace")))
            except (ValueError, OSError) as error:
                raise WrapError(f"{flag}: its flags cannot be read: {error}") from None
        else:
            yield flag


def _groups(rest: Iterator[str]) -> Iterator[list[str]]:
    """Yields each flag that matters to a parser, with its value if that stands apart."""
    for flag in rest:
        name, equals, value = flag.partition("=")
        if name in _LONG and (equals or not _LONG[name].endswith("=")):
            short = _LONG[name]
            if short.endswith("=") or short in ("-ansi", "-trigraphs"):
                yield [short + value]
            else:
                yield [short, value if equals else next(rest, "")]
        elif flag in (*_MACROS, *_FILES, *_FOLDERS):
            yield [flag, next(rest, "")]
        elif flag == "-Xpreprocessor":
            yield from _groups(iter([next(rest, "")]))
        elif flag.startswith("-Wp,"):
            yield from _groups(iter(flag.split(",")[1:]))
        elif flag in _WITH_VALUE:
            next(rest, "")
        elif starts := [one for one in (*_FILES, *_FOLDERS) if flag.startswith(one)]:
            yield [starts[0], flag.removeprefix(starts[0])]
        elif flag.startswith(_MACROS) or _LAYOUT_FLAGS.fullmatch(flag):
            yield [flag]


def find(
    cc: str | None = None,
    target: str | None = None,
    flags: Sequence[str] = (),
    language: Language = "c",
) -> Toolchain:
    """Returns the compiler to prove against.

    Args:
        cc: Program and flags as in a shell; None takes ``$CC``, else ``cc``, but with a target
            the gcc of that name.
        target: What to compile for: ``powerpc-linux-gnu``. A clang is told so; a gcc is one
            target's, so that libclang alone is told, in the place of what the gcc says.
        flags: More of the compiler's flags: ``-I``, ``-D``.
        language: What it compiles.

    Raises:
        WrapError: There is no such program, it is no C compiler for an ELF target, or a flag
            changes layouts in a way that cannot be proved.
    """
    text = cc or (f"{target}-gcc" if target else os.environ.get("CC")) or "cc"
    try:
        command = (*_compiler(shlex.split(text)), *flags)
    except ValueError as error:
        raise WrapError(f"CC={text!r} cannot be read as a command: {error}") from None
    if not text.strip():
        raise WrapError("CC is blank; set it to your C compiler, for example CC=gcc")
    if {"-funsigned-bitfields", "-fno-signed-bitfields"}.intersection(_expanded(command)):
        raise WrapError(
            "the sign of bit fields cannot be proved with -funsigned-bitfields: write signed or "
            "unsigned in the header, and leave the flag out"
        )
    if "-mfp16-format=alternative" in _expanded(command):
        raise WrapError(
            "the alternative format of 16-bit floats has no place on the wire, since numpy does "
            "not have it; use -mfp16-format=ieee"
        )
    said = _introduce(command, text, language)
    family = "clang" if re.search(r"\bclang version\b", said) else "gcc"
    if family == "clang" and target:
        command = (*command, f"--target={target}")
        said = _introduce(command, text, language)
    listed = said.partition("#include <...> search starts here:")[2]
    listed = listed.partition("End of search list.")[0]
    include_dirs = tuple(line.strip() for line in listed.splitlines() if line.strip())
    own = re.search(r"^Target: (\S+)$", said, re.MULTILINE)
    triple = _triple(target or (own[1] if own else ""))
    toolchain = Toolchain(command, family, triple, "little", 64, include_dirs, language=language)
    # An array of characters is found in the object file without a library that reads it.
    letters = ", ".join(map(str, _MAGIC))  # no 'x': -fexec-charset may mean other ones
    try:
        made = toolchain.compile(
            "enum cwire_short { CWIRE_SHORT };\nunsigned char cwire_probe[] = "
            f"{{ {letters}, sizeof(enum cwire_short), (char)-1 < 0 }};\n"
        )
    except CompileError as error:
        raise WrapError(f"CC={text!r} does not compile an empty header:\n{error.said}") from None
    if made[:4] != b"\x7fELF":
        raise WrapError(
            f"{toolchain} does not make ELF object files, which the proof of the layout reads; "
            "use a compiler for Linux or for a bare-metal ELF target"
        )
    order: Literal["little", "big"] = "big" if made[5] == 2 else "little"
    enum_size, char_signed = made.partition(_MAGIC)[2][:2]
    return replace(
        toolchain,
        byte_order=order,
        elf_class=32 if made[4] == 1 else 64,
        short_enums=enum_size == 1,
        char_signed=bool(char_signed),
    )


def _compiler(words: Sequence[str]) -> list[str]:
    """Returns a compiler and its flags without what to make, and of which file."""
    kept = list(words[:1])
    rest = iter(words[1:])
    for word in rest:
        if word in _OUTPUTS:
            next(rest, "")
        elif word in _TAKES_NEXT:
            kept += [word, next(rest, "")]
        elif not _MODES.fullmatch(word) and not _INPUTS.fullmatch(word):
            kept.append(word)
    return kept


def _introduce(command: Sequence[str], text: str, language: Language) -> str:
    """Returns what a compiler says about itself."""
    search = _run([*command, "-E", "-v", "-x", language, os.devnull])
    if search.returncode != 0 or "search starts here:" not in search.stderr:
        lines = search.stderr.strip().splitlines()
        wrong = [line for line in lines if "error:" in line]
        name, what = ("CC", "a C") if language == "c" else ("CXX", "a C++")
        problem = "does not work" if wrong else f"is not {what} compiler like gcc or clang"
        raise WrapError(f"{name}={text!r} {problem}; it says:\n" + "\n".join(wrong or lines[-3:]))
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
