"""Describes a message's layout as a ROS 2 message, so that its own bytes are that message's body.

ROS 2 sends messages as CDR: a header of four bytes that tells the byte order, and then each number
at a multiple of its size. So does a C struct lie in memory, if its padding is spelled out as
fields. What CDR cannot say is an array of bytes: bit fields, unions, members at odd addresses (of a
packed struct), half floats, numbers in the other byte order. So the body is always the payload, to
the byte. Only a flexible array member has its number of elements in front, four bytes, and may
be some more bytes further back.

Readers are strict about names: ``[a-z][a-z0-9]*(_[a-z0-9]+)*`` for fields, CamelCase for types.
They know one text for each name of a type, in all files that they have open, so a fingerprint of
the text is a part of the name. Pure.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod

from cwire_structs.schema import Message, Schema
from cwire_structs.schema.bits import ByteOrder
from cwire_structs.schema.fields import Enum, Field, Kind, Struct, class_name

__all__ = ["ENCAPSULATION", "PACKAGE", "Description", "Tail", "describe", "topic_of"]

PACKAGE = "cwire_msgs"
"""The package that the types are said to be of."""

ENCAPSULATION = {"little": b"\x00\x01\x00\x00", "big": b"\x00\x00\x00\x00"}
"""The four bytes in front of a body, by byte order."""

_SEPARATOR = "=" * 80
_COUNT_SIZE = 4  # bytes of a sequence's count
_WIDEST = 8  # bytes of the largest number of CDR
_INTEGERS = {(size, signed): f"{'' if signed else 'u'}int{8 * size}"
             for size in (1, 2, 4, 8) for signed in (False, True)}  # fmt: skip
_FLOATS = {4: "float32", 8: "float64"}
_COMMENT_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Description:
    """A message as ROS 2 knows it.

    Attributes:
        name: Of its type: ``cwire_msgs/msg/ScopeBlock1a2b3c4d``.
        text: The definition, with those of the types in it.
        encapsulation: The four bytes in front of each body.
        fixed: Bytes of the payload's fixed part, with which the body begins.
        tail: Of the tail; None if there is none.
    """

    name: str
    text: str
    encapsulation: bytes
    fixed: int
    tail: Tail | None = None


@dataclass(frozen=True, slots=True)
class Tail:
    """The place of a flexible array member in a body: behind a gap and a count of elements.

    Attributes:
        gap: Bytes between the payload's fixed part and the count.
        item: Bytes of what is counted, of which an element of the tail may have several.
        byte_order: Of the count.
    """

    gap: int
    item: int
    byte_order: ByteOrder

    @property
    def extra(self) -> int:
        """Bytes by which the body is longer than the payload."""
        return self.gap + _COUNT_SIZE

    def before(self, size: int) -> bytes:
        """Returns what stands between the fixed part and a tail of so many bytes."""
        return bytes(self.gap) + (size // self.item).to_bytes(_COUNT_SIZE, self.byte_order)


def topic_of(driver: str, message: str) -> str:
    """Returns the topic of a driver's message."""
    return f"/{driver}/{message}"


def describe(schema: Schema, message: Message) -> Description:
    """Describes one message of a schema."""
    return _Writer(schema).message(message)


@dataclass
class _Text:
    """The lines of one definition that is being written."""

    lines: list[str] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    constants: set[str] = field(default_factory=set)
    widest: int = 1  # bytes of the largest number in it, which is aligned

    def add(self, type_: str, name: str, comment: str = "") -> None:
        name = _free(name, self.names)
        self.names.add(name)
        self.lines.append(f"{type_} {name}{_comment(comment)}")


