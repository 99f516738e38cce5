"""Bytes of a struct that belong to no member."""

from __future__ import annotations

from collections.abc import Iterator

from cwire_structs.schema.fields import Struct


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


def padding_warning(struct: Struct) -> str | None:
    """Returns a warning about the padding that the compiler put into a struct, if there is any."""
    parts = [
        f"{size} before {name}" if name else f"{size} at its end" for _, size, name in holes(struct)
    ]
    if not parts:
        return None
    return (
        f"{struct.c_name} has bytes that no member names, and another target may lay them out "
        f"differently: {', '.join(parts)}; order the members by size, or name the bytes"
    )
