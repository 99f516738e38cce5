"""libclang's structs to fields: what has a place on the wire, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal, Protocol

from . import docs
from .codec import check_default
from .errors import FieldError
from .fields import (
    ArrayType,
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
)
from .json_cursor import IDENTIFIER
from .schema_reader import DIMENSION_LIMIT, SIZE_LIMIT, number_code
from .tag_values import default_value, range_value

ALIGN_LIMIT = 16  # malloc's promise, which the compiled classes and every receiver build on
_INTEGERS = {
    "SCHAR": "int", "SHORT": "int", "INT": "int", "LONG": "int", "LONGLONG": "int",
    "UCHAR": "uint", "USHORT": "uint", "UINT": "uint", "ULONG": "uint", "ULONGLONG": "uint",
    "WCHAR": "int",
}  # fmt: skip
_REFUSED = {
    "POINTER": "is a pointer: an address means nothing to another program; put the data itself "
    "into the struct, or an index",
    "LONGDOUBLE": "is a long double, whose format differs between machines; use double",
    "INT128": "is a 128-bit integer, which numpy does not have; use two uint64_t",
    "UINT128": "is a 128-bit integer, which numpy does not have; use two uint64_t",
    "COMPLEX": "is a _Complex, which is not supported yet; use an array of two",
    "VECTOR": "is a compiler's vector type; use an array",
    "EXTVECTOR": "is a compiler's vector type; use an array",
    "FLOAT128": "is a 128-bit float, which numpy does not have; use double",
    "HALF": "is a 16-bit float, which C compilers do not agree on; use float",
    "FLOAT16": "is a 16-bit float, which C compilers do not agree on; use float",
    "ATOMIC": "is _Atomic: its layout is the compiler's own business; use the plain type",
}


class ProblemLog(Protocol):
    """Where problems go."""

    def add(self, cursor: Any, text: str) -> None:
        """Notes a problem with a declaration."""

    def line(self, cursor: Any) -> str:
        """Returns where a declaration is."""


class _RefusedError(Exception):
    """A type that has no place on the wire; the text says why and what to do."""


class StructParser:
    """Reads the structs that messages need, and the enums and structs in them.

    Args:
        cindex: The module ``clang.cindex``.
        byte_order: Of the target.
        problems: Where refusals go. A struct with one is not a result.

    Attributes:
        structs: By name; nested ones before their users.
        enums: By name.
        enum_c_names: As C spells them.
        lines: Where each struct, enum and ``struct.field`` is.
    """

    def __init__(
        self, cindex: Any, byte_order: Literal["little", "big"], problems: ProblemLog
    ) -> None:
        self.structs: dict[str, Struct] = {}
        self.enums: dict[str, Enum] = {}
        self.enum_c_names: dict[str, str] = {}
        self.lines: dict[str, str] = {}
        self._cindex = cindex
        self._kinds = cindex.CursorKind
        self._byte_order = byte_order
        self._problems = problems
        self._known: dict[tuple[str, str], Any] = {}

    def struct(self, cursor: Any) -> Struct | None:
        """Returns a struct's layout, or None after noting what is wrong with it."""
        name = cursor.spelling
        if cursor.kind == self._kinds.UNION_DECL:
            self._problems.add(cursor, f"union {name} is not supported yet; use a struct")
            return None
        if self._seen("struct", cursor):
            return self.structs.get(name)
        type_ = cursor.type
        fields: list[Field] | None = []
        members = list(type_.get_fields())
        self._refuse_anonymous(cursor)
        for member in members:
            field = self._field(type_, member, last=member == members[-1], alone=len(members) == 1)
            if field is None:
                fields = None
            elif fields is not None:
                fields.append(field)
        problem = None
        if not members:
            problem = "has no members; give it one, a bool for example"
        elif type_.get_align() > ALIGN_LIMIT:
            problem = f"is aligned to {type_.get_align()} bytes, the limit is {ALIGN_LIMIT}"
        elif type_.get_size() > SIZE_LIMIT:
            problem = f"has {type_.get_size()} bytes, the limit of a message is {SIZE_LIMIT}"
        if problem:
            self._problems.add(cursor, f"{type_.spelling} {problem}")
        if problem or fields is None:
            return None
        made = Struct(
            name=name,
            c_name=type_.spelling,
            size=type_.get_size(),
            align=type_.get_align(),
            doc=self.doc(cursor, type_.spelling, ("command", "reply")).text,
            fields=tuple(fields),
        )
        self.structs[name] = made
        self.lines[name] = self._problems.line(cursor)
        return made

    def doc(self, cursor: Any, what: str, allowed: tuple[str, ...] = ()) -> docs.Doc:
        """Returns a declaration's doc comment; tags that are out of place are problems."""
        try:
            doc = docs.parse(cursor.raw_comment)
        except ValueError as error:
            self._problems.add(cursor, f"{what}: {error}")
            return docs.Doc()
        for tag in doc.tags:
            if tag not in allowed:
                where = "a struct's" if tag in ("command", "reply") else "a field's"
                self._problems.add(cursor, f"{what}: @{tag} belongs into {where} comment")
        return doc

    def _seen(self, kind: str, cursor: Any) -> bool:
        """Says whether a declaration was read; another one of the same name is a problem."""
        key = (kind, cursor.spelling)
        if key not in self._known:
            self._known[key] = cursor
            return False
        if self._known[key] != cursor:
            first = self._problems.line(self._known[key])
            self._problems.add(cursor, f"{kind} {cursor.spelling} is also defined at {first}")
        return True

    def _refuse_anonymous(self, cursor: Any) -> None:
        for child in cursor.get_children():
            if child.kind in (self._kinds.STRUCT_DECL, self._kinds.UNION_DECL) and (
                "(anonymous" in child.type.spelling
            ):
                what = "struct" if child.kind == self._kinds.STRUCT_DECL else "union"
                text = (
                    f"{cursor.type.spelling}: has an anonymous {what}, which is not supported yet"
                )
                self._problems.add(child, f"{text}; give the members to the struct itself")

    def _field(self, record: Any, cursor: Any, *, last: bool, alone: bool) -> Field | None:
        name = cursor.spelling
        where = f"{record.spelling}.{name}"
        if "(anonymous" in cursor.type.spelling and not _is_name(name):
            return None  # told by _refuse_anonymous
        if cursor.is_bitfield():
            shown = where if name else f"{record.spelling}: an unnamed member"
            text = f"{shown} is a bit field, which is not supported yet; use a whole integer"
            self._problems.add(cursor, text)
            return None
        try:
            type_ = self._type(cursor.type, last=last, alone=alone)
        except _RefusedError as refused:
            self._problems.add(cursor, f"{where} {refused}")
            return None
        if type_ is None:
            return None
        self.lines[f"{record.get_declaration().spelling}.{name}"] = self._problems.line(cursor)
        doc = self.doc(cursor, where, ("unit", "range", "default"))
        field = Field(
            name=name,
            c_type=cursor.type.spelling,
            offset=record.get_offset(name) // 8,
            size=type_.size,
            type=type_,
            doc=doc.text,
            unit=doc.tags["unit"][0] if "unit" in doc.tags else None,
        )
        try:
            limits = range_value(field, doc.tags["range"]) if "range" in doc.tags else None
            default = default_value(field, doc.tags["default"]) if "default" in doc.tags else None
            field = replace(field, range=limits, default=default)
            check_default(record.spelling, field)
        except FieldError as error:
            self._problems.add(cursor, f"{where}: @default: {error.reason}")
        except ValueError as error:
            self._problems.add(cursor, f"{where}: {error}")
        return field

    def _type(self, type_: Any, *, last: bool, alone: bool) -> FieldType | None:
        """Returns a member's type; None if its struct was refused."""
        kinds = self._cindex.TypeKind
        canonical = type_.get_canonical()
        if canonical.kind == kinds.INCOMPLETEARRAY:
            if not last or alone:
                raise _RefusedError(
                    "is a flexible array member, which must come last, after others"
                )
            element = canonical.element_type.get_canonical()
            if element.kind == kinds.CONSTANTARRAY:
                raise _RefusedError(
                    "is a flexible array of arrays, which is not supported; make it one-dimensional"
                )
            of = self._element(element)
            return None if of is None else TailType(of, of.size)
        shape: list[int] = []
        while canonical.kind == kinds.CONSTANTARRAY:
            shape.append(canonical.element_count)
            canonical = canonical.element_type.get_canonical()
        if 0 in shape:
            raise _RefusedError(
                "is an array of 0 elements; write name[] for a flexible array member"
            )
        if len(shape) > DIMENSION_LIMIT:
            raise _RefusedError(f"has {len(shape)} dimensions, the limit is {DIMENSION_LIMIT}")
        if shape and canonical.kind in (kinds.CHAR_S, kinds.CHAR_U):
            text = TextType(shape.pop())
            return ArrayType(tuple(shape), text) if shape else text
        of = self._element(canonical)
        return ArrayType(tuple(shape), of) if of is not None and shape else of

    def _element(self, type_: Any) -> ElementType | None:
        kinds = self._cindex.TypeKind
        kind = type_.kind.name
        size = type_.get_size()
        if kind in _REFUSED:
            raise _RefusedError(_REFUSED[kind])
        if type_.kind in (kinds.CHAR_S, kinds.CHAR_U):
            return TextType(1)
        if kind == "BOOL" and size == 1:
            return NumberType("bool", number_code("bool", 1, self._byte_order))
        if kind in _INTEGERS:
            sort: Literal["int", "uint"] = "int" if _INTEGERS[kind] == "int" else "uint"
            return NumberType(sort, number_code(sort, size, self._byte_order))
        if kind in ("FLOAT", "DOUBLE") and size in (4, 8):
            return NumberType("float", number_code("float", size, self._byte_order))
        if kind == "ENUM":
            return self._enum(type_.get_declaration().get_definition())
        if kind == "RECORD":
            return self._nested(type_.get_declaration().get_definition())
        raise _RefusedError(f"has the type {type_.spelling}, which has no place on the wire")

    def _nested(self, cursor: Any) -> StructType | None:
        if cursor.kind == self._kinds.UNION_DECL:
            raise _RefusedError("is a union, which is not supported yet; use a struct")
        if cursor.location.file is None:
            raise _RefusedError("is the compiler's own type (a va_list), which has no place here")
        if not _is_name(cursor.spelling):
            raise _RefusedError("has a struct without a name; define it outside, with a name")
        struct = self.struct(cursor)
        if struct is not None and struct.tail:
            raise _RefusedError(
                f"is a {struct.c_name}, whose flexible array member cannot be nested"
            )
        return None if struct is None else StructType(struct)

    def _enum(self, cursor: Any) -> EnumType:
        name = cursor.spelling
        if not _is_name(name):
            raise _RefusedError("has an enum without a name; define it outside, with a name")
        integer = cursor.enum_type.get_canonical()
        signed = _INTEGERS.get(integer.kind.name) == "int" or integer.kind.name == "CHAR_S"
        if not self._seen("enum", cursor):
            members = list(cursor.get_children())
            labels = [m for m in members if m.kind == self._kinds.ENUM_CONSTANT_DECL]
            label_docs = {m.spelling: self.doc(m, m.spelling).text for m in labels}
            self.enums[name] = Enum(
                name=name,
                size=integer.get_size(),
                signed=signed,
                values={m.spelling: m.enum_value for m in labels},
                docs={label: text for label, text in label_docs.items() if text},
                doc=self.doc(cursor, cursor.type.spelling).text,
            )
            self.enum_c_names[name] = cursor.type.spelling
            self.lines[name] = self._problems.line(cursor)
        enum = self.enums[name]
        code = number_code("int" if enum.signed else "uint", enum.size, self._byte_order)
        return EnumType(code, enum)


def _is_name(spelling: str) -> bool:
    # libclang describes what has no name: "struct (unnamed at messages.h:3:5)".
    return IDENTIFIER.fullmatch(spelling) is not None
