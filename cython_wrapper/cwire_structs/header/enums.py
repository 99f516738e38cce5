"""Translates libclang's enums into the schema's."""

from __future__ import annotations

from typing import Any, Protocol

from cwire_structs.header.cxx import Cxx
from cwire_structs.header.docs import Doc
from cwire_structs.header.numbers import integer_sign
from cwire_structs.schema.bits import ByteOrder
from cwire_structs.schema.fields import Enum
from cwire_structs.schema.kinds import EnumType


class Reader(Protocol):
    """Knows the declarations that were read: a `StructParser`."""

    lines: dict[str, str]
    problems: Any
    comments: Any

    def doc(self, cursor: Any, what: str, allowed: tuple[str, ...] = ()) -> Doc:
        """Returns a declaration's doc comment."""

    def seen(self, kind: str, name: str) -> bool:
        """Says whether a declaration was read."""


class EnumParser:
    """Reads enums of any size.

    Attributes:
        found: By name.
        c_names: As C spells them; one without a name by a member that has it.
        named: The names of those that C has a name for.
        inner: Those defined inside of a struct, where C++ keeps their enumerators.
        spelled: How C++ spells enumerators, by enum; empty for C.
    """

    def __init__(
        self, cindex: Any, byte_order: ByteOrder, reader: Reader, cxx: Cxx | None = None
    ) -> None:
        self.found: dict[str, Enum] = {}
        self.c_names: dict[str, str] = {}
        self.named: set[str] = set()
        self.inner: set[str] = set()
        self.spelled: dict[str, dict[str, str]] = {}
        self._cxx = cxx
        self._outermost = cindex.CursorKind.TRANSLATION_UNIT
        self._constant = cindex.CursorKind.ENUM_CONSTANT_DECL
        self._byte_order = byte_order
        self._reader = reader

    def read(self, cursor: Any, name: str, c_name: str) -> EnumType:
        """Returns the type of an enum.

        Args:
            cursor: Its definition.
            name: Its key in the schema.
            c_name: As C spells it.
        """
        integer = cursor.enum_type.get_canonical()
        self._reader.problems.stumbles(cursor)  # each time: it costs every struct that has it
        if not self._reader.seen("enum", name):
            signed = integer_sign(integer) == "int"
            modulus = 1 << 8 * integer.get_size()
            labels = [one for one in cursor.get_children() if one.kind == self._constant]
            doc = self._reader.doc(cursor, c_name)
            texts = {label: member.text for label, member in doc.members.items()}
            texts |= {
                one.spelling: self._reader.doc(one, one.spelling).text
                for one in labels
                if self._reader.comments.of(one)
            }
            self.found[name] = Enum(
                name=name,
                size=integer.get_size(),
                signed=signed,
                # libclang takes an enum of a typedef, as std::uint8_t is one, for a signed one.
                values={
                    one.spelling: one.enum_value if signed else one.enum_value % modulus
                    for one in labels
                },
                docs={one.spelling: text for one in labels if (text := texts.get(one.spelling))},
                doc=doc.text,
            )
            self.c_names[name] = c_name
            self._reader.lines[name] = self._reader.problems.line(cursor)
            if name == (self._cxx.name(cursor) if self._cxx else cursor.spelling):
                self.named.add(name)
            if self._cxx:
                self.spelled[name] = self._cxx.enumerators(cursor)
            elif cursor.lexical_parent.kind != self._outermost:
                self.inner.add(name)
        return EnumType.of(self.found[name], self._byte_order)
