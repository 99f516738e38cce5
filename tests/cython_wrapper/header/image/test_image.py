"""Structs straight from images: values against the bytes that compilers laid out."""

from __future__ import annotations

import importlib.util
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

from cwire_structs import wrap
from cwire_structs.errors import WrapError
from cwire_structs.header.message_ids import Choice
from cwire_structs.schema import Schema
from cwire_structs.schema.kinds import EnumType, NumberType
from support.c_values import Filled, compare_bytes, compiler, fill
from support.images import LINK, build, compile_only, tool, variable, wrapped

ZOO = Path(__file__).parents[2] / "zoo.h"
CWIRE_H = Path(__file__).parents[4] / "c_driver" / "include"
COMPILERS = [
    *("cc", "powerpc-linux-gnu-gcc", "arm-linux-gnueabihf-gcc"),
    *("sh4-linux-gnu-gcc", "m68k-linux-gnu-gcc", "xtensa-lx106-elf-gcc", "riscv64-unknown-elf-gcc"),
]
FORMS = [
    ("-gdwarf-2",),
    ("-gdwarf-2", "-gstrict-dwarf"),
    ("-gdwarf-3",),
    ("-gdwarf-4",),
    ("-gdwarf-5",),
    ("-gdwarf-4", "-fdebug-types-section"),
    ("-gdwarf-5", "-fdebug-types-section"),
    ("-gdwarf-5", "-gz=zlib"),
]
MOTOR = """
#include <stdint.h>
enum mode { IDLE, RUN = 5, FAULT = -1 };
struct motor_state { uint8_t id; enum mode mode; float speed; int32_t at[2];
    unsigned low : 3, high : 7; };
struct motor_state state = { 7, FAULT, 1.5f, { 1, -2 }, 5, 100 };
"""


def zoo_source(schema: Schema) -> tuple[str, dict[str, list[Filled]]]:
    """Initialised variables of every message of the zoo."""
    random = Random(11)
    messages = schema.messages.values()
    filled = {one.name: [fill(one.struct, random) for _ in range(4)] for one in messages}
    lines = [f'#include "{ZOO}"']
    for message in messages:
        lines += [
            f"{message.struct.c_name} {message.name}_{index} = {one.initializer()};"
            for index, one in enumerate(filled[message.name])
        ]
    return "\n".join(lines), filled


def compare(image: Path, result: wrap.Wrapped, filled: dict[str, list[Filled]]) -> None:
    for message in result.schema.messages.values():
        for index, one in enumerate(filled[message.name]):
            data = variable(image, f"{message.name}_{index}")
            compare_bytes(message.type, data[: message.size], one)


@pytest.mark.parametrize("name", COMPILERS)
def test_every_value_of_the_zoo_is_what_each_form_of_dwarf_says(name: str, tmp_path: Path) -> None:
    cc = compiler(name)
    schema = wrap.wrap(ZOO, cc).schema
    source, filled = zoo_source(schema)
    for flags in FORMS:
        image = build(tmp_path, source, flags, cc)
        result = wrapped(image, *filled, cc=cc)
        compare(image, result, filled)
        assert result.schema.byte_order == schema.byte_order
        assert not result.doubt
        for struct in schema.structs.values():
            other = result.schema.structs[struct.name]
            assert (other.size, other.kind) == (struct.size, struct.kind)
            assert [one.span for one in other.members] == [one.span for one in struct.members]
        enums = {one: (e.size, e.signed, e.values) for one, e in result.schema.enums.items()}
        assert enums == {
            one: (e.size, e.signed, e.values)
            for one, e in schema.enums.items()
            if one != "message_id"
        }


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("cc", "x86_64-linux-gnu"),
        ("arm-linux-gnueabihf-gcc", "arm-linux-gnueabihf"),
        ("powerpc-linux-gnu-gcc", "powerpc-linux-gnueabi"),
    ],
)
def test_every_value_of_the_zoo_is_clangs(name: str, target: str, tmp_path: Path) -> None:
    if importlib.util.find_spec("ziglang") is None:
        pytest.skip("there is no clang with cross targets here (pip install ziglang)")
    cc = compiler(name)
    schema = wrap.wrap(ZOO, cc).schema
    source, filled = zoo_source(schema)
    clang = f"{sys.executable} -m ziglang cc -target {target} -ffreestanding"
    for flags in FORMS[:-1]:
        made = compile_only(tmp_path, source, [f for f in flags if f != "-gstrict-dwarf"], clang)
        image = made.with_suffix(".elf")
        subprocess.run([*cc.split(), *LINK, str(made), "-o", str(image)], check=True)
        compare(image, wrapped(image, *filled, cc=cc), filled)


