"""Runs libclang: loads it, gives it the flags that it knows, parses.

libclang is a second compiler. It must see the same folders, flags and target as the user's own; a
flag that it does not know is left out, since what it says is only believed after the proof.
"""

from __future__ import annotations

import codecs
from ctypes import c_char_p
from dataclasses import dataclass
from functools import lru_cache
from inspect import getattr_static
from pathlib import Path
from typing import Any

from cwire_structs.compiler.toolchain import Toolchain
from cwire_structs.errors import WrapError
from cwire_structs.header.numbers import name_kinds

# gcc has these built in, libclang has not.
_PRELUDE = "/cwire_prelude.h"
_TYPES = {"_Float32": "float", "_Float64": "double", "_Float32x": "double"}


def load() -> Any:
    """Returns the module ``clang.cindex``.

    Raises:
        WrapError: It is not installed, or its library does not load.
    """
    try:
        from clang import cindex
    except ImportError as error:
        raise WrapError(
            "reading a header needs libclang, which is not installed: pip install 'cwire[wrap]'"
        ) from error
    try:
        cindex.Index.create()
    except cindex.LibclangError as error:
        raise WrapError(f"libclang does not load ({error}): pip install 'cwire[wrap]'") from error
    name_kinds(cindex)
    _read_any_bytes(cindex)
    return cindex


def _as_latin1(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("cwire_latin1", _as_latin1)


def decoded(raw: bytes) -> str:
    """Returns text of a header: UTF-8, and bytes that are not as Latin-1."""
    return raw.decode("utf-8", "cwire_latin1")


def _read_any_bytes(cindex: Any) -> None:
    """Makes libclang's Python module take texts that are not UTF-8, which compilers take, too.

    It decodes comments, tokens, spellings and file names in one place.
    """
    raw: Any = getattr_static(c_char_p, "value")  # gives bytes

    def value(text: Any) -> str | None:
        found = raw.__get__(text)
        return None if found is None else decoded(found)

    cindex.c_interop_string.value = property(value)


@dataclass(frozen=True)
class ParseError:
    """An error of libclang.

    Attributes:
        file: Where; empty: nowhere.
        line: Of the file.
        text: What it says.
        fatal: Whether it gave up there: it then says nothing of what follows.
    """

    file: str
    line: int
    text: str
    fatal: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}" if self.file else self.text


class Libclang:
    """Parses as the user's compiler does, as far as libclang can.

    Args:
        toolchain: That compiler.

    Attributes:
        cindex: The module ``clang.cindex``.
        knows_target: Whether libclang lays structs out for the compiler's target; if not, it parses
            for a similar one.
    """

    def __init__(self, toolchain: Toolchain) -> None:
        self.cindex = load()
        self.knows_target = knows_target(self.cindex, toolchain.target)
        self._arguments = self._all_arguments(toolchain)

    def parse(self, path: Path, source: str | None = None) -> Any:
        """Returns the translation unit of a file, with its macros and without function bodies.

        Args:
            path: The file.
            source: Its text, if it is not on the disk.
        """
        options = self.cindex.TranslationUnit
        files = [(_PRELUDE, _prelude(self.cindex))]
        name = str(path)
        if name.startswith("-"):  # or it is an option
            name = str(path.absolute())
        if source is not None:
            files.append((name, source))
        return self.cindex.Index.create().parse(
            name,
            list(self._arguments),
            unsaved_files=files,
            options=options.PARSE_DETAILED_PROCESSING_RECORD | options.PARSE_SKIP_FUNCTION_BODIES,
        )

    def errors(self, unit: Any) -> list[ParseError]:
        """Returns what libclang did not understand."""
        kinds = self.cindex.Diagnostic
        return [
            ParseError(
                one.location.file.name if one.location.file else "",
                one.location.line,
                one.spelling,
                one.severity >= kinds.Fatal,
            )
            for one in unit.diagnostics
            if one.severity >= kinds.Error
        ]

    def _all_arguments(self, toolchain: Toolchain) -> tuple[str, ...]:
        # Not -fgnuc-version of the user's gcc: glibc then uses what libclang has not, such as
        # _Float128. What a header makes of __GNUC__ is the proof's to find.
        groups = toolchain.flags
        if not self.knows_target:  # a machine's flags mean something else for another machine
            groups = [group for group in groups if not group[0].startswith("-m")]
        target = toolchain.target if self.knows_target else similar_target(toolchain)
        # All diagnostics: the search for constants reads them.
        enums = "-fshort-enums" if toolchain.short_enums else "-fno-short-enums"
        char = "-fsigned-char" if toolchain.char_signed else "-funsigned-char"
        base = (
            "-x",
            toolchain.language,
            f"--target={target}",
            "-ferror-limit=0",
            "-nostdinc",
            enums,
            char,
        )
        flags = _known_flags(self.cindex, base, tuple(tuple(group) for group in groups))
        folders = [part for one in toolchain.include_dirs for part in ("-isystem", one)]
        return (*base, "-include", _PRELUDE, *flags, *folders)


def knows_target(cindex: Any, target: str) -> bool:
    """Says whether libclang parses for a target."""
    return _knows(cindex, (f"--target={target}",))


def _known_flags(
    cindex: Any, base: tuple[str, ...], groups: tuple[tuple[str, ...], ...]
) -> tuple[str, ...]:
    """Returns the flags that libclang knows; files and folders are not looked at."""
    judged = tuple(group for group in groups if len(group) == 1)
    known = set(judged)
    if not _knows(cindex, (*base, *(flag for group in judged for flag in group))):
        known = {group for group in judged if _knows(cindex, (*base, *_spelled(group)))}
    return tuple(
        flag for group in groups if len(group) > 1 or group in known for flag in _spelled(group)
    )


def _spelled(group: tuple[str, ...]) -> tuple[str, ...]:
    """Returns a flag of gcc as clang has it."""
    # Of what Plan 9 has, only the members of unnamed structs with a tag change a layout.
    return ("-fms-extensions",) if group == ("-fplan9-extensions",) else group


@lru_cache(maxsize=256)
def _knows(cindex: Any, flags: tuple[str, ...]) -> bool:
    """Says whether libclang takes these flags."""
    return _parses(cindex, flags, "int probe;")


def _parses(cindex: Any, flags: tuple[str, ...], source: str) -> bool:
    try:
        index = cindex.Index.create()
        unit = index.parse("probe.c", list(flags), unsaved_files=[("probe.c", source)])
    except cindex.TranslationUnitLoadError:
        return False
    return all(one.severity < cindex.Diagnostic.Error for one in unit.diagnostics)


@lru_cache(maxsize=1)
def _prelude(cindex: Any) -> str:
    lines = [f"typedef {type_} {name};" for name, type_ in _TYPES.items()]
    return "\n".join(line for line in lines if _parses(cindex, (), line))


def similar_target(toolchain: Toolchain) -> str:
    """Returns a target that libclang knows, of the compiler's word size and byte order."""
    wide = toolchain.elf_class == 64
    if toolchain.byte_order == "little":
        return "x86_64-linux-gnu" if wide else "armv7-linux-gnueabihf"
    return "s390x-linux-gnu" if wide else "powerpc-linux-gnu"
