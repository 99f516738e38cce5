"""Reads messages that others have written: their layout, by the text of their definition.

ROS 2 writes CDR (XCDR1): four bytes that tell the byte order, then each number at a multiple of
its size, counted from the first byte behind them. A struct has no alignment of its own, so the
elements of an array of structs need not lie alike. ROS 1 writes numbers without gaps, the low byte
first. Both are copied into a C struct, as a compiler would lay it out. A message with texts or
lists of any length has no such struct, and is refused by the name of its field.

The formats: https://www.omg.org/spec/DDSI-RTPS/ (10, data encapsulation), http://wiki.ros.org/msg.
Pure.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from cwire_structs.frames import FRAME_LIMIT
from cwire_structs.mcap.records import McapError
from cwire_structs.schema.fields import Field, Kind, Struct
from cwire_structs.schema.json_cursor import is_identifier
from cwire_structs.schema.kinds import NUMBERS, ArrayType, NumberType, StructType
from cwire_structs.schema.kinds.numbers import number_code
from cwire_structs.schema.written_dtype import c_declaration

__all__ = ["DIALECTS", "DefinitionError", "Dialect", "ForeignBody", "ForeignTypes"]

Dialect = Literal["ros1", "ros2"]

DIALECTS: Mapping[tuple[str, str], Dialect] = {
    ("cdr", "ros2msg"): "ros2",
    ("ros1", "ros1msg"): "ros1",
}
"""What can be read, by the encodings of a channel's messages and of its schema."""

_NUMBERS = {
    "bool": "b1",
    **{f"int{8 * size}": f"i{size}" for size in (1, 2, 4, 8)},
    **{f"uint{8 * size}": f"u{size}" for size in (1, 2, 4, 8)},
    "float32": "f4",
    "float64": "f8",
    "char": "u1",
}  # fmt: skip
_LETTERS = {one.letter: one for one in NUMBERS.values()}
_BYTE = {"ros1": "i1", "ros2": "u1"}
_KNOWN_TEXTS = {
    "builtin_interfaces/Time": "int32 sec\nuint32 nanosec",
    "builtin_interfaces/Duration": "int32 sec\nuint32 nanosec",
    "time": "uint32 secs\nuint32 nsecs",
    "duration": "int32 secs\nint32 nsecs",
}
_TEXTS = ("string", "wstring")
_BODY = 4  # bytes in front of it that tell how it is encoded
_PADDING = 3  # bytes behind it, at most
_DEEPEST = 50  # structs in structs
_LINE = re.compile(
    r"(?P<type>[A-Za-z][\w/]*)(?P<bound><=\d+)?(?P<array>\[[^\]]*\])?\s+(?P<name>[A-Za-z]\w*)"
    r"(?P<rest>[^#]*)(#(?P<comment>.*))?"
)


class DefinitionError(ValueError):
    """A message whose bytes are no struct: the text says which field, and why."""


@dataclass(frozen=True, slots=True)
class _Member:
    """A line of a definition; ``array`` is ``[3]``, ``[]``, ``[<=3]``, or empty."""

    name: str
    type: str
    array: str
    comment: str


