"""The bytes that another order would save, compared with every order that the compiler lays out."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from itertools import permutations
from pathlib import Path

import pytest

from cwire_structs import wrap
from cwire_structs.compiler.ask import ask
from cwire_structs.compiler.reorder import Advice, advise
from cwire_structs.compiler.toolchain import find
from cwire_structs.errors import WrapError

INNER = "struct inner { uint8_t a; double b; uint8_t c; float d; };"
HEAD = "#include <stdint.h>\nenum message_id { M = 1 };\n"
Advise = Callable[[str, str], Advice]


@pytest.fixture
def advice(tmp_path: Path) -> Advise:
    """The advice for `struct m` with these members, after these declarations."""

    def run(members: str, before: str = "", after: str = "") -> Advice:
        header = tmp_path / "unit.h"
        header.write_text(f"{HEAD}{before}\nstruct m {{ {members} }} {after};\n")
        wrapped = wrap.wrap(header, "cc")
        return advise(wrapped.schema.structs["m"], header, wrapped.toolchain)

    return run


def smallest(members: str, before: str, folder: Path, tail: str = "") -> int:
    """The size of the best of all orders."""
    parts = [part.strip() for part in members.split(";") if part.strip() and part.strip() != tail]
    last = f" {tail};" if tail else ""
    name = tail and re.findall(r"\w+", tail)[-1]
    declarations, sizes = [], []
    for number, order in enumerate(permutations(parts)):
        declarations.append(f"struct p{number} {{ {'; '.join(order)};{last} }};")
        of = f"struct p{number}"
        sizes.append(f"__builtin_offsetof({of}, {name})" if tail else f"sizeof({of})")
    (folder / "every.h").write_text(HEAD + before)
    return min(ask(folder / "every.h", declarations, sizes, find("cc")))


@pytest.mark.parametrize(
    "members",
    [
        "uint8_t a; double b; uint8_t c; float d; uint16_t e;",
        "double a; uint8_t b;",
        "uint8_t a; uint16_t b[3]; uint8_t c; uint64_t d[2];",
        "char text[5]; int32_t a; char b; int64_t c; char d[3];",
        "uint32_t a; double b; uint32_t c;",
        "_Bool a; enum message_id b; _Bool c;",
        "const uint8_t a; const double b; const uint8_t c;",
    ],
)
def test_it_is_the_smallest_of_all_orders(advice: Advise, members: str, tmp_path: Path) -> None:
    found = advice(members, "")
    assert found.size == smallest(members, "", tmp_path)
    names = re.findall(r"(\w+)(?:\[\d+\])?;", members)
    for order in found.orders.values():
        assert sorted(order) == sorted(names)


def test_a_flexible_array_member_stays_last(advice: Advise, tmp_path: Path) -> None:
    members = "uint8_t a; double b; uint8_t c; uint16_t v[];"
    found = advice(members, "")
    assert found.size == smallest(members, "", tmp_path, tail="uint16_t v[]") == 10
    assert [order[-1] for order in found.orders.values()] == ["v"]
    assert found.each == 2


def test_the_elements_of_a_flexible_array_member_shrink(advice: Advise) -> None:
    found = advice("uint32_t n; struct inner v[];", INNER)
    assert (found.size, found.each) == (8, 16)
    assert [item.name for item in found.orders] == ["inner"]


@pytest.mark.parametrize("dimensions", ["", "[3]", "[2][3]"])
def test_nested_structs_shrink_first(advice: Advise, tmp_path: Path, dimensions: str) -> None:
    members = f"uint8_t a; struct inner s{dimensions}; uint16_t b;"
    found = advice(members, INNER)
    better = "struct inner { double b; float d; uint8_t a; uint8_t c; };"
    assert found.size == smallest(members, better, tmp_path)
    assert {item.name: order for item, order in found.orders.items()} == {
        "inner": ("b", "d", "a", "c"),
        "m": ("s", "b", "a"),
    }


def test_an_order_that_is_as_good_is_kept(advice: Advise) -> None:
    found = advice("uint8_t a; uint16_t b; uint8_t c; struct inner s;", INNER)
    assert [item.name for item in found.orders] == ["inner"]
    assert found.size == 24
    assert advice("uint8_t a; uint8_t b; uint16_t c; uint32_t d;", "").orders == {}


def test_what_is_nested_and_packed_is_left_alone(advice: Advise) -> None:
    packed = "struct inner { uint8_t a; double b; } __attribute__((packed));"
    found = advice("uint8_t a; uint32_t c; struct inner s[2]; uint8_t b;", packed)
    assert [item.name for item in found.orders] == ["m"]
    assert found.size == 24


@pytest.mark.parametrize(
    ("members", "after"),
    [
        ("uint8_t a; double b; uint8_t c;", "__attribute__((packed))"),
        ("uint8_t a; double b; uint8_t c;", "__attribute__((aligned(16)))"),
        ("uint8_t a; _Alignas(16) uint8_t b; uint8_t c;", ""),
        ("uint8_t a; uint32_t b __attribute__((aligned(8))); uint8_t c;", ""),
    ],
)
def test_only_plain_layouts_get_advice(members: str, after: str, tmp_path: Path) -> None:
    header = tmp_path / "unit.h"
    header.write_text(f"{HEAD}struct m {{ {members} }} {after};\n")
    wrapped = wrap.wrap(header, "cc")
    struct = wrapped.schema.structs["m"]
    assert advise(struct, header, wrapped.toolchain) == Advice(None, struct.size, 0, {})


def test_a_question_that_does_not_compile(tmp_path: Path) -> None:
    (tmp_path / "unit.h").write_text(HEAD)
    with pytest.raises(WrapError, match="does not compile"):
        ask(tmp_path / "unit.h", [], ["sizeof(struct nope)"], find("cc"))


def test_the_answers_are_the_programs(tmp_path: Path) -> None:
    (tmp_path / "unit.h").write_text(HEAD + INNER)
    (tmp_path / "unit.c").write_text(
        '#include "unit.h"\n#include <stdio.h>\n'
        'int main(void) { printf("%zu", sizeof(struct inner)); return 0; }\n'
    )
    subprocess.run(["cc", "-o", "unit", "unit.c"], cwd=tmp_path, check=True)
    said = subprocess.run([tmp_path / "unit"], capture_output=True, text=True, check=True).stdout
    assert ask(tmp_path / "unit.h", [], ["sizeof(struct inner)"], find("cc")) == [int(said)]
