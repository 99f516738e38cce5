"""Layouts from DWARF: for what libclang does not know, or lays out otherwise than the compiler.

libclang reads the header, for a similar target if need be, which gives names, comments and kinds.
Every size and offset is taken from the debugging information of the user's own compiler.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from cwire_structs.compiler.object_file import ObjectFile
from cwire_structs.compiler.probe import probe_source
from cwire_structs.compiler.toolchain import CompileError, Toolchain
from cwire_structs.errors import WrapError
from cwire_structs.layout import Layout
from cwire_structs.schema.bits import BitRange
from cwire_structs.schema.fields import Enum, Field, Kind, Struct
from cwire_structs.schema.kinds import (
    NUMBERS,
    ArrayType,
    Element,
    EnumType,
    StructType,
    TailType,
    TextType,
)

DWARF = "DWARF"
_MAGIC = 0x6377697265646677
_ENUMERATOR = "DW_TAG_enumerator"
_PLUS = 0x23  # DW_OP_plus_uconst
_QUALIFIERS = ("DW_TAG_typedef", "DW_TAG_const_type", "DW_TAG_volatile_type")
# DW_ATE_...: DWARF 5, section 7.8.
_ENCODINGS = {
    2: "bool", 3: "complex", 4: "float", 5: "int", 6: "int", 7: "uint", 8: "uint",
}  # fmt: skip
# Not -g alone, which is another format for avr-gcc 5.
_FLAGS = ("-g", "-gdwarf", "-fno-eliminate-unused-debug-types")


def relayout(layout: Layout, header: Path, toolchain: Toolchain) -> Layout:
    """Returns the layout with the sizes and offsets that the compiler's DWARF says.

    Raises:
        WrapError: The DWARF cannot be read, or holds other members than libclang saw.
    """
    from elftools.common.exceptions import DWARFError, ELFError

    named = [one for name, one in layout.structs.items() if name not in layout.anonymous]
    found = _compiled(_source(header, named), toolchain)
    aligns = found.integers("cwire_aligns", _MAGIC, len(named))
    try:
        reader = _Reader(
            found, toolchain.byte_order, {one.name: n for one, n in zip(named, aligns, strict=True)}
        )
        for message in layout.messages:
            reader.message(message.struct)
    except (DWARFError, ELFError) as error:
        raise WrapError(f"the compiler's DWARF cannot be read: {error}") from None
    messages = tuple(
        replace(message, struct=reader.structs[message.struct.name]) for message in layout.messages
    )
    # Enums that no member has are libclang's.
    enums = {name: reader.enums.get(name, enum) for name, enum in layout.enums.items()}
    structs = {name: reader.structs[name] for name in layout.structs}
    return replace(layout, structs=structs, enums=enums, messages=messages, reader=DWARF)


def _compiled(source: str, toolchain: Toolchain) -> ObjectFile:
    """Compiles with debugging information; links, since DWARF in object files has relocations."""
    try:
        return ObjectFile(toolchain.link(source, _FLAGS))
    except CompileError:  # of some targets, no program links without a linker script
        return ObjectFile(toolchain.compile(source, _FLAGS))


def _source(header: Path, structs: list[Struct]) -> str:
    probes = [
        f"struct cwire_align_{one.name} {{ char first; {one.c_name} member; }};" for one in structs
    ]
    entries = [f"    __builtin_offsetof(struct cwire_align_{one.name}, member)," for one in structs]
    table = ["const unsigned long long cwire_aligns[] = {", f"    0x{_MAGIC:x}ULL,", *entries, "};"]
    return probe_source(header, [*probes, *table])


class _Reader:
    """Rebuilds structs from debugging information entries, each once."""

    def __init__(
        self, found: ObjectFile, byte_order: Literal["little", "big"], aligns: dict[str, int]
    ) -> None:
        self.structs: dict[str, Struct] = {}
        self.enums: dict[str, Enum] = {}
        self._byte_order = byte_order
        self._aligns = aligns
        self._entries: dict[tuple[str, str], Any] = {}
        for unit in found.elf.get_dwarf_info().iter_CUs():
            for entry in unit.get_top_DIE().iter_children():
                name = _name(entry)
                if name and "DW_AT_declaration" not in entry.attributes:
                    self._entries.setdefault((entry.tag, name), entry)

    def message(self, struct: Struct) -> None:
        """Rebuilds a message's struct, found by its name in C."""
        word, _, tag = struct.c_name.rpartition(" ")
        kinds = {"struct": "DW_TAG_structure_type", "union": "DW_TAG_union_type"}
        entry = self._entries.get((kinds.get(word, "DW_TAG_typedef"), tag))
        if entry is None:
            raise WrapError(f"the compiler's DWARF has no {struct.c_name}")
        self._struct(struct, _bare(entry))

    def _struct(self, struct: Struct, entry: Any) -> Struct:
        if struct.name in self.structs:
            return self.structs[struct.name]
        found = [child for child in entry.iter_children() if child.tag == "DW_TAG_member"]
        names = [_name(child) for child in found]
        if names != [None if one.anonymous else one.name for one in struct.members]:
            shown = ", ".join(name or "(anonymous)" for name in names)
            raise WrapError(
                f"{struct.c_name}: the compiler's DWARF has the members {shown}; keep "
                "target-specific #if blocks out of messages"
            )
        members = tuple(
            self._field(one, child) for one, child in zip(struct.members, found, strict=True)
        )
        made = replace(
            struct,
            size=_value(entry, "DW_AT_byte_size"),
            align=self._aligns.get(struct.name, 1),
            members=members,
        )
        self.structs[struct.name] = made
        return made

    def _field(self, field: Field, entry: Any) -> Field:
        type_ = self._type(field.type, _bare(_target(entry)))
        start = _location(entry)
        if field.bits is None:
            return replace(field, offset=start, size=type_.size, type=type_)
        width = _value(entry, "DW_AT_bit_size")
        offset = 8 * start + _value(entry, "DW_AT_data_bit_offset", 0)
        if "DW_AT_bit_offset" in entry.attributes:  # before DWARF 5: from the unit's highest bit
            from_top = _value(entry, "DW_AT_bit_offset")
            unit = 8 * _value(entry, "DW_AT_byte_size", type_.size)
            little = self._byte_order == "little"
            offset = 8 * start + (unit - from_top - width if little else from_top)
        bits = BitRange(offset, width, self._byte_order)
        return replace(field, offset=bits.start, size=bits.stop - bits.start, type=type_, bits=bits)

    def _type(self, type_: Kind, entry: Any) -> Kind:
        if not isinstance(type_, ArrayType | TailType):
            return self._element(type_, entry)
        return replace(type_, of=self._element(type_.of, _bare(_target(entry))))

    def _element(self, type_: Kind, entry: Any) -> Element:
        if isinstance(type_, TextType):
            return type_
        if type_.struct is not None:
            return StructType(self._struct(type_.struct, entry))
        size = _value(entry, "DW_AT_byte_size")
        if type_.enum is not None:
            return EnumType.of(self._enum(type_.enum, entry, size), self._byte_order)
        kind = _ENCODINGS.get(_value(entry, "DW_AT_encoding", 0))
        if kind is None:
            raise WrapError(f"a {_name(entry)} is a number that has no place on the wire")
        return NUMBERS[kind].of(size, self._byte_order)

    def _enum(self, enum: Enum, entry: Any, size: int) -> Enum:
        if enum.name not in self.enums:
            labels = [_name(one) for one in entry.iter_children() if one.tag == _ENUMERATOR]
            if labels != list(enum.values):
                shown = ", ".join(label or "" for label in labels)
                raise WrapError(
                    f"enum {enum.name}: the compiler's DWARF has the enumerators {shown}; keep "
                    "target-specific #if blocks out of messages"
                )
            signed = min(enum.values.values(), default=0) < 0
            if "DW_AT_type" in entry.attributes:
                base = _bare(_target(entry))
                signed = _ENCODINGS.get(_value(base, "DW_AT_encoding", 0)) == "int"
            self.enums[enum.name] = replace(enum, size=size, signed=signed)
        return self.enums[enum.name]


