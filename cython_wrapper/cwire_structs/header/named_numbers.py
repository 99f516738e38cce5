"""The values that libclang sees in a header's macros and enumerators."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from ctypes import c_double, c_int, c_void_p
from pathlib import Path
from typing import Any

from cwire_structs.header.libclang import Libclang

_TAGGED = re.compile(r"@(?:range|default|scale|offset)\b[ \t{]*([^@*\n]*)")
_NAME = re.compile(r"[^\W\d]\w*")
_PROBE = "cwire_value_"
_FLOAT = 2  # CXEval_Float


class NamedNumbers:
    """Values of names, for tags and ids. The compiler's own are compared with them in the proof.

    Args:
        libclang: What parsed the header.
        unit: The parsed header, with its preprocessing record.
        path: The header.
        enums: Definitions of the header's enums.
    """

    def __init__(
        self,
        libclang: Libclang,
        unit: Any,
        path: Path,
        enums: Iterable[Any],
    ) -> None:
        self._libclang = libclang
        self._cindex = libclang.cindex
        self._path = path
        self._enums = enums
        self._unit = unit
        self._values: dict[str, int | float] | None = None
        self._macros: dict[str, None] | None = None
        self.used: dict[str, int | float] = {}

    def value(self, name: str) -> int | float | None:
        """Returns the value of a macro or an enumerator that a tag names; None: it has none."""
        if self._values is None:
            tagged = {
                word
                for path in self._files()
                for match in _TAGGED.finditer(path.read_bytes().decode("utf-8", "replace"))
                for word in _NAME.findall(match[1])
            }
            self._values = {
                label.spelling: label.enum_value
                for enum in self._enums
                for label in enum.get_children()
                if label.kind == self._cindex.CursorKind.ENUM_CONSTANT_DECL
            }
            self._values |= self.of_macros(sorted(tagged & set(self.macros())))
        value = self._values.get(name)
        if value is not None:
            self.used[name] = value
        return value

    def _files(self) -> Iterable[Path]:
        """Returns the header and what it includes, but for the system's: tags may be in each."""
        first = self._cindex.SourceLocation.from_position
        files = {one.include.name: one.include for one in self._unit.get_includes()}
        included = (
            Path(name)
            for name, file in files.items()
            if not first(self._unit, file, 1, 1).is_in_system_header
        )
        # The prelude of definitions is a file in libclang's memory only.
        return dict.fromkeys([self._path, *(path for path in included if path.is_file())])

    def macros(self) -> Iterable[str]:
        """Returns the names of all macros that are defined in a file."""
        if self._macros is None:
            kind = self._cindex.CursorKind.MACRO_DEFINITION
            self._macros = dict.fromkeys(
                cursor.spelling
                for cursor in self._unit.cursor.get_children()
                if cursor.kind == kind and cursor.location.file is not None
            )
        return self._macros

    def of_macros(self, names: Iterable[str]) -> Mapping[str, int | float]:
        """Returns the values of those macros that are numbers."""
        names = list(names)
        if not names:
            return {}
        lines = [f'#include "{self._path.name}"']
        lines += [f"enum {{ {_PROBE}i{i} = ({name}) }};" for i, name in enumerate(names)]
        lines += [f"static const double {_PROBE}f{i} = ({name});" for i, name in enumerate(names)]
        probe = self._path.parent / f"{_PROBE}{self._path.stem}.c"
        unit = self._libclang.parse(probe, "\n".join([*lines, ""]))
        wrong = {one.line for one in self._libclang.errors(unit) if one.file == str(probe)}
        found: dict[str, int | float] = {}
        for cursor in unit.cursor.get_children():
            file, line = cursor.location.file, cursor.location.line
            if file is None or file.name != str(probe) or line in wrong:
                continue
            if not cursor.kind.is_declaration():  # macros have cursors, too
                continue
            index = line - 2
            if index < len(names):
                for label in cursor.get_children():
                    found[names[index]] = label.enum_value
            elif names[index - len(names)] not in found:
                value = self._evaluated(cursor)
                if value is not None:
                    found[names[index - len(names)]] = value
        return found

    def _evaluated(self, cursor: Any) -> float | None:
        library = self._cindex.conf.lib
        library.clang_Cursor_Evaluate.argtypes = [self._cindex.Cursor]
        library.clang_Cursor_Evaluate.restype = c_void_p
        library.clang_EvalResult_getKind.argtypes = [c_void_p]
        library.clang_EvalResult_getKind.restype = c_int
        library.clang_EvalResult_getAsDouble.argtypes = [c_void_p]
        library.clang_EvalResult_getAsDouble.restype = c_double
        library.clang_EvalResult_dispose.argtypes = [c_void_p]
        result = library.clang_Cursor_Evaluate(cursor)
        if not result:
            return None
        try:
            if library.clang_EvalResult_getKind(result) != _FLOAT:
                return None
            return float(library.clang_EvalResult_getAsDouble(result))
        finally:
            library.clang_EvalResult_dispose(result)
