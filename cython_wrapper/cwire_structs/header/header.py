"""A C header, read with libclang.

What libclang says is only believed after `proof` has compared it with the user's compiler. That one
judges: where it compiles what libclang does not understand, it is said that it is libclang.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from cwire_structs.compiler.ask import has_struct
from cwire_structs.compiler.constants import CONSTANTS
from cwire_structs.compiler.refusal import refuse_what_does_not_compile
from cwire_structs.compiler.toolchain import Toolchain
from cwire_structs.errors import WrapError, nearest
from cwire_structs.header.comments import Comments
from cwire_structs.header.constant_choice import ConstantChoice, Source, names_in
from cwire_structs.header.cxx import Cxx
from cwire_structs.header.dwarf import relayout
from cwire_structs.header.libclang import Libclang, ParseError
from cwire_structs.header.macros import hiding_macros, number_macros
from cwire_structs.header.message_ids import NO_MESSAGES, Choice, MessageReader
from cwire_structs.header.named_numbers import NamedNumbers
from cwire_structs.header.schema_name import check_header_name, schema_name
from cwire_structs.header.structs import TAGS, StructParser, TagRules
from cwire_structs.layout import Layout, MessageLayout, Notice, needed, readable
from cwire_structs.schema.json_cursor import is_identifier

_SHOWN_PROBLEMS = 20
_MESSAGE_TAG = re.compile(r"(?<!\S)@msg(\s+|\{)\d")


def read_header(
    path: Path,
    toolchain: Toolchain,
    choice: Choice | None = None,
    constants: ConstantChoice | None = None,
    name: str | None = None,
) -> Layout:
    """Reads a header's messages and what they consist of.

    Args:
        path: The header.
        toolchain: The compiler that the result must agree with.
        choice: The ids and the messages that the user named.
        constants: Which constants go into the schema.
        name: Of the schema; None: made of the header's.

    Raises:
        WrapError: The header does not compile, or holds something that has no place on the wire;
            the text names every such thing with its line.
    """
    if not path.is_file():
        raise WrapError(f"there is no header {path}")
    check_header_name(path)
    name = schema_name(path, name)
    choice = choice or Choice()
    libclang = Libclang(toolchain)
    cindex = libclang.cindex
    unit, errors = _parsed(libclang, path)
    if errors:
        refuse_what_does_not_compile(path, toolchain)
    problems = Problems(path, toolchain, errors)
    cxx = Cxx(cindex, unit) if toolchain.language == "c++" else None
    declarations = Declarations(cxx.records, cxx.enums) if cxx else _declarations(cindex, unit)
    source_of = _sources(path)
    numbers = NamedNumbers(libclang, unit, path, declarations.enums.values())
    parser = StructParser(
        cindex,
        toolchain.byte_order,
        problems,
        Comments(problems.place),
        TagRules(
            declarations.are_for_cwire() or not choice.is_made,
            numbers.value,
            declarations.enums.get,
            declarations.near_enum,
        ),
        declarations.by_kind(cxx.name if cxx else lambda cursor: cursor.spelling),
        cxx,
    )
    chooser = MessageReader(
        cindex, declarations, parser, problems, lambda one: source_of(one) != "system"
    )
    if cxx:
        choice = choice.renamed(cxx.known_as)
    else:
        _refuse_unseen(path, toolchain, choice, declarations)
    messages = _read(chooser, choice, numbers, errors)
    problems.raise_any()
    if not messages:
        raise WrapError(f"{path.name}: {NO_MESSAGES}")
    structs, enums = needed(messages)
    field_enums = {
        place: enum
        for place, enum in parser.field_enums.items()
        if place.partition(".")[0] in structs
    }
    enums |= set(field_enums.values())
    _warn_of_unread(cindex, unit, declarations, parser, structs, source_of)
    extra = _Constants(libclang, parser, constants or ConstantChoice(), source_of, cxx)
    text = "\n".join(parser.sources[one] for one in structs)
    used = numbers.used.keys() | names_in(text, numbers.macros())
    # An id that is a macro, too, is compared with it.
    ids = {message.id_name for message in messages if message.id_name}
    macros = extra.macros(unit, path, declarations, used | ids)
    enums |= extra.loose_enums(declarations, enums, used)
    problems.notices += extra.notices
    spelled = parser.enums.spelled
    if cxx:
        enums_of_ids = (declarations.enums.get(one) for one in (choice.ids_enum, "message_id"))
        spelled["message_id"] = cxx.enumerators(*(one for one in enums_of_ids if one is not None))
    layout = Layout(
        name=name,
        header=path.name,
        enums={key: parser.enums.found[key] for key in sorted(enums)},
        enum_c_names=parser.enums.c_names,
        structs={key: one for key, one in parser.structs.items() if key in structs},
        messages=tuple(sorted(messages, key=lambda message: message.id)),
        macros=macros,
        enumerators=spelled,
        expressions=extra.expressions,
        language=toolchain.language,
        hidden=hiding_macros(libclang, unit, _names(parser)),
        lines=parser.lines,
        anonymous=frozenset(parser.anonymous),
        inner_enums=frozenset(parser.enums.inner & enums),
        inner_structs=parser.inner,
        without_bytes=parser.without_bytes,
        notices=tuple(problems.notices),
        field_enums=field_enums,
        char_numbers=parser.chars.numbers,
        byte_texts=frozenset(parser.chars.texts),
        tag_values={one: value for one, value in numbers.used.items() if one in macros},
    )
    if libclang.knows_target and not errors and not cxx:
        return layout
    # After an error libclang may have passed over a member: the compiler names all of them.
    try:
        return relayout(layout, path, toolchain)
    except WrapError as error:
        if not errors:
            raise
        raise WrapError(_stumbles(path, toolchain, errors[:_SHOWN_PROBLEMS], str(error))) from None


def _parsed(libclang: Libclang, path: Path) -> tuple[Any, list[ParseError]]:
    """Returns a header's translation unit, and what libclang does not understand of it."""
    unit = libclang.parse(path)
    errors = libclang.errors(unit)
    if errors:
        # #pragma once means nothing in the file that is parsed: its own includes may include it.
        main = path.parent / f"cwire_main_{path.stem}.c"
        again = libclang.parse(main, f'#include "{path.name}"\n')
        if not libclang.errors(again):
            return again, []
    return unit, errors


