"""`cwire wrap` refuses by name and line what it does not support; nothing is guessed."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cwire_structs import wrap
from cwire_structs.compiler import proof, toolchain
from cwire_structs.errors import LayoutMismatch, WrapError
from cwire_structs.header import header

Wrap = Callable[..., wrap.Wrapped]
# Members are on line 4 of what `with_member` makes.
MEMBERS = [
    ("char *text;", r"unit\.h:4: struct m\.text is a pointer"),
    ("void (*call)(int);", r"unit\.h:4: struct m\.call is a pointer"),
    ("struct m *next[2];", r"unit\.h:4: struct m\.next is a pointer"),
    ("long double big;", r"unit\.h:4: struct m\.big is a long double"),
    ("unsigned __int128 huge;", r"unit\.h:4: struct m\.huge is a 128-bit integer"),
    ("_Atomic int count;", r"unit\.h:4: struct m\.count is _Atomic"),
    ("int v __attribute__((vector_size(16)));", r"unit\.h:4: struct m\.v is a compiler's vector"),
    ("__builtin_va_list list;", r"unit\.h:4: struct m\.list is the compiler"),
    ("enum { A, B } mode : 2;", r"unit\.h:4: struct m\.mode is a bit field of an enum without"),
    ("int _Complex z;", r"unit\.h:4: struct m\.z is a _Complex int; use a double"),
    ("_Float16 _Complex z;", r"unit\.h:4: struct m\.z is a _Complex _Float16; use a double"),
    ("__bf16 b;", r"unit\.h:4: struct m\.b has the type __bf16, which has no place on the wire"),
    ("long double _Complex z;", r"unit\.h:4: struct m\.z is a _Complex long double; use"),
    ("union { int a; char *p; } u;", r"unit\.h:4: struct m\.u\.p is a pointer"),
    ("struct { struct in { char *p; } b[2]; } a;", r"unit\.h:4: struct in\.p is a pointer"),
    ("struct { int a; char *p; };", r"unit\.h:4: struct m\.p is a pointer"),
    ("struct { int a; int t[]; }; int b;", r"unit\.h:4: struct m\.t is a flexible array member"),
    ("union { int a; int t[]; };", r"unit\.h:4:\d+: error: flexible array member in union"),
    ("union { int a; /**< @default 1 */ } u;", r"unit\.h:4: .*a: @default: the members of a"),
    ("struct { union { struct { int a; /**< @default 1 */ }; }; };", r"m\.a: @default: the mem"),
    ("unsigned a : 3; /**< @default 8 */", r"struct m\.a: @default: 8 does not fit: the bit"),
    ("double _Complex a; /**< @default 8 */", r"struct m\.a: @default is not for complex"),
    ("double _Complex a; /**< @range 0 8 */", r"struct m\.a: @range is only for real"),
    ("int _bits_3;", r"unit\.h:4: struct m\._bits_3 has a name that cwire keeps for itself"),
    ("char big[70000000];", r"struct m has \d+ bytes, the limit"),
    ("int a; /**< @unit */", r"unit\.h:4: struct m\.a: @unit needs a word"),
    ("int a; /**< @range 1 */", r"unit\.h:4: struct m\.a: @range needs 2 words"),
    ("int a; /**< @range low 5 */", r"unit\.h:4: struct m\.a: @range: 'low' is not a number"),
    ("int a; /**< @range 5 1 */", r"unit\.h:4: struct m\.a: @range: 5 is above 1"),
    ("int a; /**< @range 0.5 1 */", r"unit\.h:4: struct m\.a: .*whole numbers"),
    ("char a[4]; /**< @range 0 1 */", r"unit\.h:4: struct m\.a: @range is only for real numbers"),
    ("int a; /**< @default x */", r"unit\.h:4: struct m\.a: @default: 'x' is not a number"),
    ("uint8_t a; /**< @default 256 */", r"unit\.h:4: struct m\.a: @default: 256 does not fit"),
    ("int a; /**< @range 0 5 @default 6 */", r"struct m\.a: @default: 6 is out of range"),
    ("char a[4]; /**< @default hello */", r"struct m\.a: @default: .* room for 4"),
    ("bool a; /**< @default maybe */", r"struct m\.a: @default: 'maybe' is neither"),
    ("int a; /**< @command */", r"unit\.h:4: struct m\.a: @command belongs into a struct's"),
    ("int a; /**< @unit V @unit A */", r"unit\.h:4: struct m\.a: @unit is there twice"),
]


def with_member(member: str) -> str:
    return (
        "#include <stdint.h>\n#include <stdbool.h>\n"
        f"enum message_id {{ M = 1 }}; struct m {{ int first;\n{member}\n}};\n"
    )


@pytest.mark.parametrize(("member", "complaint"), MEMBERS)
def test_a_member_without_a_place_on_the_wire(wrap_text: Wrap, member: str, complaint: str) -> None:
    with pytest.raises(WrapError, match=complaint):
        wrap_text(with_member(member))


HEADERS = [
    ("struct m { int a; };", r"unit\.h: no struct is a message: add an enum"),
    ("enum message_id { M = 1 };", r"unit\.h:1: message id M = 1: there is no struct m"),
    (
        "enum message_id { STATSU = 1 };\nstruct status { int a; };",
        r"unit\.h:1: .* no struct statsu .*did you mean status\?",
    ),
    ("enum message_id { M = 0 };\nstruct m { int a; };", r"unit\.h:1: message id M = 0: ids"),
    (
        "enum message_id { M = 0xF000 };\nstruct m { int a; };",
        r"M = 61440: ids are from 1 to 0xEFFF",
    ),
    ("enum message_id { M = -1 };\nstruct m { int a; };", r"M = -1: ids are from 1"),
    (
        "enum message_id { M = 1,\nN = 1 };\nstruct m { int a; }; struct n { int a; };",
        r"unit\.h:2: message id N = 1: M has this number, too",
    ),
    ("enum message_id { M = 1, m = 2 };\nstruct m { int a; };", r"m = 2: M stands for m, too"),
    (
        "enum message_id { M = 1 };\n/** @command */\nstruct m { _Alignas(16) int a; };",
        r"unit\.h:3: struct m: is a command and aligned to 16 bytes, .* align it to 8 at most",
    ),
    ("class m { int a; };", "no struct is a message"),
    ("enum message_id { M = 1 };\nclass m { int a; };", r"unit\.h:2: m has the private member a"),
    (
        "enum message_id { M = 1 };\nstruct b { int x; };\nstruct m : b { int a; };",
        r"unit\.h:3: m has members of its own and of its base b",
    ),
    (
        "enum message_id { M = 1 };\nstruct m { virtual int f(); };",
        r"unit\.h:2: m has the virtual function f",
    ),
    ("enum message_id { M = 1 };\nstruct m { int &a; };", r"unit\.h:2: m\.a is a reference"),
    (
        "enum message_id { M = 1 };\n/** @command @reply n */\nstruct m { int a; };",
        r"unit\.h:3: struct m: @reply n is no message",
    ),
    (
        "enum message_id { M = 1 };\nstruct n { int a; };\n"
        "/** @command @reply n */\nstruct m { int a; };",
        r"unit\.h:4: struct m: @reply n is no message: it has no id; add N to enum message_id",
    ),
    (
        "enum message_id { M = 1 };\n/** @reply m */\nstruct m { int a; };",
        r"unit\.h:3: struct m: @reply without @command",
    ),
    (
        "enum message_id { M = 1 };\nstruct m { int a; };\n/** @command */\nstruct n { int a; };",
        r"unit\.h:4: struct n is tagged @command, but has no id: add N to enum message_id",
    ),
    (
        "enum message_id { M = 1 };\nstruct t { int n; int tail[]; };\n"
        "struct m {\nstruct t inner; int a; };",
        r"unit\.h:4: struct m\.inner is a struct t, whose flexible array member takes the rest",
    ),
    (
        "enum message_id { M = 1 };\nstruct x { char *p; };\nstruct m { struct x x; };",
        r"unit\.h:2: struct x\.p is a pointer",
    ),
    (
        '#include "missing.h"\nenum message_id { M = 1 };',
        r"unit\.h:1:\d+: fatal error: missing\.h: No such file",
    ),
    (
        "enum message_id { M = 1 };\nstruct m { nothing_t a; };",
        r"unit\.h:2:\d+: error: unknown type name 'nothing_t'",
    ),
    (
        "enum message_id { M = 1 };\nstruct m { int a; }\n",
        r"unit\.h:2:\d+: error: expected .* at end of input",
    ),
]


@pytest.mark.parametrize(("text", "complaint"), HEADERS)
def test_a_header_that_cannot_be_right(wrap_text: Wrap, text: str, complaint: str) -> None:
    with pytest.raises(WrapError, match=complaint):
        wrap_text(text)


def test_all_problems_are_told_at_once(wrap_text: Wrap) -> None:
    with pytest.raises(WrapError) as caught:
        wrap_text("enum message_id { M = 0 };\nstruct m {\nchar *a;\nlong double b;\n};")
    lines = {line.split(" ")[0] for line in str(caught.value).splitlines()}
    assert lines == {"unit.h:1:", "unit.h:3:", "unit.h:4:"}


def test_the_users_strict_flags_do_not_hurt(wrap_text: Wrap) -> None:
    strict = "cc -std=c99 -Wall -Wextra -pedantic-errors -Werror -O2 -flto -g"
    schema = wrap_text(with_member("uint16_t tail[];"), strict).schema
    assert schema.messages["m"].tail_size == 2
    assert schema.json["source"]["flags"] == ["-std=c99"]


def test_a_linked_header_finds_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").mkdir()
    (tmp_path / "real" / "unit.h").write_text('#include "near.h"\n' + with_member("near_t a;"))
    (tmp_path / "link" / "near.h").write_text("typedef int near_t;\n")
    (tmp_path / "link" / "unit.h").symlink_to(tmp_path / "real" / "unit.h")
    assert wrap.wrap(tmp_path / "link" / "unit.h", "cc").schema.structs["m"].size == 8


def test_no_such_header_and_a_bad_name(tmp_path: Path) -> None:
    with pytest.raises(WrapError, match="there is no header"):
        wrap.wrap(tmp_path / "nil.h")
    bad = tmp_path / 'my "messages".h'
    bad.write_text("")
    with pytest.raises(WrapError, match="no #include can name this header; rename it"):
        wrap.wrap(bad)
    with pytest.raises(WrapError, match="--name a-b: a schema's name has letters, digits and _"):
        wrap.wrap(bad.rename(tmp_path / "good.h"), name="a-b")


@pytest.mark.parametrize(
    ("cc", "complaint"),
    [
        ("no-such-compiler", "there is no program 'no-such-compiler'"),
        ("false", "is not a C compiler"),
        ("echo", "is not a C compiler"),
        ("cc '-D", "cannot be read as a command"),
        ("/", "cannot run"),
        ("cc --no-such-flag", "error: unrecognized command-line option '--no-such-flag'"),
    ],
)
def test_a_wrong_compiler(wrap_text: Wrap, cc: str, complaint: str) -> None:
    with pytest.raises(WrapError, match=complaint):
        wrap_text(with_member("int a;"), cc)


def test_the_command_line_tells_users_without_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "unit.h"
    path.write_text(with_member("char *p;"))
    command = [sys.executable, "-m", "cwire_structs.wrap", str(path)]
    environment = {**os.environ, "CC": "cc"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("cwire wrap: unit.h:4: struct m.p is a pointer")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "generated").exists()
    path.write_text(with_member("int p;"))
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "generated" / "unit_schema.h").is_file()


def test_an_unwritable_folder_is_told(tmp_path: Path, wrap_text: Wrap) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WrapError, match="cannot write"):
        wrap.write(wrap_text(with_member("int a;")), tmp_path / "file")


def test_unchanged_files_keep_their_time(tmp_path: Path, wrap_text: Wrap) -> None:
    wrapped = wrap_text(with_member("int a;"))
    paths = wrap.write(wrapped, tmp_path)
    os.utime(paths[0], (1, 1))
    wrap.write(wrapped, tmp_path)
    assert paths[0].stat().st_mtime == 1


@pytest.mark.parametrize(("module", "name"), [("clang", "libclang"), ("elftools", "pyelftools")])
def test_missing_packages_are_named(
    wrap_text: Wrap, monkeypatch: pytest.MonkeyPatch, module: str, name: str
) -> None:
    for loaded in [key for key in sys.modules if key.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, loaded)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(WrapError, match=re.escape(f"{name}, which is not installed") + ".*pip"):
        wrap_text(with_member("int a;"))


def test_a_disagreement_names_the_field_and_both_offsets(tmp_path: Path) -> None:
    """libclang is not told of -fpack-struct here, as of a flag that it does not know."""
    path = tmp_path / "unit.h"
    path.write_text("enum message_id { M = 1 };\nstruct m {\nchar a;\ndouble b;\n};")
    layout = header.read_header(path, toolchain.find("cc"))
    with pytest.raises(LayoutMismatch) as caught:
        proof.prove(layout, path, toolchain.find("cc -fpack-struct"))
    text = str(caught.value)
    assert "unit.h:4: struct m.b: offset is 1 for cc -fpack-struct, but 8 for libclang" in text
    assert "CC='cc -fshort-enums'" in text


def test_a_disagreement_about_bits_names_them(tmp_path: Path) -> None:
    path = tmp_path / "unit.h"
    guarded = "#ifdef OTHER\nunsigned b : 4;\n#else\nunsigned b : 3;\n#endif"
    members = f"unsigned a : 2;\n{guarded}\nunsigned c : 5;"
    path.write_text(f"enum message_id {{ M = 1 }};\nstruct m {{\n{members} }};")
    layout = header.read_header(path, toolchain.find("cc"))
    with pytest.raises(LayoutMismatch) as caught:
        proof.prove(layout, path, toolchain.find("cc -DOTHER"))
    text = str(caught.value)
    other = "struct m.b: the bit field is bits 2 to 5 for cc -DOTHER, but bits 2 to 4 for libclang"
    assert f"unit.h:7: {other}" in text
    assert "struct m.c: the bit field is bits 6 to 10 for" in text


OTHERS = """
struct a { int x; float y; };
struct b { float y; int x; };
struct far { int p; float q; };
enum color { RED, GREEN };
enum other { NO, YES };
typedef char text_t[16];
typedef float numbers_t[4];
"""
# What libclang sees, what the compiler sees, and what is told: all of them have equal sizes.
TYPES = [
    ("int m;", "float m;", r"kind is float for cc -DOTHER, but signed integer for libclang"),
    ("int m;", "unsigned m;", r"kind is unsigned integer for .*, but signed integer for"),
    ("bool m;", "unsigned char m;", r"kind is unsigned integer for .*, but bool for"),
    ("char m;", "int8_t m;", r"type is another than char for .*, but char for"),
    ("int8_t m;", "char m;", r"type is char for .*, but another than char for"),
    ("text_t m;", "numbers_t m;", r"type is another than char for .*, but char for"),
    ("char m[3];", "uint8_t m[3];", r"type is another than char for .*, but char for"),
    ("char m[2][3];", "char m[3][2];", r"element size is 2 for .*, but 3 for"),
    ("float m[2][3];", "float m[3][2];", r"size of \[0\] is 8 for .*, but 12 for"),
    ("float m[6];", "float m[2][3];", r"element size is 12 for .*, but 4 for"),
    ("float m[1];", "float m;", r"type is no array for .*, but an array for"),
    ("float m;", "float m[1];", r"kind is array or pointer for .*, but float for"),
    ("float m[];", "int m[];", r"kind is signed integer for .*, but float for"),
    ("enum color m;", "enum other m;", r"type is another than enum color for .*, but enum color"),
    ("enum color m;", "float m;", r"kind is float for .*, but unsigned integer for"),
    ("enum color m[2];", "struct a m;", r"type is no array for .*, but an array for"),
    ("double m;", "struct a m;", r"kind is struct for .*, but float for"),
    ("double m;", "float _Complex m;", r"kind is complex for .*, but float for"),
    ("float _Complex m;", "double m;", r"kind is float for .*, but complex for"),
    ("struct a m;", "struct b m;", r"type is another than struct a for .*, but struct a for"),
    ("struct a m[2];", "struct b m[2];", r"m\.m\.x: offset is 4 for .*, but 0 for libclang"),
    ("struct a m;", "struct far m;", r"type is another than struct a for"),
    ("struct a m;", "double m;", r"kind is float for .*, but struct for"),
    (
        "struct { int x; } m;",
        "struct { float x; } m;",
        r"m\.m\.x: kind is float for .*, but signed",
    ),
    ("struct { int x; };", "struct { float x; };", r"m\.x: kind is float for .*, but signed"),
    ("union { int x; } m;", "struct { int x; } m;", r"kind is struct for .*, but union for"),
    ("int m : 3;", "unsigned m : 3;", r"kind is unsigned integer for .*, but signed integer"),
    ("bool m : 1;", "unsigned m : 1;", r"kind is unsigned integer for .*, but bool for"),
]


@pytest.mark.parametrize("name", ["cc", "powerpc-linux-gnu-gcc", "arm-linux-gnueabihf-gcc"])
@pytest.mark.parametrize(("seen", "compiled", "complaint"), TYPES)
def test_another_type_of_the_same_size_is_refused(
    tmp_path: Path, name: str, seen: str, compiled: str, complaint: str
) -> None:
    if shutil.which(name) is None:
        pytest.skip(f"there is no {name} here (tests/install_cross_compilers.sh)")
    cc = name if name == "cc" else f"{name} -ffreestanding"
    path = tmp_path / "unit.h"
    path.write_text(
        f"#include <stdint.h>\n#include <stdbool.h>{OTHERS}enum message_id {{ M = 1 }};\n"
        f"struct m {{ int first;\n#ifdef OTHER\n{compiled}\n#else\n{seen}\n#endif\n}};"
    )
    chain = toolchain.find(cc)
    layout = header.read_header(path, chain)
    proof.prove(layout, path, chain)
    with pytest.raises(LayoutMismatch, match=complaint.replace("cc ", f"{cc} ")) as caught:
        proof.prove(layout, path, toolchain.find(f"{cc} -DOTHER"))
    assert "unit.h:15: struct m.m" in str(caught.value) or "};" in seen


FOR_CLANG = "#ifdef __clang__\n{}\n#else\n{}\n#endif\n"


def test_a_header_that_asks_for_the_compilers_name_is_the_compilers(wrap_text: Wrap) -> None:
    """libclang is a clang, whatever the user's compiler is."""
    types = FOR_CLANG.format("typedef int v_t;", "typedef float v_t;")
    text = types + "enum message_id { M = 1 };\nstruct m { v_t v; };"
    made = wrap_text(text, "gcc").schema.messages["m"].type.from_bytes(b"\0\0\xc0\x3f")
    assert made.v == 1.5


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            FOR_CLANG.format("struct m { int a, b; };", "struct m { int a, c; };"),
            r"'struct m' has no member named 'b'(.|\n)*debugging information: .* members a, c;",
        ),
        (
            FOR_CLANG.format("struct m { int a, b; };", "struct m { int a, b, c; };"),
            r"m: size is 12 for gcc, but 8 for (.|\n)*members a, b, c; keep",
        ),
        (
            FOR_CLANG.format("#define L 1", "#define L 2") + "struct m { char a[L]; };",
            r"struct m\.a: size is 2 for gcc, but 1 for DWARF",
        ),
        (
            FOR_CLANG.format("enum e { A };", "enum e { A, B };")
            + FOR_CLANG.format("#define T int", "#define T float")
            + "struct m { enum e e; T value; };",
            r"kind is float for gcc(.|\n)*enum e: the compiler's DWARF has the enumerators A, B;",
        ),
    ],
)
def test_other_members_than_libclang_saw_are_refused(
    wrap_text: Wrap, text: str, complaint: str
) -> None:
    with pytest.raises(LayoutMismatch, match=complaint):
        wrap_text("enum message_id { M = 1 };\n" + text, "gcc")


