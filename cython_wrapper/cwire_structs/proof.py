"""The proof: the user's own compiler says the same as libclang, or the header is refused.

A C file with a table of every size, alignment, offset, enumerator and constant is compiled, not
run, and the table is read from the object file. So a cross compiler can be proved, too.
"""

from __future__ import annotations

import io
import struct as packing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import LayoutMismatch, WrapError
from .fields import ArrayType, Enum, Field, NumberType, Struct, TailType
from .layout import Abi, Layout, Proof
from .toolchain import Toolchain

_MAGIC = 0x6377697265313031
# What a number's type does to -1, 0.5 and 2 tells signed from unsigned from float from bool.
_KINDS = {"uint": 0, "int": 1, "float": 3, "bool": 6}
_PRELUDE = """\
#include <stddef.h>
#define CWIRE_KIND(x) \\
    ((((__typeof__(x))-1 < 0) ? 1 : 0) + (((__typeof__(x))0.5 != 0) ? 2 : 0) + \\
     (((__typeof__(x))2 == 1) ? 4 : 0))
#define CWIRE_NEGATIVE(x) ((x) < 0 ? 1 : 0)
"""


@dataclass(frozen=True)
class _Question:
    """One entry of the table.

    Attributes:
        expression: A constant expression in C.
        expected: What libclang says; None: it is not asked.
        what: The thing, for errors: ``struct a.b``.
        property: Which of its properties: ``offset``.
        line: Where it is in the header.
    """

    expression: str
    expected: int | None
    what: str
    property: str
    line: str = ""


def prove(layout: Layout, header: Path, toolchain: Toolchain) -> Proof:
    """Compares a layout with the compiler, field by field.

    Returns:
        What only the compiler knows: the ABI's sizes and the values of the macros.

    Raises:
        LayoutMismatch: The compiler lays something out differently.
        WrapError: The header does not compile, or the object file cannot be read.
    """
    questions = [
        *_abi_questions(),
        *_enum_questions(layout),
        *(q for struct in layout.structs.values() for q in _struct_questions(layout, struct)),
    ]
    numbers = [question.expression for question in questions]
    integers = [name for name, kind in layout.macros.items() if kind == "int"]
    floats = [name for name, kind in layout.macros.items() if kind == "float"]
    for name in integers:
        numbers += [f"CWIRE_NEGATIVE({name})", name]
    source = _source(layout, header, numbers, floats)
    answers, values = _read_tables(toolchain.compile(source), len(numbers), len(floats))
    asked = answers[: len(questions)]
    _compare(questions, asked, toolchain)
    constants: dict[str, int | float] = dict(zip(floats, values, strict=True))
    rest = iter(answers[len(questions) :])
    for name, negative, value in zip(integers, rest, rest, strict=True):
        constants[name] = value - (1 << 64) if negative else value
    pointer, long, wchar, char_signed = asked[:4]
    return Proof(
        abi=Abi(pointer, long, wchar, bool(char_signed)),
        constants={name: constants[name] for name in layout.macros},
    )


def _abi_questions() -> Iterator[_Question]:
    for expression in ("sizeof(void *)", "sizeof(long)", "sizeof(L'a')", "(char)-1 < 0 ? 1 : 0"):
        yield _Question(expression, None, "the ABI", expression)


def _enum_questions(layout: Layout) -> Iterator[_Question]:
    for name, enum in layout.enums.items():
        c_name, line = layout.enum_c_names[name], layout.lines[name]
        yield _Question(f"sizeof({c_name})", enum.size, c_name, "size", line)
        sign = f"CWIRE_NEGATIVE(({c_name})-1)"
        yield _Question(sign, int(enum.signed), c_name, "sign", line)
        yield from _enumerator_questions(enum, c_name, line)
    for message in layout.messages:
        yield _Question(message.id_name, message.id, message.id_name, "value")


def _enumerator_questions(enum: Enum, c_name: str, line: str) -> Iterator[_Question]:
    for label, value in enum.values.items():
        expected = value % (1 << 64)
        yield _Question(label, expected, f"{c_name}: {label}", "value", line)


def _struct_questions(layout: Layout, struct: Struct) -> Iterator[_Question]:
    c_name, line = struct.c_name, layout.lines[struct.name]
    yield _Question(f"sizeof({c_name})", struct.size, c_name, "size", line)
    probe = f"struct cwire_align_{struct.name}"
    # The alignment that a member gets: __alignof__ may say a larger one.
    yield _Question(f"offsetof({probe}, member)", struct.align, c_name, "alignment", line)
    for field in struct.fields:
        yield from _field_questions(c_name, field, layout.lines[f"{struct.name}.{field.name}"])