@dataclass(frozen=True, slots=True, eq=False)
class ForeignBody:
    """Bytes of a message, and the struct that they become.

    Attributes:
        struct: As C lays it out, in this machine's byte order.
        size: Bytes of a body.
        runs: What is copied: first byte in the body, first byte in the struct, how many.
        dialect: Of the message.
    """

    struct: Struct
    size: int
    runs: Sequence[tuple[int, int, int]]
    dialect: Dialect

    def payloads(self, data: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Returns the structs of some messages, of shape (n, size of the struct).

        Args:
            data: Of the messages, of shape (n, bytes of each).

        Raises:
            McapError: They are not as their definition says.
        """
        start = _BODY if self.dialect == "ros2" else 0
        beyond = data.shape[1] - start - self.size
        if not 0 <= beyond <= (_PADDING if start else 0):
            raise McapError(
                f"a message of {self.struct.c_name.removeprefix('struct ')} has {data.shape[1]} "
                f"bytes, not {start + self.size} as its definition says"
            )
        made = np.zeros((len(data), self.struct.size), np.uint8)
        for begin, at, count in self.runs:
            made[:, at : at + count] = data[:, start + begin : start + begin + count]
        foreign = np.full(len(data), sys.byteorder != "little")
        if start:
            heads = data[:, :2].astype(np.uint16)
            kinds = heads[:, 0] << 8 | heads[:, 1]
            if (kinds > 1).any():
                raise McapError(
                    f"a message of {self.struct.c_name.removeprefix('struct ')} is encoded as "
                    f"0x{int(kinds.max()):04x}, not as plain CDR"
                )
            foreign = (kinds == 0) != (sys.byteorder == "big")
        if foreign.any():
            dtype = StructType(self.struct).dtype()
            some = np.ascontiguousarray(made[foreign]).view(dtype.newbyteorder("S"))[:, 0]
            made[foreign] = some.astype(dtype).view(np.uint8).reshape(len(some), -1)
        return made


class ForeignTypes:
    """The structs of the messages of one file; each name stands for one of them."""

    def __init__(self) -> None:
        self._structs: dict[tuple[Any, ...], Struct] = {}  # by all that they consist of
        self._names: set[str] = set()

    def body(self, name: str, text: str, dialect: Dialect) -> ForeignBody:
        """Returns how a message becomes a struct.

        Args:
            name: Of its type: ``geometry_msgs/msg/Point``.
            text: Its definition, with those of the types in it.
            dialect: Which ROS has written it.

        Raises:
            DefinitionError: It has no fixed size, or the definition cannot be read.
        """
        reader = _Reader(_definitions(name, text), dialect)
        struct = self._struct(reader, _short(name), name)
        runs: list[tuple[int, int, int]] = []
        end = _walk(struct, 0, 0, dialect == "ros2", runs)
        return ForeignBody(struct, end, runs, dialect)

    def _struct(self, reader: _Reader, type_: str, place: str, depth: int = 0) -> Struct:
        if depth > _DEEPEST:
            raise DefinitionError(f"{place}: structs in structs, without an end")
        at, align, members = 0, 1, []
        for member in reader.members(type_, place):
            where = f"{place}.{member.name}"
            kind = self._kind(reader, type_, member, where, depth)
            element = kind.element
            aligned = element.struct.align if element.struct else element.size
            at += -at % aligned
            unit, doc = _unit(member.comment)
            field = Field(
                member.name, c_declaration(kind), at, kind.size, kind, doc, unit=unit
            )  # fmt: skip
            members.append(field)
            at, align = at + kind.size, max(align, aligned)
            if at > FRAME_LIMIT:
                raise DefinitionError(f"{where}: it has more bytes than a frame can have")
        key = (
            type_,
            *((one.name, one.c_type, one.doc, one.unit, one.type.element.struct)
              for one in members),
        )  # fmt: skip
        if key not in self._structs:
            free, number = type_.replace("/", "_"), 2
            while free in self._names:
                free, number = f"{type_.replace('/', '_')}_{number}", number + 1
            self._names.add(free)
            size = at + -at % align
            self._structs[key] = Struct(free, f"struct {free}", size, align, "", tuple(members))
        return self._structs[key]

    def _kind(self, reader: _Reader, owner: str, member: _Member, where: str, depth: int) -> Kind:
        type_ = member.type
        if type_ in _TEXTS:
            raise DefinitionError(f"{where} is a {type_}, which has no fixed size")
        count = member.array[1:-1]
        if member.array and not count.isdigit():
            raise DefinitionError(f"{where} is {type_}{member.array}, which has no fixed size")
        element: NumberType | StructType
        code = _BYTE[reader.dialect] if type_ == "byte" else _NUMBERS.get(type_)
        if code is not None:
            size = int(code[1:])
            element = _LETTERS[code[0]](number_code(code[0], size, sys.byteorder))
        else:
            element = StructType(
                self._struct(reader, reader.resolved(type_, owner), where, depth + 1)
            )
        if not member.array:
            return element
        if not int(count) or int(count) * element.size > FRAME_LIMIT:
            raise DefinitionError(f"{where}: an array of {count} elements is no field of a struct")
        return ArrayType((int(count),), element)


@dataclass(frozen=True, slots=True)
class _Reader:
    """The definitions that belong to one message."""

    definitions: Mapping[str, str]
    dialect: Dialect

    def resolved(self, type_: str, owner: str) -> str:
        """Returns the full name of a type, as it is named in a definition of another one."""
        short = _short(type_)
        package = owner.rpartition("/")[0]
        if "/" not in short:
            if short in ("time", "duration"):
                return short
            if short == "Header" and f"{package}/Header" not in self.definitions:
                return "std_msgs/Header"
            return f"{package}/{short}"
        return short

    def members(self, type_: str, place: str) -> Iterator[_Member]:
        """Reads a definition."""
        text = self.definitions.get(type_, _KNOWN_TEXTS.get(type_))
        if text is None:
            raise DefinitionError(f"{place}: the definition of {type_} is missing")
        names = set()
        for line in text.splitlines():
            line = line.strip()
            if not line or line.startswith("#"):
                continue
            found = _LINE.fullmatch(line)
            if found is None:
                raise DefinitionError(f"{place}: {line[:80]!r} is no line of a definition")
            if found["rest"].lstrip().startswith("="):  # a constant
                continue
            name = found["name"]
            if name in names or not is_identifier(name):
                raise DefinitionError(f"{place}: there are two fields {name!r}")
            names.add(name)
            yield _Member(name, found["type"], found["array"] or "", found["comment"] or "")
        if not names and self.dialect == "ros1":
            raise DefinitionError(f"{place}: {type_} has no fields")
        if not names:  # CDR knows no struct without bytes
            yield _Member("structure_needs_at_least_one_member", "uint8", "", "")


def _definitions(name: str, text: str) -> dict[str, str]:
    """The texts of a message's type and of those in it, by name: ``geometry_msgs/Point``."""
    own, *others = re.split(r"^={3,}[ \t]*$", text.replace("\r\n", "\n"), flags=re.MULTILINE)
    found = {_short(name): own}
    for one in others:
        head, _, body = one.strip("\n").partition("\n")
        kind, _, other = head.partition(":")
        if kind.strip() != "MSG":
            raise DefinitionError(f"{name}: {head[:80]!r} begins no definition of a message")
        found.setdefault(_short(other.strip()), body)
    return found


def _short(name: str) -> str:
    """``geometry_msgs/msg/Point`` as definitions name it: ``geometry_msgs/Point``."""
    parts = name.split("/")
    return "/".join([*parts[:-2], parts[-1]]) if parts[-2:-1] == ["msg"] else name


def _unit(comment: str) -> tuple[str | None, str]:
    """A unit in brackets, and the rest of a comment."""
    found = re.fullmatch(r"\s*(?:\[([^\]]*)\])?\s*(.*?)\s*", comment)
    assert found is not None
    return found[1] or None, found[2]


def _walk(struct: Struct, at: int, to: int, aligned: bool, runs: list[tuple[int, int, int]]) -> int:
    """Adds what is copied for a struct that begins at `at` in the body; returns its end there.

    Args:
        struct: The struct.
        at: Its first byte in the body.
        to: Its first byte in the payload.
        aligned: Whether numbers are at multiples of their size.
        runs: What is copied so far; neighbours that lie alike are one.
    """
    for member in struct.members:
        element = member.type.element
        count = member.type.shape[0] if member.type.shape else 1
        place = to + member.offset
        if element.struct is not None:
            for index in range(count):
                at = _walk(element.struct, at, place + index * element.size, aligned, runs)
            continue
        if aligned:
            at += -at % element.size
        size = count * element.size
        if runs and at - runs[-1][0] == place - runs[-1][1]:
            runs[-1] = *runs[-1][:2], at + size - runs[-1][0]
        else:
            runs.append((at, place, size))
        at += size
    return at