@pytest.mark.parametrize(
    ("member", "kind"),
    [
        ("long a;", "long"), ("unsigned long a[2];", "unsigned long"), ("size_t a;", "size_t"),
        ("time_t a;", "time_t"), ("wchar_t a[4];", "wchar_t"), ("intptr_t a;", "intptr_t"),
        ("int64_t a;", ""), ("uint64_t a[3];", ""), ("long long a;", ""), ("uint_least32_t a;", ""),
    ],
)  # fmt: skip
def test_types_that_differ_between_targets_are_warned_of(
    wrap_text: Wrap, member: str, kind: str
) -> None:
    includes = "#include <stddef.h>\n#include <time.h>\n"
    found = [one for one in wrap_text(includes + with_member(member)).warnings if "differs" in one]
    expected = [f"unit.h:6: struct m.a is a {kind}, whose size differs between targets; say intN_t"]
    assert found == (expected if kind else [])


SUPPORTED = """
#include <stdint.h>
#include <stddef.h>
#define COUNT 3
#define MASK (1u << 31)
#define NEGATIVE (-5)
#define WIDE 0xFFFFFFFFFFFFFFFFull
#define RATIO (1.0 / 4)
#define NAME "text"
#define PACKED __attribute__((packed))
#define SQUARE(x) ((x) * (x))
#define EMPTY
#define TYPE int
#define OPEN {
typedef enum { LOW = -1, HIGH = 1 } level_t;
typedef struct { int16_t x, y; } point;
enum message_id { M = 7, T = 9 };
/// A thing.
///
/// Second paragraph, mail a@unit.org.
struct m {
    uint8_t a;
    point points[2][COUNT]; ///< Where. @unit px
    level_t level; //!< @default HIGH
    char names[2][8]; /**< @default "a b" */
    const long big; /**< @range 0 9007199254740993 */
    _Bool flags[3];
    int8_t class;
} PACKED;
typedef struct { uint32_t n; char text[]; } t;
"""


