"""The proof: the user's own compiler says the same as libclang, or the header is refused.

A C file with a table of every size, alignment, offset, array dimension, kind and type, enumerator
and constant, with a struct for each bit field in which only that one is set, and with structs in
which every number has a value (`samples`), is compiled, not run, and read from the object file. So
a cross compiler can be proved, too.

A nested struct or enum is proved once, by its name; of each member it is then asked whether the
compiler, too, takes it for that type: equal sizes would hide another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from cwire_structs.compiler.constants import BEFORE, Constants, usable
from cwire_structs.compiler.cxx_proof import prove_cxx
from cwire_structs.compiler.object_file import ObjectFile
from cwire_structs.compiler.probe import probe_source
from cwire_structs.compiler.refusal import refuse_what_does_not_compile
from cwire_structs.compiler.samples import Sample, addresses, samples
from cwire_structs.compiler.toolchain import CompileError, Toolchain
from cwire_structs.errors import LayoutMismatch, WrapError
from cwire_structs.layout import Abi, Layout, Notice, Proof, readable
from cwire_structs.schema.bits import BitRange
from cwire_structs.schema.fields import Enum, Field, Kind, Struct

_MAGIC = 0x6377697265313031
# What a number's type does to -1, 0.5 and 2 tells signed from unsigned from float from bool. Other
# types are 16 and their __builtin_classify_type.
_KINDS = {"uint": 0, "int": 1, "float": 3, "bool": 6, "complex": 25, "struct": 28, "union": 29}
_KIND_NAMES = {
    0: "unsigned integer", 1: "signed integer", 3: "float", 6: "bool", 21: "array or pointer",
    25: "complex", 28: "struct", 29: "union",
}  # fmt: skip
_ARRAY_NAMES = {0: "no array", 1: "an array"}
_SHOWN = 8
# No question is an error for a type that was not expected: the answer is then another one.
_PRELUDE = """\
#define CWIRE_CLASS(x) __builtin_classify_type(x)
#define CWIRE_NUMBER(x) ((CWIRE_CLASS(x) >= 1 && CWIRE_CLASS(x) <= 4) || CWIRE_CLASS(x) == 8)
#define CWIRE_CAST(x, n) ((__typeof__(__builtin_choose_expr(CWIRE_NUMBER(x), x, 0)))(n))
#define CWIRE_KIND(x) \\
    (CWIRE_NUMBER(x) ? ((CWIRE_CAST(x, -1) < 0) ? 1 : 0) + ((CWIRE_CAST(x, 0.5) != 0) ? 2 : 0) + \\
                           ((CWIRE_CAST(x, 2) == 1) ? 4 : 0) \\
                     : 16 + CWIRE_CLASS(x))
#define CWIRE_FIRST(x) (*__builtin_choose_expr(CWIRE_CLASS(x) == 5, x, &(x)))
#define CWIRE_IS(x, type) __builtin_types_compatible_p(__typeof__(x), type)
#define CWIRE_ARRAY(x) \\
    (CWIRE_CLASS(x) == 5 && !CWIRE_IS(x, __typeof__(CWIRE_FIRST(x)) *) ? 1 : 0)
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
        words: What answers mean.
        nested: Of the question whether a member is this struct, the expression for the member.
    """

    expression: str
    expected: int | None
    what: str
    property: str
    line: str = ""
    words: Mapping[int, str] = field(default_factory=dict)
    nested: tuple[str, Struct] | None = None

    def word(self, answer: int) -> str:
        """Returns an answer for people."""
        return self.words.get(answer, str(answer))


class _Types:
    """Names for types, so that the macros, which repeat what they are given, are given little.

    Attributes:
        lines: The typedefs.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []

    def name(self, expression: str) -> str:
        """Names the type of an expression and returns a short one of that type."""
        name = f"cwire_type_{len(self.lines)}"
        self.lines.append(f"typedef __typeof__({expression}) {name};")
        return f"(*({name} *)0)"


