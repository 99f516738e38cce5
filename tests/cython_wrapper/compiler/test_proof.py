"""The proof asks the compiler, and nothing that a header leaves behind changes the question."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cwire_structs import wrap
from cwire_structs.header.message_ids import Choice
from support.c_values import compare_with_objects, compiler

CASES = Path(__file__).parents[1] / "cases"
Wrap = Callable[..., wrap.Wrapped]


def wrapped(name: str, ids: dict[str, int], cc: str = "cc") -> wrap.Wrapped:
    return wrap.wrap(CASES / name, cc, Choice(ids=ids))


def test_a_header_with_its_own_size_t(tmp_path: Path) -> None:
    """arm: size_t is unsigned int in the compiler's stddef.h, which the proof does not include."""
    cc = compiler("arm-linux-gnueabihf-gcc")
    schema = wrapped("own_size_t.h", {"slot": 1}, cc).schema
    compare_with_objects(schema, CASES / "own_size_t.h", cc, tmp_path)
    assert schema.structs["slot"].size == 8


def test_a_packing_that_is_left_on(tmp_path: Path) -> None:
    schema = wrapped("pack_left_on.h", {"point": 1, "track": 2}).schema
    point, track = schema.structs["point"], schema.structs["track"]
    assert (point.size, point.align) == (24, 8)
    assert (track.size, track.align) == (29, 1)
    assert [field.offset for field in track.fields] == [0, 1, 25]
    compare_with_objects(schema, CASES / "pack_left_on.h", "cc", tmp_path)


def test_macros_named_like_members_and_keywords() -> None:
    schema = wrapped("macros_left_on.h", {"device": 1, "painted": 2}).schema
    device = schema.structs["device"]
    assert [(one.name, one.offset) for one in device.fields] == [
        ("kind", 0), ("inner", 4), ("unit", 8), ("size", 12),
    ]  # fmt: skip
    assert schema.enums["color"].values == {"RED": 0, "GREEN": 1}
    assert schema.constants == {"size": 5, "RED": 7, "RATIO": 1.5, "NEGATIVE": -3}


def test_a_header_that_takes_away_floating_point(wrap_text: Wrap) -> None:
    text = "enum message_id { M = 1 };\nstruct m { int a; };\n#define HALF 0.5\n"
    made = wrap_text(text + "#pragma GCC poison float double offsetof\n")
    assert made.schema.constants == {"HALF": 0.5}