def test_another_target_is_proved_without_running_anything(wrap_text: Wrap) -> None:
    """No header is included: a 32-bit C library need not be installed."""
    if platform.machine() != "x86_64":
        pytest.skip("-m32 is for x86_64")
    text = "enum message_id { M = 1 };\nstruct m { char a; double b; long c; };"
    schema = wrap_text(text, "cc -m32").schema
    assert [field.offset for field in schema.structs["m"].fields] == [0, 4, 12]
    assert schema.json["abi"]["pointer"] == 4
    assert schema.json["source"]["flags"] == ["-m32"]


def test_the_table_of_constructs_names_tests_that_are_there() -> None:
    here = Path(__file__).parent
    table = (here.parents[1] / "cython_wrapper" / "README.md").read_text()
    rows = [line for line in table.splitlines() if "test_" in line and line.startswith("|")]
    named = [re.findall(r"(test_\w+\.py)::(test_\w+)", row) for row in rows]
    assert len(rows) > 20
    assert all(named)
    for file, name in (one for row in named for one in row):
        texts = [source.read_text() for source in here.rglob(file)]
        assert any(f"def {name}(" in text for text in texts), (file, name)


def test_what_is_supported_beyond_the_demo(wrap_text: Wrap) -> None:
    schema = wrap_text(SUPPORTED).schema
    assert schema.constants == {
        "COUNT": 3, "MASK": 1 << 31, "NEGATIVE": -5, "WIDE": 2**64 - 1, "RATIO": 0.25,
    }  # fmt: skip
    assert schema.json["constants"]["WIDE"] == str(2**64 - 1)
    struct = schema.structs["m"]
    assert struct.doc == "A thing.\n\nSecond paragraph, mail a@unit.org."
    assert [field.offset for field in struct.fields] == [0, 1, 25, 29, 45, 53, 56]
    assert struct.by_name["points"].unit == "px"
    assert struct.by_name["big"].range == (0, 9007199254740993)
    assert schema.enums["level_t"].signed
    message = schema.messages["m"]
    record = message.decode(message.encode({"class_": -1, "points": [[{}, {"x": 5}, {}]] * 2}))
    assert record["class"] == -1
    assert record["level"] == 1
    assert record["names"].tolist() == [b"a b", b"a b"]
    assert record["points"]["x"].tolist() == [[0, 5, 0]] * 2
    tail = schema.messages["t"]
    payload = tail.encode({"n": 1, "text": "hello"})
    assert payload == b"\1\0\0\0hello"
    assert tail.decode(payload)["text"] == b"hello"
    assert tail.decode(payload[:4])["text"] == b""


def test_supported_things_compile(
    wrap_text: Wrap, compile_classes: Callable[[wrap.Wrapped, Path], Any], tmp_path: Path
) -> None:
    module = compile_classes(wrap_text(SUPPORTED), tmp_path / "unit.h")
    message = module.M(class_=-1, points=[[{}, {"x": 5}, {}]] * 2, names=["a", "b"], big=3)
    encoded = module.SCHEMA.messages["m"].encode(
        {"class": -1, "points": [[{}, {"x": 5}, {}]] * 2, "names": ["a", "b"], "big": 3}
    )
    assert bytes(message) == encoded
    assert message.points[1][1].x == 5
    message.points[1][2].y = 7
    assert message.points[1][2].y == 7
    assert (message.names, message.big, message.class_, message.level) == (("a", "b"), 3, -1, 1)
    assert message.flags.tolist() == [False] * 3
    assert module.T(text="hi").text == "hi"
    assert bytes(module.T(text="hi")) == b"\0\0\0\0hi"
    assert module.WIDE == 2**64 - 1
    assert module.LevelT.LOW == -1
    assert module.MESSAGES == {7: module.M, 9: module.T}
    assert json.loads(json.dumps(module.SCHEMA.json))["name"] == "unit"
