"""Structs whose numbers have another byte order than the machine, however that was asked for."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import cwire
from cwire.data.frame_array import FrameArray
from cwire_structs import frames, wrap
from cwire_structs.compiler.samples import addresses, samples
from cwire_structs.compiler.toolchain import find
from cwire_structs.errors import LayoutMismatch
from cwire_structs.header.header import read_header
from cwire_structs.header.message_ids import Choice
from cwire_structs.schema import Message, Schema
from support.c_values import check, compare_with_objects, compiled_constants, compiler, fill
from support.processes import ROOT, Relay, Running, until
from support.raw_client import RawClient

CASES = Path(__file__).parent / "cases"
HEADER = CASES / "storage_order.h"
INCLUDE = ROOT / "c_driver" / "include"
CHOICE = Choice(ids={"clock_us": 1, "wheel": 2})
WAYS = {
    "attribute": "cc",
    "pragma": "cc -DTURNED= -DTURNED_BY_PRAGMA",
    "flag": "cc -DTURNED= -fsso-struct=big-endian",
}
Wrap = Callable[..., wrap.Wrapped]


def wrapped(cc: str = "cc") -> wrap.Wrapped:
    return wrap.wrap(HEADER, cc, CHOICE)


def orders(schema: Schema, name: str) -> dict[str, str | None]:
    return {field.name: field.byte_order for field in schema.structs[name].fields}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_ask_for_it(way: str, tmp_path: Path) -> None:
    schema = wrapped(WAYS[way]).schema
    assert schema.byte_order == "little"
    found = orders(schema, "wheel")
    assert {name for name, order in found.items() if order != "big"} == {
        "axle", "at", "marks", "parts",
    }  # fmt: skip
    assert schema.layout_hash == wrapped().schema.layout_hash
    compare_with_objects(schema, HEADER, WAYS[way], tmp_path)


def test_on_a_big_endian_machine_it_is_the_little_one(tmp_path: Path) -> None:
    little = '-D"TURNED=__attribute__((scalar_storage_order(\\"little-endian\\")))"'
    cc = f"{compiler('powerpc-linux-gnu-gcc')} {little}"
    schema = wrapped(cc).schema
    assert (schema.byte_order, orders(schema, "wheel")["speed"]) == ("big", "little")
    made = wrapped(f"{compiler('powerpc-linux-gnu-gcc')} -DTURNED=").schema
    assert schema.layout_hash != made.layout_hash
    assert (orders(made, "wheel")["speed"], orders(made, "wheel")["mode"]) == ("big", "big")


def test_neither_is_a_struct_of_bytes_and_bits_alone(wrap_text: Wrap, tmp_path: Path) -> None:
    text = "enum message_id {{ M = 1 }};\nstruct m {{ unsigned char a : 3, b : 5; }}{};\n"
    turned = wrap_text(text.format(' __attribute__((scalar_storage_order("big-endian")))'))
    schema = turned.schema
    assert [one["byte_order"] for one in schema.json["types"]["m"]["fields"]] == ["big", "big"]
    compare_with_objects(schema, tmp_path / "unit.h", "cc", tmp_path)
    plain = wrap_text(text.format("")).schema
    assert "byte_order" not in json.dumps(plain.json["types"])
    assert plain.layout_hash != schema.layout_hash
    values = {"a": 5, "b": 17}
    assert schema.messages["m"].encode(values) != plain.messages["m"].encode(values)


@pytest.mark.parametrize("way", ["attribute", "flag"])
def test_compiled_classes_read_and_write_what_gcc_does(
    way: str, compile_classes: Callable[..., ModuleType], tmp_path: Path
) -> None:
    made = wrapped(WAYS[way])
    classes = compile_classes(made, HEADER)
    struct = made.schema.structs["wheel"]
    filled = fill(struct, Random(5))
    source = f'#include "{HEADER}"\nconst struct wheel one = {filled.initializer()};\n'
    data = compiled_constants(WAYS[way].split(), source, tmp_path).symbol("one")[
        : made.schema.messages["wheel"].size
    ]
    for cls in (classes.Wheel, made.schema.messages["wheel"].type):
        item = cls.from_bytes(data)
        check(item, filled.values)
        assert bytes(cls(**filled.values)) == data
        for name, value in filled.values.items():
            if not name.startswith("_"):
                setattr(item, name, value)
        item.faults = [0x01020304]
        assert bytes(item)[-4:] == b"\1\2\3\4"
        assert item.to_dict()["faults"] == [0x01020304]


def test_tables_have_the_machines_order() -> None:
    message = wrapped().schema.messages["wheel"]
    array = frame_array(message, {"speed": 0x0102, "slip": 1.5, "faults": [7]})
    table = array.to_pandas()
    assert table["speed"].sum() == 0x0102
    assert table.dtypes["slip"].isnative
    assert array.to_xarray()["slip"].values.dtype.isnative
    assert array.to_pyarrow()["speed"].to_pylist() == [0x0102]


def test_half_floats_of_either_order_are_wide_enough_in_tables(wrap_text: Wrap) -> None:
    order = '__attribute__((scalar_storage_order("big-endian")))'
    text = f"enum message_id {{ M = 1 }};\nstruct m {{ _Float16 h; short s; }} {order};\n"
    message = wrap_text(text).schema.messages["m"]
    assert message.encode({"h": 259.0, "s": 1}) == b"\x5c\x0c\0\1"  # as a program of gcc stores it
    assert frame_array(message, {"h": 259.0}).to_pandas().dtypes["h"] == np.float32


def frame_array(message: Message, values: dict[str, Any]) -> FrameArray:
    payload = message.encode(values)
    packed = frames.pack(message.id, payload)
    return FrameArray.from_frames(packed, message.frame_dtype(len(payload)), message)


ENUM_ALONE = """
enum message_id { M = 1 };
enum gear { FIRST = 1, LAST = 0x01020304 };
struct m { enum gear gear; } __attribute__((scalar_storage_order("big-endian")));
"""


def test_what_only_values_tell_is_refused_with_both(wrap_text: Wrap) -> None:
    """Debugging information has no byte order for an enum, and there is no number beside it."""
    with pytest.raises(LayoutMismatch) as caught:
        wrap_text(ENUM_ALONE)
    assert (
        "unit.h:4: struct m.gear: cc stores 0x1020304 as the bytes 01 02 03 04, which are "
        "0x4030201 for DWARF: the other byte order"
    ) in str(caught.value)


@pytest.mark.parametrize("order", ["little", "big"])
def test_large_structs_do_not_fill_the_object_file(order: str, tmp_path: Path) -> None:
    header = tmp_path / "unit.h"
    header.write_text(
        "enum message_id { M = 1 };\nstruct m { char blob[1 << 24]; short s[2][2]; int i; } "
        f'__attribute__((scalar_storage_order("{order}-endian")));\n'
    )
    layout = read_header(header, find("cc"))
    assert list(samples(layout, "little")) == []
    asked = [spelled for _, _, spelled in addresses(layout, "little")]
    assert asked[-1] == "((struct m *)0)->i"
    fields = wrap.wrap(header, "cc").schema.structs["m"].by_name
    assert (fields["s"].byte_order, fields["i"].byte_order) == (order, order)


def test_each_member_of_a_union_has_a_sample(tmp_path: Path) -> None:
    header = tmp_path / "unit.h"
    header.write_text(
        "enum message_id { M = 1 };\n"
        "struct m { int z; union { struct { int a; short b; }; short c[3]; double d; }; int y; };\n"
    )
    found = [
        [f"{one.field.name}{one.index}" for one in sample.numbers]
        for sample in samples(read_header(header, find("cc")), "little")
    ]
    assert found == [["z", "a", "b", "y"], ["c[0]", "c[2]"], ["d"]]
    wrap.wrap(header, "cc")


def test_cplusplus_has_the_machines_order_alone(tmp_path: Path) -> None:
    """g++ takes neither attribute, pragma nor flag, and so its structs are read without."""
    made = wrap.wrap(HEADER, "cc", Choice(ids={"clock_us": 1}), cxx="g++").schema
    assert orders(made, "clock_us")["seconds"] == "little"
    program = tmp_path / "program.cpp"
    program.write_text(
        f'#include "{HEADER}"\n#include <cstdio>\n'
        "int main() { clock_us one = {}; one.seconds = 0x01020304; one.ticks = 5;\n"
        "    fwrite(&one, sizeof one, 1, stdout); }\n"
    )
    run = ["g++", "-w", str(program), "-o", str(tmp_path / "program")]
    subprocess.run(run, check=True)
    data = subprocess.run([tmp_path / "program"], capture_output=True, check=True).stdout
    assert made.messages["clock_us"].encode({"seconds": 0x01020304, "ticks": 5}) == data


PICKY = "-std=gnu11 -Wall -Wextra -Wpedantic -Werror -Wshadow -Wc++-compat -fsyntax-only"


@pytest.mark.parametrize("way", WAYS)
def test_a_driver_of_another_byte_order_does_not_compile(way: str, tmp_path: Path) -> None:
    wrap.write(wrapped(WAYS[way]), tmp_path)
    source = tmp_path / "driver.c"
    source.write_text('#include "storage_order_schema.h"\nconst void *p = &storage_order_schema;\n')
    rest = [f"-I{tmp_path}", f"-I{CASES}", f"-I{INCLUDE}", str(source)]

    def said(flags: str) -> str:
        command = ["cc", *PICKY.split(), *flags.split(), *rest]
        return subprocess.run(command, capture_output=True, text=True, check=False).stderr

    for other in WAYS.values():
        assert said(other.removeprefix("cc")) == ""
    assert "type punning toggles scalar storage order" in said("-DTURNED=")
    cxx = ["g++", "-fsyntax-only", "-w", *rest[:-1], "-x", "c++", rest[-1]]
    done = subprocess.run(cxx, capture_output=True, text=True, check=False)
    assert "structs are big-endian (scalar_storage_order)" in done.stderr


@pytest.mark.parametrize("flags", ["", "-w"])
def test_a_driver_that_turns_plain_structs_does_not_compile(flags: str, tmp_path: Path) -> None:
    wrap.write(wrapped("cc -DTURNED="), tmp_path)
    source = tmp_path / "driver.c"
    text = '#include "storage_order_schema.h"\nconst void *p = &storage_order_schema;\n'
    rest = ["-DTURNED=", f"-I{tmp_path}", f"-I{CASES}", f"-I{INCLUDE}", str(source)]
    command = ["cc", *PICKY.split(), *flags.split(), *rest]
    source.write_text(text)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    for more, before in (
        ("-fsso-struct=big-endian", ""),
        ("-O2", "#pragma scalar_storage_order big-endian\n"),
    ):
        source.write_text(before + text)
        done = subprocess.run([*command, more], capture_output=True, text=True, check=False)
        assert "cannot take address of scalar with reverse storage order" in done.stderr


DRIVER = """
#include "storage_order_schema.h"
int main(int count, char **arguments) {
    cwire *link = cwire_listen(arguments[count - 1], &storage_order_schema, NULL);
    struct wheel wheel = {.axle = 3, .speed = 0x0102, .torque = -5, .slip = 0.25f, .odometer = 7,
                          .gear = FIRST, .mode = 5, .trim = -9, .at = {.seconds = 9, .ticks = 11}};
    if (link == NULL) return 1;
    for (;;) {
        cwire_publish(link, 2, (const void *)&wheel, sizeof wheel);
        cwire_poll(link, 10);
    }
}
"""


def test_from_a_driver_to_a_notebook(built_driver: None, runtime: Path, tmp_path: Path) -> None:
    """And as JSON, which the relay makes."""
    wrap.write(wrapped(), tmp_path)
    source, program = tmp_path / "driver.c", tmp_path / "driver"
    source.write_text(DRIVER)
    include = [f"-I{tmp_path}", f"-I{CASES}", f"-I{INCLUDE}"]
    library = ROOT / "c_driver" / "build" / "libcwire.a"
    command = [
        "cc",
        "-Wall",
        "-Werror",
        "-pthread",
        *include,
        str(source),
        str(library),
        "-o",
        str(program),
    ]
    subprocess.run(command, check=True)
    path = runtime / "wheel.sock"
    expected = {"axle": 3, "speed": 0x0102, "torque": -5, "slip": 0.25, "odometer": 7, "mode": 5}
    with Running(program, path), Relay(f"wheel={path}") as relay, cwire.connect() as bridge:
        until(lambda: bridge["wheel"].state == "up")
        wheel = bridge.latest("wheel", timeout=30)[-1]
        assert {name: getattr(wheel, name) for name in expected} == expected
        assert (wheel.gear.name, wheel.trim, wheel.at.seconds, wheel.at.ticks) == (
            "FIRST",
            -9,
            9,
            11,
        )
        fields = asyncio.run(as_json(relay))
        assert {name: fields[name] for name in expected} == expected
        assert (fields["gear"], fields["at"]["seconds"]) == ("FIRST", 9)


async def as_json(relay: Relay) -> Any:
    headers = {"Authorization": f"Bearer {relay.token}"}
    async with RawClient(relay.url, **headers) as client:
        await client.say("subscribe", id=1, messages=["wheel"], format="json")
        await client.text("subscribed")
        return (await client.text("message"))["fields"]
