"""Numbers as people read them, and back."""

from __future__ import annotations

import numpy as np
import pytest

from cwire_structs.schema import shown
from cwire_structs.schema.fields import Field, FieldTime
from cwire_structs.schema.kinds import ArrayType, FloatType, IntType, UintType

SHORT = IntType("<i2")
WARM = Field("warm", "int16_t", 0, 2, SHORT, unit="°C", scale=0.01, bias=-40.0, range=(0, 8000))


def timed(unit: str, epoch: str) -> Field:
    return Field("t", "uint64_t", 0, 8, UintType("<u8"), time=FieldTime(unit, epoch))


def test_scales_both_ways() -> None:
    assert shown.to_shown(WARM, 6150) == 21.5
    assert shown.from_shown(WARM, 21.5) == 6150
    assert shown.shown_range(WARM) == (-40.0, 40.0)
    assert shown.to_shown(WARM, np.array([0, 100], "<i2")).tolist() == [-40.0, -39.0]
    assert shown.to_shown(WARM, [4000, [4100]]) == [0.0, [1.0]]
    assert shown.from_shown(WARM, [0.0, [1.0]]) == [4000, [4100]]
    for number in range(-(2**15), 2**15, 7):  # what is shown is read back as the same
        assert shown.from_shown(WARM, shown.to_shown(WARM, number)) == number


def test_a_float_is_not_rounded_and_nan_is_left_to_encode() -> None:
    field = Field("f", "float", 0, 4, FloatType("<f4"), scale=2.0)
    assert shown.from_shown(field, 1.0) == 0.5
    assert np.isnan(shown.from_shown(field, float("nan")))
    assert shown.from_shown(WARM, "x") == "x"


def test_without_a_scale_nothing_is_copied() -> None:
    field = Field("a", "float[2]", 0, 8, ArrayType((2,), FloatType("<f4")), unit="V")
    values = np.zeros(2, "<f4")
    assert shown.to_shown(field, values) is values
    assert (shown.scaling(field), shown.unit(field), shown.title(field)) == (None, "V", "a")


def test_a_negative_scale_turns_a_range_round() -> None:
    field = Field("a", "int16_t", 0, 2, SHORT, scale=-1.0, range=(-5, 3), label="Depth")
    assert (shown.shown_range(field), shown.title(field)) == ((-3.0, 5.0), "Depth")


@pytest.mark.parametrize(
    ("unit", "epoch", "value", "text"),
    [
        ("us", "unix", 1_700_000_000_123_456, "2023-11-14 22:13:20.123456 UTC"),
        ("ns", "unix", 1, "1970-01-01 00:00:00.000000001 UTC"),
        ("s", "unix", 86_400, "1970-01-02 00:00:00 UTC"),
        ("ms", "gps", 1500, "1980-01-06 00:00:01.500 GPS"),
        ("s", "boot", 5, None), ("ms", "none", 5, None), ("s", "unix", 2**62, None),
        ("s", "unix", float("inf"), None),
    ],
)  # fmt: skip
def test_times(unit: str, epoch: str, value: float, text: str | None) -> None:
    assert shown.time_text(timed(unit, epoch), value) == text


def test_times_are_shown_in_seconds() -> None:
    assert shown.to_shown(timed("us", "none"), 1500) == 0.0015
    assert shown.unit(timed("us", "none")) == "s"
    assert shown.scaling(timed("s", "unix")) is None
