"""libclang's structs as fields: sizes, types and names."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from cwire_structs import wrap
from cwire_structs.errors import FieldError, WrapError
from cwire_structs.header.message_ids import Choice
from support.c_values import compare_with_objects, compiler

ROOT = Path(__file__).parents[3]
CASES = Path(__file__).parents[1] / "cases"
Wrap = Callable[..., wrap.Wrapped]


def test_a_typedef_may_ask_for_another_alignment(tmp_path: Path) -> None:
    ids = {"net_t": 1, "key_t8": 2, "config": 3}
    schema = wrap.wrap(CASES / "aligned_typedef.h", "cc", Choice(ids=ids)).schema
    sizes = {name: (one.size, one.align) for name, one in schema.structs.items()}
    assert sizes == {"net_t": (6, 16), "key_t8": (3, 8), "config": (32, 16)}
    assert [field.offset for field in schema.structs["config"].fields] == [0, 16, 24]
    compare_with_objects(schema, CASES / "aligned_typedef.h", "cc", tmp_path)


@pytest.mark.parametrize("array", ["data[]", "data[0]"])
def test_an_array_of_none_at_the_end_is_a_flexible_array_member(
    wrap_text: Wrap, compile_classes: Callable[..., ModuleType], tmp_path: Path, array: str
) -> None:
    text = f"enum message_id {{ M = 1 }};\nstruct m {{ short count; short {array}; }};\n"
    wrapped = wrap_text(text)
    message = wrapped.schema.messages["m"]
    assert (message.struct.size, message.tail_size) == (2, 2)
    for cls in (message.type, compile_classes(wrapped, tmp_path / "unit.h").M):
        made = cls.from_bytes(bytes([2, 0, 1, 0, 0xFF, 0xFF]))
        assert made.to_dict() == {"count": 2, "data": [1, -1]}
        assert bytes(cls(count=2, data=[1, -1])) == bytes(made)


def test_an_array_of_none_in_the_padding_at_the_end(wrap_text: Wrap) -> None:
    text = "enum message_id { M = 1 };\nstruct m { long long id; int count; int data[0]; };\n"
    message = wrap_text(text).schema.messages["m"]
    assert (message.struct.size, message.struct.by_name["data"].offset) == (16, 12)


INNER = """
#include <time.h>
struct outer {
    int a;
    struct inner { int b; struct { short c; } part; } in[2];
    struct far_away { int z; enum colour { RED, BLUE } colour; } *p;
    struct alone { long long q; };
};
typedef struct { struct held { float f; } h; } box;
"""


@pytest.mark.parametrize("cc", ["cc", "sh4-linux-gnu-gcc"])  # by libclang, and by DWARF
def test_a_struct_inside_of_another_is_one_as_any_other(
    wrap_text: Wrap, tmp_path: Path, cc: str
) -> None:
    wrapped = wrap_text(INNER, compiler(cc), choice=Choice(all=("*",)))
    schema = wrapped.schema
    assert set(schema.messages) == {"inner", "far_away", "alone", "box", "held"}
    assert schema.structs["inner"].c_name == "struct inner"
    compare_with_objects(schema, tmp_path / "unit.h", cc, tmp_path)
    assert {*wrap_text(INNER, cc, choice=Choice(all=("*",), only=("in*",))).schema.messages} == {
        "inner"
    }
    with pytest.raises(WrapError, match="there is no struct inne; did you mean inner"):
        wrap_text(INNER, cc, choice=Choice(ids={"inne": 1}))
    with pytest.raises(WrapError, match="struct timer; did you mean times"):  # not timespec
        wrap_text(
            "#include <time.h>\nstruct times { int a; };", cc, choice=Choice(ids={"timer": 1})
        )


@pytest.mark.parametrize("driver", ["gcc -x c", "g++ -x c++ -fpermissive"])
def test_drivers_in_c_and_in_cxx_check_structs_inside_of_another(
    wrap_text: Wrap, tmp_path: Path, driver: str
) -> None:
    """C++ keeps the name inside of the outer struct."""
    wrapped = wrap_text(INNER, choice=Choice(all=("*",)))
    wrap.write(wrapped, tmp_path)
    command = [*driver.split(), "-fsyntax-only", "-Ic_driver/include", f"-I{tmp_path}", "-"]
    text = '#include "unit_schema.h"\n'
    subprocess.run(command, input=text, text=True, check=True, cwd=ROOT)
    (tmp_path / "unit.h").write_text(INNER.replace("int b;", "float b;"))
    done = subprocess.run(
        command, input=text, text=True, check=False, cwd=ROOT, capture_output=True
    )
    assert "unit_inner_b_kind" in done.stderr


@pytest.mark.parametrize(
    ("cc", "sign"),
    [
        ("cc", "i"),
        ("cc -funsigned-char", "u"),
        ("powerpc-linux-gnu-gcc", "u"),
        ("sh4-linux-gnu-gcc", "i"),  # by DWARF
        ("m68k-linux-gnu-gcc", "i"),
    ],
)
def test_a_char_is_a_number_alone_and_by_its_typedef(cc: str, sign: str, tmp_path: Path) -> None:
    made = wrap.wrap(CASES / "char_number.h", _freestanding(cc), Choice(ids={"imu": 1}))
    message = made.schema.messages["imu"]
    data = bytes.fromhex("fb010080ff000304")
    item = message.type.from_bytes(data)
    negative = 0 if sign == "i" else 256
    values = {
        "temperature": negative - 5,
        "trim": [1, 0, negative - 128],
        "raw": b"\xff\0\3\4",
    }
    assert item.to_dict() == values
    assert bytes(message.type.from_dict(values)) == data
    assert message.encode({"temperature": negative - 5})[0] == 0xFB
    assert message.struct.by_name["trim"].element.np == f"|{sign}1"


def _freestanding(cc: str) -> str:
    name, *flags = cc.split()
    return " ".join((compiler(name), *flags))


CHARS = """
#include <stdint.h>
typedef char s8, name_t[4], letter_t, BYTE; typedef s8 pair_t[2], mine; typedef const mine fixed;
enum gear { FIRST, SECOND };
/** @msg 1 */
struct m {
    char c; char one[1]; s8 alone; s8 single[1]; mine grid[2][3]; pair_t pair; pair_t pairs[2];
    name_t name; name_t names[2]; letter_t letters[4]; fixed rest[2]; BYTE raw[2];
    uint8_t serial[3];     /**< @text @default ab */
    int8_t table[2][3];    /**< @text */
    char numbers[2];       /**< @number @range -5 5 @channels a b */
    s8 word[4];            /**< @text */
    char letter;           /**< @text */
    uint8_t plain[2];      /**< @number */
    char speed;            /**< @enum gear @default SECOND */
    union { char in_union; s8 values[2]; };
    char tail[];           /**< @number */
};
/** @msg 2 */
struct texts { int n; uint8_t text[]; /**< @text */ };
"""


@pytest.mark.parametrize(
    ("cc", "name"), [("cc", "unit.h"), ("sh4-linux-gnu-gcc", "unit.h"), ("cc", "unit.hpp")]
)
def test_chars_are_text_or_numbers_as_their_types_and_tags_say(
    tmp_path: Path, cc: str, name: str
) -> None:
    (tmp_path / name).write_text(CHARS)
    made = wrap.wrap(tmp_path / name, compiler(cc) if name == "unit.h" else cc)
    fields = made.schema.structs["m"].by_name
    seen = {name: (one.element.np, one.type.shape) for name, one in fields.items()}
    number = "|i1"
    assert seen == {
        "c": (number, ()), "one": ("|S1", ()), "alone": (number, ()), "single": (number, (1,)),
        "grid": (number, (2, 3)), "pair": (number, (2,)), "pairs": (number, (2, 2)),
        "name": ("|S4", ()), "names": ("|S4", (2,)), "letters": ("|S4", ()), "rest": (number, (2,)),
        "raw": (number, (2,)), "serial": ("|S3", ()), "table": ("|S3", (2,)),
        "numbers": (number, (2,)), "word": ("|S4", ()), "letter": ("|S1", ()),
        "plain": ("|u1", (2,)), "speed": (number, ()), "in_union": (number, ()),
        "values": (number, (2,)), "tail": (number, ()),
    }  # fmt: skip
    message = made.schema.messages["m"]
    item = message.type(table=["abc", "d"], letter="q", tail=[-1, 2])
    assert item.to_dict()["table"] == ["abc", "d"]
    assert (item.serial, item.letter, item.speed, item.tail.tolist()) == ("ab", "q", 1, [-1, 2])
    assert item.to_dict()["speed"] == "SECOND"
    assert bytes(message.type.from_dict(item.to_dict())) == bytes(item)
    with pytest.raises(FieldError, match=r"numbers\[1\]: 6 is out of range"):
        message.encode({"numbers": [5, 6]})
    texts = made.schema.messages["texts"].type
    assert texts.from_bytes(bytes(texts(text="abc"))).text == "abc"
    wrap.write(made, tmp_path)
    language = "c++" if name == "unit.hpp" else "c"
    command = ["cc", "-fsyntax-only", "-Ic_driver/include", f"-I{tmp_path}", "-x", language, "-"]
    if cc == "cc":
        text = '#include "unit_schema.h"\n'
        subprocess.run(command, input=text, text=True, check=True, cwd=ROOT)


def test_compiled_classes_have_chars_as_numbers(
    wrap_text: Wrap, compile_classes: Callable[..., ModuleType], tmp_path: Path
) -> None:
    made = wrap_text(CHARS)
    module = compile_classes(made, tmp_path / "unit.h")
    message = made.schema.messages["m"]
    data = bytes(range(250 - message.size, 250)) + b"\x80\xff"
    one, other = module.M.from_bytes(data), message.type.from_bytes(data)
    assert one.to_dict() == other.to_dict()
    assert (one.c, one.grid.dtype.name, one.tail.tolist()) == (other.c, "int8", [-128, -1])
    assert one.serial == other.serial
    assert bytes(module.M.from_dict(one.to_dict())) == bytes(message.type.from_dict(one.to_dict()))


@pytest.mark.parametrize(
    ("read", "compiled", "complaint"),
    [
        ("char", "signed char", "struct m.a: type is another than char for gcc"),
        ("signed char", "char", "struct m.a: type is char for gcc, but another than char"),
        ("char", "unsigned char", "struct m.a: type is another than char for gcc"),
    ],
)
@pytest.mark.parametrize("array", ["", "[2]"])
@pytest.mark.parametrize("tag", ["text", "number"])
@pytest.mark.parametrize("cc", ["gcc", "sh4-linux-gnu-gcc", "g++"])  # the last two by DWARF
def test_the_proof_tells_char_from_other_small_integers(
    tmp_path: Path, read: str, compiled: str, complaint: str, array: str, tag: str, cc: str
) -> None:
    types = f"#ifdef __clang__\ntypedef {read} s8;\n#else\ntypedef {compiled} s8;\n#endif\n"
    text = f"{types}/** @msg 1 */\nstruct m {{ s8 a{array}; /**< @{tag} */ }};\n"
    header = tmp_path / ("unit.hpp" if cc == "g++" else "unit.h")
    header.write_text(text)
    if cc != "gcc":
        complaint = "a is a (char|array|int|uint) for the compiler, but a"
    with pytest.raises(WrapError, match=complaint):
        wrap.wrap(header, compiler(cc) if cc.startswith("sh4") else "gcc")


NAMELESS = """
enum message_id { DEVICE = 1 };
struct device {
    struct { int x; union { int y; float z; } deep; } status;
    union { int a; float b; } choices[2][3];
    enum { OFF, ON } state;
    struct { int c; };
    const struct { int d; } fixed;
};
"""


def test_types_without_a_name_are_named_after_their_member(wrap_text: Wrap) -> None:
    structs = wrap_text(NAMELESS).schema.structs
    assert {field.name: field.c_type for field in structs["device"].members} == {
        "status": "struct device.status",
        "choices": "union device.choices[2][3]",
        "state": "enum device.state",
        "_anonymous_3": "struct",
        "fixed": "const struct device.fixed",
    }
    assert structs["device__status"].by_name["deep"].c_type == "union device.status.deep"


def test_the_files_are_the_same_wherever_the_header_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "first (copy: 1:2)", tmp_path / "second"
    first.mkdir()
    (first / "unit.h").write_text(NAMELESS)
    assert wrap.main([str(first / "unit.h"), "--cc", "cc"]) == 0
    shutil.copytree(first, second)
    assert wrap.main([str(second / "unit.h"), "--cc", "cc", "--check"]) == 0
    assert "up to date" in capsys.readouterr().out
    for path in (second / "generated").iterdir():
        assert str(tmp_path) not in path.read_text()
