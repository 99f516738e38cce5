"""#define constants: numbers as the compiler says, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cwire_structs import wrap
from cwire_structs.errors import LayoutMismatch
from cwire_structs.header.message_ids import Choice

CASES = Path(__file__).parents[1] / "cases"
Wrap = Callable[..., wrap.Wrapped]
MESSAGE = "enum message_id { M = 1 };\nstruct m { int a; };\n"


def wrapped(name: str, message: str) -> wrap.Wrapped:
    return wrap.wrap(CASES / name, "cc", Choice(ids={message: 1}))


def test_many_texts_before_a_number() -> None:
    """libclang's limit of 20 errors ended the search at the tenth text."""
    assert wrapped("text_macros.h", "sample").schema.constants == {"CHANNELS": 10}


def test_ioctl_numbers_and_registers() -> None:
    found = wrapped("ioctl_and_register_macros.h", "gain").schema.constants
    # _IOWR('a', n, 8 bytes) of the kernel's asm-generic/ioctl.h.
    assert found == {f"AMP_CMD_{n}": 3 << 30 | 8 << 16 | ord("a") << 8 | n for n in range(12)}


def test_a_thousand_macros_that_are_no_numbers(wrap_text: Wrap) -> None:
    lines = "".join(f'#define T{n} "text {n}"\n' for n in range(1000))
    assert wrap_text(lines + "#define LAST 5\n" + MESSAGE).schema.constants == {"LAST": 5}


def test_what_json_has_no_number_for_is_left_out_with_a_warning(wrap_text: Wrap) -> None:
    made = wrapped("not_finite.h", "probe")
    assert made.schema.constants == {}
    assert made.warnings == (
        "not_finite.h:2: NO_TEMPERATURE is nan, which JSON has no number for: it is left out of "
        "the constants",
        "not_finite.h:3: NO_LIMIT is -inf, which JSON has no number for: it is left out of the "
        "constants",
    )
    made = wrap_text("#define HUGE 1e999\n#define LARGE 1e300\n" + MESSAGE)
    assert made.schema.constants == {"LARGE": 1e300}
    assert made.warnings[0].startswith("unit.h:1: HUGE is inf")


def test_what_is_no_real_number_is_left_out(wrap_text: Wrap) -> None:
    lines = "#define I 1i\n#define P ((struct m *)8)\n#define C 'a'\n#define N __COUNTER__\n"
    made = wrap_text(lines + "#define L __LINE__\n#define S sizeof(struct m)\n" + MESSAGE)
    assert made.schema.constants == {"C": 97, "S": 4}
    assert made.warnings == (
        "unit.h:1: I is no integer and no real number: it is left out of the constants",
    )


FOR_LIBCLANG = """
#ifdef __clang__
#define TEXT 1
#define REAL 1
#define WHOLE 1.5
#define ODD 3
#else
#define TEXT "no number"
#define REAL 1.5
#define WHOLE 2
#define ODD }
#endif
#define FIRST 7
"""


def test_one_bad_macro_does_not_end_the_proof(wrap_text: Wrap) -> None:
    text = FOR_LIBCLANG.replace("#define ODD }\n", "#define ODD nothing\n")
    made = wrap_text(text + MESSAGE)
    assert made.schema.constants == {"REAL": 1.5, "WHOLE": 2, "FIRST": 7}
    assert made.warnings == (
        "unit.h:3: TEXT is no number for cc: it is left out of the constants",
        "unit.h:6: ODD is no number for cc: it is left out of the constants",
    )


def test_a_macro_that_breaks_all_others_costs_constants_only(wrap_text: Wrap) -> None:
    made = wrap_text(FOR_LIBCLANG + MESSAGE)
    assert made.schema.structs["m"].size == 4
    assert {"ODD", "TEXT"}.isdisjoint(made.schema.constants)
    assert any("unit.h:6: ODD is no number" in one for one in made.warnings)


def test_an_id_that_is_a_macro_too(wrap_text: Wrap) -> None:
    text = "enum message_id { OUT_1 = 5 };\n#define OUT_1 OUT_1\nstruct out_1 { int a; };\n"
    made = wrap_text(text)
    assert made.schema.messages["out_1"].id == 5
    assert made.schema.constants == {"OUT_1": 5}
    with pytest.raises(
        LayoutMismatch, match="unit.h:2: OUT_1 is a macro for 6, but the id of out_1 is 5"
    ):
        wrap_text(text.replace("OUT_1 OUT_1", "OUT_1 6"))


def test_integers_at_the_ends(wrap_text: Wrap) -> None:
    lines = "#define LOW (-9223372036854775807LL - 1)\n#define HIGH 0xFFFFFFFFFFFFFFFFull\n"
    found = wrap_text(lines + MESSAGE).schema.constants
    assert found == {"LOW": -(1 << 63), "HIGH": (1 << 64) - 1}


def test_what_has_more_than_64_bits_is_left_out(wrap_text: Wrap) -> None:
    made = wrap_text("#define WIDE ((__int128)1 << 100)\n#define LAST ((__int128)5)\n" + MESSAGE)
    assert made.schema.constants == {"LAST": 5}
    assert made.warnings == (
        "unit.h:1: WIDE has more than 64 bits: it is left out of the constants",
    )


@pytest.mark.parametrize("bad", ["[", "(]", ")(", "<:", "([)]"])
def test_brackets_that_stay_open_cost_no_others(wrap_text: Wrap, bad: str) -> None:
    lines = f"#define BAD {bad}\n#define LAST sizeof(int[3])\n"
    assert wrap_text(lines + MESSAGE).schema.constants == {"LAST": 12}
