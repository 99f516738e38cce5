"""Tells which members of chars are numbers, and which of small integers are text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cwire_structs.header.numbers import is_small_integer
from cwire_structs.schema.fields import Field
from cwire_structs.schema.kinds import NUMBERS, IntegerType, as_numbers, as_text

_TYPEDEFS = ("TYPEDEF_DECL", "TYPE_ALIAS_DECL")


class Chars:
    """The chars and small integers of a header, as people see them.

    Args:
        cindex: The module ``clang.cindex``.
        array_element: Returns the element and the length of a canonical array; None: it is none.

    Attributes:
        numbers: See `Layout.char_numbers`.
        texts: See `Layout.byte_texts`.
    """

    def __init__(self, cindex: Any, array_element: Callable[[Any], tuple[Any, int] | None]) -> None:
        self.numbers: dict[str, tuple[int, ...]] = {}
        self.texts: set[str] = set()
        self._kinds = cindex.TypeKind
        self._array_element = array_element

    def seen(self, place: str, type_: Any, field: Field, *, tagged_text: bool) -> Field:
        """Returns a field with its kind for people: a char alone is a number, and so is an s8.

        Args:
            place: ``struct.field``.
            type_: The member's, as libclang has it.
            field: The field, with its kind for C.
            tagged_text: Whether its author says that it is text.
        """
        if tagged_text or not field.element.is_text:
            return field
        names, _, is_array = self._spelled(type_)
        if is_array and not any(is_small_integer(name) for name in names):
            return field
        return self._as_numbers(place, type_, field)

    def tagged(self, place: str, type_: Any, field: Field, tag: str) -> Field:
        """Returns a field of bytes as what its author calls it: text or number.

        Raises:
            ValueError: It is something else.
        """
        of = field.element
        small = isinstance(of, IntegerType) and of.size == 1 and not field.bits
        if not of.is_text and not small:
            raise ValueError(f"@{tag} is only for char, int8_t and uint8_t")
        if tag == "text" and not of.is_text:
            self.texts.add(place)
            return replace(field, type=as_text(field.type))
        if tag == "number" and of.is_text:
            return self._as_numbers(place, type_, field)
        return field

    def _as_numbers(self, place: str, type_: Any, field: Field) -> Field:
        """Returns chars as numbers; what their sign is, the compiler says in the end."""
        _, shape, _ = self._spelled(type_)
        type_ = type_.get_canonical()
        while True:
            found = self._array_element(type_)
            if found:
                type_ = found[0]
            elif type_.kind == self._kinds.INCOMPLETEARRAY:
                type_ = type_.element_type.get_canonical()
            else:
                break
        word = "uint" if type_.kind == self._kinds.CHAR_U else "int"
        self.numbers[place] = shape
        number = NUMBERS[word].of(1, "little")
        return replace(field, type=as_numbers(field.type, shape, number))

    def _spelled(self, type_: Any) -> tuple[list[str], tuple[int, ...], bool]:
        """Returns what typedefs call the elements of an array, its shape, and whether it is one."""
        names: list[str] = []
        shape: list[int] = []
        is_array = False
        while True:
            element = None
            declaration = type_.get_declaration()
            if type_.kind in (self._kinds.CONSTANTARRAY, self._kinds.INCOMPLETEARRAY):
                length = type_.get_array_size()  # -1 of data[]; data[0] is the same
                shape += [length] if length > 0 else []
                element = type_.element_type
            elif declaration.kind.name in _TYPEDEFS:
                names.append(declaration.spelling)
                type_ = declaration.underlying_typedef_type
                continue
            elif found := self._array_element(type_.get_canonical()):  # a std::array
                shape.append(found[1])
                element = type_.get_template_argument_type(0)
            if element is None:
                return names, tuple(shape), is_array
            names, is_array, type_ = [], True, element
