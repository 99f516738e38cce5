"""The constants that go into the schema, and the size of the hello with them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from cwire_structs import wrap
from cwire_structs.header.constant_choice import ConstantChoice
from cwire_structs.header.message_ids import Choice
from cwire_structs.schema.document import compact

CASES = Path(__file__).parents[1] / "cases"
Wrap = Callable[..., wrap.Wrapped]


def test_enums_that_no_field_has_are_kept() -> None:
    schema = wrap.wrap(CASES / "loose_enum.h", "cc").schema
    assert schema.enums["gear"].values == {"REVERSE": -1, "NEUTRAL": 0, "FIRST": 1}
    assert schema.constants == {"REDLINE": 7200, "FLAG_CLUTCH": 1, "FLAG_ABS": 2}


def test_the_choice(tmp_path: Path, wrap_text: Wrap) -> None:
    (tmp_path / "part.h").write_text("#define PART 1\n#define LENGTH 2\nenum part { A_PART };\n")
    text = (
        '#include <stdint.h>\n#include "part.h"\n#define OWN 3\nenum own { AN_OWN };\n'
        "/** @msg 1 */\nstruct m { uint8_t a[LENGTH]; };\n"
    )

    def found(which: str) -> tuple[set[str], set[str]]:
        schema = wrap_text(text, constants=ConstantChoice(which)).schema
        return set(schema.constants), set(schema.enums)

    # What a message's dimension names is always there.
    assert found("") == ({"OWN", "LENGTH"}, {"own"})
    assert found("own") == ({"OWN", "LENGTH"}, {"own"})
    assert found("all") == ({"OWN", "LENGTH", "PART"}, {"own", "part"})
    assert found("none") == ({"LENGTH"}, set())
    assert found("PA*,A_PART") == ({"LENGTH", "PART"}, {"part"})
    assert found("UINT8_MAX") == ({"LENGTH", "UINT8_MAX"}, set())


def test_the_hello_of_eleven_thousand_macros_is_small(tmp_path: Path) -> None:
    """A header of a microcontroller: registers, and one struct that names one of its macros."""
    lines = [f"#define PERIPHERAL_REGISTER_{i}_MASK ({i}u << 1)" for i in range(11_000)]
    lines += [f"enum state_{i} {{ STATE_{i}_IDLE, STATE_{i}_RUNNING }};" for i in range(1_000)]
    struct = "/** @msg 1 */\nstruct m { char a[PERIPHERAL_REGISTER_10999_MASK]; };"
    path = tmp_path / "unit.h"
    path.write_text("\n".join([*lines, struct, ""]))
    wrapped = wrap.wrap(path, "cc")
    assert len(compact(wrapped.schema.json)) < 100_000
    constants = wrapped.schema.constants
    assert (constants["PERIPHERAL_REGISTER_10999_MASK"], len(constants) > 100) == (21998, True)
    left = [re.sub(r"\d+ of", "N of", text) for text in wrapped.warnings]
    assert left == [
        "unit.h: N of 11000 constants are left out of the schema, which each client reads: "
        "--constants all, or patterns such as 'CAN_*', choose",
        "unit.h: N of 1000 enums that no member has are left out of the schema, which each client "
        "reads: --constants all, or patterns such as 'CAN_*', choose",
    ]


def test_ids_of_a_choice_are_not_shared() -> None:
    assert Choice().ids == {}
