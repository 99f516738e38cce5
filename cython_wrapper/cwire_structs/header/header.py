"""A C header, read with libclang.

What libclang says is only believed after `proof` has compared it with the user's compiler. That one
judges: where it compiles what libclang does not understand, it is said that it is libclang.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from cwire_structs.compiler.refusal import refuse_what_does_not_compile
from cwire_structs.compiler.toolchain import Toolchain
from cwire_structs.errors import WrapError
from cwire_structs.header.dwarf import relayout
from cwire_structs.header.libclang import Libclang, ParseError
from cwire_structs.header.macros import find_macros
from cwire_structs.header.message_ids import NO_MESSAGES, Choice, MessageReader
from cwire_structs.header.structs import StructParser
from cwire_structs.layout import Layout, MessageLayout, readable
from cwire_structs.schema.json_cursor import IDENTIFIER

_SHOWN_PROBLEMS = 20


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
    libclang = Libclang(toolchain)
    unit = libclang.parse(path)
    errors = libclang.errors(unit)
    if errors:
        refuse_what_does_not_compile(path, toolchain)
    problems = Problems(path)
    parser = StructParser(libclang.cindex, toolchain.byte_order, problems)
    chooser = MessageReader(libclang.cindex, _declarations(libclang.cindex, unit), parser)
    messages = _read(chooser, choice or Choice(), errors)
    _refuse_stumbles(path, toolchain, errors, parser)
    problems.raise_any()
    if not messages:
        raise WrapError(f"{path.name}: {NO_MESSAGES}")
    macros = find_macros(libclang, unit, path, _names(parser))
    layout = Layout(
        name=path.stem,
        header=path.name,
        enums=dict(sorted(parser.enums.found.items())),
        enum_c_names=parser.enums.c_names,
        structs=parser.structs,
        messages=tuple(sorted(messages, key=lambda message: message.id)),
        macros=macros.numbers,
        hidden=macros.hidden,
        lines=parser.lines,
        anonymous=frozenset(parser.anonymous),
        inner_enums=frozenset(parser.enums.inner),
        warnings=tuple(problems.warnings),
    )
    if libclang.knows_target and not errors:
        return layout
    # After an error libclang may have passed over a member: the compiler names all of them.
    try:
        return relayout(layout, path, toolchain)
    except WrapError as error:
        if not errors:
            raise
        raise WrapError(_stumbles(path, toolchain, errors[:_SHOWN_PROBLEMS], str(error))) from None


def _read(chooser: MessageReader, choice: Choice, errors: list[ParseError]) -> list[MessageLayout]:
    try:
        return chooser.read(choice)
    except WrapError as error:
        if not errors:
            raise
        raise WrapError(f"{error}\nlibclang stumbles, which may be why: {errors[0]}") from None


def _names(parser: StructParser) -> set[str]:
    """Returns all names of members, enumerators and types."""
    names = {name for enum in parser.enums.found.values() for name in enum.values}
    for struct in parser.structs.values():
        names.update([struct.name], (field.name for field in struct.fields))
    return names | set(parser.enums.found)


def _refuse_stumbles(
    path: Path, toolchain: Toolchain, errors: list[ParseError], parser: StructParser
) -> None:
    """Raises WrapError for errors of libclang in what messages consist of.

    Those elsewhere, as in functions of the compiler's own headers, touch no message.
    """
    inside = [one for one in errors if one.fatal or _is_in(one, parser.read_cursors)]
    if inside:
        raise WrapError(_stumbles(path, toolchain, inside))


def _stumbles(path: Path, toolchain: Toolchain, errors: list[ParseError], why: str = "") -> str:
    return "\n".join(
        [
            f"{path.name}: {toolchain} compiles it, but libclang, which reads the structs, does "
            "not understand:",
            *(f"  {one}" for one in errors),
            *([f"From debugging information: {why}"] if why else []),
            "Put the structs into a header of their own, which this one includes, and wrap that "
            f'one (with what it needs: --cc "{toolchain} -include stdint.h"); or define away what '
            "libclang does not know (-D NAME=). The compiler judges the result.",
        ]
    )


def _is_in(error: ParseError, cursors: Iterable[Any]) -> bool:
    return any(
        cursor.location.file is not None
        and cursor.location.file.name == error.file
        and cursor.extent.start.line <= error.line <= cursor.extent.end.line
        for cursor in cursors
    )


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
