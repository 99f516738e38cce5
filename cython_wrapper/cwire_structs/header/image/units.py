"""Units of debugging information: what they define, by name, and how entries refer to others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, Literal

from cwire_structs.errors import WrapError
from cwire_structs.header.image.bitfields import expression_offset

RECORDS = ("DW_TAG_structure_type", "DW_TAG_union_type", "DW_TAG_class_type")
ENUM = "DW_TAG_enumeration_type"
POINTERS = (
    *("DW_TAG_pointer_type", "DW_TAG_reference_type", "DW_TAG_rvalue_reference_type"),
    *("DW_TAG_ptr_to_member_type", "DW_TAG_subroutine_type"),
)
_QUALIFIERS = frozenset(
    f"DW_TAG_{name}"
    for name in (
        *("typedef", "const_type", "volatile_type", "restrict_type", "atomic_type"),
        *("packed_type", "shared_type", "immutable_type", "template_alias"),
    )
)
_FUNCTIONS = ("DW_TAG_subprogram", "DW_TAG_lexical_block", "DW_TAG_inlined_subroutine")
_NAMESPACES = ("DW_TAG_namespace", "DW_TAG_module")
# DW_LANG_...: C89, C, C99, C11, C17, and assembler. C has no types inside of structs.
_FLAT = frozenset((0x01, 0x02, 0x0C, 0x1D, 0x2C, 0x31, 0x8001))
IN_NAMESPACE, IN_CLASS, IN_FUNCTION = range(3)


@dataclass(frozen=True)
class Definition:
    """A type with a name.

    Attributes:
        entry: Its debugging information entry.
        scopes: The namespaces, classes and functions that it is in.
        name: Its own, or that of a typedef that stands for it.
        rank: IN_NAMESPACE, IN_CLASS or IN_FUNCTION: a lower one is what a bare name means.
        alias: Whether the name is a typedef's.
    """

    entry: Any
    scopes: tuple[str, ...]
    name: str
    rank: int
    alias: bool = False

    @property
    def qualified(self) -> str:
        """The name with its scopes: ``motor::state``."""
        return "::".join((*self.scopes, self.name))


class DebugInfo:
    """The types that a file's DWARF defines.

    Args:
        dwarf: What pyelftools' ``get_dwarf_info`` returned.
        owner: Whose it is, for errors: ``the compiler``.
        byte_order: Of the file.

    Attributes:
        split: Names of the files that hold the rest, of units without it.
        declared: Names of the structs that were met without a definition.
    """

    def __init__(self, dwarf: Any, owner: str, byte_order: Literal["little", "big"]) -> None:
        self.owner = owner
        self.byte_order = byte_order
        self.split: list[str] = []
        self.declared: set[str] = set()
        self._dwarf = dwarf
        self._definitions: dict[str, list[Definition]] = {}
        self._typedefs: list[tuple[str, Any, tuple[str, ...], int]] = []
        self._numbers: dict[str, Any] = {}
        self._functions: list[tuple[Any, tuple[str, ...]]] = []
        self._typedef_names: dict[object, str] = {}
        self._lines: dict[object, list[str]] = {}
        self._index()

    @cached_property
    def units(self) -> list[Any]:
        """All units, also those of types, and of the file that dwz moved common types to."""
        found = []
        for dwarf in (self._dwarf, self._dwarf.supplementary_dwarfinfo):
            if dwarf is not None:
                found += [*dwarf.iter_CUs(), *dwarf.iter_TUs()]
        return found

    @cached_property
    def producers(self) -> list[str]:
        """The compilers, in their own words."""
        texts = (text(unit.get_top_DIE(), "DW_AT_producer") for unit in self.units)
        return list(dict.fromkeys(one for one in texts if one))

    @cached_property
    def address_size(self) -> int:
        """Bytes of a pointer."""
        return max((int(unit["address_size"]) for unit in self.units), default=4)

    def number(self, *names: str) -> Any | None:
        """Returns the entry of the first of these numbers that the file uses."""
        return next((self._numbers[name] for name in names if name in self._numbers), None)

    @property
    def has_types(self) -> bool:
        """Whether any type is there, be it a number."""
        return bool(self._definitions or self._numbers or self.declared)

    def named(self, name: str) -> list[Definition]:
        """Returns the definitions that a name may mean: bare, or with its scopes.

        Those in functions count only where there is no other.
        """
        found = self._matching(name)
        if not found and self._functions:
            functions, self._functions = self._functions, []
            for entry, scopes in functions:
                self._walk(entry, scopes, IN_FUNCTION)
            self._add_aliases()
            found = self._matching(name)
        best = min((one.rank for one in found), default=0)
        return [one for one in found if one.rank == best]

    def all(self) -> Iterator[Definition]:
        """Yields every definition outside of functions."""
        for found in self._definitions.values():
            yield from (one for one in found if one.rank < IN_FUNCTION)

    def label(self, entry: Any) -> str | None:
        """Returns a type's name, or that of the typedef of one without; None: it has none."""
        return text(entry, "DW_AT_name") or self._typedef_names.get(key(entry))

    def target(self, entry: Any, attribute: str = "DW_AT_type") -> Any | None:
        """Returns the entry that an attribute refers to; None: there is no attribute."""
        found = entry.attributes.get(attribute)
        if found is None:
            return None
        if found.form == "DW_FORM_ref_sig8":
            return self._signed(found.raw_value)
        try:
            return entry.get_DIE_from_attribute(attribute)
        except NotImplementedError:
            raise WrapError(supplement_missing(self.owner)) from None

    def bare(self, entry: Any) -> Any:
        """Returns what a typedef or a qualified type stands for; of an array, the array."""
        while entry is not None and entry.tag in _QUALIFIERS:
            entry = self.target(entry)
        if entry is not None and "DW_AT_signature" in entry.attributes:
            return self.target(entry, "DW_AT_signature")
        return entry

    def definition(self, entry: Any) -> Any:
        """Returns the complete type for one that a unit only declares, if there is just one."""
        if not is_declaration(entry):
            return entry
        name = text(entry, "DW_AT_name")
        found = [one for one in self.named(name) if one.entry.tag == entry.tag] if name else []
        return found[0].entry if found else entry

    def line(self, entry: Any) -> str:
        """Returns where a declaration is in the source, ``motor.h:12``; else the owner."""
        number = value(entry, "DW_AT_decl_line")
        index = value(entry, "DW_AT_decl_file")
        files = self._files(entry.cu)
        if number is None or index is None or not 0 <= index < len(files):
            return self.owner
        return f"{PurePosixPath(files[index]).name}:{number}"

    @staticmethod
    def unit_name(entry: Any) -> str:
        """Returns the source file that was compiled."""
        return text(entry.cu.get_top_DIE(), "DW_AT_name") or "a unit without a name"

    @cached_property
    def _signatures(self) -> dict[int, Any]:
        """The units of types."""
        units = ((unit.header, unit) for unit in self.units)
        keys = ((one.get("type_signature", one.get("signature")), unit) for one, unit in units)
        return {signature: unit for signature, unit in keys if signature is not None}

    def _index(self) -> None:
        """Fills the tables."""
        for unit in self.units:
            top = unit.get_top_DIE()
            dwo = text(top, "DW_AT_dwo_name") or text(top, "DW_AT_GNU_dwo_name")
            if dwo:
                self.split.append(dwo)
            self._walk(top, (), IN_NAMESPACE)
        self._add_aliases()

    def _walk(self, parent: Any, scopes: tuple[str, ...], rank: int) -> None:
        flat = value(parent.cu.get_top_DIE(), "DW_AT_language", 0) in _FLAT
        for entry in parent.iter_children():
            tag = entry.tag
            if tag in RECORDS or tag == ENUM:
                name = text(entry, "DW_AT_name")
                if is_declaration(entry):
                    self.declared.add(name or "")
                    if tag != ENUM and not flat:  # a namespace for what is inside of it
                        self._walk(entry, (*scopes, name or ""), max(rank, IN_CLASS))
                    continue
                if name:
                    one = Definition(entry, scopes, name, rank)
                    self._definitions.setdefault(name, []).append(one)
                if tag != ENUM and not flat:
                    self._walk(entry, (*scopes, name or ""), max(rank, IN_CLASS))
            elif tag == "DW_TAG_typedef":
                name = text(entry, "DW_AT_name")
                if name and "DW_AT_type" in entry.attributes:
                    self._typedefs.append((name, entry, scopes, rank))
            elif tag == "DW_TAG_base_type":
                self._numbers.setdefault(text(entry, "DW_AT_name") or "", entry)
            elif tag in _NAMESPACES:
                name = text(entry, "DW_AT_name") or "(anonymous)"
                self._walk(entry, (*scopes, name), rank)
            elif tag in _FUNCTIONS and entry.has_children:
                name = text(entry, "DW_AT_name")
                inner = (*scopes, name) if name else scopes
                if rank == IN_FUNCTION:
                    self._walk(entry, inner, rank)
                else:
                    self._functions.append((entry, inner))

    def _add_aliases(self) -> None:
        """Lets typedefs stand for structs, unions and enums, and name those without a name."""
        typedefs, self._typedefs = self._typedefs, []
        for name, entry, scopes, rank in typedefs:
            found = self.bare(entry)
            if found is None or found.tag not in (*RECORDS, ENUM) or is_declaration(found):
                if found is not None and found.tag == "DW_TAG_base_type":
                    self._numbers.setdefault(name, found)
                continue
            own = text(found, "DW_AT_name")
            if own is None:
                self._typedef_names.setdefault(key(found), name)
            if own != name:
                one = Definition(found, scopes, name, rank, alias=own is not None)
                self._definitions.setdefault(name, []).append(one)

    def _matching(self, name: str) -> list[Definition]:
        *scopes, bare = name.split("::")
        wanted = tuple(scopes)
        found = [
            one
            for one in self._definitions.get(bare, ())
            if not wanted or one.scopes[-len(wanted) :] == wanted
        ]
        # A tag wins over a typedef of the same name.
        return [one for one in found if not one.alias] or found

    def _signed(self, signature: int) -> Any:
        unit = self._signatures.get(signature)
        if unit is None:
            raise WrapError(
                f"{self.owner}: a type is in a unit that is not there ({signature:#018x}); compile "
                "without -fdebug-types-section, or name the linked file"
            )
        start = getattr(unit, "cu_offset", None)
        start = unit.tu_offset if start is None else start
        offset = start + unit["type_offset"]
        return next(one for one in unit.iter_DIEs() if one.offset == offset)

    def _files(self, unit: Any) -> list[str]:
        """Returns the source files of a unit by their index."""
        where = id(unit)
        if where not in self._lines:
            self._lines[where] = list(self._file_names(unit))
        return self._lines[where]

    def _file_names(self, unit: Any) -> Iterable[str]:
        program = unit.dwarfinfo.line_program_for_CU(unit)
        if program is None:
            return
        if program.header["version"] < 5:
            yield ""  # they count from 1
        for one in program.header["file_entry"]:
            name = one.name
            yield name.decode(errors="replace") if isinstance(name, bytes) else ""