def _refuse_unseen(
    path: Path, toolchain: Toolchain, choice: Choice, declarations: Declarations
) -> None:
    """Raises WrapError if a struct that the user named is there for the compiler alone."""
    for name in (*choice.ids, *choice.only):
        if name not in declarations.records and has_struct(path, name, toolchain):
            raise WrapError(
                f"{path.name}: {toolchain} has a struct {name}, but libclang, which reads the "
                "structs, does not see it: it stands behind an #if that asks for the compiler, and "
                "libclang defines __clang__ and says that __GNUC__ is 4. Put it outside of the #if"
            )


def _read(
    chooser: MessageReader, choice: Choice, numbers: NamedNumbers, errors: list[ParseError]
) -> list[MessageLayout]:
    defines = chooser.defines(numbers.macros()) if choice.all else []
    try:
        return chooser.read(choice, numbers.of_macros(defines))
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


def _stumbles(path: Path, toolchain: Toolchain, errors: list[ParseError], why: str = "") -> str:
    return "\n".join(
        [
            f"{path.name}: {toolchain} compiles it, but libclang, which reads the structs, does "
            "not understand:",
            *(f"  {one}" for one in dict.fromkeys(errors)),
            *([f"From debugging information: {why}"] if why else []),
            "Put the structs into a header of their own, which this one includes, and wrap that "
            f'one (with what it needs: --cc "{toolchain} -include stdint.h"); or define away what '
            "libclang does not know (-D NAME=). The compiler judges the result.",
        ]
    )


def _is_in(error: ParseError, cursor: Any) -> bool:
    file, extent = cursor.location.file, cursor.extent
    inside = extent.start.line <= error.line <= extent.end.line
    return file is not None and file.name == error.file and inside


def _is_file(path: Path) -> Callable[[str], bool]:
    """Returns a function that says whether a name is of this file: it is asked of every member."""
    own = path.resolve()
    return cache(lambda name: Path(name).resolve() == own)


def _sources(path: Path) -> Callable[[Any], Source]:
    """Returns a function that says whose header a declaration is in."""
    is_own = _is_file(path)

    def source(cursor: Any) -> Source:
        location = cursor.location
        if location.file is None:
            return "system"
        if is_own(location.file.name):
            return "own"
        return "system" if location.is_in_system_header else "included"

    return source


