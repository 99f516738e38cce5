"""libclang's structs as fields: sizes, types and names."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from cwire_structs import wrap
from cwire_structs.errors import WrapError
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
