"""Reads fields, structs and enums from a schema's JSON, and believes nothing unchecked.

A schema comes from a driver, over a socket. What leaves this module keeps the promises that dtypes
and offsets rely on: every field lies inside its struct, only those of a union overlap, sizes are
bounded, structs do not contain themselves, and names are identifiers. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from cwire_structs.schema.bits import BitRange, ByteOrder, bit_bounds
from cwire_structs.schema.fields import (
    RESERVED,
    SIZE_LIMIT,
    TIME_EPOCHS,
    TIME_UNITS,
    Enum,
    Field,
    FieldTime,
    Kind,
    Struct,
    tile_problem,
)
from cwire_structs.schema.json_cursor import Cursor
from cwire_structs.schema.kinds import ELEMENTS, LISTS, Element

NESTING_LIMIT = 32
_ENUM_SIZES = (1, 2, 4, 8)


def read_enums(document: Cursor) -> dict[str, Enum]:
    """Reads the schema's enums."""
    enums = {}
    for name, cursor in document.get("enums").entries():
        cursor.check_identifier(name)
        size = cursor.get("size").integer(1, 8)
        if size not in _ENUM_SIZES:
            cursor.get("size").fail(f"must be 1, 2, 4 or 8, is {size}")
        signed = cursor.get("signed").boolean()
        low, high = bit_bounds(8 * size, signed=signed)
        values = {}
        for label, value in cursor.get("values").entries():
            value.check_identifier(label)
            values[label] = value.integer(low, high)
        docs = cursor.find("docs")
        enums[name] = Enum(
            name=name,
            size=size,
            signed=signed,
            values=values,
            docs={key: text.text() for key, text in docs.entries()} if docs else {},
            doc=_text(cursor, "doc"),
        )
    return enums


def read_order(cursor: Cursor) -> ByteOrder:
    """Reads a byte order."""
    order = cursor.text()
    if order == "little":
        return "little"
    if order != "big":
        cursor.fail("must be 'little' or 'big'")
    return "big"


def read_constants(document: Cursor) -> dict[str, int | float]:
    """Reads the schema's constants."""
    cursor = document.find("constants")
    if cursor is None:
        return {}
    return {cursor.check_identifier(name): value.number() for name, value in cursor.entries()}


