"""A C header, read with libclang.

libclang is a second compiler: it must see the same directories, flags and target as the user's own,
and what it says is only believed after `proof` has compared it with that one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from cwire_structs.compiler.toolchain import Toolchain
from cwire_structs.errors import WrapError
from cwire_structs.header.dwarf import relayout, similar_target
from cwire_structs.header.macros import find_macros
from cwire_structs.header.message_ids import NO_MESSAGES, Choice, MessageReader
from cwire_structs.header.numbers import name_kinds
from cwire_structs.header.structs import StructParser
from cwire_structs.layout import Layout, readable
from cwire_structs.schema.json_cursor import IDENTIFIER

_SHOWN_PROBLEMS = 20
_CPLUSPLUS = re.compile(
    r"type name '(class|namespace|template|using|virtual|constexpr)'"
    r"|'(iostream|string|vector|array|cstdint)' file not found"
)


def read_header(path: Path, toolchain: Toolchain, choice: Choice | None = None) -> Layout:
    """Reads a header's messages and what they consist of.

    Args:
        path: The header.
        toolchain: The compiler that the result must agree with.
        choice: The ids and the messages that the user named.

    Raises:
        WrapError: The header does not compile, or holds something that has no place on the wire;
            the text names every such thing with its line.
    """
    if not path.is_file():
        raise WrapError(f"there is no header {path}")
    if not IDENTIFIER.fullmatch(path.stem):
        raise WrapError(
            f"{path.name}: the schema is named after the header, and {path.stem!r} is no C name; "
            "use letters, digits and _"
        )
    cindex = _libclang()
    known = _knows(cindex, toolchain.target)
    seen = toolchain if known else replace(toolchain, target=similar_target(toolchain))
    unit = _parse(cindex, path, seen)
    problems = Problems(path)
    parser = StructParser(cindex, toolchain.byte_order, problems)
    chooser = MessageReader(cindex, _declarations(cindex, unit), parser)
    messages = chooser.read(choice or Choice())
    problems.raise_any()
    if not messages:
        raise WrapError(f"{path.name}: {NO_MESSAGES}")
    layout = Layout(
        name=path.stem,
        header=path.name,
        enums=dict(sorted(parser.enums.found.items())),
        enum_c_names=parser.enums.c_names,
        structs=parser.structs,
        messages=tuple(sorted(messages, key=lambda message: message.id)),
        macros=find_macros(cindex, unit, path, _arguments(seen)),
        lines=parser.lines,
        anonymous=frozenset(parser.anonymous),
        inner_enums=frozenset(parser.enums.inner),
        warnings=tuple(problems.warnings),
    )
    return layout if known else relayout(layout, path, toolchain)


class Problems:
    """Everything that is wrong with a header, to be told at once.

    Attributes:
        warnings: What is supported but may surprise.
    """

    def __init__(self, header: Path) -> None:
        self._header = header
        self._texts: list[str] = []
        self.warnings: list[str] = []

    def line(self, cursor: Any) -> str:
        """Returns where a declaration is: ``messages.h:12``."""
        file = cursor.location.file
        if file is None:
            return self._header.name
        same = Path(file.name).resolve() == self._header.resolve()
        return f"{self._header.name if same else file.name}:{cursor.location.line}"

    def add(self, cursor: Any, text: str) -> None:
        """Notes a problem with a declaration."""
        problem = f"{self.line(cursor)}: {readable(text)}"
        if problem not in self._texts:
            self._texts.append(problem)

    def warn(self, cursor: Any, text: str) -> None:
        """Notes what is supported but may surprise."""
        self.warnings.append(f"{self.line(cursor)}: {readable(text)}")

    def raise_any(self) -> None:
        """Raises WrapError if there is a problem."""
        if self._texts:
            more = len(self._texts) - _SHOWN_PROBLEMS
            shown = self._texts[:_SHOWN_PROBLEMS] + ([f"and {more} more"] if more > 0 else [])
            raise WrapError("\n".join(shown))


def _libclang() -> Any:
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
    return cindex


def _arguments(toolchain: Toolchain) -> list[str]:
    # Not -fgnuc-version of the user's gcc: glibc then uses what libclang has not, such as _Float128
    # and __malloc__ with arguments. What a header makes of __GNUC__ is the proof's to find.
    dirs = [part for folder in toolchain.include_dirs for part in ("-isystem", folder)]
    # Of gcc for ARM; clang has no other format.
    flags = [flag for flag in toolchain.parser_flags if flag != "-mfp16-format=ieee"]
    return ["-x", "c", f"--target={toolchain.target}", *flags, "-nostdinc", *dirs]


def _knows(cindex: Any, target: str) -> bool:
    """Says whether libclang can parse for a target."""
    try:
        source = [("probe.c", "int probe;")]
        cindex.Index.create().parse("probe.c", [f"--target={target}"], unsaved_files=source)
    except cindex.TranslationUnitLoadError:
        return False
    return True


def _parse(cindex: Any, path: Path, toolchain: Toolchain) -> Any:
    options = cindex.TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD
    unit = cindex.Index.create().parse(str(path), _arguments(toolchain), options=options)
    # After a missing #include libclang goes on with types of one byte: nothing can be trusted.
    wrong = [d for d in unit.diagnostics if d.severity >= cindex.Diagnostic.Error]
    if wrong:
        lines = []
        for diagnostic in wrong[:_SHOWN_PROBLEMS]:
            file = diagnostic.location.file
            place = f"{file.name}:{diagnostic.location.line}: " if file else ""
            lines.append(f"{place}{diagnostic.spelling}")
        if any(_CPLUSPLUS.search(line) for line in lines):
            lines.append(
                "This looks like C++, and cwire wrap reads C: put the messages into a header of "
                "plain C structs, which C++ can include, too."
            )
        raise WrapError(f"{path.name} does not compile:\n" + "\n".join(lines))
    return unit


class Declarations:
    """The structs, unions and enums of a translation unit by name."""

    def __init__(self) -> None:
        self.records: dict[str, Any] = {}
        self.enums: dict[str, Any] = {}

    def add(self, cindex: Any, cursor: Any) -> None:
        """Notes a declaration; a typedef stands for what it names."""
        kind = cindex.CursorKind
        name, target = cursor.spelling, cursor
        if cursor.kind == kind.TYPEDEF_DECL:
            target = cursor.underlying_typedef_type.get_canonical().get_declaration()
        definition = target.get_definition()
        if definition is None:
            return
        if target.kind in (kind.STRUCT_DECL, kind.UNION_DECL):
            # A tag wins over a typedef of the same name.
            if cursor.kind != kind.TYPEDEF_DECL or name not in self.records:
                self.records[name] = definition
        elif target.kind == kind.ENUM_DECL:
            self.enums.setdefault(name, definition)


def _declarations(cindex: Any, unit: Any) -> Declarations:
    declarations = Declarations()
    for cursor in _top_level(unit):
        declarations.add(cindex, cursor)
    return declarations


def _top_level(unit: Any) -> Iterator[Any]:
    for cursor in unit.cursor.get_children():
        if cursor.kind.is_declaration():
            yield cursor
