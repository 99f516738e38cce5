"""Names for a generated Python module, made from those in C."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from keyword import iskeyword

from cwire_structs.errors import WrapError
from cwire_structs.layout import Layout
from cwire_structs.schema.fields import Struct, class_name

_TAKEN = frozenset((*dir(builtins), "MESSAGES", "SCHEMA", "cwire_support"))


@dataclass(frozen=True)
class PythonNames:
    """Names in the module: ``waveform_shape`` is ``WaveformShape``.

    Attributes:
        structs: Class of each struct; an anonymous one has none.
        enums: IntEnum of each enum.
        constants: Of each #define.
    """

    structs: Mapping[str, str]
    enums: Mapping[str, str]
    constants: Mapping[str, str]


def python_names(layout: Layout) -> PythonNames:
    """Returns the names of everything in the module.

    Raises:
        WrapError: Two things, or two fields of a struct, would get the same name, or an enumerator
            has a name that Python's enums keep for themselves.
    """
    origin: dict[str, str] = {}

    def unique(wanted: str, what: str, line: str) -> str:
        name = wanted + "_" if iskeyword(wanted) or wanted in _TAKEN else wanted
        if name in origin:
            raise WrapError(f"{line}: {what} and {origin[name]} would both be {name} in Python")
        origin[name] = what
        return name

    for struct in layout.structs.values():
        _check_fields(layout, struct)
    lines = layout.lines
    names = PythonNames(
        {
            n: unique(class_name(n), s.c_name, lines[n])
            for n, s in layout.structs.items()
            if n not in layout.anonymous
        },
        {n: unique(class_name(n), layout.enum_c_names[n], lines[n]) for n in layout.enums},
        {n: unique(n, f"#define {n}", layout.header) for n in layout.macros},
    )
    for name, enum in layout.enums.items():
        try:
            IntEnum(names.enums[name], dict(enum.values))
        except ValueError as error:
            raise WrapError(f"{lines[name]}: {layout.enum_c_names[name]}: {error}") from None
    return names


def _check_fields(layout: Layout, struct: Struct) -> None:
    seen: dict[str, str] = {}
    for field in struct.fields:
        name = field.py_name
        if name in seen:
            line = layout.lines[struct.name]
            raise WrapError(
                f"{line}: {struct.c_name}: {field.name} and {seen[name]} would both be {name} in "
                "Python; rename one"
            )
        seen[name] = field.name
