"""C names as names in a generated Python module."""

from __future__ import annotations

import builtins
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from keyword import iskeyword

from cwire_structs.layout import Layout, Notice
from cwire_structs.schema.fields import class_name, python_name

# What the module and its stub name themselves.
_TAKEN = frozenset(
    (
        *dir(builtins),
        *("MESSAGES", "SCHEMA", "cwire_support", "IntEnum", "Buffer", "Self", "np", "npt"),
        *("Mapping", "Sequence", "Any", "ClassVar", "Final", "Literal", "SupportsFloat"),
        "SupportsIndex",
    )
)
# Packages that the classes need, and that a module of their name would hide.
_PACKAGES = frozenset(("cwire", "cwire_structs", "cwire_server", "numpy", "Cython", "cython"))
_KIND = "names"
_CIMPORTED = re.compile(r"^from .* cimport (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class PythonNames:
    """Names in the module: ``waveform_shape`` is ``WaveformShape``.

    Attributes:
        structs: Class of each struct; an anonymous one has none.
        enums: IntEnum of each enum.
        constants: Of each #define.
        notices: Which of them are not as expected, since others have these names.
    """

    structs: Mapping[str, str]
    enums: Mapping[str, str]
    constants: Mapping[str, str]
    notices: tuple[Notice, ...] = ()


@cache
def support_text() -> str:
    """Returns the Cython code that all modules begin with, before their own classes."""
    text = files("cwire_structs.emit").joinpath("classes.pyx").read_text(encoding="utf-8")
    return text.partition("# ---\n")[2].rstrip()


def python_names(layout: Layout) -> PythonNames:
    """Returns a name of its own for everything in the module.

    What is called so in C keeps the name; others get underscores at their end.
    """
    taken = _TAKEN.union(*(line.split(", ") for line in _CIMPORTED.findall(support_text())))
    origin: dict[str, str] = {}
    notices: list[Notice] = []
    kinds: dict[str, dict[str, str]] = {"struct": {}, "enum": {}, "constant": {}}
    things = [
        *(
            ("struct", name, class_name(name), struct.c_name)
            for name, struct in layout.structs.items()
            if name not in layout.anonymous
        ),
        *(("enum", name, class_name(name), layout.enum_c_names[name]) for name in layout.enums),
        *(("constant", name, python_name(name), f"#define {name}") for name in layout.macros),
    ]
    for exact in (True, False):
        for kind, key, wanted, what in things:
            if (key == wanted) is not exact:
                continue
            name = wanted + "_" if iskeyword(wanted) or wanted in taken else wanted
            first = origin.get(name)
            while name in origin:
                name += "_"
            if first is not None:
                line = layout.lines.get(key, layout.header)
                text = f"{line}: {what} is {name} in Python, since {first} has that name"
                notices.append(Notice(text, _KIND))
            origin[name] = what
            kinds[kind][key] = name
    return PythonNames(kinds["struct"], kinds["enum"], kinds["constant"], tuple(notices))


def module_name(name: str) -> str:
    """Returns the name of a schema's compiled module: ``types`` would hide Python's own."""
    taken = iskeyword(name) or name in sys.stdlib_module_names or name in _PACKAGES
    return f"{name}_messages" if taken else name