class StructReader:
    """Reads structs in the order in which they need each other.

    Args:
        types: The schema's ``types``.
        enums: What `read_enums` returned.
        byte_order: Of the bit fields that say no other one.
    """

    def __init__(self, types: Cursor, enums: Mapping[str, Enum], byte_order: ByteOrder) -> None:
        self.structs: dict[str, Struct] = {}
        self._sources = {types.check_identifier(name): cursor for name, cursor in types.entries()}
        self._enums = enums
        self._byte_order = byte_order
        self._open: list[str] = []
        self._used: set[str] = set()

    def read_all(self) -> dict[str, Struct]:
        """Reads all structs, in the schema's order."""
        return {name: self._struct(name, cursor) for name, cursor in self._sources.items()}

    def _struct(self, name: str, user: Cursor) -> Struct:
        if name in self.structs:
            return self.structs[name]
        if name not in self._sources:
            user.fail(f"names the struct {name!a}, which is not in types")
        if name in self._open:
            user.fail("a struct contains itself: " + " in ".join([*reversed(self._open), name]))
        if len(self._open) == NESTING_LIMIT:
            user.fail(f"structs are nested more than {NESTING_LIMIT} deep")
        self._open.append(name)
        struct = self._read(name, self._sources[name])
        self._open.pop()
        self.structs[name] = struct
        return struct

    def _read(self, name: str, cursor: Cursor) -> Struct:
        kind = cursor.get("kind").text()
        if kind not in ("struct", "union"):
            cursor.get("kind").fail(f"{kind[:80]!a} is not known to this version")
        size = cursor.get("size").integer(0, SIZE_LIMIT)
        align = cursor.get("align").integer(1, SIZE_LIMIT)
        if align & (align - 1):
            cursor.get("align").fail("must be a power of two")
        found = cursor.get("fields")
        places = found.items()
        members = [self._field(member, size) for member in places]
        check = _check_union if kind == "union" else _check_struct
        check(places, members)
        c_name = cursor.get("c_name").text()
        doc = _text(cursor, "doc")
        struct = Struct(
            name, c_name, size, align, doc, tuple(members), "union" if kind == "union" else "struct"
        )
        _check_names(found, struct)
        return struct

    def _field(self, cursor: Cursor, struct_size: int) -> Field:
        name = cursor.get("name").identifier()
        type_ = self._type(cursor.get("type"))
        bits = None
        if cursor.find("bit_offset") or cursor.find("bit_width"):
            bits = self._bits(cursor, type_, struct_size)
            offset, size = bits.start, bits.stop - bits.start
        else:
            offset = cursor.get("offset").integer(0, struct_size)
            size = cursor.get("size").integer(0, struct_size)
            if offset + size > struct_size:
                cursor.fail(f"{name!r} ends at {offset + size}, beyond its struct's {struct_size}")
            if type_.size != size:
                cursor.get("size").fail(f"is {size}, but the type has {type_.size}")
            if not size and not type_.is_open:
                cursor.get("size").fail("is 0: a field without bytes has no value")
        unit = cursor.find("unit")
        scale, bias = _scaling(cursor, type_)
        return Field(
            name=name,
            c_type=_text(cursor, "c_type"),
            offset=offset,
            size=size,
            type=type_,
            doc=_text(cursor, "doc"),
            unit=unit.text() if unit else None,
            range=_range(cursor, type_),
            default=_default(cursor, type_),
            bits=bits,
            anonymous=self._anonymous(cursor, type_),
            scale=scale,
            bias=bias,
            time=_time(cursor, type_),
            channels=_channels(cursor, type_),
            label=_text(cursor, "label"),
            tile=_tile(cursor, type_),
        )

    def _bits(self, cursor: Cursor, type_: Kind, struct_size: int) -> BitRange:
        if not type_.bit_limit:
            cursor.fail("only an integer, a bool or an enum can be a bit field")
        offset = cursor.get("bit_offset").integer(0, 8 * struct_size)
        width = cursor.get("bit_width").integer(1, type_.bit_limit)
        if offset + width > 8 * struct_size:
            cursor.fail(f"ends at bit {offset + width}, beyond its struct's {8 * struct_size}")
        return BitRange(offset, width, self._bit_order(cursor))

    def _bit_order(self, cursor: Cursor) -> ByteOrder:
        found = cursor.find("byte_order")
        return read_order(found) if found else self._byte_order

    def _anonymous(self, cursor: Cursor, type_: Kind) -> bool:
        found = cursor.find("anonymous")
        if found is None or not found.boolean():
            return False
        if type_.struct is None:
            found.fail("only a struct or a union can be anonymous")
        # C defines such a type where it is used; a second use could multiply its fields.
        if type_.struct.name in self._used:
            found.fail(f"{type_.struct.name!r} is the anonymous member of another struct, too")
        self._used.add(type_.struct.name)
        return True

    def _type(self, cursor: Cursor) -> Kind:
        found = LISTS.get(cursor.get("kind").text())
        return found.from_json(cursor, self) if found else self.element(cursor)

    def element(self, cursor: Cursor) -> Element:
        """Reads a type that is no array."""
        kind = cursor.get("kind").text()
        if kind not in ELEMENTS:
            cursor.get("kind").fail(f"{kind[:80]!a} is not known to this version here")
        return ELEMENTS[kind].from_json(cursor, self)

    def enum(self, cursor: Cursor) -> Enum:
        """Returns the enum that is named here."""
        name = cursor.text()
        if name not in self._enums:
            cursor.fail(f"names {name[:80]!a}, which is not in enums")
        return self._enums[name]

    def struct(self, cursor: Cursor) -> Struct:
        """Returns the struct that is named here."""
        return self._struct(cursor.text(), cursor)


def _check_struct(cursors: list[Cursor], members: list[Field]) -> None:
    end = 0
    for cursor, member, before in zip(cursors, members, [None, *members], strict=False):
        if before and before.type.is_open:
            cursor.fail("comes after the flexible array member, which must be last")
        if member.span[0] < end:
            cursor.fail(f"{member.name!r} overlaps the field before it, which ends at bit {end}")
        if before and _mixed(before, member):
            cursor.fail(f"{member.name!r} and {before.name!r} count the bits of a byte differently")
        end = member.span[1]


