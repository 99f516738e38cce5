"""NAME.pyi: what editors and type checkers see of the generated classes."""

from __future__ import annotations

from keyword import iskeyword

from cwire_structs.emit.python_names import PythonNames
from cwire_structs.layout import Layout
from cwire_structs.schema import Schema
from cwire_structs.schema.fields import (
    ArrayType,
    EnumType,
    Field,
    NumberType,
    Struct,
    StructType,
    TailType,
    TextType,
)
from cwire_structs.schema.message_class import field_doc

_HEAD = """\
# {made}
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, ClassVar, Final, Literal, SupportsFloat, SupportsIndex

import numpy as np
import numpy.typing as npt
from cwire_structs.schema import Message, Schema
from typing_extensions import Buffer, Self

SCHEMA: Final[Schema]
MESSAGES: Final[dict[int, type[Any]]]
"""
_NUMPY = {
    "i1": "int8", "i2": "int16", "i4": "int32", "i8": "int64", "u1": "uint8", "u2": "uint16",
    "u4": "uint32", "u8": "uint64", "f4": "float32", "f8": "float64", "b1": "bool_",
    "c8": "complex64", "c16": "complex128",
}  # fmt: skip


def stub_text(layout: Layout, names: PythonNames, schema: Schema, made: str) -> str:
    """Returns the text of NAME.pyi."""
    lines = [_HEAD.format(made=made)]
    for name, value in schema.constants.items():
        lines.append(f"{names.constants[name]}: Final = {value!r}")
    for name, enum in layout.enums.items():
        lines += ["", f"class {names.enums[name]}(IntEnum):"]
        if enum.doc:
            lines.append(f"    {docstring(enum.doc, 4)}")
        labels = [(label, value) for label, value in enum.values.items() if not iskeyword(label)]
        lines += [f"    {label} = {value}" for label, value in labels] or ["    ..."]
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
    lines.append("    MESSAGE: ClassVar[Message]")
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
    for field in struct.fields:
        name = field.py_name
        lines += [
            "    @property",
            f"    def {name}(self) -> {_gotten(field, names)}:",
            f"        {docstring(field_doc(field), 8)}",
            f"    @{name}.setter",
            f"    def {name}(self, value: {_given(field, names)}) -> None: ...",
        ]
    return lines


def _given(field: Field, names: PythonNames) -> str:
    """Returns the type of what may be assigned."""
    type_ = field.type
    if isinstance(type_, ArrayType | TailType):
        of = type_.of
        if isinstance(of, NumberType):
            return "npt.ArrayLike"
        if isinstance(type_, TailType) and isinstance(of, TextType):
            return "str | bytes"
        if isinstance(of, StructType):
            element = f"{names.structs[of.struct.name]} | Mapping[str, object]"
            return f"Sequence[{element}] | Sequence[Any] | npt.NDArray[Any]"
        return "Sequence[Any] | npt.NDArray[Any]"
    if isinstance(type_, StructType):
        whole = " | bytes" if type_.struct.kind == "union" else ""
        return f"{names.structs[type_.struct.name]} | Mapping[str, object] | np.void{whole}"
    if isinstance(type_, EnumType):
        labels = ", ".join(repr(label) for label in type_.enum.values)
        return f"Literal[{labels}] | SupportsIndex"
    if isinstance(type_, TextType):
        return "str | bytes"
    return {"float": "SupportsFloat", "complex": "complex", "bool": "bool"}.get(
        type_.kind, "SupportsIndex"
    )


def _gotten(field: Field, names: PythonNames) -> str:
    """Returns the type of what the getter gives."""
    type_ = field.type
    if isinstance(type_, ArrayType | TailType):
        of = type_.of
        if isinstance(of, NumberType | EnumType):
            return f"npt.NDArray[np.{_NUMPY[of.np[1:]]}]"
        if isinstance(type_, TailType):
            return "str" if isinstance(of, TextType) else "npt.NDArray[np.void]"
        element = "str" if isinstance(of, TextType) else names.structs[of.struct.name]
        for _ in type_.shape:
            element = f"tuple[{element}, ...]"
        return element
    if isinstance(type_, StructType):
        return names.structs[type_.struct.name]
    if isinstance(type_, TextType):
        return "str"
    if isinstance(type_, EnumType):
        return "int"
    return {"float": "float", "complex": "complex", "bool": "bool"}.get(type_.kind, "int")
