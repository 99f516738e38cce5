"""Layouts from DWARF: for what libclang does not know, or lays out otherwise than the compiler.

libclang reads the header, for a similar target if need be, which gives names, comments and kinds.
Every size and offset is taken from the debugging information of the user's own compiler.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from cwire_structs.compiler.object_file import ObjectFile
from cwire_structs.compiler.probe import probe_source
from cwire_structs.compiler.toolchain import CompileError, Toolchain
from cwire_structs.errors import WrapError
from cwire_structs.header.image.names import Namer
from cwire_structs.header.image.signatures import Signatures
from cwire_structs.header.image.types import TypeReader
from cwire_structs.header.image.units import ENUM, RECORDS, DebugInfo, Definition
from cwire_structs.layout import Layout, readable
from cwire_structs.schema.fields import Enum, Field, Kind, Struct
from cwire_structs.schema.kinds import (
    ArrayType,
    Element,
    EnumType,
    NumberType,
    StructType,
    TailType,
)

DWARF = "DWARF"
_MAGIC = 0x6377697265646677
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
        dwarf = found.elf.get_dwarf_info()
        info = DebugInfo(dwarf, "the compiler's DWARF", toolchain.byte_order)
        by_name = dict(zip((one.name for one in named), aligns, strict=True))
        graft = _Graft(info, by_name, cxx=toolchain.language == "c++")
        for message in layout.messages:
            graft.message(message.struct)
    except (DWARFError, ELFError) as error:
        raise WrapError(f"the compiler's DWARF cannot be read: {error}") from None
    messages = tuple(
        replace(message, struct=graft.structs[message.struct.name]) for message in layout.messages
    )
    enums = {
        name: graft.enums.get(name) or graft.loose(enum, layout.enum_c_names[name])
        for name, enum in layout.enums.items()
    }
    structs = {name: graft.structs[name] for name in layout.structs}
    return replace(layout, structs=structs, enums=enums, messages=messages, reader=DWARF)


def _compiled(source: str, toolchain: Toolchain) -> ObjectFile:
    """Compiles with debugging information; links, since DWARF in object files has relocations."""
    whole = toolchain.family == "clang" and toolchain.language == "c++"
    flags = (*_FLAGS, *(["-fstandalone-debug"] if whole else []))
    try:
        return ObjectFile(toolchain.link(source, flags))
    except CompileError:  # of some targets, no program links without a linker script
        return ObjectFile(toolchain.compile(source, flags))


def _source(header: Path, structs: list[Struct]) -> str:
    # The function keeps C++ from leaving out the types.
    probes = [
        f"struct cwire_align_{one.name} {{ char first; {one.c_name} member; }};\n"
        f"void cwire_keep_{one.name}(struct cwire_align_{one.name} *it) {{ (void)it->member; }}"
        for one in structs
    ]
    entries = [f"    __builtin_offsetof(struct cwire_align_{one.name}, member)," for one in structs]
    table = [
        "extern const unsigned long long cwire_aligns[] = {",
        f"    0x{_MAGIC:x}ULL,",
        *entries,
        "};",
    ]
    return probe_source(header, [*probes, *table])


class _Graft:
    """Puts what DWARF says of structs under the names and comments that libclang read.

    Attributes:
        structs: The results, by name.
        enums: The same of enums.
    """

    def __init__(self, info: DebugInfo, aligns: dict[str, int], *, cxx: bool) -> None:
        self.structs: dict[str, Struct] = {}
        self.enums: dict[str, Enum] = {}
        self._info = info
        self._reader = TypeReader(info, Namer.of(info.all()))
        self._aligns = aligns
        self._cxx = cxx

    def message(self, struct: Struct) -> None:
        """Reads a message's struct, found by its name in C."""
        word, _, name = struct.c_name.rpartition(" ")
        if self._cxx:
            word, name = "", struct.c_name
        found = [one for one in self._info.named(name) if _is(one, word)]
        if not found:
            raise WrapError(f"the compiler's DWARF has no {struct.c_name}")
        seen = self._reader.struct(Signatures(self._info).one(name, found).entry, struct.name)
        if seen is None:
            raise WrapError("\n".join(self._reader.problems))
        self._struct(struct, seen)

    def _struct(self, struct: Struct, seen: Struct) -> Struct:
        if struct.name in self.structs:
            return self.structs[struct.name]
        names = [None if one.anonymous else one.name for one in seen.members]
        if names != [None if one.anonymous else one.name for one in struct.members]:
            shown = ", ".join(name or "(anonymous)" for name in names)
            raise WrapError(
                f"{readable(struct.c_name)}: the compiler's DWARF has the members {shown}; keep "
                "target-specific #if blocks out of messages"
            )
        members = zip(struct.members, seen.members, strict=True)
        made = replace(
            struct,
            size=seen.size,
            align=self._aligns.get(struct.name, 1),
            members=tuple(self._field(one, other) for one, other in members),
        )
        self.structs[struct.name] = made
        return made

    def _field(self, field: Field, seen: Field) -> Field:
        if (field.bits is None) != (seen.bits is None):
            raise WrapError(f"{field.name} is a bit field for libclang or for the compiler only")
        type_ = self._type(field.type, seen.type, field)
        size = seen.size if seen.bits else type_.size
        return replace(field, offset=seen.offset, size=size, type=type_, bits=seen.bits)

    def _type(self, type_: Kind, seen: Kind, field: Field) -> Kind:
        lists = ArrayType | TailType
        if isinstance(type_, lists) and isinstance(seen, lists):
            return replace(type_, of=self._element(type_.of, seen.of, field))
        if isinstance(type_, lists) or isinstance(seen, lists):
            raise WrapError(f"{field.name} is a {seen.kind} for the compiler, but a {type_.kind}")
        return self._element(type_, seen, field)

    def _element(self, type_: Kind, seen: Kind, field: Field) -> Element:
        if type_.struct is not None and seen.struct is not None:
            return StructType(self._struct(type_.struct, seen.struct))
        if type_.enum is not None and seen.enum is not None:
            return EnumType(seen.np, self._enum(type_.enum, seen.enum))
        if isinstance(type_, NumberType) and isinstance(seen, NumberType):
            return seen
        # A char is text for both; in bits it is a number for libclang.
        if isinstance(type_, Element) and seen.is_text and (type_.is_text or field.bits):
            return type_
        raise WrapError(f"{field.name} is a {seen.kind} for the compiler, but a {type_.kind}")

    def _enum(self, enum: Enum, seen: Enum) -> Enum:
        if enum.name not in self.enums:
            if list(enum.values) != list(seen.values):
                raise WrapError(
                    f"enum {enum.name}: the compiler's DWARF has the enumerators "
                    f"{', '.join(seen.values)}; keep target-specific #if blocks out of messages"
                )
            self.enums[enum.name] = _merged(enum, seen)
        return self.enums[enum.name]

    def loose(self, enum: Enum, c_name: str) -> Enum:
        """Returns an enum that no member has: its values may be sizes of structs."""
        word, _, name = ("", "", c_name) if self._cxx else c_name.rpartition(" ")
        entries = [
            one.entry
            for one in self._info.named(name)
            if one.entry.tag == ENUM and not (word and one.alias)
        ]
        seen = self._reader.enum(entries[0], enum.name) if entries else enum
        return _merged(enum, seen) if list(seen.values) == list(enum.values) else enum


def _merged(enum: Enum, seen: Enum) -> Enum:
    """Returns an enum with the numbers that the compiler sees."""
    return replace(enum, size=seen.size, signed=seen.signed, values=seen.values)


def _is(one: Definition, word: str) -> bool:
    """Says whether a name stands for this in C: a tag behind ``struct``, else a typedef."""
    tags = {"struct": "DW_TAG_structure_type", "union": "DW_TAG_union_type"}
    if one.entry.tag not in RECORDS:
        return False
    return word not in tags or (one.entry.tag == tags[word] and not one.alias)