AVR = """
#include <stdint.h>
struct pulse { uint8_t pin; uint16_t width; double level; int count;
    unsigned fine : 5, coarse : 6; };
struct pulse pulse = { 3, 0x1234, -0.5, -7, 17, 33 };
"""


@pytest.mark.parametrize("flag", ["-gdwarf-2", "-gdwarf-4"])
def test_avr(flag: str, tmp_path: Path) -> None:
    image = build(tmp_path, AVR, [flag], compiler("avr-gcc"))
    result = wrapped(image, "pulse", cc="avr-gcc")
    message = result.schema.messages["pulse"]
    values = {"pin": 3, "width": 0x1234, "level": -0.5, "count": -7, "fine": 17, "coarse": 33}
    assert message.type.from_bytes(variable(image, "pulse")).to_dict() == values
    types = [one.type for one in message.struct.members[1:4]]
    assert [one.np for one in types if isinstance(one, NumberType)] == ["<u2", "<f4", "<i2"]
    assert "double level" not in result.files["unit.h"]


CHARS = """
typedef char s8, name_t[4]; typedef s8 pair_t[2];
struct chars { char c; s8 trim[3]; char raw[4]; pair_t pair; name_t name; s8 one[1]; char text[1];
    int n; s8 tail[]; };
struct chars chars = { -5, { 1, 0, -128 }, "ab", { -1, 2 }, "name", { -3 }, "q", 7 };
"""


@pytest.mark.parametrize(("cc", "bias"), [("cc", 0), ("powerpc-linux-gnu-gcc", 256)])
def test_a_char_is_a_number_alone_and_by_its_typedef(cc: str, bias: int, tmp_path: Path) -> None:
    image = build(tmp_path, CHARS, cc=compiler(cc))
    result = wrapped(image, "chars", cc=cc)
    assert not result.doubt
    message = result.schema.messages["chars"]
    assert message.type.from_bytes(variable(image, "chars")[: message.size]).to_dict() == {
        "c": bias - 5, "trim": [1, 0, 128 if bias else -128], "raw": "ab",
        "pair": [255 if bias else -1, 2], "name": "name", "one": [bias - 3], "text": "q", "n": 7,
        "tail": [],
    }  # fmt: skip
    assert message.tail_size == 1
    assert f" {'uint8_t' if bias else 'int8_t'} trim[3];" in result.files["unit.h"]


RUST = """
#![no_std]
#![allow(dead_code)]
#[repr(u8)] pub enum Mode { Idle = 0, Fault = 200 }
#[repr(C)] pub struct Vector { x: f32, y: f32 }
pub mod inner { #[repr(C, packed)] pub struct Packed { pub a: u8, pub b: u64, pub c: i16 } }
#[repr(C)] pub union Raw { word: u32, bytes: [u8; 4] }
#[repr(C)] pub struct MotorState {
    id: u8, mode: Mode, speed: f64, at: [Vector; 2], counts: [[i16; 3]; 2], ok: bool, letter: char,
    raw: Raw, packed: inner::Packed, default: u32, nothing: (),
}
pub struct Native { a: u8, b: u64, c: u16 }
#[repr(C)] pub struct Optional { a: Option<u32> }
#[no_mangle] pub static STATE: MotorState = MotorState {
    id: 7, mode: Mode::Fault, speed: -2.5,
    at: [Vector { x: 1.0, y: 2.0 }, Vector { x: 3.0, y: -4.0 }],
    counts: [[1, -2, 3], [4, 5, -6]], ok: true, letter: 'Z', raw: Raw { word: 0x01020304 },
    packed: inner::Packed { a: 1, b: 0x0102030405060708, c: -9 }, default: 77, nothing: (),
};
#[no_mangle] pub static NATIVE: Native = Native { a: 1, b: 2, c: 3 };
#[no_mangle] pub static OPTIONAL: Optional = Optional { a: Some(3) };
"""


