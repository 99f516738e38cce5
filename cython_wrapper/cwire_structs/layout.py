"""Layouts: the result of reading a header, before and after the proof. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cwire_structs.schema.fields import Enum, Struct

_TYPEOF = re.compile(r"__typeof__\(\(\(([\w .:<>,]+) \*\)0\)->(\w+)(?:\[0\])*\)")


@dataclass(frozen=True)
class MessageLayout:
    """One message.

    Attributes:
        id: Its number.
        id_name: The enumerator in ``enum message_id``; None where the id comes from elsewhere.
        name: The same in lower case; else the struct's name.
        struct: The payload.
        command: Tagged ``@command``.
        reply: From ``@reply``.
        source_id: Its number in the protocol that it comes from, where ``--id-offset`` made it
            another one.
    """

    id: int
    id_name: str | None
    name: str
    struct: Struct
    command: bool
    reply: str | None
    source_id: int | None = None

    @property
    def header_id(self) -> int:
        """Its number in the header."""
        return self.id if self.source_id is None else self.source_id


@dataclass(frozen=True)
class Notice:
    """Something that is supported but may surprise.

    Attributes:
        text: With its line.
        kind: Those of the same kind are counted together.
    """

    text: str
    kind: str


@dataclass(frozen=True)
class Layout:
    """The layout of a header, as it was read.

    Attributes:
        name: The header's name without ``.h``.
        header: The header's file name.
        enums: Those that messages use, by name, and loose ones (see `constants`).
        enum_c_names: As C spells them: ``enum waveform_shape``.
        structs: Those that messages use, by name; nested ones before their users.
        messages: By rising id.
        macros: Names of #define constants, each with its line. Their values come from the
            compiler.
        lines: ``messages.h:12`` of each ``struct_name.field``, struct and enum.
        anonymous: Names of the structs and unions that C has no name for and reaches without one.
        inner_enums: Those defined inside of a struct, where C++ keeps their enumerators.
        inner_structs: The structs of C that are defined inside of another one: C's spelling, to one
            for both C and C++, where the name is a part of the outer struct; empty: there is none.
        without_bytes: The members without bytes, which are no fields, by their struct in C.
        notices: What is supported but may surprise.
        field_enums: The enum of each integer that is tagged ``@enum``, by ``struct_name.field``.
        char_numbers: The shape of each member that is chars for C and numbers for people, by
            ``struct_name.field``.
        byte_texts: The members that are small integers for C and text for people.
        tag_values: What libclang says of the constants that tags name (``@range 0 MAX_RATE``).
        reader: Where sizes and offsets come from, before the proof: libclang or DWARF.
        hidden: Names of macros that stand for something else than what has the same name in a
            struct or enum: ``#define sa_handler handler.simple``.
        enumerators: As the output's language spells enumerators, by enum; those that are not in
            there have their own names.
        expressions: The same of constants: ``lidar::kLimit``.
        language: Of the header: c or c++.
    """

    name: str
    header: str
    enums: Mapping[str, Enum]
    enum_c_names: Mapping[str, str]
    structs: Mapping[str, Struct]
    messages: tuple[MessageLayout, ...]
    macros: Mapping[str, str]
    lines: Mapping[str, str]
    anonymous: frozenset[str] = frozenset()
    inner_enums: frozenset[str] = frozenset()
    inner_structs: Mapping[str, str] = field(default_factory=dict)
    without_bytes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    field_enums: Mapping[str, str] = field(default_factory=dict)
    char_numbers: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    byte_texts: frozenset[str] = frozenset()
    tag_values: Mapping[str, int | float] = field(default_factory=dict)
    reader: str = "libclang"
    hidden: frozenset[str] = frozenset()
    enumerators: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    expressions: Mapping[str, str] = field(default_factory=dict)
    language: str = "c"

    def expression(self, constant: str) -> str:
        """Returns a constant as C or C++ spells it."""
        return self.expressions.get(constant, constant)

    def enumerator(self, enum: str, label: str) -> str:
        """Returns an enumerator as C or C++ spells it."""
        return self.enumerators.get(enum, {}).get(label, label)


@dataclass(frozen=True)
class Abi:
    """The compiler's answers about its target: sizes in bytes."""

    pointer: int
    long: int
    wchar: int
    char_signed: bool


@dataclass(frozen=True)
class Proof:
    """The compiler's additions to a layout that it agrees with.

    Attributes:
        abi: Sizes of its target.
        constants: Values of macros, by name.
        notices: What was left out of the constants, each with its line.
    """

    abi: Abi
    constants: dict[str, int | float] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()


def needed(messages: Iterable[MessageLayout]) -> tuple[set[str], set[str]]:
    """Returns the names of the structs and of the enums that messages consist of."""
    structs: set[str] = set()
    enums: set[str] = set()
    rest: list[Struct] = [message.struct for message in messages]
    while rest:
        struct = rest.pop()
        if struct.name in structs:
            continue
        structs.add(struct.name)
        for member in struct.members:
            of = member.element
            if of.struct is not None:
                rest.append(of.struct)
            elif of.enum is not None:
                enums.add(of.enum.name)
    return structs, enums


def readable(text: str) -> str:
    """Says ``struct a.b`` where C needs ``__typeof__(((struct a *)0)->b)``."""
    while (shorter := _TYPEOF.sub(r"\1.\2", text)) != text:
        text = shorter
    return text
