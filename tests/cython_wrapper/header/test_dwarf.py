"""Layouts that libclang gets wrong are the compiler's, from its debugging information."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cwire_structs import wrap
from cwire_structs.header.message_ids import Choice
from cwire_structs.schema import Schema
from support.c_values import compare_with_objects, compiler

CASES = Path(__file__).parents[1] / "cases"


def wrapped(cc: str) -> wrap.Wrapped:
    return wrap.wrap(CASES / "narrow.h", cc, Choice(ids={"pulse": 1, "synth": 2}))


def places(schema: Schema, name: str) -> list[tuple[int, int]]:
    return [field.span for field in schema.structs[name].fields]


def test_avr_has_no_padding_and_packs_bit_fields(tmp_path: Path) -> None:
    cc = compiler("avr-gcc")
    made = wrapped(cc)
    schema = made.schema
    assert schema.json["abi"]["pointer"] == 2
    assert (schema.structs["pulse"].size, schema.structs["synth"].size) == (3, 4)
    assert places(schema, "pulse") == [(0, 8), (8, 24)]
    assert places(schema, "synth") == [(0, 4), (4, 19), (19, 27), (27, 32)]
    compare_with_objects(schema, CASES / "narrow.h", cc, tmp_path)
    assert schema.messages["pulse"].type.from_bytes(b"\1\xfe\xff").to_dict() == {
        "channel": 1,
        "width": -2,
    }
    assert made.warnings == ()  # not of libclang's padding


def test_m68k_aligns_to_two_bytes(tmp_path: Path) -> None:
    cc = compiler("m68k-linux-gnu-gcc")
    schema = wrapped(cc).schema
    assert schema.byte_order == "big"
    assert (schema.structs["pulse"].size, schema.structs["synth"].size) == (4, 4)
    compare_with_objects(schema, CASES / "narrow.h", cc, tmp_path)
    reading = wrap.wrap(CASES / "reading.h", cc, Choice(ids={"reading": 1})).schema
    assert reading.structs["reading"].size == 6
    compare_with_objects(reading, CASES / "reading.h", cc, tmp_path)


@pytest.mark.parametrize("version", [2, 3, 4, 5])
@pytest.mark.parametrize("name", ["avr-gcc", "m68k-linux-gnu-gcc", "sh4-linux-gnu-gcc"])
def test_every_version_of_dwarf(name: str, version: int, tmp_path: Path) -> None:
    cc = f"{compiler(name)} -gdwarf-{version}"
    compare_with_objects(wrapped(cc).schema, CASES / "narrow.h", cc, tmp_path)


def test_enumerators_that_are_sizes_of_structs(wrap_text: Callable[..., wrap.Wrapped]) -> None:
    """As ioctl numbers are; also of an enum that no member has."""
    text = """
struct pulse { char channel; int width; };
enum request { SET = 0x100 + sizeof(struct pulse), LAST = -1 };
typedef enum { GET = sizeof(struct pulse) } answer;
struct call { enum request request; char c; int i; };
struct plain { char c; int i; };
"""
    cc = compiler("m68k-linux-gnu-gcc")
    for message in ("call", "plain"):
        schema = wrap_text(text, cc, choice=Choice(ids={message: 1})).schema
        assert schema.enums["request"].values == {"SET": 0x106, "LAST": -1}
        assert schema.enums["answer"].values == {"GET": 6}