class _Writer:
    """Writes the definitions of a message and of all types in it."""

    def __init__(self, schema: Schema) -> None:
        self._byte_order = schema.byte_order
        self._order = "<" if schema.byte_order == "little" else ">"
        self._parts: dict[str, str] = {}  # texts of nested types, by name

    def message(self, message: Message) -> Description:
        text = _Text()
        tail = message.tail
        fixed = message.size
        if message.struct.kind == "union":
            self._bytes(text, "bytes", fixed)
        else:
            self._members(text, message.struct.members, 0, fixed)
        ending = None if tail is None else self._tail(text, tail, fixed)
        if not text.lines:  # an empty struct: a definition has at least one field
            text.add("uint8", "empty")
        own = "\n".join(text.lines) + "\n"
        parts = [
            f"{_SEPARATOR}\nMSG: {PACKAGE}/{name}\n{part}" for name, part in self._parts.items()
        ]
        body = "".join([own, *parts])
        name = f"{PACKAGE}/msg/{_type_name(message.name, body)}"
        return Description(name, body, ENCAPSULATION[self._byte_order], fixed, ending)

    def _members(self, text: _Text, members: tuple[Field, ...], start: int, size: int) -> None:
        """Writes the members of a struct that begins at `start`, modulo the widest number.

        Args:
            text: Where to.
            members: By rising offset.
            start: Decides what is aligned: an address of the struct.
            size: Bytes to describe; the members behind it are left out.
        """
        at = 0
        for name, member, offset, end in _pieces(members, size):
            if offset > at:
                self._bytes(text, "padding", offset - at)
            if member is None or not self._member(text, name, member, start + offset):
                self._bytes(text, name, end - offset, _note(member))
            at = end
        if size > at:
            self._bytes(text, "padding", size - at)

    def _member(self, text: _Text, name: str, member: Field, at: int) -> bool:
        """Writes a member, if CDR can say what it is."""
        kind = member.type
        count = prod(kind.shape) if kind.shape else 0
        found = self._element(text, kind.element, at, count > 1)
        if found is None:
            return False
        type_, each = found
        if kind.element.enum is not None:
            _constants(text, type_, kind.element.enum)
        total = each * max(count, 1)
        text.add(f"{type_}[{total}]" if count or each > 1 else type_, name, _note(member))
        return True

    def _element(self, text: _Text, kind: Kind, at: int, repeated: bool) -> tuple[str, int] | None:
        """The type of one element at an address, and how many of it the element is."""
        if kind.struct is not None:
            return self._struct(text, kind.struct, at, repeated)
        if kind.is_text:
            return "uint8", kind.size
        number = self._number(kind)
        if number is None:
            return None
        type_, each = number
        size = kind.size // each
        if at % size:
            return None
        text.widest = max(text.widest, size)
        return type_, each

    def _number(self, kind: Kind) -> tuple[str, int] | None:
        letter, digits = kind.np[1:2], kind.np[2:]
        if kind.np[:1] not in ("|", "=", self._order) or not digits.isdigit():
            return None
        size = int(digits)
        if kind.form == "truth":
            return ("bool", 1) if size == 1 else None
        if letter in "iu":
            type_ = _INTEGERS.get((size, letter == "i"))
            return None if type_ is None else (type_, 1)
        if letter == "f" and size in _FLOATS:
            return _FLOATS[size], 1
        if letter == "c" and size // 2 in _FLOATS:
            return _FLOATS[size // 2], 2
        return None

    def _struct(
        self, text: _Text, struct: Struct, at: int, repeated: bool
    ) -> tuple[str, int] | None:
        if struct.kind == "union" or struct.tail is not None or not struct.size:
            return None
        inner = _Text()
        self._members(inner, struct.members, at % _WIDEST, struct.size)
        if repeated and struct.size % inner.widest:
            return None  # each element would be aligned in another way
        body = "\n".join(inner.lines) + "\n"
        name = _type_name(struct.name, body)
        self._parts.setdefault(name, body)
        text.widest = max(text.widest, inner.widest)
        return f"{PACKAGE}/{name}", 1

    def _tail(self, text: _Text, tail: Field, fixed: int) -> Tail:
        """Writes the tail as a sequence, whose elements begin at a multiple of 8."""
        gap = -(fixed + _COUNT_SIZE) % _WIDEST
        if gap:
            self._bytes(text, "padding", gap)
        element = tail.type.element
        type_, items = self._element(text, element, 0, True) or ("uint8", element.size)
        if element.enum is not None and type_ != "uint8":
            _constants(text, type_, element.enum)
        text.add(f"{type_}[]", _ros_name(tail.name), _note(tail))
        return Tail(gap, element.size // items, self._byte_order)

    def _bytes(self, text: _Text, name: str, count: int, comment: str = "") -> None:
        text.add(f"uint8[{count}]" if count > 1 else "uint8", name, comment)


def _pieces(members: tuple[Field, ...], size: int) -> Iterator[tuple[str, Field | None, int, int]]:
    """Name, member, and first and last byte of what is described; bit fields together."""
    open_bits: tuple[int, int] | None = None
    for member in members:
        if open_bits is not None and (not member.bits or member.offset > open_bits[1]):
            yield f"bits_{open_bits[0]}", None, *open_bits
            open_bits = None
        if member.bits:
            end = member.offset + member.size
            first, last = open_bits or (member.offset, end)
            open_bits = first, max(last, end)
        elif member.type.is_open or not member.size:
            if member.offset < size:
                yield _ros_name(member.name), None, member.offset, size
        else:
            yield _ros_name(member.name), member, member.offset, member.offset + member.size
    if open_bits is not None:
        yield f"bits_{open_bits[0]}", None, *open_bits


def _note(member: Field | None) -> str:
    if member is None:
        return ""
    unit = f"[{member.unit}] " if member.unit else ""
    return unit + member.doc


def _comment(text: str) -> str:
    words = " ".join(text.split())
    return f"  # {words[:_COMMENT_LENGTH]}" if words else ""


def _constants(text: _Text, type_: str, enum: Enum) -> None:
    """Writes an enum's names in front of its field, where Foxglove looks for them."""
    for name, value in enum.values.items():
        upper = re.sub(r"[^A-Z0-9]+", "_", name.upper()).strip("_")
        if re.fullmatch(r"[A-Z][A-Z0-9_]*", upper) and upper not in text.constants:
            text.constants.add(upper)
            text.lines.append(f"{type_} {upper}={value}")


def _ros_name(name: str) -> str:
    """A name in C as readers of ROS 2 take it; `_free` makes it unique."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    words = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")
    return words if words[:1].isalpha() else f"field_{words}".rstrip("_")


def _free(name: str, taken: set[str]) -> str:
    free, number = name, 2
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def _type_name(name: str, text: str) -> str:
    camel = re.sub(r"[^A-Za-z0-9]", "", class_name(name)) or "Type"
    camel = camel if camel[0].isupper() else f"T{camel}"
    return camel + hashlib.sha256(text.encode()).hexdigest()[:8]