def prove(layout: Layout, header: Path, toolchain: Toolchain) -> Proof:
    """Compares a layout with the compiler, field by field.

    Returns:
        What only the compiler knows: the ABI's sizes and the values of the macros.

    Raises:
        LayoutMismatch: The compiler lays something out differently.
        WrapError: The header does not compile, or the object file cannot be read.
    """
    if toolchain.language == "c++":
        return prove_cxx(layout, header, toolchain)
    types = _Types()
    questions = [
        *_abi_questions(),
        *_enum_questions(layout),
        *(q for one in layout.structs.values() for q in _struct_questions(layout, one, types)),
        *_address_questions(layout, toolchain),
    ]
    bit_fields = list(_bit_fields(layout))
    values_asked = list(samples(layout, toolchain.byte_order))
    numbers = [question.expression for question in questions]
    body = _body(layout, types.lines, numbers, bit_fields)
    refused: LayoutMismatch | None = None
    try:
        lines = [*body, *(sample.line for sample in values_asked)]
        found, constants, notices = _compiled(layout, header, toolchain, lines)
    except LayoutMismatch as error:
        # An array of another shape has not the elements that are set: the table says what it has.
        refused, values_asked = error, []
        found, constants, notices = _compiled(layout, header, toolchain, body)
    values, more = constants.read(found)
    answers = found.integers("cwire_numbers", _MAGIC, len(numbers))
    sides = _Sides(str(toolchain), layout.reader)
    wrong = [*_disagreements(questions, answers, sides), *_id_disagreements(layout, values)]
    wrong += _inner_disagreements(layout, header, toolchain, types, questions, answers)
    wrong += _bit_disagreements(bit_fields, found, sides)
    wrong += _value_disagreements(layout, values_asked, found, sides)
    if wrong:
        raise LayoutMismatch(_mismatch(wrong, toolchain))
    if refused:
        raise refused
    pointer, long, wchar, char_signed = answers[:4]
    return Proof(
        abi=Abi(pointer, long, wchar, bool(char_signed)),
        constants=values,
        notices=(*notices, *more),
    )


def _compiled(
    layout: Layout, header: Path, toolchain: Toolchain, body: list[str]
) -> tuple[ObjectFile, Constants, list[Notice]]:
    """Compiles the questions with the macros that the compiler takes for numbers.

    Returns:
        The object file, the tables of constants in it, and a notice of each that is not.

    Raises:
        LayoutMismatch: What libclang saw is not there for the compiler.
        WrapError: The compiler refuses the header.
    """
    try:
        return _attempt(layout, header, toolchain, body, list(layout.macros), [])
    except CompileError:
        refuse_what_does_not_compile(header, toolchain)
        names, notices = usable(layout, header, toolchain)
    try:
        return _attempt(layout, header, toolchain, body, names, notices)
    except CompileError as error:
        said = error.said
        raise LayoutMismatch(
            _mismatch([f"{toolchain} does not find what {layout.reader} read:", said], toolchain)
        ) from None


def _attempt(
    layout: Layout,
    header: Path,
    toolchain: Toolchain,
    body: list[str],
    names: list[str],
    notices: list[Notice],
) -> tuple[ObjectFile, Constants, list[Notice]]:
    constants = Constants(names, layout)
    source = probe_source(header, body, before=BEFORE, with_macros=constants.lines)
    return ObjectFile(toolchain.compile(source)), constants, notices


def _abi_questions() -> Iterator[_Question]:
    for expression in ("sizeof(void *)", "sizeof(long)", "sizeof(L'a')", "(char)-1 < 0 ? 1 : 0"):
        yield _Question(expression, None, "the ABI", expression)


def _enum_questions(layout: Layout) -> Iterator[_Question]:
    for name, enum in layout.enums.items():
        c_name, line = layout.enum_c_names[name], layout.lines[name]
        yield _Question(f"sizeof({c_name})", enum.size, c_name, "size", line)
        sign = f"CWIRE_NEGATIVE(({c_name})-1)"
        yield _Question(sign, int(enum.signed), c_name, "sign", line)
        yield from _enumerator_questions(layout, enum, c_name, line)
    for message in layout.messages:
        label = message.id_name
        if label is not None and label not in layout.macros:
            yield _Question(label, message.header_id, label, "value")


def _enumerator_questions(
    layout: Layout, enum: Enum, c_name: str, line: str
) -> Iterator[_Question]:
    for label, value in enum.values.items():
        expected = value % (1 << 64)
        spelled = layout.enumerator(enum.name, label)
        yield _Question(spelled, expected, f"{c_name}: {label}", "value", line)


def _struct_questions(layout: Layout, struct: Struct, types: _Types) -> Iterator[_Question]:
    """An anonymous struct is proved by its members, which are the outer one's for C."""
    if struct.name in layout.anonymous:
        return
    c_name, line = struct.c_name, layout.lines[struct.name]
    yield _Question(f"sizeof({c_name})", struct.size, c_name, "size", line)
    probe = f"struct cwire_align_{struct.name}"
    # The alignment that a member gets: __alignof__ may say a larger one.
    yield _Question(f"__builtin_offsetof({probe}, member)", struct.align, c_name, "alignment", line)
    for one in struct.fields:
        asker = _Asker(layout, types, f"{c_name}.{one.name}", _line(layout, struct, one.name))
        yield from asker.field(c_name, one)
    for name in layout.without_bytes.get(c_name, ()):
        size = f"sizeof((({c_name} *)0)->{name})"
        yield _Question(size, 0, f"{c_name}.{name}", "size", line)


