"""`cwire wrap --explain`: the table, the padding, the advice."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cwire_structs import wrap
from cwire_structs.explain import padding, rows
from cwire_structs.schema import Schema
from cwire_structs.schema.fields import Field, Struct
from cwire_structs.schema.kinds import ArrayType, StructType, UintType

HEADER = """
#include <stdint.h>
enum message_id { BLOCK = 1, TAILED = 2, PACKED = 3, FULL = 4 };
struct sample { uint8_t channel; double time; uint8_t flags; float volts; };
struct block { uint8_t kind; struct sample samples[2][3]; uint16_t n; uint64_t id; char name[3]; };
struct tailed { uint8_t a; double t; uint8_t b; struct sample v[]; };
struct packed { uint8_t a; _Alignas(8) uint16_t t; };
typedef struct { uint32_t a; float b[3]; } full_t;
struct full { full_t inner; };
"""
BYTE = UintType("|u1")
Explain = Callable[..., str]


@pytest.fixture
def explain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Explain:
    """The command's output for a struct of HEADER, with one space between words."""
    (tmp_path / "unit.h").write_text(HEADER)

    def run(*words: str, status: int = 0) -> str:
        assert wrap.main([str(tmp_path / "unit.h"), "--cc", "cc", "--explain", *words]) == status
        assert [path.name for path in tmp_path.iterdir()] == ["unit.h"]  # nothing is written
        said = capsys.readouterr()
        return re.sub(" +", " ", said.err if status else said.out)

    return run


def test_members_and_holes(explain: Explain) -> None:
    lines = explain("block").splitlines()
    assert set(lines.pop(3)) == {"─"}
    assert lines == [
        "block: 176 bytes, aligned to 8, 78 bytes of it padding; proved with cc",
        "",
        "offset size type member ",
        " 0 1 uint8_t kind ",
        " 1 7 - (padding) samples is aligned to 8 ",
        " 8 144 struct sample[2][3] samples 60 bytes of padding in it ",
        " 152 2 uint16_t n ",
        " 154 6 - (padding) id is aligned to 8 ",
        " 160 8 uint64_t id ",
        " 168 3 char[3] name ",
        " 171 5 - (padding) the size is a multiple of 8",
        "",
        "In another order it would have 112 bytes, 64 fewer:",
        " sample { time; volts; channel; flags; }",
        " block { samples; id; n; kind; name; }",
    ]


def test_nested_structs_open(explain: Explain) -> None:
    text = explain("block", "--expand")
    assert "[0][0]" not in explain("block")
    assert (
        "\n 8 144 struct sample[2][3] samples 60 bytes of padding in it \n 8 1 uint8_t [0]" in text
    )
    assert "\n 9 7 - (padding) \n 16 8 double [0][0].time \n 24 1 uint8_t [0][0].flags" in text
    assert "\n 25 3 - (padding) \n 28 4 float [0][0].volts \n 152 2 uint16_t n" in text


def test_a_flexible_array_member(explain: Explain) -> None:
    text = explain("tailed")
    assert text.startswith(
        "tailed: 24 bytes, and 24 more for each element of v (sizeof: 24), aligned to 8, "
        "14 bytes of it padding"
    )
    assert "\n 24 ... struct sample[] v as many as there are, 10 bytes of padding in each" in text
    assert text.endswith(
        "In another order it would have 16 bytes, 8 fewer, and 16 bytes for each element of v, "
        "8 fewer:\n sample { time; volts; channel; flags; }\n tailed { t; a; b; v; }\n"
    )


def test_nothing_to_save(explain: Explain) -> None:
    assert explain("full").endswith("\n\nNothing can be saved: every bit is used.\n")
    assert "16 bytes, aligned to 4, no padding; proved" in explain("struct full")
    assert explain("sample").startswith("sample: 24 bytes")
    assert "no other order was looked for" in explain("packed")


def test_a_typedef_is_found_by_its_name(explain: Explain) -> None:
    assert explain("full_t").startswith("full_t: 16 bytes")


def test_an_unknown_struct(explain: Explain) -> None:
    text = explain("blocks", status=1)
    assert text == (
        "cwire wrap: unit.h: the messages have no struct 'blocks'; there are: "
        "sample, block, tailed, packed, full_t, full\n"
    )


def test_a_refused_header_is_refused_here_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "unit.h").write_text("enum message_id { M = 1 };\nstruct m { char *text; };\n")
    assert wrap.main([str(tmp_path / "unit.h"), "--explain", "m"]) == 1
    assert "unit.h:2: struct m.text is a pointer" in capsys.readouterr().err


def test_without_rich(explain: Explain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich", None)
    assert "pip install 'cwire[wrap]'" in explain("block", status=1)


def test_every_byte_of_the_demo_is_told_once(schema: Schema) -> None:
    for struct in schema.structs.values():
        end = 0
        for row in rows(struct):
            assert row.first == end
            end += row.bits
        assert end == 8 * (struct.tail.offset if struct.tail else struct.size)
        holes = sum(row.bits for row in rows(struct, expand=False) if not row.name)
        assert padding(struct) >= holes


class Bits(Field):
    """A bit field, as a schema may have one: what it covers is not whole bytes."""

    __slots__ = ()
    span: Any = property(lambda self: (34, 37))


def struct_of(*fields: Field, size: int) -> Struct:
    return Struct("s", "struct s", size, 4, "", fields)


def test_members_that_share_bytes() -> None:
    inner = struct_of(Field("x", "uint8_t", 1, 1, BYTE), size=4)
    struct = struct_of(
        Field("raw", "uint8_t[8]", 0, 8, ArrayType((8,), BYTE)),
        Field("a", "uint8_t", 0, 1, BYTE),
        Field("b", "struct s[2]", 0, 8, ArrayType((2,), StructType(inner))),
        size=12,
    )
    found = [(row.first, row.bits, row.name, row.note) for row in rows(struct)]
    assert found == [
        (0, 64, "raw", ""),
        (0, 8, "a", "shares bytes with raw"),
        (0, 64, "b", "shares bytes with raw, 6 bytes of padding in it"),
        (64, 32, "", ""),
    ]
    # What is padding in b is something in raw.
    assert padding(struct) == 32
    assert padding(inner) == 24


def test_parts_of_bytes() -> None:
    struct = struct_of(
        Field("a", "uint32_t", 0, 4, UintType("<u4")),
        Bits("flag", "unsigned", 4, 1, BYTE),
        size=8,
    )
    assert [(row.first, row.bits, row.name) for row in rows(struct)] == [
        (0, 32, "a"),
        (32, 2, ""),
        (34, 3, "flag"),
        (37, 27, ""),
    ]
    assert padding(struct) == 29


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("reset", "reset: 0 bytes, aligned to 1, no padding"),
        ("deep", "deep: 18 bytes, and 2 more for each element of data (sizeof: 24)"),
        ("rows", "rows: 4 bytes, and 6 more for each element of address"),
    ],
)
def test_what_is_empty_or_ends_with_the_message(
    name: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    header = Path(__file__).parent / "cases" / "tails.h"
    assert wrap.main([str(header), "--cc", "cc", "--explain", name]) == 0
    assert shown in capsys.readouterr().out
