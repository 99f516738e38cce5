"""NAME.h for structs that came without a header: every byte named, the same with any compiler."""

from __future__ import annotations

from collections.abc import Iterator

from cwire_structs.emit.c_header import literal
from cwire_structs.errors import WrapError
from cwire_structs.layout import Layout
from cwire_structs.schema.bits import ByteOrder
from cwire_structs.schema.fields import Enum, Field, Kind, Struct

_FLOATS = {2: "_Float16", 4: "float", 8: "double"}
_COMPLEX = {8: "float _Complex", 16: "double _Complex"}


def structs_header(layout: Layout, image: str, byte_order: ByteOrder) -> str:
    """Returns the text of a header with a layout's structs.

    Numbers have types of a fixed size, padding is named, and nothing is left to the compiler.

    Args:
        layout: What the image says.
        image: The file's name.
        byte_order: Of its target.

    Raises:
        WrapError: A struct cannot be written in C.
    """
    guard = f"{layout.name.upper()}_H"
    parts = [
        f"/* Made by `cwire wrap {image}`: do not edit. */\n/* clang-format off */",
        f"#ifndef {guard}\n#define {guard}\n",
        "#include <stdbool.h>\n#include <stdint.h>\n",
        *(_enum(layout, enum) for enum in layout.enums.values()),
        *(
            "\n".join(_struct(layout, struct, byte_order))
            for name, struct in layout.structs.items()
            if name not in layout.anonymous
        ),
        "#endif",
    ]
    return "\n".join(parts) + "\n"


def _enum(layout: Layout, enum: Enum) -> str:
    """Returns an enum's values, and an integer of its size: C may choose another one."""
    values = [
        f"    {layout.enumerator(enum.name, label)} = {literal(number)},"
        for label, number in enum.values.items()
    ]
    number = f"typedef {_integer(enum.size, signed=enum.signed)} {layout.enum_c_names[enum.name]};"
    return "\n".join(["enum {", *values, "};", number, ""] if values else [number, ""])


def _struct(layout: Layout, struct: Struct, byte_order: ByteOrder) -> Iterator[str]:
    align = struct.align if struct.size % struct.align == 0 else 1
    yield f"{struct.c_name} {{"
    yield from _body(layout, struct, byte_order, "    ", struct.name)
    yield f"}} __attribute__((packed, aligned({align}){_order(struct, byte_order)}));"
    yield ""


def _order(struct: Struct, byte_order: ByteOrder) -> str:
    """Returns gcc's attribute of a struct whose numbers have the other byte order."""
    orders = {order for one in struct.members if (order := one.byte_order)}
    if orders <= {byte_order}:
        return ""
    if len(orders) > 1:
        raise WrapError(
            f"{struct.c_name} has numbers of both byte orders beside each other, which C cannot "
            "say; put those of one order into a struct of their own"
        )
    return f', scalar_storage_order("{orders.pop()}-endian")'


def _body(
    layout: Layout, struct: Struct, byte_order: ByteOrder, indent: str, label: str
) -> Iterator[str]:
    if struct.kind == "union":
        for member in struct.members:
            yield from _alternative(layout, member, byte_order, indent, label)
        if max((one.span[1] for one in struct.members), default=0) < 8 * struct.size:
            yield f"{indent}uint8_t cwire_size_{label}[{struct.size}];"
        return
    end = 0
    for index, member in enumerate(struct.members):
        yield from _padding(end, member.span[0], indent, f"{label}_{index}", bits=bool(member.bits))
        yield from _member(layout, member, byte_order, indent, f"{label}_{index}")
        end = member.span[1]
    if not struct.tail:
        yield from _padding(end, 8 * struct.size, indent, f"{label}_end", bits=False)


def _alternative(
    layout: Layout, member: Field, byte_order: ByteOrder, indent: str, label: str
) -> Iterator[str]:
    """Yields a member of a union, which may have to begin behind its first bits."""
    if member.span[0]:
        raise WrapError(
            f"{layout.lines.get(f'{label}.{member.name}', label)}: {member.name} does not begin at "
            "its union's beginning"
        )
    yield from _member(layout, member, byte_order, indent, f"{label}_{member.name}")


def _padding(end: int, start: int, indent: str, label: str, *, bits: bool) -> Iterator[str]:
    """Yields what fills the bits between two members."""
    to_byte = min(-end % 8, start - end)
    if to_byte:
        yield f"{indent}uint32_t : {to_byte};"
    whole = (start - end - to_byte) // 8
    if whole:
        yield f"{indent}uint8_t cwire_pad_{label}[{whole}];"
    if rest := (start - end - to_byte) % 8:
        assert bits, label
        yield f"{indent}uint32_t : {rest};"


def _member(
    layout: Layout, member: Field, byte_order: ByteOrder, indent: str, label: str
) -> Iterator[str]:
    type_ = member.type
    if member.anonymous and type_.struct is not None:
        yield f"{indent}{type_.struct.kind} {{"
        yield from _body(layout, type_.struct, byte_order, indent + "    ", label)
        yield f"{indent}}} __attribute__((packed{_order(type_.struct, byte_order)}));"
        return
    width = f" : {member.bits.width}" if member.bits else ""
    of, dimensions = _dimensions(type_)
    yield f"{indent}{_spelled(layout, of)} {member.name}{dimensions}{width};"


def _dimensions(type_: Kind) -> tuple[Kind, str]:
    """Returns the element of a type, and the dimensions behind a member's name."""
    element = type_.element
    lengths = type_.row or type_.shape
    if element.is_text and element.size > 1:
        lengths = (*lengths, element.size)
    dimensions = "".join(f"[{length}]" for length in lengths)
    return element, f"[]{dimensions}" if type_.is_tail else dimensions


def _spelled(layout: Layout, type_: Kind) -> str:
    if type_.struct is not None:
        return type_.struct.c_name
    if type_.enum is not None:
        return layout.enum_c_names[type_.enum.name]
    if type_.is_text:
        return "char"
    if type_.kind == "bool":
        return "bool"
    if type_.kind == "float":
        return _FLOATS[type_.size]
    if type_.kind == "complex":
        return _COMPLEX[type_.size]
    return _integer(type_.size, signed=type_.signed)


def _integer(size: int, *, signed: bool) -> str:
    return f"{'' if signed else 'u'}int{8 * size}_t"