def _address_questions(layout: Layout, toolchain: Toolchain) -> Iterator[_Question]:
    """Asks whether numbers have addresses: else the compiler refuses the question."""
    for struct, one, spelled in addresses(layout, toolchain.byte_order):
        line = _line(layout, struct, one.name)
        what = f"{struct.c_name}.{one.name}"
        yield _Question(f"sizeof(&{spelled}) ? 1 : 0", 1, what, "address", line)


def _line(layout: Layout, struct: Struct, name: str) -> str:
    """Returns the line of a field, which may be in an anonymous member."""
    for member in struct.members:
        if member.name == name:
            break
        inner = getattr(member.type, "struct", None)
        if member.anonymous and inner and name in inner.by_name:
            return _line(layout, inner, name)
    return layout.lines[f"{struct.name}.{name}"]


@dataclass(frozen=True)
class _Asker:
    """Asks for one field.

    Attributes:
        layout: What libclang says.
        types: Where to name types.
        what: The field, for errors.
        line: Where it is in the header.
    """

    layout: Layout
    types: _Types
    what: str
    line: str

    def field(self, c_name: str, one: Field) -> Iterator[_Question]:
        """Asks where a field is, and what."""
        member, type_ = f"(({c_name} *)0)->{one.name}", one.type
        if one.bits:  # `_BitField` asks where it is; C has neither its size nor its type
            yield self._kind(self.types.name(f"(0, {member})"), type_)
            return
        yield self._ask(f"__builtin_offsetof({c_name}, {one.name})", one.offset, "offset")
        x = self.types.name(member)
        if type_.is_tail:
            yield self._ask(f"CWIRE_ARRAY({x})", 1, "type", _ARRAY_NAMES)
            x = self.types.name(f"CWIRE_FIRST({x})")
            size = type_.stride
            yield self._ask(f"sizeof({x})", size, "element size")
        else:
            size = one.size
            yield self._ask(f"sizeof({x})", size, "size")
        shape = type_.row or type_.shape
        for depth, count in enumerate(shape, 1):
            size //= count
            yield self._ask(f"CWIRE_ARRAY({x})", 1, "type" + "[0]" * (depth - 1), _ARRAY_NAMES)
            x = self.types.name(f"CWIRE_FIRST({x})")
            last = depth == len(shape)
            name = "element size" if last else f"size of {'[0]' * depth}"
            yield self._ask(f"sizeof({x})", size, name)
        yield from self._element(x, one.element)
        if type_.is_open and not type_.is_tail:
            yield from self._inner_tail(c_name, one)

    def _inner_tail(self, c_name: str, one: Field) -> Iterator[_Question]:
        """Asks where the flexible array member of a nested struct is; that one is proved itself."""
        path, struct, at = one.name, one.type.struct, one.offset
        while struct is not None:
            last = struct.fields[-1]
            path, struct, at = f"{path}.{last.name}", last.type.struct, at + last.offset
        yield self._ask(f"__builtin_offsetof({c_name}, {path})", at, "offset of the tail")
        element = f"sizeof((({c_name} *)0)->{path}[0])"
        yield self._ask(element, last.type.stride, "element size of the tail")

    def _element(self, x: str, type_: Kind) -> Iterator[_Question]:
        if type_.is_text:
            yield self._type(self.types.name(f"CWIRE_FIRST({x})"), "char")
            return
        yield self._kind(x, type_)
        if type_.struct is not None:
            same = self._type(x, type_.struct.c_name)
            yield replace(same, nested=(x, type_.struct))
        elif type_.enum is not None:
            yield self._type(x, self.layout.enum_c_names[type_.enum.name])
        elif type_.size == 1:
            yield self._type(x, "char", expected=0)
        elif type_.form == "complex":
            yield self._type(x, type_.c_type)

    def _kind(self, x: str, type_: Kind) -> _Question:
        return self._ask(f"CWIRE_KIND({x})", _KINDS[type_.c_class], "kind", _KIND_NAMES)

    def _type(self, x: str, c_name: str, expected: int = 1) -> _Question:
        words = {0: f"another than {c_name}", 1: c_name}
        return self._ask(f"CWIRE_IS({x}, {c_name})", expected, "type", words)

    def _ask(
        self, expression: str, expected: int, name: str, words: Mapping[int, str] | None = None
    ) -> _Question:
        return _Question(expression, expected, self.what, name, self.line, words or {})


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
    structs = [struct for name, struct in layout.structs.items() if name not in layout.anonymous]
    fields = ((struct, one) for struct in structs for one in struct.fields)
    for index, (struct, one) in enumerate(fields):
        if one.bits:
            line = _line(layout, struct, one.name)
            yield _BitField(f"cwire_bits_{index}", struct, one.name, one.bits, line)