@pytest.fixture(scope="module")
def rust(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tool("rustc")
    folder = tmp_path_factory.mktemp("rust")
    source = folder / "unit.rs"
    source.write_text(RUST)
    made = folder / "unit.o"
    how = ["rustc", "-g", "--crate-type=lib", "--emit=obj", "-Cpanic=abort"]
    subprocess.run([*how, str(source), "-o", str(made)], check=True)
    return made


def test_structs_of_rust(rust: Path) -> None:
    result = wrapped(rust, "MotorState")
    item = result.schema.messages["MotorState"].type.from_bytes(variable(rust, "STATE"))
    assert (item.id, item.mode, item.speed, item.ok, item.letter) == (7, 200, -2.5, True, ord("Z"))
    assert [(one.x, one.y) for one in item.at] == [(1.0, 2.0), (3.0, -4.0)]
    assert item.counts.tolist() == [[1, -2, 3], [4, 5, -6]]
    assert (item.raw.word, item.packed.b, item.packed.c) == (0x01020304, 0x0102030405060708, -9)
    assert item.default_ == 77  # default is a word of C
    assert result.schema.json["source"]["cc"] == "rustc"
    assert not result.doubt


def test_rusts_own_order_is_warned_of(rust: Path) -> None:
    result = wrapped(rust, "Native")
    item = result.schema.messages["Native"].type.from_bytes(variable(rust, "NATIVE"))
    assert (item.a, item.b, item.c) == (1, 2, 3)
    assert "in Rust say #[repr(C)]" in result.warnings[0]


def test_an_enum_with_data_is_refused(rust: Path) -> None:
    with pytest.raises(WrapError, match="is an enum with data, as Rust has them; use a struct"):
        wrapped(rust, "Optional")


CXX = """
#include <cstdint>
namespace motor {
enum class mode : std::uint8_t { off, on = 3 };
struct base { std::uint8_t kind; std::uint32_t serial; };
struct state : base { mode m = mode::on; static int count; float speed; struct { int x, y; } at; };
class watched { public: virtual ~watched() {} std::uint16_t a; };
struct shared : virtual base { int own; };
}
namespace pump { struct state { std::uint16_t flow; }; }
template <typename T> struct pair { T first, second; };
int motor::state::count;
motor::state state;
pump::state other;
motor::shared shared;
pair<short> two;
void use() { motor::watched w; w.a = 1; }
"""


@pytest.fixture(scope="module")
def cxx(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compile_only(tmp_path_factory.mktemp("cxx"), CXX, cc=tool("g++"), name="unit.cpp")


def test_classes_are_flat_and_namespaces_part_names(cxx: Path) -> None:
    struct = wrapped(cxx, "motor::state").schema.messages["motor_state"].struct
    fields = {one.name: (one.offset, one.size) for one in struct.members}
    # What a derived class has may lie in the bytes at the end of its base, or behind them.
    assert fields == {
        "kind": (0, 1), "serial": (4, 4), "m": (8, 1), "speed": (12, 4), "at": (16, 8)
    }  # fmt: skip
    mode = struct.by_name["m"].type
    assert isinstance(mode, EnumType)
    assert mode.enum.values == {"off": 0, "on": 3}
    assert wrapped(cxx, "pair<short int>").schema.messages["pair_short_int"].size == 4
    watched = wrapped(cxx, "watched").schema.messages["watched"].struct
    assert [(one.name, one.offset) for one in watched.members] == [("a", 8)]


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        (
            "state",
            r"state is defined differently: motor::state in .*, 24 bytes; pump::state in .*, 2",
        ),
        ("shared", "is a virtual base, whose place depends on the object"),
    ],
)
def test_classes_that_are_refused(cxx: Path, name: str, complaint: str) -> None:
    with pytest.raises(WrapError, match=complaint):
        wrapped(cxx, name)


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ("char *p;", r"unit.c:1: struct m.p is a pointer: an address means nothing"),
        ("long double d;", "struct m.d is a long double"),
        ("__int128 i;", "struct m.i is a 128-bit integer"),
        ("struct { int n; char t[]; } t; int z;", "flexible array member"),
        ("_Decimal32 d;", r"struct m.d is a _Decimal32 of 4 bytes"),
        ("float v __attribute__((vector_size(16))); struct u *p;", "struct m.p is a pointer"),
    ],
)
def test_members_without_a_place(members: str, complaint: str, tmp_path: Path) -> None:
    image = compile_only(tmp_path, f"struct m {{ {members} }} m;")
    with pytest.raises(WrapError, match=complaint):
        wrapped(image, "m")


