"""libclang reads, the compiler judges: what libclang does not know costs nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cwire_structs import wrap
from cwire_structs.compiler import toolchain
from cwire_structs.errors import WrapError
from cwire_structs.header import header
from cwire_structs.header.message_ids import Choice
from support.c_values import compare_with_objects, compiler

CASES = Path(__file__).parents[1] / "cases"
Wrap = Callable[..., wrap.Wrapped]


def wrapped(name: str, message: str, cc: str) -> wrap.Wrapped:
    return wrap.wrap(CASES / name, cc, Choice(ids={message: 1}))


FLAGS = {
    "cc": "-mpreferred-stack-boundary=4 -mindirect-branch=thunk -mfentry -mms-bitfields",
    "arm-linux-gnueabihf-gcc": "-mthumb-interwork -mapcs-frame -mno-sched-prolog -marm",
    "sh4-linux-gnu-gcc": "-ml -m4",
    "avr-gcc": "-mmcu=atmega328p -mcall-prologues -mstrict-X -fpack-struct",
    "m68k-linux-gnu-gcc": "-m68020 -mno-rtd -malign-int",
    "powerpc-linux-gnu-gcc": "-mstrict-align -mno-string",
}


@pytest.mark.parametrize("name", FLAGS)
def test_flags_that_libclang_does_not_know(name: str, tmp_path: Path) -> None:
    cc = f"{compiler(name)} {FLAGS[name]}"
    schema = wrapped("reading.h", "reading", cc).schema
    assert schema.json["source"]["flags"] == cc.split()[1:]
    compare_with_objects(schema, CASES / "reading.h", cc, tmp_path)


@pytest.mark.parametrize(
    "flags",
    [
        "-D BURST=6", "-DBURST=6", "--define-macro BURST=6", "-Wp,-DBURST=6", "-imacros {}",
        "-include {}", "--include={}", "--imacros {}", "@{}.flags",
    ],
)  # fmt: skip
def test_every_way_to_define_a_macro(flags: str, tmp_path: Path) -> None:
    config = tmp_path / "autoconf.h"
    shutil.copy(CASES / "autoconf.h", config)
    (tmp_path / "autoconf.h.flags").write_text("-D BURST=6")
    schema = wrapped("define.h", "burst", f"cc {flags.format(config)}").schema
    assert schema.structs["burst"].size == 20
    made = schema.messages["burst"].type(samples=[1, 2, 3, 4, 5, 6])
    assert bytes(made)[8:] == bytes([1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0])
    assert str(tmp_path) not in str(schema.json)


@pytest.mark.parametrize("flag", ["-fms-extensions", "-fplan9-extensions"])
def test_unnamed_members_with_a_tag(flag: str) -> None:
    schema = wrapped("unnamed_tagged.h", "body", f"gcc {flag}").schema
    body = schema.structs["body"]
    assert (body.size, body.by_name["sum"].offset, body.by_name["bytes"].offset) == (12, 8, 4)
    made = schema.messages["body"].type.from_bytes(bytes(range(12)))
    assert made.to_dict() == {"id": 0x03020100, "bytes": 0x0504, "sum": 0x0B0A0908}


@pytest.mark.parametrize("name", ["intrinsics.h", "omp.h", "implicit.h", "gcc_gate.h", "float32.h"])
def test_what_libclang_does_not_understand_elsewhere(name: str, tmp_path: Path) -> None:
    """In functions of the compiler's own headers, or by #error for another compiler."""
    chain = toolchain.find("gcc")
    if chain.refusal(CASES / name, "c"):
        pytest.skip(f"this gcc does not compile {name} itself: it lacks what the header includes")
    schema = wrap.wrap(CASES / name, chain, Choice(ids={"iq": 1})).schema
    compare_with_objects(schema, CASES / name, "gcc", tmp_path)
    assert {field.type.kind for field in schema.structs["iq"].fields} == {"float"}


