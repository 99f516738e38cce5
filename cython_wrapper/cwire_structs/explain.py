"""`cwire wrap HEADER --explain STRUCT`: draws a struct's members and its padding.

Places are counted in bits from the start of the struct, so that bit fields, and members that share
bytes as in a union, need no rules of their own: padding is what no member covers.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path

from cwire_structs.compiler.reorder import Advice, advise
from cwire_structs.compiler.toolchain import Toolchain
from cwire_structs.errors import WrapError
from cwire_structs.schema import Schema
from cwire_structs.schema.fields import Field, Struct

__all__ = ["Row", "add_arguments", "draw", "padding", "rows", "run"]

_SHOWN_NAMES = 40


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        first: Where it begins, in bits from the start of the outermost struct.
        bits: How many it has; 0: the flexible array member.
        depth: 0 for the struct's own members, 1 for those of a struct in it, and so on.
        type: As C spells it; empty for padding.
        name: The member's name; empty for padding.
        note: For people.
    """

    first: int
    bits: int
    depth: int
    type: str
    name: str
    note: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the options to those of `cwire wrap`."""
    parser.add_argument(
        "--explain",
        metavar="STRUCT",
        help="write nothing; draw where the members of a struct are, and its padding",
    )
    parser.add_argument(
        "--expand", action="store_true", help="with --explain: show the members of nested structs"
    )


def run(arguments: argparse.Namespace, schema: Schema, toolchain: Toolchain) -> None:
    """Draws the struct that the user named.

    Raises:
        WrapError: The header's messages have no such struct; the text names those that they have.
    """
    header: Path = arguments.header
    struct = _find(schema, arguments.explain, header.name)
    advice = advise(struct, header, toolchain)
    draw(struct, advice, str(toolchain), expand=arguments.expand)


def _find(schema: Schema, name: str, header: str) -> Struct:
    for struct in schema.structs.values():
        if " ".join(name.split()) in (struct.name, struct.c_name):
            return struct
    known = list(schema.structs)
    more = f" and {len(known) - _SHOWN_NAMES} more" if len(known) > _SHOWN_NAMES else ""
    raise WrapError(
        f"{header}: the messages have no struct {name!r}; there are: "
        f"{', '.join(known[:_SHOWN_NAMES])}{more}"
    )


def rows(
    struct: Struct, aligns: Mapping[str, int] | None = None, *, expand: bool = False
) -> Iterator[Row]:
    """Yields the members by rising place, and the padding between them.

    Args:
        struct: A proved one.
        aligns: Of its members, in bytes: then the padding says whom it is for.
        expand: Whether members that are structs are followed by their own; of an array, the first
            element's.
    """
    return _rows(struct, aligns or {}, 0, 0, "", expand=expand)


def _rows(
    struct: Struct, aligns: Mapping[str, int], base: int, depth: int, prefix: str, *, expand: bool
) -> Iterator[Row]:
    covered, owner = base, ""
    for field in sorted(struct.fields, key=lambda field: field.span[0]):
        first, end = (base + bit for bit in field.span)
        if first > covered:
            note = (
                f"{field.name} is aligned to {aligns[field.name]}" if field.name in aligns else ""
            )
            yield Row(covered, first - covered, depth, "", "", note)
        shares = first < covered
        name, note = prefix + field.name, _note(field, owner if shares else "")
        yield Row(first, end - first, depth, field.c_type, name, note)
        inner = field.element.struct
        if expand and inner is not None:
            index = "[0]" * (len(field.type.shape) + field.type.is_tail)
            yield from _rows(inner, {}, first, depth + 1, f"{index}.", expand=True)
        if end > covered:
            covered, owner = end, field.name
    rest = base + 8 * struct.size - covered
    if rest > 0 and struct.tail is None:
        note = f"the size is a multiple of {struct.align}" if aligns else ""
        yield Row(covered, rest, depth, "", "", note)


def _note(field: Field, sharer: str) -> str:
    inner, tail = field.element.struct, field.type.is_tail
    lost = 0 if inner is None else padding(inner) * prod(field.type.shape)
    return ", ".join(
        part
        for part in (
            f"shares bytes with {sharer}" if sharer else "",
            "as many as there are" if tail else "",
            f"{_amount(lost)} of padding in {'each' if tail else 'it'}" if lost else "",
        )
        if part
    )


def padding(struct: Struct) -> int:
    """Returns how many bits of a struct belong to no member, those of nested structs included.

    What is padding in one of two members that share bytes, may hold the other: it does not count.
    """
    covered = lost = inside = 0  # bits
    shared = False
    for field in sorted(struct.fields, key=lambda field: field.span[0]):
        first, end = field.span
        shared = shared or first < covered
        lost += max(0, first - covered)
        covered = max(covered, end)
        inner = field.element.struct
        if inner is not None and not field.type.is_tail:
            inside += padding(inner) * prod(field.type.shape)
    if struct.tail is None:
        lost += 8 * struct.size - covered
    return lost if shared else lost + inside


def draw(struct: Struct, advice: Advice, compiler: str, *, expand: bool = False) -> None:
    """Prints the table and what another order would save.

    Raises:
        WrapError: rich is not installed.
    """
    try:
        from rich import box
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ImportError as error:
        raise WrapError(
            "drawing needs rich, which is not installed: pip install 'cwire[wrap]'"
        ) from error
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = 200  # a file or a pipe has no edge to wrap at
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    table.add_column("offset", justify="right", no_wrap=True)
    table.add_column("size", justify="right", no_wrap=True)
    for heading in ("type", "member", ""):
        table.add_column(heading, overflow="fold")
    for row in rows(struct, advice.aligns, expand=expand):
        indent = "  " * row.depth
        texts = (
            _offset(row.first),
            _size(row.bits),
            indent + row.type if row.name else indent + "-",
            indent + (row.name or "(padding)"),
            row.note,
        )
        style = "" if row.name else "yellow"
        table.add_row(*(Text(text, style) for text in texts))
    console.print(Text(f"{_summary(struct)}; proved with {compiler}\n"))
    console.print(table)
    console.print(Text("\n" + _advice_text(struct, advice)))


def _summary(struct: Struct) -> str:
    lost = padding(struct)
    parts = [f"{struct.name}: {_bytes(struct.size)}"]
    if struct.tail:
        each = struct.tail.type.stride
        parts = [
            f"{struct.name}: {_bytes(struct.tail.offset)}, and {each} more for each element of "
            f"{struct.tail.name} (sizeof: {struct.size})"
        ]
    parts.append(f"aligned to {struct.align}")
    parts.append(f"{_amount(lost)} of it padding" if lost else "no padding")
    return ", ".join(parts)


def _advice_text(struct: Struct, advice: Advice) -> str:
    if advice.orders:
        lines = [f"In another order it would have {_savings(struct, advice)}:"]
        for item, names in advice.orders.items():
            lines.append(f"  {item.name} {{ {'; '.join(names)}; }}")
        return "\n".join(lines)
    if not padding(struct):
        return "Nothing can be saved: every bit is used."
    if advice.aligns is None:
        return (
            "It is packed, aligned by hand, has bit fields, shares bytes or ends in a struct with "
            "a tail: no other order was looked for."
        )
    return "No other order of its members would need less."


def _savings(struct: Struct, advice: Advice) -> str:
    tail = struct.tail
    now = tail.offset if tail else struct.size
    parts = [f"{_bytes(advice.size)}, {now - advice.size} fewer"] if advice.size < now else []
    if tail and advice.each < tail.type.stride:
        fewer = tail.type.stride - advice.each
        parts.append(f"{_bytes(advice.each)} for each element of {tail.name}, {fewer} fewer")
    return ", and ".join(parts)


def _offset(bits: int) -> str:
    return f"{bits // 8}:{bits % 8}" if bits % 8 else str(bits // 8)


def _size(bits: int) -> str:
    if not bits:
        return "..."
    return _plural(bits, "bit") if bits % 8 else str(bits // 8)


def _amount(bits: int) -> str:
    return _plural(bits, "bit") if bits % 8 else _bytes(bits // 8)


def _bytes(count: int) -> str:
    return _plural(count, "byte")


def _plural(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
