"""Translates libclang's structs and unions into fields, and refuses what cannot travel."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from cwire_structs.errors import FieldError
from cwire_structs.header import docs, tag_values
from cwire_structs.header.chars import Chars
from cwire_structs.header.comments import Comments
from cwire_structs.header.cxx import Cxx
from cwire_structs.header.enums import EnumParser
from cwire_structs.header.numbers import OPEN, RefusedError, number_type, varying_name
from cwire_structs.layout import Notice, readable
from cwire_structs.schema.bits import BitRange, ByteOrder
from cwire_structs.schema.encode import check_default
from cwire_structs.schema.fields import RESERVED, SIZE_LIMIT, Field, Kind, Struct
from cwire_structs.schema.json_cursor import is_identifier
from cwire_structs.schema.kinds import (
    DIMENSION_LIMIT,
    ArrayType,
    Element,
    EnumType,
    StructType,
    TailType,
    TextType,
)

# "struct (unnamed struct at /home/me/messages.h:3:5)"; the folder may have parentheses, too.
_UNNAMED = re.compile(
    r"\b(struct|union|enum) (?:[\w:]+::)?\((?:unnamed|anonymous).* at .*:\d+:\d+\)"
)
# Kinds of warnings.
EMPTY = "members without bytes"
VARYING = "types of a size that differs between targets"
TAGS = "tags"
# The others depend on whether it is a number or a text. An enum gives @default its labels; scale
# and offset are before what they exclude.
_TAG_ORDER = (
    "text", "number", "enum", "range", "default", "scale", "offset", "time", "channels", "name",
    "tile",
)  # fmt: skip


class ProblemLog(Protocol):
    """Takes problems."""

    def add(self, cursor: Any, text: str) -> None:
        """Notes a problem with a declaration."""

    header: Any
    notices: list[Notice]

    def warn(self, cursor: Any, text: str, kind: str) -> None:
        """Notes what is supported but may surprise."""

    def line(self, cursor: Any) -> str:
        """Returns where a declaration is."""

    def stumbles(self, cursor: Any) -> bool:
        """Notes what libclang does not understand in a declaration, and says whether it does."""


@dataclass(frozen=True)
class TagRules:
    """The way in which the tags of a header are read.

    Attributes:
        strict: A wrong tag is refused: the header says itself which structs are messages.
        constants: Returns the value of a #define constant or an enumerator.
        enum: Returns the definition of an enum.
        near_enum: Returns a hint at an enum of a similar name.
    """

    strict: bool
    constants: tag_values.Constants
    enum: Callable[[str], Any]
    near_enum: Callable[[str], str]


@dataclass(frozen=True)
class _Owner:
    """The struct whose members are being read.

    Attributes:
        name: Its key in the schema.
        c_name: How C reaches its members: of an anonymous one, the struct around it.
        in_union: Whether its members share their bytes with others.
        docs: What its comment says of its members.
        prefix: The name of its anonymous members, but for their number.
    """

    name: str
    c_name: str
    in_union: bool
    docs: dict[str, docs.Doc]
    prefix: str = "_anonymous"


class StructParser:
    """Reads the structs that messages need, and the enums and structs in them.

    Args:
        cindex: The module ``clang.cindex``.
        byte_order: Of the target.
        problems: Where refusals go. A struct with one is not a result.
        comments: Those of the header.
        tag_rules: How tags are read.
        declared: The structs and enums that have a name: (kind, name) to their definition.
        cxx: Of a header that is C++.

    Attributes:
        structs: By name; nested ones before their users.
        anonymous: The names of those that C has no name for and reaches without one.
        enums: What has read the enums.
        lines: Where each struct, enum and ``struct.field`` is.
        field_enums: The enum of each integer that is tagged ``@enum``, by ``struct.field``.
        chars: Tells which chars are numbers, and which small integers are text.
        sources: The text of each struct's definition, by name.
        inner: See `Layout.inner_structs`.
        without_bytes: See `Layout.without_bytes`.
    """

    def __init__(
        self,
        cindex: Any,
        byte_order: ByteOrder,
        problems: ProblemLog,
        comments: Comments,
        tag_rules: TagRules,
        declared: Mapping[tuple[str, str], Any],
        cxx: Cxx | None = None,
    ) -> None:
        self.structs: dict[str, Struct] = {}
        self.anonymous: set[str] = set()
        self.lines: dict[str, str] = {}
        self.enums = EnumParser(cindex, byte_order, self, cxx)
        self.field_enums: dict[str, str] = {}
        self.chars = Chars(cindex, self._array_element)
        self.problems = problems
        self.comments = comments
        self._rules = tag_rules
        self._cindex = cindex
        self._cxx = cxx
        self._kinds = cindex.CursorKind
        self._byte_order = byte_order
        self.sources: dict[str, str] = {}
        self.inner: dict[str, str] = {}
        self.without_bytes: dict[str, list[str]] = {}
        self._known = dict(declared)
        self._seen: set[tuple[str, str]] = set()
        self._typedefs: dict[str, Any] | None = None

    def struct(self, cursor: Any) -> Struct | None:
        """Returns a struct's layout, or None after noting what is wrong with it."""
        key = self._key("struct", self._name(cursor), cursor)
        return self._record(cursor, key, cursor.type.spelling)

    def enum(self, cursor: Any) -> EnumType:
        """Returns the type of an enum that need not be a member's."""
        key = self._key("enum", self._name(cursor), cursor)
        return self.enums.read(cursor, key, cursor.type.spelling)

    def _name(self, cursor: Any) -> str:
        """Returns the name of a struct or enum in the schema."""
        return self._cxx.name(cursor) if self._cxx else str(cursor.spelling)

    def doc(self, cursor: Any, what: str, allowed: tuple[str, ...] = ()) -> docs.Doc:
        """Returns a declaration's doc comment; tags that are out of place are problems."""
        comment = self.comments.of(cursor)
        # Outside of fields, @enum and @name are Doxygen's.
        ignored: list[str] = [] if allowed == docs.FIELD_TAGS else ["enum", "name"]
        doc = docs.parse(comment, ignored)
        for problem in doc.problems:
            self.complain(cursor, f"{what}: {problem}")
        misplaced = [tag for tag in doc.tags if tag not in allowed]
        for tag in misplaced:
            where = "a struct's" if tag in docs.STRUCT_TAGS else "a field's"
            self.complain(cursor, f"{what}: @{tag} belongs into {where} comment")
        if misplaced:
            doc = docs.parse(comment, [*ignored, *misplaced])
        doubts = [*doc.doubts]
        if allowed == docs.FIELD_TAGS:  # at the beginning of a line it looks like kernel-doc's
            tags = (name for name in doc.members if name in docs.FIELD_TAGS)
            doubts += [f"@{tag}: is not read; leave the colon out" for tag in tags]
        for doubt in doubts:
            self.problems.warn(cursor, f"{what}: {doubt}", TAGS)
        return doc

    def complain(self, cursor: Any, text: str) -> None:
        """Refuses a wrong tag; in a header that was not written for cwire it is warned of."""
        if self._rules.strict:
            self.problems.add(cursor, text)
        else:
            self.problems.warn(cursor, text, TAGS)

    def seen(self, kind: str, name: str) -> bool:
        """Says whether a declaration was read before; from now on it was."""
        before = (kind, name) in self._seen
        self._seen.add((kind, name))
        return before

    def _key(self, kind: str, name: str, cursor: Any) -> str:
        """Returns a declaration's name in the schema: one that no other declaration has.

        C keeps tags, typedefs and what is declared inside of structs apart.
        """
        while self._known.setdefault((kind, name), cursor) != cursor:
            name += "_"
        return name

    def _record(
        self,
        cursor: Any,
        name: str,
        c_name: str,
        around: _Owner | None = None,
        *,
        may_end: bool = True,
    ) -> Struct | None:
        """Reads a struct or union.

        Args:
            cursor: Its definition.
            name: Its key in the schema.
            c_name: As C spells it.
            around: What an anonymous one is in.
            may_end: Whether a flexible array member may be its last member.
        """
        if self.seen("struct", name):
            return self.structs.get(name)
        if self._cxx and (reason := self._cxx.problem(cursor)):
            self.problems.add(cursor, f"{c_name} {reason}")
            return None
        type_ = cursor.type
        union = cursor.kind == self._kinds.UNION_DECL
        doc = self.doc(cursor, c_name, docs.STRUCT_TAGS)
        owner = _Owner(name, c_name, union, doc.members)
        if around:  # its members are the outer struct's, for C and for its comment
            owner = replace(
                owner,
                c_name=around.c_name,
                in_union=union or around.in_union,
                docs={**around.docs, **doc.members},
                prefix=around.prefix,
            )
        # It may have passed over a member.
        members: list[Field] | None = None if self.problems.stumbles(cursor) else []
        written = any(one.kind == self._kinds.FIELD_DECL for one in cursor.get_children())
        if written and not [*type_.get_fields()]:
            self.problems.add(cursor, f"{c_name} has a member that libclang does not understand")
            return None
        may_end = may_end and not union
        declared = self._with_bytes(owner, type_, may_end=may_end)
        for index, member in enumerate(declared):
            last = index == len(declared) - 1 and may_end
            field = self._field(owner, member, index, may_be_tail=last)
            if field is None:
                members = None
            elif members is not None:
                members.append(field)
        if type_.get_size() > SIZE_LIMIT:
            problem = f"has {type_.get_size()} bytes, the limit of a message is {SIZE_LIMIT}"
            self.problems.add(cursor, f"{c_name} {problem}")
            return None
        if members is None:
            return None
        made = Struct(
            name=name,
            c_name=c_name,
            size=type_.get_size(),
            align=1 if around else self._align(type_, c_name),  # unnamed: C cannot be asked
            doc=doc.text,
            members=tuple(members),
            kind="union" if union else "struct",
        )
        self.structs[name] = made
        if self._is_inner(cursor) and _is_name(cursor.spelling) and not self._cxx:
            self.inner[c_name] = self._in_both_languages(cursor)
        self.lines[name] = self.problems.line(cursor)
        self.sources[name] = self.comments.text(cursor)
        return made

    def _with_bytes(self, owner: _Owner, record: Any, *, may_end: bool) -> list[Any]:
        """Returns the members that have bytes, or may have some behind the struct.

        An empty struct says nothing, and an array of no elements has no place of its own, but for
        the last one: that is how GNU C wrote a flexible array member before C99.
        """
        every = [one for one in record.get_fields() if not _is_filler(one)]
        kept = self._kept(every, may_end=may_end)
        for member in (one for one in every if one not in kept):
            # A flexible array of them has no size that C could be asked for.
            is_open = member.type.get_canonical().kind == self._cindex.TypeKind.INCOMPLETEARRAY
            if _is_name(member.spelling) and not is_open:
                self.without_bytes.setdefault(owner.c_name, []).append(member.spelling)
            for array in self._of_none(member):
                self.problems.warn(
                    array,
                    f"{owner.c_name}.{array.spelling} is an array of 0 elements and not the last "
                    "member: it has no bytes, and is left out",
                    EMPTY,
                )
        return kept

    def _of_none(self, member: Any) -> Iterator[Any]:
        """Yields the arrays of no elements in a member without bytes."""
        type_ = member.type.get_canonical()
        while type_.kind == self._cindex.TypeKind.CONSTANTARRAY and type_.element_count:
            type_ = type_.element_type.get_canonical()
        if type_.kind == self._cindex.TypeKind.CONSTANTARRAY:
            yield member
        for inner in type_.get_fields() if type_.kind == self._cindex.TypeKind.RECORD else ():
            yield from self._of_none(inner)

    def _kept(self, members: list[Any], *, may_end: bool) -> list[Any]:
        kept: list[Any] = []
        for member in reversed(members):
            if self._has_bytes(member.type.get_canonical(), ends=may_end and not kept):
                kept.insert(0, member)
        return kept

    def _has_bytes(self, type_: Any, *, ends: bool) -> bool:
        kinds = self._cindex.TypeKind
        if type_.kind == kinds.INCOMPLETEARRAY or (ends and _is_of_none(type_, kinds)):
            return self._has_bytes(type_.element_type.get_canonical(), ends=False)
        if type_.get_size() != 0:
            return True
        while type_.kind == kinds.CONSTANTARRAY:
            if not type_.element_count:
                return False
            ends, type_ = False, type_.element_type.get_canonical()
        declaration = type_.get_declaration()
        # One that libclang does not understand has no bytes for it, either.
        if self.problems.stumbles(declaration):
            return True
        ends = ends and declaration.kind != self._kinds.UNION_DECL
        return bool(self._kept([*type_.get_fields()], may_end=ends))

    def _is_inner(self, cursor: Any) -> bool:
        return bool(cursor.lexical_parent.kind != self._kinds.TRANSLATION_UNIT)

    def _in_both_languages(self, cursor: Any) -> str:
        """Returns a struct as both C and C++ spell it, by a member; empty: C++ cannot.

        For C the tag of a struct inside of another one is as good as any, for C++ it is a part.
        """
        if not self._is_inner(cursor):
            return str(cursor.type.spelling) if "(" not in cursor.type.spelling else ""
        kinds = self._cindex.TypeKind
        around = self._in_both_languages(cursor.lexical_parent)
        for member in cursor.lexical_parent.type.get_fields() if around else ():
            type_, path = member.type.get_canonical(), f"(({around} *)0)->{member.spelling}"
            while type_.kind in (kinds.CONSTANTARRAY, kinds.INCOMPLETEARRAY):
                type_, path = type_.element_type.get_canonical(), f"{path}[0]"
            if type_.kind == kinds.POINTER:
                type_, path = type_.get_pointee().get_canonical(), f"*{path}"
            if type_.get_declaration() == cursor:
                return f"__typeof__({path})" if _is_name(member.spelling) else around
        return ""

    def _align(self, type_: Any, c_name: str) -> int:
        """Returns the alignment of a struct by the name that C has for it.

        A typedef of a struct without a tag may ask for another one than the struct has.
        """
        if self._typedefs is None:
            unit = type_.get_declaration().translation_unit.cursor
            found = (one for one in unit.get_children() if one.kind == self._kinds.TYPEDEF_DECL)
            self._typedefs = {one.spelling: one.type for one in found}
        return int(self._typedefs.get(c_name, type_).get_align())

    def _field(self, owner: _Owner, cursor: Any, index: int, *, may_be_tail: bool) -> Field | None:
        name = cursor.spelling
        declaration = cursor.type.get_declaration()
        if not _is_name(name):
            record = declaration.get_definition()
            return self._anonymous(owner, cursor, record, index, may_end=may_be_tail)
        where = f"{owner.c_name}.{name}"
        try:
            type_ = self._type(owner, cursor, may_be_tail=may_be_tail)
            if RESERVED.fullmatch(name):
                raise RefusedError("has a name that cwire keeps for itself; rename it")
            bits = self._bits(cursor, type_) if cursor.is_bitfield() else None
        except RefusedError as refused:
            self.problems.add(cursor, f"{where} {refused}")
            return None
        if type_ is None:
            return None
        if varying := varying_name(cursor.type):
            self.problems.warn(
                cursor,
                f"{where} is a {varying}, whose size differs between targets; say intN_t",
                VARYING,
            )
        self.lines[f"{owner.name}.{name}"] = self.problems.line(cursor)
        doc = self.doc(cursor, where, docs.FIELD_TAGS)
        if not self.comments.of(cursor):
            doc = owner.docs.get(name, doc)
        field = Field(
            name=name,
            c_type=_type_name(cursor, where),
            offset=bits.start if bits else cursor.get_field_offsetof() // 8,
            size=bits.stop - bits.start if bits else type_.size,
            type=type_,
            doc=doc.text,
            unit=doc.tags["unit"][0] if "unit" in doc.tags else None,
            bits=bits,
        )
        return self._tagged(owner, cursor, field, doc)

    def _tagged(self, owner: _Owner, cursor: Any, field: Field, doc: docs.Doc) -> Field:
        """Returns the field with the values of its tags, and with its kind in C."""
        where, kind = f"{owner.c_name}.{field.name}", field.type
        given = {tag: doc.tags[tag] for tag in _TAG_ORDER if tag in doc.tags}
        if "text" in given and given.pop("number", None) is not None:
            self.complain(cursor, f"{where}: @text and @number exclude each other")
        place = f"{owner.name}.{field.name}"
        field = self.chars.seen(place, cursor.type, field, tagged_text="text" in given)
        for tag, words in given.items():
            try:
                field = self._with_tag(owner, cursor, field, tag, words)
            except ValueError as error:
                reason = f"@default: {error.reason}" if isinstance(error, FieldError) else error
                self.complain(cursor, f"{where}: {reason}")
                text = f"{field.doc} @{tag} {' '.join(words)}".strip()
                field = replace(field, doc=text)
        return replace(field, type=kind)

    def _with_tag(
        self, owner: _Owner, cursor: Any, field: Field, tag: str, words: tuple[str, ...]
    ) -> Field:
        """Returns the field with the value of a tag; raises ValueError if it has none."""
        constants = self._rules.constants
        if tag in ("text", "number"):
            return self.chars.tagged(f"{owner.name}.{field.name}", cursor.type, field, tag)
        if tag == "enum":
            self._name_values(owner, cursor, field, words[0])
        elif tag == "range":
            return replace(field, range=tag_values.range_value(field, words, constants))
        elif tag == "default":
            if owner.in_union:
                raise ValueError("@default: the members of a union have none, they share bytes")
            seen = self._as_enum(owner, field)
            default = tag_values.default_value(seen, words, constants)
            check_default(owner.c_name, replace(seen, default=default))
            return replace(field, default=default)
        elif tag == "time":
            if field.scale is not None or field.bias is not None:
                raise ValueError("@time and @scale or @offset exclude each other")
            return replace(field, time=tag_values.time_value(field, words))
        elif tag == "channels":
            return replace(field, channels=tag_values.channel_names(field, words))
        elif tag == "tile":
            return replace(field, tile=tag_values.tile_role(field, words))
        elif tag == "name":
            return replace(field, label=tag_values.label_value(words))
        elif tag == "scale":
            return replace(field, scale=tag_values.factor(field, tag, words, constants))
        elif tag == "offset":
            if not self._rules.strict and field.scale is None:
                text = f"@offset {words[0]} is added to what people read of it"
                self.problems.warn(
                    cursor, f"{owner.c_name}.{field.name}: {text}; a place in memory?", TAGS
                )
            return replace(field, bias=tag_values.factor(field, tag, words, constants))
        return field

    def _name_values(self, owner: _Owner, cursor: Any, field: Field, name: str) -> None:
        """Notes the enum of an integer, which C does not know of."""
        if field.element.form != "whole":
            raise ValueError("@enum is only for integers")
        definition = self._rules.enum(name)
        if definition is None:
            raise ValueError(f"@enum {name}: there is no such enum{self._rules.near_enum(name)}")
        type_ = self.enum(definition)
        low, high = field.element.bounds(field.bits)
        outside = [one for one, value in type_.enum.values.items() if not low <= value <= high]
        if outside:
            self.problems.warn(
                cursor,
                f"{owner.c_name}.{field.name}: @enum {name}: no value of the field is "
                f"{', '.join(outside[:3])}{' ...' if len(outside) > 3 else ''}",
                TAGS,
            )
        self.field_enums[f"{owner.name}.{field.name}"] = type_.enum.name

    def _as_enum(self, owner: _Owner, field: Field) -> Field:
        """Returns the field as readers of the schema see it: an integer with ``@enum`` is one."""
        name = self.field_enums.get(f"{owner.name}.{field.name}")
        if name is None or field.type.is_tail:
            return field
        shape, named = field.type.shape, EnumType(field.element.np, self.enums.found[name])
        return replace(field, type=ArrayType(shape, named) if shape else named)

    def _anonymous(
        self, owner: _Owner, cursor: Any, record: Any, index: int, *, may_end: bool
    ) -> Field | None:
        name = f"{owner.prefix}_{index}"
        key = self._key("struct", f"{owner.name}__anonymous_{index}", record)
        around = replace(owner, prefix=name)
        struct = self._record(record, key, f"{owner.c_name} (anonymous)", around, may_end=may_end)
        if struct is None:
            return None
        self.anonymous.add(key)
        self.lines[f"{owner.name}.{name}"] = self.problems.line(cursor)
        return Field(
            name=name,
            c_type=struct.kind,
            offset=cursor.get_field_offsetof() // 8,
            size=struct.size,
            type=StructType(struct),
            anonymous=True,
        )

    def _bits(self, cursor: Any, type_: Kind | None) -> BitRange:
        if type_ and type_.enum and type_.enum.name not in self.enums.named:
            raise RefusedError("is a bit field of an enum without a name; give the enum a name")
        return BitRange(cursor.get_field_offsetof(), cursor.get_bitfield_width(), self._byte_order)

    def _type(self, owner: _Owner, cursor: Any, *, may_be_tail: bool) -> Kind | None:
        """Returns a member's type; None if its struct was refused."""
        kinds = self._cindex.TypeKind
        canonical = cursor.type.get_canonical()
        spelled = f"(({owner.c_name} *)0)->{cursor.spelling}"
        # data[0], as GNU C had it before C99: at the end, the same.
        ends = may_be_tail and _is_of_none(canonical, kinds)
        if canonical.kind == kinds.INCOMPLETEARRAY or ends:
            if not may_be_tail:
                raise RefusedError(_tail_refusal(owner))
            row, canonical = [], canonical.element_type.get_canonical()
            while found := self._array_element(canonical):
                canonical, length = found
                row.append(length)
            if len(row) >= DIMENSION_LIMIT:
                raise RefusedError(f"has {1 + len(row)} dimensions, the limit is {DIMENSION_LIMIT}")
            if row and canonical.kind in (kinds.CHAR_S, kinds.CHAR_U):
                return TailType(TextType(row.pop()), tuple(row))
            of = self._element(owner, cursor, canonical, spelled + "[0]" * (1 + len(row)))
            if of is not None and of.is_open:
                raise RefusedError(f"has elements of the type {canonical.spelling}, {OPEN}")
            return None if of is None else TailType(of, tuple(row))
        shape: list[int] = []
        while found := self._array_element(canonical):
            canonical, length = found
            shape.append(length)
        if len(shape) > DIMENSION_LIMIT:
            raise RefusedError(f"has {len(shape)} dimensions, the limit is {DIMENSION_LIMIT}")
        is_char = canonical.kind in (kinds.CHAR_S, kinds.CHAR_U)
        if shape and is_char:
            text = TextType(shape.pop())
            return ArrayType(tuple(shape), text) if shape else text
        spelled += "[0]" * len(shape)
        of = self._element(owner, cursor, canonical, spelled)
        if of is not None and of.is_open and (shape or not may_be_tail):
            raise RefusedError(f"is a {canonical.spelling}, {OPEN}")
        return ArrayType(tuple(shape), of) if of is not None and shape else of

    def _array_element(self, type_: Any) -> tuple[Any, int] | None:
        """Returns the element and the length of an array; None: it is another type."""
        if type_.kind == self._cindex.TypeKind.CONSTANTARRAY:
            return type_.element_type.get_canonical(), type_.element_count
        return self._cxx.array_element(type_) if self._cxx else None

    def _element(self, owner: _Owner, cursor: Any, type_: Any, spelled: str) -> Element | None:
        """Returns the type of a member or of its elements; `spelled` is one of them in C."""
        kinds = self._cindex.TypeKind
        if type_.kind in (kinds.CHAR_S, kinds.CHAR_U) and not cursor.is_bitfield():
            return TextType(1)
        number = number_type(type_, self._byte_order)
        if number is not None:
            return number
        definition = type_.get_declaration().get_definition()
        named = definition is not None and _is_name(definition.spelling)
        key = self._name(definition) if named else f"{owner.name}__{cursor.spelling}"
        if definition is not None:
            key = self._key("enum" if type_.kind == kinds.ENUM else "struct", key, definition)
        c_name = type_.spelling if named else f"__typeof__({spelled})"
        if type_.kind == kinds.ENUM:
            return self.enums.read(definition, key, c_name)
        if type_.kind == kinds.RECORD:
            return self._nested(definition, key, c_name)
        raise RefusedError(f"has the type {type_.spelling}, which has no place on the wire")

    def _nested(self, cursor: Any, key: str, c_name: str) -> StructType | None:
        if cursor.location.file is None or cursor.spelling.startswith("__va_list"):
            raise RefusedError("is the compiler's own type (a va_list), which has no place here")
        struct = self._record(cursor, key, c_name)
        return None if struct is None else StructType(struct)


def _tail_refusal(owner: _Owner) -> str:
    if owner.in_union:
        return (
            "is a flexible array member in a union: how long a message is without it depends on "
            "which member the program means; put it behind the union"
        )
    return "is a flexible array member, which must come last"


def _is_of_none(type_: Any, kinds: Any) -> bool:
    return bool(type_.kind == kinds.CONSTANTARRAY and type_.element_count == 0)


def _is_name(spelling: str) -> bool:
    # libclang describes what has no name: "struct (unnamed at messages.h:3:5)".
    return is_identifier(spelling)


def _type_name(cursor: Any, where: str) -> str:
    """Returns a member's type as C spells it; of one without a name, ``struct device.status``.

    libclang says where such a type is, with the folder of the header.
    """
    spelled = str(cursor.type.spelling)
    place = readable(where).partition(" ")[2] or where
    return _UNNAMED.sub(lambda match: f"{match[1]} {place}", spelled)


def _is_filler(cursor: Any) -> bool:
    """A bit field without a name only moves what follows it."""
    return cursor.is_bitfield() and not _is_name(cursor.spelling)