def _mixed(one: Field, other: Field) -> bool:
    """Says whether bit fields share a byte, of which each counts the bits from another end."""
    if one.bits is None or other.bits is None or one.bits.byte_order == other.bits.byte_order:
        return False
    return one.bits.stop > other.bits.start


def _check_union(cursors: list[Cursor], members: list[Field]) -> None:
    for cursor, member in zip(cursors, members, strict=True):
        if member.type.is_open:
            cursor.fail("a union has no flexible array member")
        if member.offset:
            cursor.fail("the members of a union begin at its beginning")
        if _has_defaults(member):
            cursor.fail("the members of a union have no defaults")


def _has_defaults(member: Field) -> bool:
    """Says whether leaving the member out writes more than zeros: only anonymous ones count."""
    if member.anonymous and member.type.struct is not None:
        return any(_has_defaults(inner) for inner in member.type.struct.members)
    return member.default is not None


def _check_names(cursor: Cursor, struct: Struct) -> None:
    seen: set[str] = set()
    for field in (*struct.fields, *struct.unions):
        if field.name in seen:
            cursor.fail(f"there are two fields {field.name!r}")
        seen.add(field.name)
        if not field.anonymous and RESERVED.fullmatch(field.name):
            cursor.fail(f"{field.name!r} is a name that only anonymous members and bit fields have")


def _text(cursor: Cursor, key: str) -> str:
    found = cursor.find(key)
    return found.text() if found else ""


def _is_real(type_: Kind) -> bool:
    return type_.element.form in ("whole", "real")


def _scaling(cursor: Cursor, type_: Kind) -> tuple[float | None, float | None]:
    """Returns scale and bias: people read number * scale + bias."""
    scale, bias = cursor.find("scale"), cursor.find("bias")
    for found in (scale, bias):
        if found and not _is_real(type_):
            found.fail("only numbers are scaled")
    if scale and not scale.number():
        scale.fail("must not be 0")
    return (float(scale.number()) if scale else None, float(bias.number()) if bias else None)


def _time(cursor: Cursor, type_: Kind) -> FieldTime | None:
    found = cursor.find("time")
    if found is None:
        return None
    if not _is_real(type_) or cursor.find("scale") or cursor.find("bias"):
        found.fail("only a number without a scale is a time")
    unit, epoch = found.get("unit").text(), found.get("epoch").text()
    if unit not in TIME_UNITS:
        found.get("unit").fail(f"must be one of {', '.join(TIME_UNITS)}")
    if epoch not in TIME_EPOCHS:
        found.get("epoch").fail(f"must be one of {', '.join(TIME_EPOCHS)}")
    return FieldTime(unit, epoch)


def _channels(cursor: Cursor, type_: Kind) -> tuple[str, ...]:
    found = cursor.find("channels")
    if found is None:
        return ()
    names = tuple(one.text() for one in found.items())
    if type_.shape[-1:] != (len(names),):
        found.fail("needs a name for each element of an array's last dimension")
    return names


def _tile(cursor: Cursor, type_: Kind) -> str:
    found = cursor.find("tile")
    if found is None:
        return ""
    role = found.text()
    problem = tile_problem(role, type_)
    if problem:
        found.fail(problem)
    return role


def _range(cursor: Cursor, type_: Kind) -> tuple[float, float] | None:
    found = cursor.find("range")
    if found is None:
        return None
    if type_.element.form not in ("whole", "real"):
        found.fail("only numbers have a range")
    ends = found.items()
    if len(ends) != 2:
        found.fail("must be [low, high]")
    low, high = ends[0].number(), ends[1].number()
    if low > high:
        found.fail(f"the low end, {low}, is above the high end, {high}")
    return low, high


def _default(cursor: Cursor, type_: Kind) -> object | None:
    """Returns the default as JSON holds it, except that big integers are integers again."""
    found = cursor.find("default")
    if found is None:
        return None
    # Of an array, every element's; a tail has none.
    return (type_ if type_.is_tail else type_.element).read_default(found)
