"""Types that a vendor defines elsewhere, given by options."""

from __future__ import annotations

from pathlib import Path

import pytest

from cwire_structs import wrap
from cwire_structs.compiler import toolchain
from cwire_structs.compiler.vendor_types import type_flags
from cwire_structs.errors import WrapError

CASES = Path(__file__).parents[1] / "cases"


def test_vendor_types(tmp_path: Path) -> None:
    header = CASES / "vendor_types.h"
    with pytest.raises(WrapError) as caught:
        wrap.wrap(header, "cc")
    advice = "--type U8=uint8_t --type UINT16=uint16_t --type BYTE=uint8_t --type F32=float"
    assert advice in str(caught.value)
    flags = type_flags(advice.replace("--type ", "").split())
    schema = wrap.wrap(header, toolchain.find("cc", None, flags)).schema
    kinds = {field.name: field.type.np for field in schema.structs["motor"].fields}
    assert kinds == {"index": "|u1", "turns": "<u2", "state": "|u1", "amperes": "<f4"}
    file = tmp_path / "types.txt"
    file.write_text("# vendor\nU8 uint8_t\nULONG = unsigned long\n")
    assert type_flags([], file) == ["-DU8=uint8_t", "-DULONG=unsigned long", "-include", "stdint.h"]
    with pytest.raises(WrapError, match="--type U8: write NAME=TYPE"):
        type_flags(["U8"])
