"""libclang's structs as fields: sizes, types and names."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from cwire_structs import wrap
from cwire_structs.header.message_ids import Choice
from support.c_values import compare_with_objects

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
