"""Tells equal definitions of one name, which each unit with a header has, from different ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cwire_structs.errors import WrapError
from cwire_structs.header.image.kinds import array_shape, bit_place, enumerators
from cwire_structs.header.image.units import (
    ENUM,
    POINTERS,
    RECORDS,
    DebugInfo,
    Definition,
    is_declaration,
    key,
    location,
    text,
    value,
)

_PLACES = ("DW_TAG_member", "DW_TAG_inheritance")


class Signatures:
    """Compares types by how they are laid out.

    Args:
        info: The debugging information.
    """

    def __init__(self, info: DebugInfo) -> None:
        self._info = info
        self._known: dict[object, object] = {}

    def one(self, name: str, found: list[Definition]) -> Definition:
        """Returns the definition that a name means.

        Raises:
            WrapError: There are several that differ; the text says where each is.
        """
        different = {self.of(one.entry): one for one in reversed(found)}
        if len(different) == 1:
            return found[0]
        ones = [*reversed(different.values())]
        names = {one.qualified for one in ones}
        shown = "; ".join(
            f"{one.qualified} in {self._info.unit_name(one.entry)}, "
            f"{value(one.entry, 'DW_AT_byte_size', 0)} bytes"
            for one in ones
        )
        cure = "say which: --only with its whole name"
        if len(names) < len(ones):
            cure = "rename one, build all units from the same header, or wrap one object file"
        raise WrapError(f"{self._info.owner}: {name} is defined differently: {shown}; {cure}")

    def of(self, entry: Any) -> object:
        """Returns what is equal for types that are laid out in the same way."""
        entry = self._info.bare(entry) if entry is not None else None
        if entry is None:
            return None
        where = key(entry)
        if where not in self._known:
            self._known[where] = None  # only a pointer leads back, and none is followed
            self._known[where] = self._of(entry)
        return self._known[where]

    def _of(self, entry: Any) -> object:
        size = value(entry, "DW_AT_byte_size")
        if entry.tag in POINTERS:
            return "pointer"
        if entry.tag in RECORDS:
            parts = []
            for one in members_of(entry):
                target = self._info.target(one)
                bits = bit_place(one, self._info) if "DW_AT_bit_size" in one.attributes else None
                width = value(one, "DW_AT_bit_size")
                name, at = text(one, "DW_AT_name"), location(one)
                parts.append((one.tag, name, at, bits, width, self.of(target)))
            return entry.tag == "DW_TAG_union_type", size, tuple(parts)
        if entry.tag == ENUM:
            return size, tuple(enumerators(entry))
        if entry.tag == "DW_TAG_array_type":
            return tuple(array_shape(entry, self._info)), self.of(self._info.target(entry))
        encoding = value(entry, "DW_AT_encoding")
        return entry.tag, size, encoding, value(entry, "DW_AT_endianity")


def members_of(entry: Any) -> Iterator[Any]:
    """Yields the members and bases that have a place in each object."""
    for one in entry.iter_children():
        is_static = "DW_AT_external" in one.attributes or is_declaration(one)
        if one.tag in _PLACES and not is_static:
            yield one
