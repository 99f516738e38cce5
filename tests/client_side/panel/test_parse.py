"""Text that people type into a form."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cwire.panel.parse import list_text, parse_json, parse_list
from cwire_structs.schema.fields import Enum
from cwire_structs.schema.kinds import BoolType, ComplexType, EnumType, FloatType, IntType, TextType

INT, FLOAT = IntType("<i4"), FloatType("<f8")
COMPLEX, BOOL = ComplexType("<c16"), BoolType("|b1")
SHAPE = EnumType("<u4", Enum("shape", 4, False, {"SINE": 0, "SQUARE": 1}))


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("1, 2 3;4", INT, [1, 2, 3, 4]),
        ("", INT, []),
        ("0x10 007 -5", INT, [16, 7, -5]),
        ("[[1, 2], [3, 4]]", FLOAT, [[1, 2], [3, 4]]),
        ("1e3, nan", FLOAT, "[1000.0, nan]"),
        ("1+2j", COMPLEX, [1 + 2j]),
        ("yes 0 TRUE", BOOL, [True, False, True]),
        ("SINE, 1", SHAPE, ["SINE", 1]),
        ('["a b", "c"]', TextType(4), ["a b", "c"]),
    ],
)
def test_lists(text: str, kind: Any, value: object) -> None:
    found = parse_list(text, kind)
    assert found == value or str(found) == value


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("1, x", INT, "'x' is not a whole number"),
        ("1.5", INT, "'1.5' is not a whole number"),
        ("1, x", FLOAT, "'x' is not a number"),
        ("[1,", FLOAT, "'[1,' is not JSON: Expecting value"),
        (
            "{}",
            TextType(4),
            '\'{}\' is no list of texts, such as ["a", "b"], '
            r"or of bytes, such as b'\xff\x00'",
        ),
        ("perhaps", BOOL, "'perhaps' is neither true nor false"),
        ("i", COMPLEX, "'i' is not a complex number such as 1+2j"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, kind: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        parse_list(text, kind)


def test_what_is_written_is_read_again() -> None:
    for values, kind in (([1, 2], INT), ([[1.5], [2.0]], FLOAT), (["ä b"], TextType(4))):
        assert parse_list(list_text(values, kind), kind) == values
    assert parse_json('{"a": 1}') == {"a": 1}
    assert SHAPE.parse("SQUARE") == "SQUARE"
