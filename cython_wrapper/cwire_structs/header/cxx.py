"""C++ headers of plain data: names with namespaces, constants, and what is not standard layout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from cwire_structs.header.image.names import identifier

_NUMBERS = frozenset(
    (
        *("SHORT", "USHORT", "INT", "UINT", "LONG", "ULONG", "LONGLONG", "ULONGLONG"),
        *("SCHAR", "UCHAR", "BOOL", "FLOAT", "DOUBLE"),
    )
)
_LIBRARIES = ("std", "__gnu_cxx", "__cxxabiv1")


class Cxx:
    """The differences of a header that is C++.

    Args:
        cindex: The module ``clang.cindex``.
        unit: The parsed header.

    Attributes:
        records: Structs and classes by their names in the schema and by typedefs; those that a
            class hides are not there.
        enums: The same of enums.
    """

    def __init__(self, cindex: Any, unit: Any) -> None:
        self._kinds = cindex.CursorKind
        self._types = cindex.TypeKind
        self._access = cindex.AccessSpecifier
        self._unit = unit
        self._records = (
            *(self._kinds.STRUCT_DECL, self._kinds.UNION_DECL, self._kinds.CLASS_DECL),
        )
        declared = [*self._declared(unit.cursor)]
        defined = {one.get_usr(): one for one, target in declared if target == one}
        self._count = Counter(identifier(one.displayname) for one in defined.values())
        self.records: dict[str, Any] = {}
        self.enums: dict[str, Any] = {}
        self._paths: dict[str, Any] = {}
        for one, target in declared:
            if self._is_hidden(one) or self._is_hidden(target):
                continue
            table = self.enums if target.kind == self._kinds.ENUM_DECL else self.records
            name = self.name(one) if target == one else one.spelling
            # A class wins over a typedef of the same name.
            if target == one or name not in table:
                table[name] = self._paths[self.path(one)] = target

    def name(self, cursor: Any) -> str:
        """Returns a type's name in the schema: with its namespaces if others have it, too."""
        bare = identifier(cursor.displayname or cursor.spelling)
        if self._count[bare] < 2:
            return bare
        return "_".join((*map(identifier, self._scopes(cursor)), bare))

    def known_as(self, name: str) -> list[str]:
        """Returns the schema's names for what the user called ``lidar::scan`` or ``lidar::*``."""
        found = [path for path in self._paths if fnmatchcase(path, name)] if "::" in name else []
        return [*dict.fromkeys(self.name(self._paths[path]) for path in found)] or [name]

    def path(self, cursor: Any) -> str:
        """Returns a declaration's name as C++ has it outside of all namespaces."""
        return "::".join((*self._scopes(cursor), cursor.displayname or cursor.spelling))

    def enumerators(self, *enums: Any) -> dict[str, str]:
        """Returns the enumerators of enums as numbers in C++."""
        found = {}
        for enum in enums:
            scope = self._scopes(enum)
            if enum.is_scoped_enum():
                scope = (*scope, enum.spelling)
            for one in enum.get_children():
                if one.kind == self._kinds.ENUM_CONSTANT_DECL:
                    found[one.spelling] = f"(long long){'::'.join((*scope, one.spelling))}"
        return found

    def constants(self) -> dict[str, Any]:
        """Returns the declarations of constexpr numbers by name."""
        values = []
        for cursor in self._walk(self._unit.cursor):
            if cursor.kind != self._kinds.VAR_DECL or self._is_hidden(cursor):
                continue
            type_ = cursor.type.get_canonical()
            has_value = any(one.kind.is_expression() for one in cursor.get_children())
            if has_value and type_.is_const_qualified() and type_.kind.name in _NUMBERS:
                values.append(cursor)
        count = Counter(one.spelling for one in values)
        found = {}
        for one in values:
            scopes = self._scopes(one) if count[one.spelling] > 1 else ()
            found["_".join((*map(identifier, scopes), one.spelling))] = one
        return found

    def _is_hidden(self, cursor: Any) -> bool:
        """Says whether a class keeps a declaration, or what it is in, for itself."""
        hidden = (self._access.PRIVATE, self._access.PROTECTED)
        while cursor is not None and cursor.kind != self._kinds.TRANSLATION_UNIT:
            if cursor.access_specifier in hidden:
                return True
            cursor = cursor.semantic_parent
        return False

    def problem(self, cursor: Any) -> str | None:
        """Returns why a struct or class has no layout that all compilers agree on, if so."""
        fields = [*cursor.type.get_fields()]
        for one in cursor.get_children():
            if one.kind == self._kinds.CXX_BASE_SPECIFIER:
                base = one.type.get_canonical().get_declaration().get_definition()
                if base is not None and (problem := self._base_problem(base, fields)):
                    return problem
            elif self._is_virtual(one):
                return (
                    f"has the virtual function {one.spelling}, and so a pointer in each object; "
                    "put the data into a struct of its own"
                )
        # libclang shows nothing of what a template's instance inherits.
        if not fields and cursor.type.get_size() > 1:
            return "holds only what it inherits, which is not plain data; use arrays and structs"
        hidden = (self._access.PRIVATE, self._access.PROTECTED)
        for one in fields:
            if one.access_specifier in hidden:
                access = one.access_specifier.name.lower()
                return (
                    f"has the {access} member {one.spelling}; make the data members public, or "
                    "put them into a struct of their own"
                )
        return None

    def array_element(self, type_: Any) -> tuple[Any, int] | None:
        """Returns the element and the length of a std::array; None: it is another type."""
        if type_.kind != self._types.RECORD:
            return None
        declaration = type_.get_declaration()
        if declaration.spelling != "array" or "std" not in self._scopes(declaration):
            return None
        element = type_.get_template_argument_type(0)
        size = element.get_size()
        return (element.get_canonical(), type_.get_size() // size) if size > 0 else None

    def _is_virtual(self, cursor: Any) -> bool:
        kinds = (self._kinds.CXX_METHOD, self._kinds.DESTRUCTOR)
        return cursor.kind in kinds and bool(cursor.is_virtual_method())

    def _base_problem(self, base: Any, fields: list[Any]) -> str | None:
        inherited = [*base.type.get_fields()]
        if inherited and fields:
            return (
                f"has members of its own and of its base {base.spelling}, which compilers may "
                "mix; make the base a member"
            )
        if inherited:
            return f"has the members of its base {base.spelling}; wrap that one"
        return self.problem(base)

    def _scopes(self, cursor: Any) -> tuple[str, ...]:
        names: list[str] = []
        parent = cursor.semantic_parent
        while parent is not None and parent.kind != self._kinds.TRANSLATION_UNIT:
            if parent.kind in (self._kinds.NAMESPACE, *self._records) and parent.spelling:
                names.append(parent.displayname)
            parent = parent.semantic_parent
        return tuple(reversed(names))

    def _walk(self, parent: Any) -> Iterator[Any]:
        """Yields declarations outside and inside of namespaces and classes."""
        inside = (
            *(self._kinds.NAMESPACE, self._kinds.LINKAGE_SPEC, self._kinds.UNEXPOSED_DECL),
            *self._records,
        )
        for cursor in parent.get_children():
            if cursor.kind == self._kinds.NAMESPACE and cursor.spelling in _LIBRARIES:
                continue
            yield cursor
            if cursor.kind in inside:
                yield from self._walk(cursor)

    def _declared(self, parent: Any) -> Iterator[tuple[Any, Any]]:
        """Yields named types and typedefs, with the definitions that they stand for."""
        outside = (self._kinds.NAMESPACE, self._kinds.TRANSLATION_UNIT)
        typedefs = (self._kinds.TYPEDEF_DECL, self._kinds.TYPE_ALIAS_DECL)
        for cursor in self._walk(parent):
            target = cursor
            if cursor.kind in typedefs:
                canonical = cursor.underlying_typedef_type.get_canonical()
                target = canonical.get_declaration()
            elif cursor.kind not in (*self._records, self._kinds.ENUM_DECL):
                continue
            definition = target.get_definition()
            is_enum = cursor.kind == self._kinds.ENUM_DECL
            known = definition is not None and target.kind in (
                *self._records,
                self._kinds.ENUM_DECL,
            )
            named = cursor.spelling and "(" not in cursor.spelling
            # An enum without a name in a namespace holds constants.
            if known and (named or (is_enum and cursor.semantic_parent.kind in outside)):
                yield (definition if target == cursor else cursor), definition
