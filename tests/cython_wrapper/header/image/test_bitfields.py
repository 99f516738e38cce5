"""The places of bit fields in each of DWARF's forms."""

from __future__ import annotations

from typing import Literal

import pytest

from cwire_structs.header.image.bitfields import BitPlace, bit_offset, expression_offset, signed


@pytest.mark.parametrize(
    ("place", "order", "offset"),
    [
        (BitPlace(5, from_start=35, from_top=None, unit=4, start=0), "little", 35),
        (BitPlace(5, from_start=35, from_top=None, unit=4, start=0), "big", 35),
        (BitPlace(5, from_start=None, from_top=24, unit=4, start=4), "little", 35),
        (BitPlace(5, from_start=None, from_top=3, unit=4, start=4), "big", 35),
        # A packed one that ends behind its unit.
        (BitPlace(12, from_start=None, from_top=-7, unit=1, start=1), "little", 11),
        # A negative beginning of the unit: gcc for SH4 in DWARF 2.
        (BitPlace(1, from_start=None, from_top=0, unit=4, start=-1), "little", 23),
        (BitPlace(3, from_start=None, from_top=None, unit=4, start=2), "little", 16),
    ],
)
def test_the_place_follows_from_what_is_said(
    place: BitPlace, order: Literal["little", "big"], offset: int
) -> None:
    assert bit_offset(place, order) == offset


def test_an_expression_only_adds() -> None:
    assert expression_offset([0x23, 0x08], 4) == 8
    assert expression_offset([0x23, 0x80, 0x01], 4) == 128
    assert expression_offset([0x23, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F], 4) == -1
    assert expression_offset([0x12, 0x06, 0x48, 0x1C, 0x06, 0x22], 8) is None  # a virtual base
    assert expression_offset([0x23, 0x08, 0x06], 4) is None
    assert expression_offset([], 4) is None


def test_numbers_wrap() -> None:
    assert signed(0xF9, 8) == -7
    assert signed(-7, 8) == -7
    assert signed(7, 8) == 7