def _name(entry: Any) -> str | None:
    attribute = entry.attributes.get("DW_AT_name")
    return None if attribute is None else attribute.value.decode()


def _value(entry: Any, attribute: str, default: int | None = None) -> int:
    found = entry.attributes.get(attribute)
    if found is None or not isinstance(found.value, int):
        if default is None:
            raise WrapError(f"the compiler's DWARF has a {entry.tag} without {attribute}")
        return default
    return found.value


def _location(entry: Any) -> int:
    """Returns the byte that a member's bytes begin at; of a bit field, it may be negative."""
    found = entry.attributes.get("DW_AT_data_member_location")
    if found is None or isinstance(found.value, int):
        return 0 if found is None else int(found.value)
    # DWARF 2 has an expression: add a number to the address of the struct.
    operation, *encoded = found.value
    if operation != _PLUS or not encoded or encoded[-1] & 0x80:
        raise WrapError(f"the compiler's DWARF says the place of a {entry.tag} by an expression")
    value: int = sum((byte & 0x7F) << 7 * index for index, byte in enumerate(encoded))
    bits = 8 * int(entry.cu["address_size"])
    return value - (1 << bits) if value >> bits - 1 else value


def _target(entry: Any) -> Any:
    return entry.get_DIE_from_attribute("DW_AT_type")


def _bare(entry: Any) -> Any:
    """Returns what a typedef or a qualified type stands for; of an array, the array."""
    while entry.tag in _QUALIFIERS:
        entry = _target(entry)
    return entry
