"""Reads fields, structs and enums from a schema's JSON, and believes nothing unchecked.

A schema comes from a driver, over a socket. What leaves this module keeps the promises that dtypes
and offsets rely on: every field lies inside its struct, only those of a union overlap, sizes are
bounded, structs do not contain themselves, and names are identifiers. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from cwire_structs.frames import FRAME_LIMIT
from cwire_structs.schema.fields import (
    RESERVED,
    ArrayType,
    BitRange,
    ElementType,
    Enum,
    EnumType,
    Field,
    FieldType,
    NumberType,
    Struct,
    StructType,
    TailType,
    TextType,
    bit_bounds,
    element_type,
)
from cwire_structs.schema.json_cursor import SAFE_INTEGER, Cursor

ByteOrder = Literal["little", "big"]
SIZE_LIMIT = FRAME_LIMIT  # bytes of a struct: no frame may be larger
DIMENSION_LIMIT = 16  # numpy allows 32 (64 from 2.0), and a batch needs some of its own
NESTING_LIMIT = 32
_SIZES = {
    "int": (1, 2, 4, 8),
    "uint": (1, 2, 4, 8),
    "float": (2, 4, 8),
    "complex": (8, 16),
    "bool": (1,),
}
_LETTERS = {"int": "i", "uint": "u", "float": "f", "complex": "c", "bool": "b"}


def number_code(kind: str, size: int, byte_order: ByteOrder) -> str:
    """Returns numpy's type string of a number: ``<f8``; one byte has no order: ``|u1``."""
    order = "|" if size == 1 else "<" if byte_order == "little" else ">"
    return f"{order}{_LETTERS[kind]}{size}"


def read_enums(document: Cursor) -> dict[str, Enum]:
    """Reads the schema's enums."""
    enums = {}
    for name, cursor in document.get("enums").entries():
        cursor.check_identifier(name)
        size = cursor.get("size").integer(1, 8)
        if size not in _SIZES["int"]:
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
        byte_order: Of every number in the payloads.
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
        size = cursor.get("size").integer(1, SIZE_LIMIT)
        align = cursor.get("align").integer(1, SIZE_LIMIT)
        if align & (align - 1):
            cursor.get("align").fail("must be a power of two")
        if size % align:
            cursor.get("size").fail(f"must be a multiple of align, {align}")
        found = cursor.get("fields")
        members = [self._field(member, size) for member in found.items()]
        if not members:
            found.fail("must not be empty")
        check = _check_union if kind == "union" else _check_struct
        check(found.items(), members)
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
        unit = cursor.find("unit")
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
        )

    def _bits(self, cursor: Cursor, type_: FieldType, struct_size: int) -> BitRange:
        if not isinstance(type_, NumberType | EnumType) or type_.kind in ("float", "complex"):
            cursor.fail("only an integer, a bool or an enum can be a bit field")
        offset = cursor.get("bit_offset").integer(0, 8 * struct_size)
        width = cursor.get("bit_width").integer(1, 1 if type_.kind == "bool" else 8 * type_.size)
        if offset + width > 8 * struct_size:
            cursor.fail(f"ends at bit {offset + width}, beyond its struct's {8 * struct_size}")
        return BitRange(offset, width, self._byte_order)

    def _anonymous(self, cursor: Cursor, type_: FieldType) -> bool:
        found = cursor.find("anonymous")
        if found is None or not found.boolean():
            return False
        if not isinstance(type_, StructType):
            found.fail("only a struct or a union can be anonymous")
        # C defines such a type where it is used; a second use could multiply its fields.
        if type_.struct.name in self._used:
            found.fail(f"{type_.struct.name!r} is the anonymous member of another struct, too")
        self._used.add(type_.struct.name)
        return True

    def _type(self, cursor: Cursor) -> FieldType:
        kind = cursor.get("kind").text()
        if kind == "array":
            shape = tuple(n.integer(1, SIZE_LIMIT) for n in cursor.get("shape").items())
            if not 1 <= len(shape) <= DIMENSION_LIMIT:
                cursor.get("shape").fail(f"must have from 1 to {DIMENSION_LIMIT} dimensions")
            array = ArrayType(shape, self._element(cursor.get("of")))
            if array.size > SIZE_LIMIT:
                cursor.fail(f"is larger than {SIZE_LIMIT} bytes")
            return array
        if kind == "tail":
            of = self._element(cursor.get("of"))
            stride = cursor.get("stride").integer(1, SIZE_LIMIT)
            if stride != of.size:
                cursor.get("stride").fail(f"is {stride}, but an element has {of.size} bytes")
            if isinstance(of, TextType) and of.length != 1:
                cursor.fail("a tail of texts is not known to this version")
            return TailType(of, stride)
        return self._element(cursor)

    def _element(self, cursor: Cursor) -> ElementType:
        kind = cursor.get("kind").text()
        match kind:
            case "int" | "uint" | "float" | "complex" | "bool":
                return NumberType(kind, self._code(cursor, kind))
            case "enum":
                name = cursor.get("enum").text()
                if name not in self._enums:
                    cursor.get("enum").fail(f"names {name[:80]!a}, which is not in enums")
                enum = self._enums[name]
                signedness = "int" if enum.signed else "uint"
                return EnumType(self._code(cursor, signedness, enum.size), enum)
            case "char":
                text = TextType(cursor.get("length").integer(1, SIZE_LIMIT))
                if cursor.get("np").text() != text.np:
                    cursor.get("np").fail(f"must be {text.np!r}")
                return text
            case "struct":
                struct = self._struct(cursor.get("struct").text(), cursor.get("struct"))
                if struct.tail:
                    cursor.fail(f"{struct.name!r} has a flexible array member: it cannot be nested")
                return StructType(struct)
        cursor.get("kind").fail(f"{kind[:80]!a} is not known to this version here")

    def _code(self, cursor: Cursor, kind: str, size: int | None = None) -> str:
        sizes = _SIZES[kind] if size is None else (size,)
        known = [number_code(kind, bytes_, self._byte_order) for bytes_ in sizes]
        code = cursor.get("np").text()
        if code not in known:
            cursor.get("np").fail(f"must be {' or '.join(known)}, is {code[:80]!a}")
        return code


