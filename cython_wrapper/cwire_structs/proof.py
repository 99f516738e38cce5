"""The proof: the user's own compiler says the same as libclang, or the header is refused.

A C file with a table of every size, alignment, offset, enumerator and constant, and with a struct
for each bit field in which only that one is set, is compiled, not run, and read from the object
file. So a cross compiler can be proved, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import LayoutMismatch
from .fields import ArrayType, BitRange, Enum, Field, NumberType, Struct, TailType
from .layout import Abi, Layout, Proof
from .object_file import ObjectFile
from .toolchain import Toolchain

_MAGIC = 0x6377697265313031
# What a number's type does to -1, 0.5 and 2 tells signed from unsigned from float from bool.
_KINDS = {"uint": 0, "int": 1, "float": 3, "bool": 6}
_SHOWN = 8
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
    bit_fields = list(_bit_fields(layout))
    source = _source(layout, header, numbers, floats, bit_fields)
    found = ObjectFile(toolchain.compile(source))
    answers = found.integers("cwire_numbers", _MAGIC, len(numbers))
    values = found.floats("cwire_floats", len(floats))
    asked = answers[: len(questions)]
    sides = _Sides(str(toolchain), layout.reader)
    wrong = [*_disagreements(questions, asked, sides)]
    wrong += _bit_disagreements(bit_fields, found, sides)
    if wrong:
        raise LayoutMismatch(_mismatch(wrong, toolchain))
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
        if message.id_name is None:
            continue
        yield _Question(message.id_name, message.id, message.id_name, "value")


def _enumerator_questions(enum: Enum, c_name: str, line: str) -> Iterator[_Question]:
    for label, value in enum.values.items():
        expected = value % (1 << 64)
        yield _Question(label, expected, f"{c_name}: {label}", "value", line)


def _struct_questions(layout: Layout, struct: Struct) -> Iterator[_Question]:
    """An anonymous struct is proved by its members, which are the outer one's for C."""
    if struct.name in layout.anonymous:
        return
    c_name, line = struct.c_name, layout.lines[struct.name]
    yield _Question(f"sizeof({c_name})", struct.size, c_name, "size", line)
    probe = f"struct cwire_align_{struct.name}"
    # The alignment that a member gets: __alignof__ may say a larger one.
    yield _Question(f"offsetof({probe}, member)", struct.align, c_name, "alignment", line)
    for field in struct.fields:
        if not field.bits:
            yield from _field_questions(c_name, field, _line(layout, struct, field.name))


def _line(layout: Layout, struct: Struct, name: str) -> str:
    """Returns the line of a field, which may be in an anonymous member."""
    for member in struct.members:
        if member.name == name:
            break
        inner = getattr(member.type, "struct", None)
        if member.anonymous and inner and name in inner.by_name:
            return _line(layout, inner, name)
    return layout.lines[f"{struct.name}.{name}"]


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
    if isinstance(type_, NumberType) and type_.kind == "complex":
        c_type = "float" if type_.size == 8 else "double"
        same = f"__builtin_types_compatible_p(__typeof__({member}), {c_type} _Complex)"
        yield _Question(same, 1, what, f"being {c_type} _Complex", line)
    elif isinstance(type_, NumberType):
        yield _Question(f"CWIRE_KIND({member})", _KINDS[type_.kind], what, "kind of number", line)


@dataclass(frozen=True)
class _BitField:
    """A bit field that the compiler is asked to set.

    Attributes:
        symbol: Of the struct in which it alone is set.
        struct: What that is.
        name: The field's.
        bits: Where libclang says that it is.
        line: Where it is in the header.
    """

    symbol: str
    struct: Struct
    name: str
    bits: BitRange
    line: str


def _bit_fields(layout: Layout) -> Iterator[_BitField]:
    structs = [one for name, one in layout.structs.items() if name not in layout.anonymous]
    fields = ((struct, field) for struct in structs for field in struct.fields)
    for index, (struct, field) in enumerate(fields):
        if field.bits:
            line = _line(layout, struct, field.name)
            yield _BitField(f"cwire_bits_{index}", struct, field.name, field.bits, line)


def _source(
    layout: Layout,
    header: Path,
    numbers: list[str],
    floats: list[str],
    bit_fields: list[_BitField],
) -> str:
    # Not resolve(): a linked header finds what it includes beside the link.
    path = str(header.absolute()).replace("\\", "\\\\").replace('"', '\\"')
    probes = [
        f"struct cwire_align_{struct.name} {{ char first; {struct.c_name} member; }};"
        for struct in layout.structs.values()
        if struct.name not in layout.anonymous
    ]
    probes += [
        f"const {one.struct.c_name} {one.symbol} = {{ .{one.name} = -1 }};" for one in bit_fields
    ]
    entries = [f"    (unsigned long long)({number})," for number in [f"0x{_MAGIC:x}ULL", *numbers]]
    # Never empty: C has no empty arrays.
    values = [f"    (double)({value})," for value in ["1.0", *floats]]
    table = ["const unsigned long long cwire_numbers[] = {", *entries, "};"]
    floats_table = ["const double cwire_floats[] = {", *values, "};"]
    return "\n".join([f'#include "{path}"', _PRELUDE, *probes, *table, *floats_table, ""])


@dataclass(frozen=True)
class _Sides:
    """Who may disagree: the user's compiler, and what the layout was read with."""

    compiler: str
    reader: str


def _disagreements(questions: list[_Question], answers: list[int], sides: _Sides) -> Iterator[str]:
    for question, answer in zip(questions, answers, strict=True):
        if question.expected is not None and question.expected != answer:
            yield (
                f"{question.line + ': ' if question.line else ''}{question.what}: "
                f"{question.property} is {answer} for {sides.compiler}, but {question.expected} "
                f"for {sides.reader}"
            )


def _bit_disagreements(
    bit_fields: list[_BitField], found: ObjectFile, sides: _Sides
) -> Iterator[str]:
    for one in bit_fields:
        data = found.symbol(one.symbol)
        order = one.bits.byte_order
        expected = bytearray(len(data))
        if one.bits.stop <= len(data):
            mask = (1 << one.bits.width) - 1 << one.bits.shift
            expected[one.bits.start : one.bits.stop] = mask.to_bytes(
                one.bits.stop - one.bits.start, order
            )
        if bytes(expected) != data:
            raw = int.from_bytes(data, "little")
            low = raw and (raw & -raw).bit_length() - 1
            where = f"bits {low} to {raw.bit_length() - 1}" if raw else "no bits"
            if order == "big" and raw:
                raw = int.from_bytes(data, "big")
                total, low = 8 * len(data), (raw & -raw).bit_length() - 1
                where = f"bits {total - raw.bit_length()} to {total - 1 - low}"
            last = one.bits.offset + one.bits.width - 1
            yield (
                f"{one.line}: {one.struct.c_name}.{one.name}: the bit field is {where} for "
                f"{sides.compiler}, but bits {one.bits.offset} to {last} for {sides.reader}"
            )


def _mismatch(wrong: list[str], toolchain: Toolchain) -> str:
    more = [f"and {len(wrong) - _SHOWN} more"] if len(wrong) > _SHOWN else []
    advice = (
        "Nothing was written. Give CC all flags of your build that change layouts, for example "
        f"CC='{toolchain.command[0]} -fshort-enums', and keep compiler-specific #if blocks out of "
        "messages."
    )
    return "\n".join([*wrong[:_SHOWN], *more, advice])
