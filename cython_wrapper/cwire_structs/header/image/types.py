"""Debugging information entries to structs: names, kinds, places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from cwire_structs.errors import WrapError
from cwire_structs.header.image.bitfields import signed
from cwire_structs.header.image.kinds import (
    ENCODINGS,
    SIZES,
    UNSIGNED_CHAR,
    alignment,
    array_shape,
    bit_place,
    enumerators,
    number_type,
)
from cwire_structs.header.image.names import Namer, identifier
from cwire_structs.header.image.signatures import Signatures, members_of
from cwire_structs.header.image.units import (
    ENUM,
    POINTERS,
    RECORDS,
    DebugInfo,
    is_declaration,
    key,
    location,
    text,
    value,
)
from cwire_structs.header.numbers import OPEN, REFUSED, RefusedError, is_small_integer
from cwire_structs.layout import Notice
from cwire_structs.schema.bits import BitRange, ByteOrder
from cwire_structs.schema.fields import SIZE_LIMIT, Enum, Field, Kind, Struct
from cwire_structs.schema.kinds import (
    DIMENSION_LIMIT,
    NUMBERS,
    ArrayType,
    Element,
    EnumType,
    StructType,
    TailType,
    TextType,
    as_numbers,
)

ORDER = "the order of members"  # kinds of notices
ENUMS = "the byte order of enums"
_BASE = "DW_TAG_inheritance"
_ARRAY_MEMBERS = ("_M_elems", "__elems_")  # of std::array, by GNU and by LLVM
_ORDERS: dict[int, ByteOrder] = {1: "big", 2: "little"}  # DW_END_...


@dataclass(frozen=True)
class _Owner:
    """The struct whose members are read.

    Attributes:
        key: Its key in the schema.
        shown: What errors call it.
        prefix: The name of its anonymous members, but for their number.
        around: Whether it is anonymous.
        may_end: Whether a flexible array member may be its last member.
    """

    key: str
    shown: str
    prefix: str = "_anonymous"
    around: bool = False
    may_end: bool = True


class TypeReader:
    """Reads structs and the enums and structs in them, each once.

    Args:
        info: The debugging information.
        namer: Gives the names.
        numbers: Whether chars are numbers where one is alone or a typedef says so; else all are
            text.

    Attributes:
        structs: By name; nested ones before their users.
        enums: By name.
        anonymous: The names of those that C has no name for and reaches without one.
        lines: Where each struct, enum and ``struct.field`` is.
        problems: What has no place on the wire, each with its line.
        notices: What may surprise.
    """

    def __init__(
        self, info: DebugInfo, namer: Namer | None = None, *, numbers: bool = False
    ) -> None:
        self.structs: dict[str, Struct] = {}
        self.enums: dict[str, Enum] = {}
        self.anonymous: set[str] = set()
        self.lines: dict[str, str] = {}
        self.problems: list[str] = []
        self.notices: list[Notice] = []
        self._info = info
        self._namer = namer or Namer()
        self._numbers = numbers
        self._known: dict[tuple[str, str], Any] = {}
        self._made: dict[object, str] = {}
        self._signatures = Signatures(info)
        # The other byte order than the file's, while a struct is read that has numbers of it.
        self._turned: ByteOrder | None = None

    def struct(self, entry: Any, name: str, c_name: str | None = None) -> Struct | None:
        """Returns a struct's layout, or None after noting what is wrong with it.

        Args:
            entry: Its definition.
            name: Its key in the schema.
            c_name: As C spells it; None: ``struct name`` or ``union name``.
        """
        return self._record(entry, _Owner(name, c_name or _spelled(entry, name)))

    def _record(self, entry: Any, owner: _Owner) -> Struct | None:
        entry = self._info.definition(entry)
        if self._seen("struct", owner.key, entry):
            return self.structs.get(owner.key)
        line = self._info.line(entry)
        size = value(entry, "DW_AT_byte_size")
        union = entry.tag == "DW_TAG_union_type"
        problem = None
        if size is None or is_declaration(entry):
            problem = (
                "is only declared there, and laid out in another file; name the image in which "
                "the program that fills it is"
            )
        elif any(one.tag == "DW_TAG_variant_part" for one in entry.iter_children()):
            problem = "is an enum with data, as Rust has them; use a struct or a union"
        elif size > SIZE_LIMIT:
            problem = f"has {size} bytes, the limit of a message is {SIZE_LIMIT}"
        if problem or size is None:
            self.problems.append(f"{line}: {owner.shown} {problem}")
            return None
        outer, self._turned = self._turned, None
        before = len(self.problems)
        members = self._fields(entry, owner, union=union)
        members = [*self._enums_turned(owner, members)]
        self._turned = outer
        if len(self.problems) > before:
            return None
        ends = [one.span[1] for one in members]
        if ends and max(ends) > 8 * size:
            name = members[ends.index(max(ends))].name
            raise WrapError(
                f"{line}: {owner.shown}.{name} ends behind the struct's {size} bytes in the "
                "debug information, which cannot be right"
            )
        made = Struct(
            name=owner.key,
            c_name=owner.shown,
            size=size,
            align=1 if owner.around else alignment(value(entry, "DW_AT_alignment"), size, members),
            doc="",
            members=tuple(members),
            kind="union" if union else "struct",
        )
        self.structs[owner.key] = made
        self.lines[owner.key] = line
        return made

    def _fields(self, entry: Any, owner: _Owner, *, union: bool) -> list[Field]:
        """Reads the members in the order of their places."""
        found: list[Field] = []
        may_end = owner.may_end and not union
        declared = self._with_bytes(entry, may_end=may_end)
        for index, one in enumerate(declared):
            last = index == len(declared) - 1 and may_end
            try:
                found += self._field(one, owner, index, union=union, may_be_tail=last)
            except RefusedError as refused:
                name = text(one, "DW_AT_name") or "(anonymous)"
                line = self._info.line(one)
                self.problems.append(f"{line}: {owner.shown}.{name} {refused}")
        ordered = found if union else sorted(found, key=lambda field: field.span[0])
        if ordered != found:
            text_ = (
                f"{self._info.line(entry)}: {owner.shown}: its compiler changed the order of the "
                "members, and may choose another one next time; in Rust say #[repr(C)]"
            )
            self.notices.append(Notice(text_, ORDER))
        return ordered

    def _with_bytes(self, entry: Any, *, may_end: bool) -> list[Any]:
        kept: list[Any] = []
        for one in reversed([*members_of(entry)]):
            if not self._is_empty(one, ends=may_end and not kept):
                kept.insert(0, one)
        return kept

    def _is_empty(self, member: Any, *, ends: bool) -> bool:
        """Says whether a member has no bytes, as Rust's (), PhantomData, or an empty base.

        An array of none is a flexible array member if it `ends` a struct.
        """
        type_ = self._info.bare(self._info.target(member))
        if type_ is None:
            return False
        if type_.tag == "DW_TAG_array_type":
            try:
                shape = array_shape(type_, self._info)
            except RefusedError:  # which is told when the member is read
                return False
            element = self._info.bare(self._info.target(type_))
            if element is not None and value(element, "DW_AT_byte_size") == 0:
                return True
            return 0 in (shape[1:] if ends else shape)
        if member.tag == _BASE:
            return next(members_of(self._info.definition(type_)), None) is None
        if value(type_, "DW_AT_byte_size") != 0:
            return False
        ends = ends and type_.tag != "DW_TAG_union_type"
        return not self._with_bytes(self._info.definition(type_), may_end=ends)

    def _field(
        self, entry: Any, owner: _Owner, index: int, *, union: bool, may_be_tail: bool
    ) -> list[Field]:
        declared = self._info.target(entry)
        type_ = self._info.bare(declared)
        if entry.tag == _BASE:
            return self._base(entry, type_, owner)
        name = text(entry, "DW_AT_name")
        if "DW_AT_artificial" in entry.attributes and type_ is not None:
            return []  # the pointer to virtual functions: bytes that nobody reads
        start = self._start(entry, union=union)
        if name is None and type_ is not None and type_.tag in RECORDS:
            return self._anonymous(entry, type_, owner, index, start, may_end=may_be_tail)
        if name is None:
            return []
        member = self._namer.member(name)
        self.lines[f"{owner.key}.{member}"] = self._info.line(entry)
        place = _Owner(key=f"{owner.key}__{member}", shown=f"{owner.shown}.{name}")
        of = self._type(type_, place, may_be_tail=may_be_tail)
        if self._numbers and of.element.is_text:
            of = self._as_named(of, declared)
        bits = None
        if _is_bits(entry):
            width = value(entry, "DW_AT_bit_size", 0) or 0
            bits = BitRange(bit_place(entry, self._info), width, self._endianity(type_))
        return [
            Field(
                name=member,
                c_type=self._c_type(declared),
                offset=bits.start if bits else start,
                size=bits.stop - bits.start if bits else of.size,
                type=of,
                bits=bits,
            )
        ]

    def _as_named(self, type_: Kind, declared: Any) -> Kind:
        """Returns chars as the numbers that they are alone, and where a typedef calls them so."""
        shape: list[int] = []
        is_array, small, steps = False, False, declared
        while steps is not None and steps.tag != "DW_TAG_base_type":
            if steps.tag in RECORDS:  # a std::array
                steps = self._array(self._info.bare(steps))
            if steps.tag == "DW_TAG_array_type":
                is_array, small = True, False
                shape += [one for one in array_shape(steps, self._info) if one]
            elif steps.tag == "DW_TAG_typedef":
                small = small or is_small_integer(text(steps, "DW_AT_name") or "")
            steps = self._info.target(steps)
        if is_array and not small:
            return type_
        word = "uint" if value(steps, "DW_AT_encoding") == UNSIGNED_CHAR else "int"
        number = NUMBERS[word].of(1, self._info.byte_order)
        return as_numbers(type_, tuple(shape), number)

    def _start(self, entry: Any, *, union: bool) -> int:
        start = location(entry)
        if start is not None:
            return start
        if "DW_AT_data_member_location" in entry.attributes:
            raise RefusedError("has a place that depends on the object; do without virtual bases")
        if union or "DW_AT_data_bit_offset" in entry.attributes:
            return 0
        raise RefusedError("has no place in the debug information, which cannot be right")

    def _base(self, entry: Any, type_: Any, owner: _Owner) -> list[Field]:
        """Reads the members of a base class, which are the derived class's."""
        type_ = self._info.definition(type_)
        if "DW_AT_virtuality" in entry.attributes:
            raise RefusedError(
                "is a virtual base, whose place depends on the object; inherit without virtual"
            )
        start = self._start(entry, union=False)
        if is_declaration(type_):
            raise RefusedError(f"is a {text(type_, 'DW_AT_name')}, which is only declared there")
        inside = replace(owner, may_end=False)
        return [one.moved(start) for one in self._fields(type_, inside, union=False)]

    def _anonymous(
        self, entry: Any, type_: Any, owner: _Owner, index: int, start: int, *, may_end: bool
    ) -> list[Field]:
        name = f"{owner.prefix}_{index}"
        key_ = f"{owner.key}__anonymous_{index}"
        inner = _Owner(key_, owner.shown, name, around=True, may_end=may_end)
        struct = self._record(type_, inner)
        if struct is None:
            return []
        self.anonymous.add(key_)
        self.lines[f"{owner.key}.{name}"] = self._info.line(entry)
        made = StructType(struct)
        return [Field(name, struct.kind, start, struct.size, made, anonymous=True)]

    def _type(self, entry: Any, owner: _Owner, *, may_be_tail: bool) -> Kind:
        """Returns a member's type.

        Raises:
            RefusedError: It has no place on the wire.
        """
        shape: list[int | None] = []
        element = self._array(entry)
        while element is not None and element.tag == "DW_TAG_array_type":
            shape += array_shape(element, self._info)
            element = self._array(self._info.bare(self._info.target(element)))
        of: Element
        if not shape:
            of = self._element(element, owner)
            if of.is_open and not may_be_tail:
                raise RefusedError(f"is a {self._c_type(element)}, {OPEN}")
            return of
        if shape[0] in (None, 0):
            if not may_be_tail:
                raise RefusedError(
                    "is a flexible array member, which must come last, and not in a union"
                )
            row = [size for size in shape[1:] if size]
            if len(row) >= DIMENSION_LIMIT:
                raise RefusedError(f"has {1 + len(row)} dimensions, the limit is {DIMENSION_LIMIT}")
            of = self._closed(element, owner)
            if row and isinstance(of, TextType):
                of = TextType(row.pop())
            return TailType(of, tuple(row))
        sizes = [size for size in shape if size]
        if len(sizes) > DIMENSION_LIMIT:
            raise RefusedError(f"has {len(sizes)} dimensions, the limit is {DIMENSION_LIMIT}")
        of = self._closed(element, owner)
        if isinstance(of, TextType):
            last = TextType(sizes.pop())
            return ArrayType(tuple(sizes), last) if sizes else last
        return ArrayType(tuple(sizes), of)

    def _closed(self, entry: Any, owner: _Owner) -> Element:
        """Returns the element of an array."""
        of = self._element(entry, owner)
        if of.is_open:
            raise RefusedError(f"has elements of the type {self._c_type(entry)}, {OPEN}")
        return of

    def _array(self, entry: Any) -> Any:
        """Returns the array in a std::array; of another type, that itself."""
        if entry is None or entry.tag not in RECORDS:
            return entry
        if not (text(entry, "DW_AT_name") or "").startswith("array<"):
            return entry
        inside = [*members_of(entry)]
        if len(inside) != 1 or text(inside[0], "DW_AT_name") not in _ARRAY_MEMBERS:
            return entry
        return self._info.bare(self._info.target(inside[0]))

    def _element(self, entry: Any, owner: _Owner) -> Element:
        if entry is None or entry.tag == "DW_TAG_unspecified_type":
            raise RefusedError("has a type without bytes")
        if entry.tag in POINTERS:
            raise RefusedError(REFUSED["POINTER"])
        if entry.tag in RECORDS:
            return self._nested(entry, owner)
        if entry.tag == ENUM:
            return self._enum(entry, owner)
        if entry.tag == "DW_TAG_base_type":
            return self._number(entry)
        what = entry.tag if isinstance(entry.tag, str) else f"type {entry.tag}"
        raise RefusedError(f"has a {what.removeprefix('DW_TAG_')}, which has no place on the wire")

    def _number(self, entry: Any) -> Element:
        order = self._endianity(entry)
        if order != self._info.byte_order:
            self._turned = order
        return number_type(entry, order)

    def _endianity(self, entry: Any) -> ByteOrder:
        return _ORDERS.get(value(entry, "DW_AT_endianity", 0) or 0, self._info.byte_order)

    def _nested(self, entry: Any, owner: _Owner) -> StructType:
        entry = self._info.definition(entry)
        name = self._key(entry, owner)
        struct = self._record(entry, _Owner(name, _spelled(entry, name)))
        if struct is None:
            raise RefusedError(f"is a {_spelled(entry, name)}, which has no place on the wire")
        return StructType(struct)

    def enum(self, entry: Any, name: str) -> Enum:
        """Reads an enum, under a name.

        Raises:
            RefusedError: It has no place on the wire.
        """
        size = value(entry, "DW_AT_byte_size", 0) or 0
        if size not in SIZES["int"]:
            raise RefusedError(f"is an enum of {size} bytes, which has no place on the wire")
        values = dict(enumerators(entry))
        bits = 8 * size
        is_signed = self._is_signed(entry, values)
        return Enum(
            name=name,
            size=size,
            signed=is_signed,
            values={
                identifier(label): signed(number, bits) if is_signed else number % (1 << bits)
                for label, number in values.items()
            },
        )

    def _enum(self, entry: Any, owner: _Owner) -> EnumType:
        name = self._key(entry, owner)
        if not self._seen("enum", name, entry):
            self.enums[name] = self.enum(entry, name)
            self.lines[name] = self._info.line(entry)
        return EnumType.of(self.enums[name], self._info.byte_order)

    def _is_signed(self, entry: Any, values: dict[str, int]) -> bool:
        """Says whether an enum is signed: by its number, else by its values."""
        number = self._info.bare(self._info.target(entry))
        number = entry if number is None else number
        kind = ENCODINGS.get(value(number, "DW_AT_encoding", 0) or 0)
        if kind is None:
            return min(values.values(), default=0) < 0
        return kind == "int"

    def _enums_turned(self, owner: _Owner, members: list[Field]) -> Iterator[Field]:
        """Yields members, with enums in the byte order of the numbers beside them.

        gcc stores both alike (scalar_storage_order), but DWARF has no byte order for an enum.
        """
        for one in members:
            if self._turned is None or one.element.enum is None or one.element.size == 1:
                yield one
                continue
            line = self.lines[f"{owner.key}.{one.name}"]
            text_ = (
                f"{line}: {owner.shown}.{one.name} is an enum, of which debug information does not "
                f"say the byte order: it is taken to be {self._turned}-endian, as the numbers "
                "beside it"
            )
            self.notices.append(Notice(text_, ENUMS))
            bits = replace(one.bits, byte_order=self._turned) if one.bits else None
            yield replace(one, type=_turned(one.type, self._turned), bits=bits)

    def _key(self, entry: Any, owner: _Owner) -> str:
        """Returns the name of a nested struct or enum in the schema."""
        where = key(entry)
        if where not in self._made:
            label = self._info.label(entry)
            found = self._info.named(label) if label else []
            own = next((one for one in found if key(one.entry) == where), None)
            without = identifier(label) if label else owner.key
            self._made[where] = self._namer.key(own) if own else without
        return self._made[where]

    def _seen(self, kind: str, name: str, entry: Any) -> bool:
        """Says whether a struct or enum was read.

        Raises:
            WrapError: It was another one of the same name.
        """
        if (kind, name) not in self._known:
            self._known[kind, name] = entry
            return False
        known = self._known[kind, name]
        if self._signatures.of(known) != self._signatures.of(entry):
            units = [self._info.unit_name(one) for one in (known, entry)]
            raise WrapError(
                f"{self._info.owner}: {kind} {name} is defined differently in {units[0]} and "
                f"{units[1]}; rename one, or wrap one object file"
            )
        return True

    def _c_type(self, entry: Any) -> str:
        """Returns a type as people write it: ``uint16_t[3]``."""
        steps, dimensions = entry, ""
        while steps is not None:
            name = text(steps, "DW_AT_name")
            if name is not None:
                word = {"DW_TAG_union_type": "union ", ENUM: "enum "}.get(steps.tag, "")
                word = "struct " if steps.tag in RECORDS and not word else word
                return f"{word}{name}{dimensions}"
            if steps.tag == "DW_TAG_array_type":
                dimensions += "".join(f"[{one or ''}]" for one in array_shape(steps, self._info))
            elif steps.tag in RECORDS or steps.tag == ENUM:
                word = "enum" if steps.tag == ENUM else _spelled(steps, "").strip()
                return f"{word}{dimensions}"
            steps = self._info.target(steps)
        return f"void{dimensions}"


def _turned(type_: Kind, order: ByteOrder) -> Kind:
    """Returns an enum, or a list of some, in a byte order."""
    assert type_.element.enum is not None
    made = EnumType.of(type_.element.enum, order)
    return replace(type_, of=made) if isinstance(type_, ArrayType | TailType) else made


def _spelled(entry: Any, name: str) -> str:
    return f"{'union' if entry.tag == 'DW_TAG_union_type' else 'struct'} {name}"


def _is_bits(entry: Any) -> bool:
    return "DW_AT_bit_size" in entry.attributes
