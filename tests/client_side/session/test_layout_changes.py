"""The sentence about two layouts of one struct."""

from __future__ import annotations

from pathlib import Path

import pytest

from cwire.session.layout_changes import layout_changes
from cwire_structs.schema import Schema
from cwire_structs.wrap import main

HEADER = """
#include <stdint.h>
enum message_id {{ SET = 16 }};
enum mode {{ {modes} }};
struct point {{ {point} }};
/** Sets. @command */
struct set {{ {fields} }};
"""


@pytest.fixture
def changes(tmp_path: Path) -> object:
    def wrapped(name: str, fields: str, modes: str, point: str) -> object:
        text = HEADER.format(fields=fields, modes=modes, point=point)
        (tmp_path / f"{name}.h").write_text(text)
        main([str(tmp_path / f"{name}.h")])
        schema = Schema.from_json((tmp_path / f"generated/{name}.schema.json").read_text())
        return schema.messages["set"].struct

    def compare(old: tuple[str, str, str] | str, new: tuple[str, str, str] | str) -> str:
        rest = ("OFF, ON", "double x;")
        one, two = ((text, *rest) if isinstance(text, str) else text for text in (old, new))
        return layout_changes(wrapped("old", *one), wrapped("new", *two))  # type: ignore[arg-type]

    return compare


ALL = "double gain; enum mode mode; struct point at[2]; unsigned low : 3;"


def test_what_changed(changes) -> None:  # type: ignore[no-untyped-def]
    assert changes(ALL, ALL) == ""
    assert changes("double gain; int32_t a;", "int32_t a; double gain;") == (
        "gain was at offset 0, is at offset 8; a was at offset 8, is at offset 0"
    )
    assert changes("double gain;", "float gain; float more;") == (
        "gain was double, is float; more is new, at offset 4"
    )
    assert changes("int32_t a; int32_t b;", "int32_t a;") == "b is gone; it had 8 bytes, has 4"
    before = ("enum mode mode;", "OFF, ON, FAST", "double x;")
    after = ("enum mode mode;", "OFF, ON = 5", "double x;")
    assert changes(before, after) == "ON of mode was 1, is 5; mode has no FAST any more"
    before = ("struct point at[2];", "OFF", "double x;")
    after = ("struct point at[2];", "OFF", "float x; float y;")
    assert changes(before, after) == "at.x was double, is float; at.y is new, at offset 4"
    bits = "unsigned low : 3, high : 4;"
    other = "unsigned high : 4, low : 3;"
    assert "low was at bit 0 (of 3), is at bit 4 (of 3)" in changes(bits, other)
    many = "".join(f"int32_t f{n};" for n in range(9))
    assert changes("int32_t z;", many).endswith("; and 6 more")
