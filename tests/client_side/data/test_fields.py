"""The values of one struct as an object."""

from __future__ import annotations

import pickle

from cwire.data.fields import EnumValue


def test_enum_values_are_integers_with_a_name() -> None:
    value = EnumValue(1, "SQUARE")
    assert value == 1
    assert (value.name, repr(value)) == ("SQUARE", "SQUARE (1)")
    assert repr(EnumValue(9, None)) == "9"
    assert pickle.loads(pickle.dumps(value)).name == "SQUARE"