def test_the_other_byte_order_is_the_fields(tmp_path: Path) -> None:
    """Also beside structs of the file's own order, and proved by a compiler of that."""
    order = '__attribute__((scalar_storage_order("big-endian")))'
    image = compile_only(
        tmp_path,
        f"""
        struct inner {{ unsigned short a; unsigned low : 4, high : 12; float f[2]; }} {order};
        struct mixed {{ struct inner in; int native; struct {{ short x; }} {order}; }};
        struct mixed mixed = {{ {{ 0x0102, 3, 0x456, {{ 1.5f, -2.0f }} }}, 7, {{ 0x0304 }} }};
        struct bits {{ unsigned char low : 3, high : 5; }} {order} bits = {{ 1, 2 }};
        """,
    )
    result = wrapped(image, "mixed", "bits")
    assert (result.schema.byte_order, result.doubt) == ("little", "")
    item = result.schema.messages["mixed"].type.from_bytes(variable(image, "mixed"))
    assert (item.in_.a, item.in_.low, item.in_.high) == (0x0102, 3, 0x456)
    assert (list(item.in_.f), item.native, item.x) == ([1.5, -2.0], 7, 0x0304)
    bits = result.schema.messages["bits"].type.from_bytes(variable(image, "bits"))
    assert (bits.low, bits.high) == (1, 2)


def test_enums_have_the_byte_order_of_what_is_beside_them(tmp_path: Path) -> None:
    """DWARF does not say it of an enum, which is told."""
    image = compile_only(
        tmp_path,
        """
        struct m { unsigned char id; enum { A, B = 0x01020304 } e, two[2]; enum { C, D } f : 12; }
            __attribute__((scalar_storage_order("big-endian"))) m = { 1, B, { A, B }, D };
        """,
    )
    result = wrapped(image, "m")
    item = result.schema.messages["m"].type.from_bytes(variable(image, "m"))
    assert item.to_dict() == {"id": 1, "e": "B", "two": ["A", "B"], "f": "D"}
    told = [text for text in result.warnings if "taken to be big-endian" in text]
    names = [text.partition(" is an enum")[0].rpartition(".")[2] for text in told]
    assert names == ["e", "two", "f"]


def test_ids_are_given_or_the_images_or_the_next(tmp_path: Path) -> None:
    source = """
    enum message_id { STATUS = 9 } id;
    struct status { int a; } status; struct wave { int b; } wave; struct other { int c; } other;
    """
    image = compile_only(tmp_path, source)
    one = wrap.wrap(image, None, Choice({"wave": 3}, ("status", "other", "wave"))).schema
    assert {name: message.id for name, message in one.messages.items()} == {
        "status": 9, "other": 1, "wave": 3,
    }  # fmt: skip
    assert list(wrap.wrap(image).schema.messages) == ["status"]
    assert list(wrapped(image, "[ow]*").schema.messages) == ["other", "wave"]
    with pytest.raises(WrapError, match="9: status has this number, too"):
        wrap.wrap(image, None, Choice({"status": 9, "wave": 9}))
    with pytest.raises(WrapError, match="ids are from 1 to 0xEFFF"):
        wrap.wrap(image, None, Choice({"wave": 0}))
    with pytest.raises(WrapError, match="has no struct statsu; did you mean status"):
        wrapped(image, "statsu")


def test_nothing_is_chosen(tmp_path: Path) -> None:
    image = compile_only(tmp_path, "struct a { int b; } a; struct c { int d; } c;")
    with pytest.raises(WrapError, match="say which structs are messages: --only a c;"):
        wrap.wrap(image)


def test_equal_definitions_are_one_and_others_are_named(tmp_path: Path) -> None:
    twin = "struct a { int b; }; struct c { int d %s; }; struct a %s1; struct c %s2;"
    one = compile_only(tmp_path, twin % ("", "x", "x"), name="one.c")
    other = compile_only(tmp_path, twin % ("[2]", "y", "y"), name="other.c")
    image = tmp_path / "all.elf"
    subprocess.run(["cc", *LINK, str(one), str(other), "-o", str(image)], check=True)
    assert wrapped(image, "a").schema.messages["a"].size == 4
    match = r"c is defined differently: c in .*one.c, 4 bytes; c in .*other.c, 8 bytes; rename one"
    with pytest.raises(WrapError, match=match):
        wrapped(image, "c")


