"""Values for every field of a struct, as Python has them and as C writes them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from cwire_structs.compiler.object_file import ObjectFile
from cwire_structs.schema import Schema
from cwire_structs.schema.fields import Field, Struct, python_name
from cwire_structs.schema.kinds import (
    ArrayType,
    EnumType,
    NumberType,
    StructType,
    TailType,
    TextType,
)


@dataclass
class Filled:
    """A struct's values.

    Attributes:
        values: For `encode`.
        parts: Path and C constant of each.
    """

    values: dict[str, Any] = field(default_factory=dict)
    parts: list[tuple[str, str]] = field(default_factory=list)

    def initializer(self) -> str:
        return "{ " + ", ".join(f"{path} = {text}" for path, text in self.parts) + " }"


def fill(struct: Struct, random: Random, path: str = "") -> Filled:
    """Gives every field a value, of a union one of its members."""
    filled = Filled()
    members = [random.choice(struct.members)] if struct.kind == "union" else struct.members
    for member in members:
        if member.anonymous and isinstance(member.type, StructType):
            inner = fill(member.type.struct, random, path)
            filled.values.update(inner.values)
            filled.parts += inner.parts
        elif not isinstance(member.type, TailType):
            value, parts = _value(member, member.type, random, f"{path}.{member.name}")
            filled.values[member.name] = value
            filled.parts += parts
    return filled


def _value(member: Field, type_: Any, random: Random, path: str) -> tuple[Any, Any]:
    if isinstance(type_, StructType):
        inner = fill(type_.struct, random, path)
        return inner.values, inner.parts
    if isinstance(type_, ArrayType):
        parts = []
        values = np.empty(type_.shape, object)
        for index in np.ndindex(*type_.shape):
            step = "".join(f"[{i}]" for i in index)
            values[index], more = _value(member, type_.of, random, path + step)
            parts += more
        return values.tolist(), parts
    value, text = _scalar(member, type_, random)
    return value, [(path, text)]


def _scalar(member: Field, type_: Any, random: Random) -> tuple[Any, str]:
    if isinstance(type_, TextType):
        if type_.length == 1 and not member.c_type.endswith("]"):
            return "q", "'q'"
        text = "".join(random.choice("abc") for _ in range(random.randint(0, type_.length)))
        return text, f'"{text}"'
    if isinstance(type_, EnumType):
        low, high = type_.bounds(member.bits)
        fitting = [n for n, value in type_.enum.values.items() if low <= value <= high]
        number = type_.enum.values[random.choice(fitting)]
        return number, str(number)
    assert isinstance(type_, NumberType)
    if type_.kind == "float":
        large = 2.0**15 if type_.size == 2 else 2.0**100
        real = random.choice([0.0, -0.5, large, random.randint(-99, 99) / 4])
        return real, float(real).hex()
    if type_.kind == "complex":
        real, imaginary = random.randint(-9, 9) / 2, random.randint(-9, 9) / 2
        return complex(real, imaginary), f"__builtin_complex({real}, {imaginary})"
    low, high = type_.bounds(member.bits)
    number = random.choice([low, high, random.randint(low, high)])
    if type_.kind == "bool":
        return bool(number), str(number)
    return number, f"{number}ull" if number >= 0 else f"({number + 1}ll - 1)"


def check(found: Any, values: Any) -> None:
    """Compares what an object of either route says with the values."""
    if isinstance(values, dict):
        for name, value in values.items():
            check(getattr(found, python_name(name)), value)
    elif isinstance(values, list):
        assert len(found) == len(values)
        for one, value in zip(found, values, strict=True):
            check(one, value)
    else:
        assert found == values, (found, values)


def leaves(struct: Struct, path: str = "") -> Iterator[tuple[str, Field]]:
    """Yields the path and the field (of its own struct) of every member that is no struct."""
    for item in struct.fields:
        if isinstance(item.type, StructType):
            yield from leaves(item.type.struct, f"{path}.{item.name}")
        else:
            yield f"{path}.{item.name}", item


def compiled_constants(cc: list[str], source: str, folder: Path) -> ObjectFile:
    """Compiles constants, without running anything."""
    path, made = folder / "truth.c", folder / "truth.o"
    path.write_text(source)
    subprocess.run(
        [*cc, "-w", "-Wno-packed-bitfield-compat", "-c", str(path), "-o", str(made)], check=True
    )
    return ObjectFile(made.read_bytes())


def compiler(name: str) -> str:
    """Returns a compiler with its flags; skips the test where there is none."""
    if shutil.which(name) is None:
        pytest.skip(f"there is no {name} here (tests/install_cross_compilers.sh)")
    return f"{name} -ffreestanding"  # its own stdint.h: no C library need be installed


def named(schema: Schema) -> list[Struct]:
    """The structs that C can declare."""
    return [message.struct for message in schema.messages.values()]


def offsets(schema: Schema) -> list[tuple[str, int]]:
    """Constant expressions, and what the schema says."""
    found = []
    for struct in named(schema):
        c_name = struct.c_name
        found.append((f"sizeof({c_name})", struct.size))
        for member in struct.fields:
            if member.bits:
                continue
            found.append((f"__builtin_offsetof({c_name}, {member.name})", member.offset))
            if not isinstance(member.type, TailType):
                found.append((f"sizeof((({c_name} *)0)->{member.name})", member.size))
            inner = member.element.struct
            step = "[0]" * len(getattr(member.type, "shape", ()))
            if inner and not isinstance(member.type, TailType):
                for one in (one for one in inner.fields if not one.bits):
                    at = member.offset + one.offset
                    path = f"{member.name}{step}.{one.name}"
                    found.append((f"__builtin_offsetof({c_name}, {path})", at))
    return found


def compare_with_objects(schema: Schema, header_path: Path, cc: str, folder: Path) -> None:
    """Compares offsets, and constants that the compiler laid out, in both directions."""
    asked = offsets(schema)
    random = Random(3)
    filled = {struct.name: [fill(struct, random) for _ in range(6)] for struct in named(schema)}
    lines = [f'#include "{header_path}"', "const unsigned long long offsets[] = { 0x77,"]
    lines += [f"    {expression}," for expression, _ in asked]
    lines.append("};")
    for struct in named(schema):
        lines += [
            f"const {struct.c_name} {struct.name}_{index} = {one.initializer()};"
            for index, one in enumerate(filled[struct.name])
        ]
    found = compiled_constants(cc.split(), "\n".join(lines), folder)
    table = found.integers("offsets", 0x77, len(asked))
    assert dict(zip((e for e, _ in asked), table, strict=True)) == dict(asked)
    for message in schema.messages.values():
        for index, one in enumerate(filled[message.struct.name]):
            data = found.symbol(f"{message.struct.name}_{index}")
            compare_bytes(message.type, data[: message.size], one)


def compare_bytes(cls: Any, data: bytes, filled: Filled) -> None:
    """Compares what a class makes of values, and reads, with bytes that a compiler laid out."""
    assert bytes(cls(**filled.values)) == data
    item = cls.from_bytes(data)
    check(item, filled.values)
    assert bytes(cls.from_dict(item.to_dict())) == data