def _check_struct(cursors: list[Cursor], members: list[Field]) -> None:
    end = 0
    for cursor, member, before in zip(cursors, members, [None, *members], strict=False):
        if before and isinstance(before.type, TailType):
            cursor.fail("comes after the flexible array member, which must be last")
        if member.span[0] < end:
            cursor.fail(f"{member.name!r} overlaps the field before it, which ends at bit {end}")
        end = member.span[1]
    if isinstance(members[-1].type, TailType) and len(members) == 1:
        cursors[-1].fail("a flexible array member cannot be the only field")


def _check_union(cursors: list[Cursor], members: list[Field]) -> None:
    for cursor, member in zip(cursors, members, strict=True):
        if isinstance(member.type, TailType):
            cursor.fail("a union has no flexible array member")
        if member.offset:
            cursor.fail("the members of a union begin at its beginning")
        if _has_defaults(member):
            cursor.fail("the members of a union have no defaults")


def _has_defaults(member: Field) -> bool:
    """Says whether leaving the member out writes more than zeros: only anonymous ones count."""
    if member.anonymous and isinstance(member.type, StructType):
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


def _range(cursor: Cursor, type_: FieldType) -> tuple[float, float] | None:
    found = cursor.find("range")
    if found is None:
        return None
    scalar = element_type(type_)
    if not isinstance(scalar, NumberType) or scalar.kind in ("bool", "complex"):
        found.fail("only numbers have a range")
    ends = found.items()
    if len(ends) != 2:
        found.fail("must be [low, high]")
    low, high = ends[0].number(), ends[1].number()
    if low > high:
        found.fail(f"the low end, {low}, is above the high end, {high}")
    return low, high


def _default(cursor: Cursor, type_: FieldType) -> object | None:
    """Returns the default as JSON holds it, except that big integers are integers again."""
    found = cursor.find("default")
    if found is None:
        return None
    scalar = element_type(type_)
    if isinstance(type_, TailType) or isinstance(scalar, StructType):
        found.fail("a nested struct or a flexible array member has no default")
    if isinstance(scalar, TextType):
        return found.text()
    if isinstance(scalar, NumberType) and scalar.kind == "complex":
        found.fail("a complex number has no default")
    if isinstance(scalar, NumberType) and scalar.kind == "bool":
        return found.boolean()
    if isinstance(scalar, EnumType) and isinstance(found.value, str) and not _digits(found.value):
        return found.text()
    return found.number()


def _digits(text: str) -> bool:
    return re.fullmatch(r"-?[0-9]{1,20}", text) is not None and abs(int(text)) > SAFE_INTEGER