def test_typedefs_name_what_has_no_name(tmp_path: Path) -> None:
    source = """
    typedef struct { int a; enum { OFF, ON } e; } plain_t; plain_t plain;
    typedef struct tagged { plain_t in; union { int i; float f; } u; } tagged_t; tagged_t tagged;
    void f(void) { struct local { char c; } l = { 1 }; struct tagged { char d; } t = { 2 }; }
    """
    image = compile_only(tmp_path, source)
    schema = wrapped(image, "plain_t", "tagged_t").schema
    assert list(schema.structs) == ["plain_t", "tagged_t__u", "tagged_t"]
    assert list(schema.enums) == ["plain_t__e"]
    assert list(wrapped(image, "struct tagged").schema.messages) == ["tagged"]
    assert wrapped(image, "local").schema.messages["local"].size == 1


def test_the_files_are_for_a_bridge_in_c(tmp_path: Path) -> None:
    image = compile_only(tmp_path, MOTOR, name="fw.c")
    result = wrapped(image, "motor_state")
    assert set(result.files) == {
        "fw.h", "fw_schema.h", "fw.schema.json", "fw.pyx", "fw.pxd", "fw.pyi",
    }  # fmt: skip
    document = json.loads(result.files["fw.schema.json"])
    assert document["source"] == {
        "image": "fw.o", "header": "fw.h", "cc": "gcc", "target": "x64", "flags": [],
        "verified": True,
    }  # fmt: skip
    assert document["constants"] == {}
    assert any("holds no comments, tags, units or #define" in one for one in result.warnings)
    wrap.write(result, tmp_path)
    bridge = tmp_path / "bridge.c"
    bridge.write_text('#include "fw_schema.h"\nint a = sizeof(struct motor_state);\n')
    for language in ("c", "c++"):
        how = ["cc", "-x", language, "-Wall", "-Wextra", "-Werror", "-Wno-unused", "-c"]
        subprocess.run([*how, f"-I{CWIRE_H}", str(bridge), "-o", "/dev/null"], check=True)


def test_enumerators_of_one_name(tmp_path: Path) -> None:
    source = """
    enum class a { off, on = 2 }; enum class b { off, idle }; struct m { a x; b y; } m;
    """
    result = wrapped(compile_only(tmp_path, source, cc=tool("g++"), name="unit.cpp"), "m")
    assert "a_off = 0," in result.files["unit.h"]
    assert "b_off = 0," in result.files["unit.h"]
    assert result.schema.enums["a"].values == {"off": 0, "on": 2}
    assert not result.doubt


def test_without_a_compiler_of_the_target_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cc = compiler("powerpc-linux-gnu-gcc")
    image = build(tmp_path, MOTOR, cc=cc, name="fw.c")
    arguments = [str(image), "--only", "motor_state", "-o", str(tmp_path / "made")]
    assert wrap.main([*arguments, "--cc", "cc"]) == 0
    assert "not proved: no compiler of the target (powerpc, big-endian)" in capsys.readouterr().out
    assert not json.loads((tmp_path / "made/fw.schema.json").read_text())["source"]["verified"]
    assert wrap.main([*arguments, "--cc", cc]) == 0
    assert f"fw.h, made of it, is proved with {cc}" in capsys.readouterr().out
    assert wrap.main([*arguments, "--cc", cc, "--check"]) == 0
    schema = Schema.from_json((tmp_path / "made/fw.schema.json").read_bytes())
    item = schema.messages["motor_state"].type.from_bytes(variable(image, "state"))
    assert (item.id, item.mode, item.speed, list(item.at)) == (7, -1, 1.5, [1, -2])
    assert (item.low, item.high) == (5, 100)


def test_an_image_needs_no_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    image = compile_only(tmp_path, MOTOR)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    assert shutil.which("cc") is None
    result = wrapped(image, "motor_state")
    assert result.proved_with is None
    assert "there is no program 'cc'" in result.doubt


def test_options_of_headers_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = compile_only(tmp_path, MOTOR)
    given = ["-I", "x", "-D", "A=1", "--type", "U8=uint8_t", "--cxx", "g++", "--constants", "all"]
    assert wrap.main([str(image), "--only", "motor_state", *given]) == 1
    assert (
        "unit.o is an image, which was compiled already: -I, -D, --type, --cxx, --constants are for"
        " headers" in capsys.readouterr().err
    )