def _field_questions(c_name: str, field: Field, line: str) -> Iterator[_Question]:
    what, member = f"{c_name}.{field.name}", f"(({c_name} *)0)->{field.name}"
    offset = f"offsetof({c_name}, {field.name})"
    yield _Question(offset, field.offset, what, "offset", line)
    type_, size = field.type, field.size
    if isinstance(type_, TailType):
        member, size, type_ = f"{member}[0]", type_.stride, type_.of
    yield _Question(f"sizeof({member})", size, what, "size", line)
    if isinstance(type_, ArrayType):
        member += "[0]" * len(type_.shape)
        type_ = type_.of
        yield _Question(f"sizeof({member})", type_.size, what, "element size", line)
    if isinstance(type_, NumberType):
        yield _Question(f"CWIRE_KIND({member})", _KINDS[type_.kind], what, "kind of number", line)


def _source(layout: Layout, header: Path, numbers: list[str], floats: list[str]) -> str:
    # Not resolve(): a linked header finds what it includes beside the link.
    path = str(header.absolute()).replace("\\", "\\\\").replace('"', '\\"')
    probes = [
        f"struct cwire_align_{struct.name} {{ char first; {struct.c_name} member; }};"
        for struct in layout.structs.values()
    ]
    entries = [f"    (unsigned long long)({number})," for number in [f"0x{_MAGIC:x}ULL", *numbers]]
    # Never empty: C has no empty arrays.
    values = [f"    (double)({value})," for value in ["1.0", *floats]]
    table = ["const unsigned long long cwire_numbers[] = {", *entries, "};"]
    floats_table = ["const double cwire_floats[] = {", *values, "};"]
    return "\n".join([f'#include "{path}"', _PRELUDE, *probes, *table, *floats_table, ""])


def _compare(questions: list[_Question], answers: list[int], toolchain: Toolchain) -> None:
    wrong = [
        (question, answer)
        for question, answer in zip(questions, answers, strict=True)
        if question.expected is not None and question.expected != answer
    ]
    if not wrong:
        return
    lines = [
        f"{question.line + ': ' if question.line else ''}{question.what}: "
        f"{question.property} is {answer} for {toolchain}, but {question.expected} for libclang"
        for question, answer in wrong[:8]
    ]
    if len(wrong) > 8:
        lines.append(f"and {len(wrong) - 8} more")
    lines.append(
        "Nothing was written. Give CC all flags of your build that change layouts, for example "
        f"CC='{toolchain.command[0]} -fshort-enums', and keep compiler-specific #if blocks out of "
        "messages."
    )
    raise LayoutMismatch("\n".join(lines))


def _read_tables(data: bytes, numbers: int, floats: int) -> tuple[list[int], list[float]]:
    try:
        from elftools.common.exceptions import ELFError
        from elftools.elf.elffile import ELFFile
    except ImportError as error:
        raise WrapError(
            "proving the layout needs pyelftools, which is not installed: pip install 'cwire[wrap]'"
        ) from error
    try:
        elf = ELFFile(io.BytesIO(data))
        order = "<" if elf.little_endian else ">"
        raw = _symbol(elf, "cwire_numbers")
        table = list(packing.unpack(f"{order}{numbers + 1}Q", raw))
        raw = _symbol(elf, "cwire_floats")
        code = "d" if len(raw) == 8 * (floats + 1) else "f"  # AVR's double has 4 bytes
        values = list(packing.unpack(f"{order}{floats + 1}{code}", raw))
    except (ELFError, LookupError, packing.error) as error:
        raise WrapError(f"the compiler's object file cannot be read: {error}") from None
    if table[0] != _MAGIC or values[0] != 1.0:
        raise WrapError("the compiler's object file does not hold the table that was compiled")
    return table[1:], values[1:]


def _symbol(elf: Any, name: str) -> bytes:
    for found in elf.get_section_by_name(".symtab").get_symbol_by_name(name) or ():
        section = elf.get_section(found["st_shndx"])
        start = found["st_value"] - section["sh_addr"]
        content: bytes = section.data()
        return content[start : start + found["st_size"]]
    raise LookupError(f"it has no {name}")
