"""Messages of headers that the compiler refuses: its own words, whole, and what may help."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cwire_structs import wrap
from cwire_structs.compiler import toolchain
from cwire_structs.compiler.refusal import LooksLikeCxxError, refuse_what_does_not_compile
from cwire_structs.errors import WrapError
from cwire_structs.header.message_ids import Choice

CASES = Path(__file__).parents[1] / "cases"
Wrap = Callable[..., wrap.Wrapped]


def refusal(path: Path, cc: str = "cc") -> str:
    with pytest.raises(WrapError) as caught:
        wrap.wrap(path, cc, Choice(ids={"reading": 1}))
    return str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        'extern "C" {\nstruct m { int a; };\n}',
        "#include <cstddef>\nstruct m { int a; };",
        "#include <cstring>\nstruct m { int a; };",
        "#include <thread>\nstruct m { int a; };",
        "struct m { int a; int sum() const { return a; } };",
        "struct m { int a; m operator+(const m &other) const; };",
        "struct m { int a; static const int limit = 3; };",
        "enum class gear { FIRST };\nstruct m { gear a; };",
        "namespace lidar { struct m { int a; }; }",
        "class m { int a; };",
        "#include <stdint.h>\nstruct a { uint8_t b; };\nstruct m : a { int c; };",
        "int start(int rate = 60);\nstruct m { int a; };",
    ],
)
def test_cplusplus_is_recognised(tmp_path: Path, text: str) -> None:
    path = tmp_path / "unit.h"
    path.write_text(text)
    chain = toolchain.find("cc")
    with pytest.raises(LooksLikeCxxError, match=re.escape("cc does not compile unit.h")):
        refuse_what_does_not_compile(path, chain)


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("struct m { uint32_t a; };", '--cc "cc -include stdint.h"'),
        ("struct m { bool a; };", '--cc "cc -include stdbool.h"'),
        ("#include <stdint.h>\nstruct m { U8 a; };", "--type U8=uint8_t (or --types FILE"),
        ("struct m { odd_thing a; };", "--type odd_thing=uint8_t, for example"),
        ("struct m { int a[LENGTH]; };", "If LENGTH is a macro of your build, give it: -D LENGTH="),
        ('#include "board.h"\nstruct m { int a; };', "-I DIR says in which folder board.h is."),
    ],
)
def test_what_a_header_takes_from_elsewhere_is_named(wrap_text: Wrap, text: str, cure: str) -> None:
    with pytest.raises(WrapError) as caught:
        wrap_text(text)
    assert cure in str(caught.value)
    assert "C++" not in str(caught.value)


def test_the_cures_cure(wrap_text: Wrap) -> None:
    text = "enum message_id { M = 1 };\nstruct m { uint16_t a; U8 b[LENGTH]; bool c; };"
    cc = "cc -include stdint.h -include stdbool.h -D U8=uint8_t -D LENGTH=3"
    schema = wrap_text(text, cc).schema
    made = schema.messages["m"].type.from_bytes(bytes([1, 2, 3, 4, 5, 1]))
    assert made.to_dict() == {"a": 513, "b": [3, 4, 5], "c": True}


def test_all_that_the_compiler_says_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "unit.h"
    path.write_text("".join(f"struct a{n} {{ nothing{n} x; }};\n" for n in range(40)))
    text = refusal(path)
    assert text.startswith("cc does not compile unit.h:\n" + str(path) + ":1:")
    for n in range(40):
        assert f"unit.h:{n + 1}:" in text
        assert f"unknown type name 'nothing{n}'" in text


def test_a_function_that_only_the_compiler_refuses(wrap_text: Wrap) -> None:
    """libclang does not look into functions."""
    text = "enum message_id { M = 1 };\nstruct m { int a; };\nstatic int f(void) { return nil; }\n"
    with pytest.raises(WrapError, match=r"unit\.h:3:\d+: error: 'nil' undeclared"):
        wrap_text(text)


def test_a_header_that_compiles_is_not_refused() -> None:
    assert toolchain.find("cc").refusal(CASES / "reading.h", "c") is None