def test_patterns_with_namespaces(cxx: Path) -> None:
    assert {*wrapped(cxx, "pump::*").schema.messages} == {"pump_state"}
    every = Choice(all=("motor::ba*", "pump::*"))
    assert {*wrap.wrap(cxx, None, every).schema.messages} == {"base", "pump_state"}
    with pytest.raises(WrapError, match=r"--only lab::\*: unit.o has no struct of such a name"):
        wrapped(cxx, "lab::*")


def test_classes_of_a_32_bit_image_are_compiled(
    tmp_path: Path, compile_classes: Callable[..., ModuleType]
) -> None:
    """The header that is made of it has numbers of a fixed size and no padding to choose."""
    image = build(tmp_path, MOTOR, cc=compiler("arm-linux-gnueabihf-gcc"), name="fw.c")
    result = wrapped(image, "motor_state", cc="cc")
    assert result.schema.json["abi"]["pointer"] == 4
    cls = compile_classes(result, tmp_path / "fw.h").MotorState
    item = cls.from_bytes(variable(image, "state"))
    assert (item.id, item.mode, item.speed, list(item.at)) == (7, -1, 1.5, [1, -2])


def test_explain_is_for_headers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = compile_only(tmp_path, MOTOR)
    assert wrap.main([str(image), "--only", "motor_state", "--explain", "motor_state"]) == 1
    assert "--explain is for headers" in capsys.readouterr().err


MANY = """
enum message_id { WHEEL_SPEED = 7, MSG_COUNT = 9 };
enum topics { TOPIC_GYRO = 0, TOPIC_HEAT = 3 };
enum message_id id; enum topics topic;
struct wheel_speed { int v; } a; typedef struct { char c; } gyro_t; gyro_t b;
struct heat { float t; struct gyro_in { int x; } in; } c; struct linked { struct linked *next; } d;
typedef struct heat heat_alias; heat_alias e;
"""


def test_all_numbers_what_has_a_place_and_tells_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = compile_only(tmp_path, MANY)
    result = wrap.wrap(image, None, Choice(all=("*",)))
    ids = {one.name: one.id for one in result.schema.messages.values()}
    assert ids.pop("wheel_speed") == 7
    assert set(ids) == {"gyro_t", "heat", "gyro_in"}
    assert sorted(ids.values()) == [1, 2, 3]
    told = [one for one in result.warnings if "left out" in one]
    assert len(told) == 1
    assert told[0].startswith("linked is left out: ")
    assert "is a pointer" in told[0]
    some = wrap.wrap(image, None, Choice(all=("gyro*",), only=("*_t",)))
    assert list(some.schema.messages) == ["gyro_t"]
    assert list(some.schema.structs) == ["gyro_t"]
    arguments = [str(image), "--all", "heat", "--name", "plant", "-o", str(tmp_path / "made")]
    assert wrap.main(arguments) == 0
    assert (tmp_path / "made/plant.h").is_file()
    assert "2 messages" in capsys.readouterr().out
    assert wrap.main([*arguments, "--constants", "all"]) == 1
    assert "--constants is for headers" in capsys.readouterr().err


def test_ids_of_an_enum_and_of_a_file(tmp_path: Path) -> None:
    image = compile_only(tmp_path, MANY)
    ids = tmp_path / "ids.txt"
    ids.write_text("heat = 20\n")
    choice = Choice.of([], [], ids)
    schema = wrap.wrap(image, None, choice).schema
    assert {one.name: one.id for one in schema.messages.values()} == {"heat": 20, "wheel_speed": 7}
    result = wrap.wrap(image, None, Choice(ids_enum="topics", id_offset=1))
    messages = json.loads(result.files["unit.schema.json"])["messages"]
    assert {number: one["name"] for number, one in messages.items()} == {
        "1": "gyro_t", "4": "heat", "8": "wheel_speed",
    }  # fmt: skip
    assert [one["source_id"] for one in messages.values()] == [0, 3, 7]
    with pytest.raises(WrapError, match=r"--ids-enum topic: unit\.o has no such enum"):
        wrap.wrap(image, None, Choice(ids_enum="topic"))
