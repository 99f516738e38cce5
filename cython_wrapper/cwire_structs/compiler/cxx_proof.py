"""The proof of a C++ header: the user's C++ compiler says the same as its debugging information.

Bits, byte orders and kinds are what that compiler wrote into DWARF. Sizes, offsets, enumerators and
constants are asked in a table, and whether the layout is a standard one: C++ promises offsets for
no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cwire_structs.compiler.ask import ask
from cwire_structs.compiler.constants import BEFORE, Constants, usable
from cwire_structs.compiler.object_file import ObjectFile
from cwire_structs.compiler.probe import probe_source
from cwire_structs.compiler.toolchain import CompileError, Toolchain
from cwire_structs.errors import LayoutMismatch
from cwire_structs.layout import Abi, Layout, Notice, Proof, readable
from cwire_structs.schema.fields import Struct

__all__ = ["prove_cxx"]

_ABI = ("sizeof(void *)", "sizeof(long)", "sizeof(L'a')", "(char)-1 < 0 ? 1 : 0")
_SHOWN = 8


@dataclass(frozen=True)
class _Question:
    """One entry of the table.

    Attributes:
        expression: An expression in C++.
        expected: What it must be.
        what: The thing, for errors.
        plain: It asks whether a struct is plain data, and `what` says that it is not.
    """

    expression: str
    expected: int
    what: str
    plain: bool = False

    def disagreement(self, answer: int, toolchain: Toolchain, reader: str) -> str:
        """Returns what is wrong, for people."""
        if self.plain:
            return (
                f"{self.what}: an object may hold what no other program can know; "
                "make it plain data"
            )
        return f"{self.what} is {answer} for {toolchain}, but {self.expected} for {reader}"


def prove_cxx(layout: Layout, header: Path, toolchain: Toolchain) -> Proof:
    """Compares a layout with the C++ compiler.

    Raises:
        LayoutMismatch: A struct is not standard layout, or the compiler contradicts itself.
        WrapError: The header does not compile, or the object file cannot be read.
    """
    questions = [*_questions(layout)]
    expressions = [*_ABI, *(one.expression for one in questions)]
    pointer, long, wchar, char_signed, *answers = ask(header, (), expressions, toolchain)
    wrong = [
        one.disagreement(answer, toolchain, layout.reader)
        for one, answer in zip(questions, answers, strict=True)
        if answer != one.expected % (1 << 64)
    ]
    if wrong:
        more = [f"and {len(wrong) - _SHOWN} more"] if len(wrong) > _SHOWN else []
        raise LayoutMismatch("\n".join([*wrong[:_SHOWN], *more, "Nothing was written."]))
    values, notices = _constants(layout, header, toolchain)
    return Proof(Abi(pointer, long, wchar, bool(char_signed)), values, tuple(notices))


def _constants(
    layout: Layout, header: Path, toolchain: Toolchain
) -> tuple[dict[str, int | float], list[Notice]]:
    names = list(layout.macros)
    notices: list[Notice] = []
    try:
        values, more = _read(names, layout, header, toolchain)
    except CompileError:
        names, notices = usable(layout, header, toolchain)
        values, more = _read(names, layout, header, toolchain)
    return values, [*notices, *more]


def _read(
    names: list[str], layout: Layout, header: Path, toolchain: Toolchain
) -> tuple[dict[str, int | float], list[Notice]]:
    constants = Constants(names, layout)
    source = probe_source(header, (), before=BEFORE, with_macros=constants.lines)
    return constants.read(ObjectFile(toolchain.compile(source)))


def _questions(layout: Layout) -> Iterator[_Question]:
    for message in layout.messages:
        if message.id_name is not None:
            spelled = layout.enumerator("message_id", message.id_name)
            yield _Question(spelled, message.header_id, f"{message.id_name}: the value")
    for name, enum in layout.enums.items():
        c_name, line = layout.enum_c_names[name], layout.lines[name]
        yield _Question(f"sizeof({c_name})", enum.size, f"{line}: {readable(c_name)}: the size")
        for label, value in enum.values.items():
            spelled = layout.enumerator(name, label)
            yield _Question(spelled, value, f"{line}: {label}: the value")
    for name, struct in layout.structs.items():
        if name not in layout.anonymous:
            yield from _struct(layout, struct)


def _struct(layout: Layout, struct: Struct) -> Iterator[_Question]:
    c_name = struct.c_name
    what = f"{layout.lines[struct.name]}: {readable(c_name)}"
    yield _Question(
        f"__is_standard_layout({c_name})", 1, f"{what} is not standard layout", plain=True
    )
    copied = f"{what} is not copied byte by byte, as a standard layout"
    yield _Question(f"__is_trivially_copyable({c_name})", 1, copied, plain=True)
    yield _Question(f"sizeof({c_name})", struct.size, f"{what}: the size")
    for one in struct.fields:
        if one.bits:
            continue
        where = f"{what}.{one.name}"
        at = f"__builtin_offsetof({c_name}, {one.name})"
        yield _Question(at, one.offset, f"{where}: the offset")
        member, size = f"(({c_name} *)0)->{one.name}", one.size
        if one.type.is_tail:
            member, size = f"{member}[0]", one.type.stride
        yield _Question(f"sizeof({member})", size, f"{where}: the size")
