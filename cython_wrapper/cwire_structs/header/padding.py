"""Bytes of a struct that belong to no member."""

from __future__ import annotations

from collections.abc import Iterator

from cwire_structs.layout import Layout, Notice, readable
from cwire_structs.schema.fields import Struct

PADDING = "padding"  # the kind of the notices


def holes(struct: Struct) -> Iterator[tuple[int, int, str]]:
    """Yields the padding of a struct: first byte, bytes, and what comes behind it.

    Bits that are left over in a byte of bit fields are no hole. What follows the offset of a
    flexible array member is part of it.
    """
    if struct.kind == "union":
        return
    end = 0
    for member in struct.members:
        if member.offset > end:
            name = f"a {member.c_type} without a name" if member.anonymous else member.name
            yield end, member.offset - end, name
        end = max(end, member.offset + member.size)
    if end < struct.size and not struct.tail:
        yield end, struct.size - end, ""


def padding_notices(layout: Layout) -> Iterator[Notice]:
    """Yields a notice, with its line, for each struct with bytes that no member names."""
    for name, struct in layout.structs.items():
        parts = [
            f"{size} before {behind}" if behind else f"{size} at its end"
            for _, size, behind in holes(struct)
        ]
        if parts:
            text = (
                f"{layout.lines[name]}: {readable(struct.c_name)} has bytes that no member names, "
                f"and another target may lay them out differently: {', '.join(parts)}; order the "
                "members by size, or name the bytes"
            )
            yield Notice(text, PADDING)
