"""Random structs: what Python writes and reads is what gcc lays out, through both routes."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cwire_structs import wrap
from cwire_structs.schema import Message, Schema
from cwire_structs.schema.dtypes import bit_column
from cwire_structs.schema.fields import Struct
from cwire_structs.schema.kinds import StructType, TextType
from support.c_values import Filled, check, compiled_constants, fill
from support.kept_bytes import kept
from support.random_structs import StructWriter

STRUCTS = 30
VALUES = 4
HALVES = ("_Float16",)  # not for powerpc
BIG = ("big-endian",)


def truth(
    schema: Schema, header: Path, cc: str, random: Random
) -> list[tuple[Message, Filled, bytes]]:
    """Values of every message, and the bytes that the compiler makes of them."""
    filled = [
        (message, f"value_{message.name}_{index}", fill(message.struct, random))
        for message in schema.messages.values()
        if not message.tail
        for index in range(VALUES)
    ]
    lines = [f'#include "{header}"']
    lines += [f"const {m.struct.c_name} {name} = {one.initializer()};" for m, name, one in filled]
    found = compiled_constants(cc.split(), "\n".join(lines), header.parent)
    return [(message, one, found.symbol(name)) for message, name, one in filled]


def compare(cls: Any, filled: Filled, data: bytes) -> None:
    assert bytes(cls(**filled.values)) == data
    item = cls.from_bytes(data)
    check(item, filled.values)
    assert bytes(cls.from_dict(item.to_dict())) == data
    for name, value in filled.values.items():
        if not name.startswith("_"):
            setattr(item, name, value)
    assert bytes(item) == data


def compare_bytes(cls: Any, message: Message, random: Random) -> None:
    """Any bytes are the same again, but for what C does not mean by them."""
    for _ in range(VALUES):
        payload = random.randbytes(message.size + message.tail_size * random.randrange(4))
        values = cls.from_bytes(payload).to_dict()
        made = bytes(cls.from_dict(values))
        assert made == kept(message.struct, payload), (values, message.struct)
        assert repr(cls.from_bytes(made).to_dict()) == repr(values)


def compare_record(message: Message, record: Any, filled: Filled) -> None:
    """The numpy view, and its copy that can be saved."""
    compare_fields(message.struct, record, filled.values)
    stored = np.frombuffer(message.encode(filled.values), message.storage_dtype(), 1)
    assert stored.dtype.itemsize == message.size
    again = np.array(stored.tolist(), stored.dtype)
    assert len(again) == 1


def compare_fields(struct: Struct, record: Any, values: Any) -> None:
    for name, value in values.items():
        field = struct.by_name[name]
        type_: Any = field.type
        of: Any = field.element
        if field.bits:
            assert bit_column(record, struct, field) == value
        elif isinstance(type_, StructType):
            compare_fields(of.struct, record[name], value)
        elif isinstance(of, StructType):
            for index in np.ndindex(*type_.shape):
                one = value
                for step in index:
                    one = one[step]
                compare_fields(of.struct, record[name][index], one)
        elif isinstance(of, TextType):
            assert np.char.decode(record[name]).tolist() == value
        else:
            assert record[name].tolist() == value


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**64))
def test_bytes_and_values_are_gccs(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    random = Random(seed)
    header = tmp_path_factory.mktemp("random") / "unit.h"
    orders = BIG if random.random() < 0.5 else ()
    header.write_text(StructWriter(random, HALVES, orders).header(STRUCTS))
    schema = wrap.wrap(header, "cc").schema
    for message, filled, data in truth(schema, header, "cc", random):
        compare(message.type, filled, data)
        compare_bytes(message.type, message, random)
        compare_record(message, message.decode(data), filled)


@pytest.mark.parametrize("name", ["powerpc-linux-gnu-gcc", "arm-linux-gnueabihf-gcc"])
def test_bytes_and_values_are_the_cross_compilers(name: str, tmp_path: Path) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"there is no {name} here (tests/install_cross_compilers.sh)")
    cc = f"{name} -ffreestanding"
    random = Random(11)
    header = tmp_path / "unit.h"
    orders = ("little-endian",) if "powerpc" in name else BIG
    header.write_text(StructWriter(random, (), orders).header(60))
    schema = wrap.wrap(header, cc).schema
    for message, filled, data in truth(schema, header, cc, random):
        compare(message.type, filled, data)
        compare_bytes(message.type, message, random)
        compare_record(message, message.decode(data), filled)


ELEMENTS = (
    "char", "s8", "uint8_t", "bool", "enum byte", "uint64_t", "int64_t", "float", "double",
    "_Float16", "float _Complex", "struct part",
)  # fmt: skip
PART = "struct part { s8 a; bool b; union { float f; char t[4]; } c; char d[3]; enum byte e; };\n"


def tails() -> str:
    """Messages that end in a flexible array member, some of them with a range."""
    lines = [PART]
    for id_, kind in enumerate(ELEMENTS, 100):
        tag = "/**< @range 0 1 */" if kind in ("uint64_t", "double") else ""
        lines.append(f"/** @msg {id_} */\nstruct m{id_} {{ s8 n; {kind} rest[]; {tag} }};")
    lines.append("/** @msg 99 */\nstruct text { s8 n; uint8_t rest[]; /**< @text */ };")
    return "\n".join(lines) + "\n"


def test_the_compiled_route_agrees(
    compile_classes: Callable[[wrap.Wrapped, Path], ModuleType], tmp_path: Path
) -> None:
    random = Random(12)
    header = tmp_path / "unit.h"
    header.write_text(StructWriter(random, HALVES, BIG).header(4) + tails())
    wrapped = wrap.wrap(header, "cc")
    classes = compile_classes(wrapped, header)
    for message in wrapped.schema.messages.values():
        compare_bytes(message.type, message, random)
        compare_bytes(classes.MESSAGES[message.id], message, random)
    for message, filled, data in truth(wrapped.schema, header, "cc", random):
        compare(classes.MESSAGES[message.id], filled, data)