class _Constants:
    """Takes constants of a header into the schema, as the user chose.

    Attributes:
        notices: What was left out.
        expressions: How C++ spells constants.
    """

    def __init__(
        self,
        libclang: Libclang,
        parser: StructParser,
        choice: ConstantChoice,
        source_of: Callable[[Any], Source],
        cxx: Cxx | None,
    ) -> None:
        self.expressions: dict[str, str] = {}
        self._cxx = cxx
        self.notices: list[Notice] = []
        self._libclang = libclang
        self._parser = parser
        self._choice = choice
        self._source_of = source_of

    def macros(
        self, unit: Any, path: Path, declarations: Declarations, used: Collection[str]
    ) -> dict[str, str]:
        """Returns the lines of #define and constexpr constants, and of labels of nameless enums.

        `used` are those that messages and their tags name.
        """

        def takes(cursor: Any) -> bool:
            name = cursor.spelling
            return name in used or self._choice.takes(name, self._source_of(cursor))

        found = number_macros(self._libclang, unit, path, takes)
        for enum in declarations.enums.values():
            if not is_identifier(enum.spelling):
                source = self._source_of(enum)
                found |= {
                    one.spelling: one
                    for one in enum.get_children()
                    if one.spelling in used or self._choice.takes(one.spelling, source)
                }
                self.expressions |= self._cxx.enumerators(enum) if self._cxx else {}
        if self._cxx:
            for name, cursor in self._cxx.constants().items():
                if name in used or self._choice.takes(name, self._source_of(cursor)):
                    found[name] = cursor
                    self.expressions[name] = self._cxx.path(cursor)
        sizes = {name: len(name) + 12 for name in found}
        kept, dropped = self._choice.within_limit(sizes, used)
        self._tell(path, "constants", len(found), dropped)
        return {
            name: self._parser.problems.line(cursor)
            for name, cursor in found.items()
            if name in kept
        }

    def loose_enums(
        self, declarations: Declarations, members: set[str], used: Collection[str]
    ) -> set[str]:
        """Returns the enums that no member has as its type; wire structs hold them in a uint8_t."""
        wanted: dict[str, Any] = {}
        for cursor in declarations.enums.values():
            if not is_identifier(cursor.spelling):
                continue
            name = self._cxx.name(cursor) if self._cxx else cursor.spelling
            labels = [one.spelling for one in cursor.get_children()]
            if name == "message_id" or name in members:
                continue
            if self._parser.problems.stumbles(cursor):
                text = f"{cursor.type.spelling} is left out: libclang does not understand it"
                self.notices.append(
                    Notice(f"{self._parser.problems.line(cursor)}: {text}", CONSTANTS)
                )
                continue
            source = self._source_of(cursor)
            chosen = any(self._choice.takes(one, source) for one in (name, *labels))
            if chosen or not set(used).isdisjoint(labels):
                wanted[name] = cursor
        sizes = {name: _enum_bytes(cursor) for name, cursor in wanted.items()}
        kept, dropped = self._choice.within_limit(sizes, ())
        header = Path(self._parser.problems.header)
        self._tell(header, "enums that no member has", len(wanted), dropped)
        read = {
            self._parser.enum(cursor).enum.name for name, cursor in wanted.items() if name in kept
        }
        return read

    def _tell(self, path: Path, what: str, count: int, dropped: int) -> None:
        if dropped:
            text = (
                f"{path.name}: {dropped} of {count} {what} are left out of the schema, which each "
                "client reads: --constants all, or patterns such as 'CAN_*', choose"
            )
            self.notices.append(Notice(text, CONSTANTS))


def _enum_bytes(cursor: Any) -> int:
    labels = list(cursor.get_children())
    return sum(len(one.spelling) + len(one.raw_comment or "") + 12 for one in labels)


def _warn_of_unread(
    cindex: Any,
    unit: Any,
    declarations: Declarations,
    parser: StructParser,
    structs: set[str],
    source_of: Callable[[Any], Source],
) -> None:
    """Warns of tags in comments that belong to nothing, as a plain /* comment */ does."""
    before: dict[str, int] = {}
    for cursor in _top_level(unit):
        file = cursor.extent.start.file
        if file is None or source_of(cursor) == "system":
            continue
        kinds = (cindex.CursorKind.STRUCT_DECL, cindex.CursorKind.UNION_DECL)
        if cursor.kind in kinds and cursor.is_definition():
            wrapped = cursor.spelling in structs
            for unread in parser.comments.unread(cursor, before.get(file.name, 0), wrapped):
                marks = "" if unread.documents else "; a doc comment begins with /**"
                parser.problems.notices.append(
                    Notice(
                        f"{unread.place}: @{' @'.join(unread.tags)} in a comment that belongs "
                        f"to no declaration is not read{marks}",
                        TAGS,
                    )
                )
        before[file.name] = cursor.extent.end.offset


