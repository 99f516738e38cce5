"""NAME.pyi: the generated classes for editors and type checkers."""

from __future__ import annotations

from keyword import iskeyword

from cwire_structs.emit.python_names import PythonNames
from cwire_structs.layout import Layout
from cwire_structs.schema import Schema
from cwire_structs.schema.fields import Field, Kind, Struct, enumerator_names
from cwire_structs.schema.message_class import field_doc

_HEAD = """\
# {made}
import builtins as _builtins
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, ClassVar, Final, Literal, SupportsFloat, SupportsIndex

import numpy as np
import numpy.typing as npt
from cwire_structs import schema as _schema
from typing_extensions import Buffer, Self

SCHEMA: Final[_schema.Schema]
MESSAGES: Final[dict[int, type[Any]]]
"""
# By a kind's form: what may be assigned, and what is got.
_GIVEN = {
    "whole": "SupportsIndex",
    "real": "SupportsFloat",
    "complex": "complex",
    "truth": "bool",
    "text": "str | bytes",
}
_GOTTEN = {
    "whole": "int",
    "real": "float",
    "complex": "complex",
    "truth": "bool",
    "text": "str",
    "choice": "int",
}


def stub_text(layout: Layout, names: PythonNames, schema: Schema, made: str) -> str:
    """Returns the text of NAME.pyi."""
    lines = [_HEAD.format(made=made)]
    for name, value in schema.constants.items():
        lines.append(f"{names.constants[name]}: Final = {value!r}")
    for name, enum in layout.enums.items():
        lines += ["", f"class {names.enums[name]}(IntEnum):"]
        if enum.doc:
            lines.append(f"    {docstring(enum.doc, 4)}")
        python = enumerator_names(enum.values)
        labels = [(python[label], value) for label, value in enum.values.items()]
        shown = [f"    {label} = {value}" for label, value in labels if not iskeyword(label)]
        lines += shown or ["    ..."]
    for struct in (one for name, one in schema.structs.items() if name in names.structs):
        lines += ["", *_class(struct, names, schema)]
    return "\n".join(lines) + "\n"


def docstring(text: str, indent: int) -> str:
    """Returns a text as a docstring of source code, quotes included."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    first, *rest = escaped.split("\n")
    return '"""' + "\n".join([first, *(" " * indent * bool(line) + line for line in rest)]) + '"""'


def _class(struct: Struct, names: PythonNames, schema: Schema) -> list[str]:
    lines = [
        f"class {names.structs[struct.name]}:",
        f"    {docstring(struct.doc or f'{struct.c_name}.', 4)}",
        f"    STRUCT: ClassVar[Literal[{struct.name!r}]]",
    ]
    lines.append("    MESSAGE: ClassVar[_schema.Message]")
    for message in schema.messages.values():
        if message.struct is struct:
            lines.append(f"    ID: ClassVar[Literal[{message.id}]]")
    lines += [
        "    __hash__: ClassVar[None]  # type: ignore[assignment]",
        "    def __init__(",
        "        self,",
        "        /,",
        "        *,",
        *(f"        {field.py_name}: {_given(field, names)} = ...," for field in struct.fields),
        "    ) -> None: ...",
        "    @classmethod",
        "    def from_bytes(cls, data: Buffer) -> Self: ...",
        "    @classmethod",
        "    def from_dict(cls, values: Mapping[str, object]) -> Self: ...",
        "    def to_dict(self) -> dict[str, Any]: ...",
        "    def __bytes__(self) -> bytes: ...",
        "    def __buffer__(self, flags: int, /) -> memoryview: ...",
        "    def __eq__(self, other: object, /) -> bool: ...",
    ]
    hidden = any(field.py_name == "property" for field in struct.fields)
    for field in struct.fields:
        name = field.py_name
        lines += [
            "    @_builtins.property" if hidden else "    @property",
            f"    def {name}(self) -> {_gotten(field, names)}:",
            f"        {docstring(field_doc(field), 8)}",
            f"    @{name}.setter",
            f"    def {name}(self, value: {_given(field, names)}) -> None: ...",
        ]
    return lines


def _given(field: Field, names: PythonNames) -> str:
    """Returns the type of what may be assigned."""
    type_, of = field.type, field.element
    if type_.form == "list":
        if of.is_number:
            return "npt.ArrayLike"
        if type_.is_text:
            return _GIVEN["text"]
        if of.struct is not None:
            element = f"{names.structs[of.struct.name]} | Mapping[str, object]"
            return f"Sequence[{element}] | Sequence[Any] | npt.NDArray[Any]"
        return "Sequence[Any] | npt.NDArray[Any]"
    if type_.struct is not None:
        whole = " | bytes" if type_.struct.kind == "union" else ""
        return f"{names.structs[type_.struct.name]} | Mapping[str, object] | np.void{whole}"
    if type_.enum is not None:
        labels = ", ".join(repr(label) for label in type_.enum.values)
        return f"Literal[{labels}] | SupportsIndex"
    return _GIVEN[type_.form]


def _gotten(field: Field, names: PythonNames) -> str:
    """Returns the type of what the getter gives."""
    type_, of = field.type, field.element
    if type_.form == "list":
        if of.is_viewed:
            return f"npt.NDArray[np.{_numpy_name(of)}]"
        if type_.is_text:
            return "str"
        if type_.is_tail and not of.is_text:
            return "npt.NDArray[np.void]"
        element = _one(of, names)
        for _ in range(type_.dimensions):
            element = f"tuple[{element}, ...]"
        return element
    return _one(type_, names)


def _one(type_: Kind, names: PythonNames) -> str:
    return names.structs[type_.struct.name] if type_.struct else _GOTTEN[type_.form]


def _numpy_name(type_: Kind) -> str:
    name: str = type_.dtype().name
    return "bool_" if name == "bool" else name
