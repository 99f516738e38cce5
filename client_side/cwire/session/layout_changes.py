"""Differences between two layouts of a struct, as text for people. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from cwire_structs.schema.fields import Field, Struct

__all__ = ["layout_changes"]

_MOST = 5  # changes that are told


def layout_changes(old: Struct, new: Struct) -> str:
    """Says which fields came, went, moved or became something else; empty if none did."""
    changes = list(_changes(old, new, ""))
    if len(changes) > _MOST:
        changes = [*changes[:_MOST], f"and {len(changes) - _MOST} more"]
    return "; ".join(changes)


def _changes(old: Struct, new: Struct, path: str) -> Iterator[str]:
    for name, before in old.by_name.items():
        now = new.by_name.get(name)
        if now is None:
            yield f"{path}{name} is gone"
            continue
        if _place(before) != _place(now):
            yield f"{path}{name} was at {_place(before)}, is at {_place(now)}"
        if before.c_type != now.c_type:
            yield f"{path}{name} was {before.c_type}, is {now.c_type}"
        yield from _inside(before, now, f"{path}{name}")
    for name, now in new.by_name.items():
        if name not in old.by_name:
            yield f"{path}{name} is new, at {_place(now)}"
    if old.size != new.size:
        yield f"{path or 'it'} had {old.size} bytes, has {new.size}".replace(". ", " ")


def _inside(before: Field, now: Field, path: str) -> Iterator[str]:
    old, new = before.element, now.element
    if old.struct is not None and new.struct is not None:
        yield from _changes(old.struct, new.struct, f"{path}.")
    if old.enum is not None and new.enum is not None:
        for name, value in old.enum.values.items():
            other = new.enum.values.get(name)
            if other is None:
                yield f"{path} has no {name} any more"
            elif other != value:
                yield f"{name} of {path} was {value}, is {other}"


def _place(field: Field) -> str:
    if field.bits:
        return f"bit {field.bits.offset} (of {field.bits.width})"
    return f"offset {field.offset}"