def key(entry: Any) -> object:
    """Returns what tells an entry from all others."""
    return id(entry.cu), entry.offset


def text(entry: Any, attribute: str) -> str | None:
    """Returns a text; None: the entry has no such attribute.

    Raises:
        WrapError: The text is in another file, which is missing.
    """
    found = entry.attributes.get(attribute)
    if found is None or found.value is None:
        return None
    if not isinstance(found.value, bytes):
        raise WrapError(supplement_missing("the file"))
    return str(found.value.decode(errors="replace"))


def supplement_missing(owner: str) -> str:
    """Says that a part of the debugging information is elsewhere."""
    return (
        f"{owner}: a part of its debug information is in another file (dwz -m, .gnu_debugaltlink), "
        "which is not to be had; put that file where it was, or take the image before dwz"
    )


def value(entry: Any, attribute: str, default: int | None = None) -> int | None:
    """Returns a number; the default if the entry has none, or an expression in its place."""
    found = entry.attributes.get(attribute)
    if found is None or not isinstance(found.value, int):
        return default
    return int(found.value)


def is_declaration(entry: Any) -> bool:
    """Says whether a type is incomplete there, or complete in a unit of its own."""
    return not {"DW_AT_declaration", "DW_AT_signature"}.isdisjoint(entry.attributes)


def location(entry: Any) -> int | None:
    """Returns the byte that a member begins at, which may be negative for a bit field.

    None: nothing is said of it, or it depends on the object (a virtual base).
    """
    found = entry.attributes.get("DW_AT_data_member_location")
    if found is None:
        return None
    if isinstance(found.value, int):
        return int(found.value)
    return expression_offset(found.value, int(entry.cu["address_size"]))