def test_where_libclang_stumbles_the_members_are_the_compilers() -> None:
    layout = header.read_header(CASES / "gcc_gate.h", toolchain.find("gcc"), Choice(ids={"iq": 1}))
    assert layout.reader == "DWARF"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("struct m { int a; _Decimal32 price; };", "unit.h:2: GNU decimal type extension"),
        ("typedef _Decimal64 money;\nstruct m { money a; };", "unit.h:2: GNU decimal type"),
        ("#ifdef __clang__\n#include <nothing.h>\n#endif\nstruct m { int a; };",
         "unit.h:3: 'nothing.h' file not found"),
    ],
)  # fmt: skip
def test_where_libclang_cannot_read_a_message_it_is_said(
    wrap_text: Wrap, text: str, said: str
) -> None:
    with pytest.raises(WrapError) as caught:
        wrap_text("enum message_id { M = 1 };\n" + text, "gcc")
    told = str(caught.value)
    assert told.startswith("unit.h: gcc compiles it, but libclang, which reads the structs, does")
    assert said in told
    assert "a header of their own" in told
    assert '--cc "gcc -include stdint.h"' in told


def test_all_leaves_out_what_libclang_cannot_read(wrap_text: Wrap) -> None:
    text = "struct odd { int a; _Decimal32 price; };\nstruct m { int a; };\n"
    text += "struct n { struct odd odd; };\n"
    made = wrap_text(text, "gcc", choice=Choice(all=("*",)))
    assert set(made.schema.messages) == {"m"}
    assert made.warnings[0].startswith(
        "unit.h:1: struct odd is left out: libclang does not understand unit.h:1: GNU decimal"
    )


def test_an_enum_that_libclang_cannot_read_costs_the_structs_that_have_it(wrap_text: Wrap) -> None:
    text = (
        "enum odd { ODD = sizeof(_Decimal32) };\nstruct a { enum odd odd; };\n"
        "struct b { int n; enum odd odd; };\nstruct m { int a; };\n"
    )
    made = wrap_text(text, "gcc", choice=Choice(all=("*",)))
    assert set(made.schema.messages) == {"m"}
    for line, warning in zip((2, 3), made.warnings, strict=False):
        assert warning.startswith(f"unit.h:{line}: struct {'_ab'[line - 1]} is left out: libclang")
        assert "unit.h:1: " in warning


def test_enums_are_as_short_as_the_compilers() -> None:
    """AAPCS without an operating system, as arm-none-eabi-gcc has it by itself."""
    cc = compiler("arm-linux-gnueabihf-gcc") + " -mabi=aapcs -DBURST=2"
    schema = wrapped("define.h", "burst", cc).schema
    assert schema.enums["mode"].size == 1
    made = schema.messages["burst"].type.from_bytes(bytes([7, 1, 2, 0, 3, 0]))
    assert made.to_dict() == {"count": 7, "mode": "RUN", "samples": [2, 3]}


def test_headers_that_include_each_other(tmp_path: Path) -> None:
    """#pragma once does not hold for the file that libclang is given."""
    outer, inner = tmp_path / "outer.h", tmp_path / "inner.h"
    outer.write_text(
        '#pragma once\n#include "inner.h"\n#define LAST 5\nstruct outer { struct inner one; };\n'
    )
    inner.write_text('#pragma once\n#include "outer.h"\nstruct inner { int a; /**< @unit V */ };\n')
    made = wrap.wrap(outer, "cc", Choice(ids={"outer": 1}))
    assert (made.schema.structs["outer"].size, made.warnings) == (4, ())
    assert made.schema.structs["inner"].by_name["a"].unit == "V"
    assert made.schema.constants == {"LAST": 5}


@pytest.mark.parametrize("kind", ["struct late {", "union late {", "typedef struct {"])
def test_a_struct_that_only_the_compiler_sees(wrap_text: Wrap, kind: str) -> None:
    end = "} late;" if kind.startswith("typedef") else "};"
    text = f"#if __GNUC__ >= 5\n{kind} int a; {end}\n#endif\nstruct latest {{ int b; }};\n"
    for choice in (Choice(ids={"late": 1}), Choice(ids={"latest": 1}, only=("late",))):
        with pytest.raises(WrapError, match="has a struct late, but libclang, which reads the"):
            wrap_text(text, "gcc", choice=choice)
    for name in ("lates", "number"):
        with pytest.raises(WrapError, match=f"there is no struct {name}"):
            wrap_text(f"typedef int number;\n{text}", "gcc", choice=Choice(ids={name: 1}))