class Problems:
    """Everything that is wrong with a header, to be told at once.

    Args:
        header: The header.
        toolchain: What takes it.
        errors: What libclang does not understand.

    Attributes:
        header: The header.
        notices: What is supported but may surprise.

    Raises:
        WrapError: Libclang gave up.
    """

    def __init__(self, header: Path, toolchain: Toolchain, errors: list[ParseError]) -> None:
        self.header = header
        self.notices: list[Notice] = []
        self._toolchain = toolchain
        self._errors = errors
        self._texts: list[str] = []
        self._inside: list[ParseError] = []
        self._is_own = _is_file(header)
        if fatal := [one for one in errors if one.fatal]:
            raise WrapError(_stumbles(header, toolchain, fatal))

    def line(self, cursor: Any) -> str:
        """Returns where a declaration is: ``messages.h:12``."""
        file = cursor.location.file
        return self.header.name if file is None else self.place(file.name, cursor.location.line)

    def place(self, file: str, line: int) -> str:
        """Returns the same for a line of a file."""
        return f"{self.header.name if self._is_own(file) else file}:{line}"

    def add(self, cursor: Any, text: str) -> None:
        """Notes a problem with a declaration."""
        problem = f"{self.line(cursor)}: {readable(text)}"
        if problem not in self._texts:
            self._texts.append(problem)

    def warn(self, cursor: Any, text: str, kind: str) -> None:
        """Notes what is supported but may surprise."""
        notice = Notice(f"{self.line(cursor)}: {readable(text)}", kind)
        if notice not in self.notices:
            self.notices.append(notice)

    def stumbles(self, cursor: Any) -> bool:
        """Notes what libclang does not understand in a declaration, and says whether it does.

        Errors elsewhere, as in functions of the compiler's own headers, touch no message.
        """
        inside = [one for one in self._errors if _is_in(one, cursor)]
        self._inside += inside
        self._texts += [
            f"libclang does not understand {self.place(one.file, one.line)}: {one.text}"
            for one in inside
        ]
        return bool(inside)

    def trial(self, make: Callable[[], MessageLayout | None]) -> tuple[MessageLayout | None, str]:
        """Returns what was made, or the first of the problems, which are then forgotten."""
        before, inside, notices = self._texts, self._inside, len(self.notices)
        self._texts, self._inside = [], []
        try:
            made = make()
            if self._texts or made is None:
                del self.notices[notices:]
                return None, next(iter(self._texts), "")
            return made, ""
        finally:
            self._texts, self._inside = before, inside

    def raise_any(self) -> None:
        """Raises WrapError if there is a problem."""
        if self._inside:  # the others may come from them
            raise WrapError(_stumbles(self.header, self._toolchain, self._inside))
        if self._texts:
            more = len(self._texts) - _SHOWN_PROBLEMS
            shown = self._texts[:_SHOWN_PROBLEMS] + ([f"and {more} more"] if more > 0 else [])
            raise WrapError("\n".join(shown))


class Declarations:
    """The structs, unions and enums of a translation unit by name."""

    def __init__(self, records: dict[str, Any], enums: dict[str, Any]) -> None:
        self.records = records
        self.enums = enums

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

    def by_kind(self, name: Callable[[Any], str]) -> dict[tuple[str, str], Any]:
        """Returns the declarations by kind and by the name that the schema calls them."""
        found = {("struct", name(one)): one for one in self.records.values()}
        return found | {("enum", name(one)): one for one in self.enums.values()}

    def near_enum(self, name: str) -> str:
        """Returns a hint at an enum of a similar name."""
        near = nearest(name, self.enums)
        return f"; did you mean {near}?" if near else ""

    def are_for_cwire(self) -> bool:
        """Says whether the header itself tells which structs are messages."""
        labels = self.enums["message_id"].get_children() if "message_id" in self.enums else ()
        if any(label.spelling.lower() in self.records for label in labels):
            return True
        return any(_MESSAGE_TAG.search(one.raw_comment or "") for one in self.records.values())


def _declarations(cindex: Any, unit: Any) -> Declarations:
    declarations = Declarations({}, {})
    for cursor in _top_level(unit):
        declarations.add(cindex, cursor)
        for inner in _inner(cindex, cursor):
            declarations.add(cindex, inner)
    return declarations


def _inner(cindex: Any, cursor: Any) -> Iterator[Any]:
    """Yields the types with a name inside of a struct or union, which C has outside, too."""
    kind = cindex.CursorKind
    records = (kind.STRUCT_DECL, kind.UNION_DECL)
    for one in cursor.get_children() if cursor.kind in records else ():
        if one.kind in (*records, kind.ENUM_DECL) and is_identifier(one.spelling):
            yield one
        yield from _inner(cindex, one)


def _top_level(unit: Any) -> Iterator[Any]:
    for cursor in unit.cursor.get_children():
        if cursor.kind.is_declaration():
            yield cursor