def _body(
    layout: Layout, types: list[str], numbers: list[str], bit_fields: list[_BitField]
) -> list[str]:
    """Returns the lines that ask about structs and enums."""
    probes = [
        f"struct cwire_align_{struct.name} {{ char first; {struct.c_name} member; }};"
        for struct in layout.structs.values()
        if struct.name not in layout.anonymous
    ]
    probes += [
        f"const {one.struct.c_name} {one.symbol} = {{ .{one.name} = -1 }};" for one in bit_fields
    ]
    entries = [f"    (unsigned long long)({number})," for number in [f"0x{_MAGIC:x}ULL", *numbers]]
    table = ["const unsigned long long cwire_numbers[] = {", *entries, "};"]
    return [_PRELUDE, *probes, *types, *table]


@dataclass(frozen=True)
class _Sides:
    """The two that may disagree: the user's compiler, and what the layout was read with."""

    compiler: str
    reader: str


def _disagreements(questions: list[_Question], answers: list[int], sides: _Sides) -> Iterator[str]:
    for question, answer in zip(questions, answers, strict=True):
        if question.expected is not None and question.expected != answer:
            yield (
                f"{question.line + ': ' if question.line else ''}{readable(question.what)}: "
                f"{question.property} is {question.word(answer)} for {sides.compiler}, but "
                f"{question.word(question.expected)} for {sides.reader}"
            )


def _id_disagreements(layout: Layout, values: Mapping[str, int | float]) -> Iterator[str]:
    """Says which ids are macros of another value: the questions do not see macros."""
    for message in layout.messages:
        name = message.id_name
        if name is not None and name in layout.macros and values.get(name) != message.header_id:
            yield (
                f"{layout.macros[name]}: {name} is a macro for {values.get(name)}, but the id "
                f"of {message.name} is {message.header_id}"
            )


def _inner_disagreements(
    layout: Layout,
    header: Path,
    toolchain: Toolchain,
    types: _Types,
    questions: list[_Question],
    answers: list[int],
) -> list[str]:
    """Says what is different in nested structs that are other types for the compiler."""
    inner: list[_Question] = []
    for question, answer in zip(questions, answers, strict=True):
        if question.nested is None or question.expected == answer:
            continue
        x, struct = question.nested
        for one in struct.fields:
            asker = _Asker(layout, types, f"{question.what}.{one.name}", question.line)
            inner += asker.field(f"__typeof__({x})", one)
    if not inner:
        return []
    numbers = [question.expression for question in inner]
    source = probe_source(header, _body(layout, types.lines, numbers, []))
    try:
        found = ObjectFile(toolchain.compile(source))
    except WrapError:  # it has no members of these names: that it is another type was said
        return []
    told = found.integers("cwire_numbers", _MAGIC, len(numbers))
    return [*_disagreements(inner, told, _Sides(str(toolchain), layout.reader))]


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
                f"{one.line}: {readable(one.struct.c_name)}.{one.name}: the bit field is {where} "
                f"for {sides.compiler}, but bits {one.bits.offset} to {last} for {sides.reader}"
            )


def _value_disagreements(
    layout: Layout, asked: Iterable[Sample], found: ObjectFile, sides: _Sides
) -> Iterator[str]:
    for sample in asked:
        data = found.symbol(sample.symbol)
        for name, text in sample.disagreements(data, sides.compiler, sides.reader):
            yield f"{_line(layout, sample.struct, name)}: {text}"


def _mismatch(wrong: list[str], toolchain: Toolchain) -> str:
    more = [f"and {len(wrong) - _SHOWN} more"] if len(wrong) > _SHOWN else []
    advice = (
        "Nothing was written. Give CC all flags of your build that change layouts, for example "
        f"CC='{toolchain.command[0]} -fshort-enums', and keep compiler-specific #if blocks out of "
        "messages: libclang defines __clang__ and says that __GNUC__ is 4."
    )
    return "\n".join([*wrong[:_SHOWN], *more, advice])
