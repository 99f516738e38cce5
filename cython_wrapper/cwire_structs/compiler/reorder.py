"""Finds the order of members in which a struct needs least; the compiler says how much.

C lays members out in the order in which they are written, each at the next multiple of its
alignment. By falling alignment there are no holes between them: no order needs less. The rule is
believed only of a struct whose proved layout follows it, and the new size is again the compiler's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cwire_structs.compiler.ask import ask
from cwire_structs.compiler.toolchain import Toolchain
from cwire_structs.schema.fields import Field, Struct

__all__ = ["Advice", "advise"]


@dataclass(frozen=True)
class Advice:
    """A struct's order of members, and a better one.

    Attributes:
        aligns: Of each member, in bytes. None: the layout is not the plain one (packed, aligned by
            hand, bit fields, a union), so nothing else is known.
        size: Bytes of the payload's fixed part in the best order.
        each: Bytes of each element of the flexible array member in its best order; 0 without one.
        orders: The members' names in that order, of the struct and of those nested in it, nested
            ones first; those that stay as they are, are left out.
    """

    aligns: Mapping[str, int] | None
    size: int
    each: int
    orders: Mapping[Struct, tuple[str, ...]]


@dataclass(frozen=True)
class _Member:
    name: str
    size: int
    align: int
    last: bool


def advise(struct: Struct, header: Path, toolchain: Toolchain) -> Advice:
    """Looks for the order of members that needs least, in a struct and in those nested in it.

    Raises:
        WrapError: The compiler's answer cannot be read.
    """
    now = _sizes(struct)
    plain = _plain(list(_reachable(struct, {})), header, toolchain)
    if struct not in plain:
        return Advice(None, *now, {})
    aligns = {member.name: member.align for member in plain[struct]}
    smaller: dict[Struct, int] = {}
    orders: dict[Struct, tuple[str, ...]] = {}
    for item, members in plain.items():
        fields = zip(item.fields, members, strict=True)
        best = [_shrunk(field, member, smaller) for field, member in fields]
        by_alignment = sorted(best, key=lambda member: (member.last, -member.align))
        if _fixed(by_alignment) < _fixed(best):
            best = by_alignment
            orders[item] = tuple(member.name for member in best)
        if (size := _whole(best)) < item.size:
            smaller[item] = size
    element = struct.tail.element.struct if struct.tail else None
    sizes = _fixed(best), now[1] if element is None else smaller.get(element, now[1])
    if sizes != now and sizes == _asked(struct, smaller, orders, header, toolchain):
        return Advice(aligns, *sizes, orders)
    return Advice(aligns, *now, {})


def _reachable(struct: Struct, seen: dict[Struct, None]) -> Iterator[Struct]:
    for field in struct.fields:
        inner = field.element.struct
        if inner is not None and inner not in seen:
            yield from _reachable(inner, seen)
    seen[struct] = None
    yield struct


def _plain(
    structs: Sequence[Struct], header: Path, toolchain: Toolchain
) -> dict[Struct, list[_Member]]:
    """Those that are laid out by C's plain rule, with their members."""
    whole = [item for item in structs if item.fields and not any(map(_is_other, item.fields))]
    probes: list[str] = []
    questions = []
    for item in whole:
        for field in item.fields:
            probe = f"struct cwire_member_{len(probes)}"
            probes.append(f"{probe} {{ char first; {_same_type(item, field, element=True)} m; }};")
            questions.append(f"__builtin_offsetof({probe}, m)")
    answers = iter(ask(header, probes, questions, toolchain))
    found = {}
    for item in whole:
        members = [
            _Member(field.name, field.size, next(answers), field.type.is_tail)
            for field in item.fields
        ]
        offsets, _ = _lay_out(members)
        as_it_is = [field.offset for field in item.fields], item.size
        multiples = all(member.size % member.align == 0 for member in members)
        if multiples and (offsets, _whole(members)) == as_it_is:
            found[item] = members
    return found


def _is_other(field: Field) -> bool:
    """Says whether C's plain rule knows nothing of a member, or it has to stay where it is."""
    return field.bits is not None or (field.type.is_open and not field.type.is_tail)


def _shrunk(field: Field, member: _Member, sizes: Mapping[Struct, int]) -> _Member:
    """The member as it is when the structs in it are smaller."""
    inner = field.element.struct
    if inner is None or inner not in sizes:
        return member
    return _Member(member.name, member.size // inner.size * sizes[inner], member.align, member.last)


def _lay_out(members: Sequence[_Member]) -> tuple[list[int], int]:
    offsets, end = [], 0
    for member in members:
        end += -end % member.align
        offsets.append(end)
        end += member.size
    return offsets, end


def _fixed(members: Sequence[_Member]) -> int:
    """Bytes of the payload's fixed part: up to the tail, if there is one."""
    offsets, _ = _lay_out(members)
    return offsets[-1] if members[-1].last else _whole(members)


def _whole(members: Sequence[_Member]) -> int:
    """The size by sizeof."""
    _, end = _lay_out(members)
    return end + -end % max(member.align for member in members)


def _sizes(struct: Struct) -> tuple[int, int]:
    """Bytes of the payload's fixed part, and of an element of the tail."""
    tail = struct.tail
    if tail is None:
        return struct.size, 0
    return tail.offset, tail.type.stride


def _asked(
    struct: Struct,
    smaller: Mapping[Struct, int],
    orders: Mapping[Struct, tuple[str, ...]],
    header: Path,
    toolchain: Toolchain,
) -> tuple[int, int]:
    """The sizes in another order, by the compiler."""
    changed: dict[Struct, str] = {}
    declarations = []
    for item in _reachable(struct, {}):
        if item is struct or item in smaller:
            fields = [item.by_name[name] for name in orders.get(item, item.by_name)]
            members = " ".join(f"{_declaration(item, field, changed)};" for field in fields)
            changed[item] = f"struct cwire_reordered_{len(changed)}"
            declarations.append(f"{changed[item]} {{ {members} }};")
    name, tail = changed[struct], struct.tail
    if tail is None:
        return ask(header, declarations, [f"sizeof({name})"], toolchain)[0], 0
    questions = [
        f"__builtin_offsetof({name}, {tail.name})",
        f"sizeof((({name} *)0)->{tail.name}[0])",
    ]
    size, each = ask(header, declarations, questions, toolchain)
    return size, each


def _declaration(struct: Struct, field: Field, changed: Mapping[Struct, str]) -> str:
    inner = field.element.struct
    if inner is None or inner not in changed:
        return f"{_same_type(struct, field)} {field.name}"
    dimensions = "".join(f"[{length}]" for length in field.type.shape)
    return f"{changed[inner]} {field.name}{'[]' if field is struct.tail else dimensions}"


def _same_type(struct: Struct, field: Field, *, element: bool = False) -> str:
    tail = "[0]" if element and field.type.is_tail else ""
    return f"__typeof__((({struct.c_name} *)0)->{field.name}{tail})"
