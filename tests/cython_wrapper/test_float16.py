"""16-bit floats, from a header to every reader of its bytes: the proof that kinds are one place."""

from __future__ import annotations

import shutil
import struct as packing
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from cwire_structs import wrap
from cwire_structs.compiler import toolchain
from cwire_structs.errors import FieldError
from cwire_structs.header import header, libclang
from cwire_structs.schema import Schema
from support.c_values import compiled_constants

ROOT = Path(__file__).parents[2]
ARM = "arm-linux-gnueabihf-gcc -mfp16-format=ieee -ffreestanding"
HEADER = """
#include <stdint.h>
/** @msg 1 */
struct halves {
    uint16_t n;
    /** How much. @unit V @range -2 100 @default 0.1 */
    {half} level;
    const {half} table[2][3];
    struct { {half} x, y; } place;
    {half} tail[];
};
"""
TABLE = [[1.5, -2.25, 65504.0], [6e-8, 0.0, -0.5]]
VALUES = {"n": 3, "level": 99.94, "table": TABLE, "place": {"x": 1, "y": -1}}
CONSTANT = (
    "const struct halves value = { 3, 99.94f, { { 1.5f, -2.25f, 65504.0f }, { 6e-8f, 0, -0.5f } },"
    " { 1, -1 } };"
)


def write(folder: Path, half: str = "_Float16") -> Path:
    path = folder / "unit.h"
    path.write_text(HEADER.replace("{half}", half))
    return path


@pytest.fixture(scope="module")
def wrapped(tmp_path_factory: pytest.TempPathFactory) -> tuple[wrap.Wrapped, Path]:
    path = write(tmp_path_factory.mktemp("halves"))
    return wrap.wrap(path, "cc"), path


@pytest.fixture(scope="module", params=["compiled", "from the schema"])
def cls(
    request: pytest.FixtureRequest,
    wrapped: tuple[wrap.Wrapped, Path],
    compile_classes: Callable[[wrap.Wrapped, Path], ModuleType],
) -> Any:
    if request.param == "compiled":
        return compile_classes(*wrapped).Halves
    return wrapped[0].schema.messages["halves"].type


def check(schema: Schema, path: Path, cc: str, order: str) -> None:
    """Python's bytes are the compiler's, and its numbers those that the compiler meant."""
    message = schema.messages["halves"]
    assert schema.json["types"]["halves"]["fields"][1]["type"] == {"kind": "float", "np": "<f2"}
    source = f'#include "{path}"\n{CONSTANT}'
    data = compiled_constants(cc.split(), source, path.parent).symbol("value")
    assert message.encode(VALUES) == data[: message.size]
    record = message.decode(data[: message.size])
    assert record["table"].tolist() == np.array(TABLE, f"{order}f2").tolist()
    assert record["level"] == np.float16(99.94)


def test_the_bytes_are_gccs(wrapped: tuple[wrap.Wrapped, Path]) -> None:
    check(wrapped[0].schema, wrapped[1], "cc", "<")


@pytest.mark.skipif(shutil.which(ARM.split()[0]) is None, reason="there is no compiler for ARM")
@pytest.mark.parametrize("half", ["_Float16", "__fp16"])
def test_the_bytes_are_the_cross_compilers(half: str, tmp_path: Path) -> None:
    path = write(tmp_path, half)
    check(wrap.wrap(path, ARM).schema, path, ARM, "<")


def test_the_debugging_information_says_the_same(
    wrapped: tuple[wrap.Wrapped, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libclang, "knows_target", lambda *_: False)
    assert header.read_header(wrapped[1], toolchain.find("cc")).reader == "DWARF"
    assert wrap.wrap(wrapped[1], "cc").files == wrapped[0].files


def test_attributes_of_both_classes(cls: Any) -> None:
    item = cls(**VALUES, tail=[0.5, np.float16(2.5)])
    assert item.level == packing.unpack("e", packing.pack("e", 99.94))[0]
    assert item.table.dtype == np.float16
    assert item.table.tolist() == np.array(TABLE, np.float16).tolist()
    assert (item.place.x, item.place.y, item.tail.tolist()) == (1.0, -1.0, [0.5, 2.5])
    assert cls.from_bytes(bytes(item)) == item
    assert cls.from_dict(item.to_dict()) == item
    assert cls().level == np.float16(0.1)
    item.place.x = float("-inf")
    item.place.y = float("nan")
    assert item.place.x == float("-inf")
    assert np.isnan(item.place.y)
    item.table[0, 0] = 7
    assert item.table[0, 0] == 7.0
    item.level = 100  # the range's end
    assert "level=100.0" in repr(item)


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"place": {"x": 65505}}, r"place\.x: 65505\.0 is too large for a 16-bit float"),
        (
            {"table": [[0, 0, 7e4], [0, 0, 0]]},
            r"table\[0\]\[2\]: 70000\.0 is too large for a",
        ),
        ({"tail": np.array([1e5])}, r"tail\[0\]: 100000\.0 is too large for a 16-bit"),
        ({"level": 100.1}, r"level: 100\.1 is out of range: allowed is -2 to 100 V"),
        ({"level": float("nan")}, r"level: nan is out of range"),
        ({"level": "1"}, r"level: needs a number, got '1'"),
    ],
)
def test_what_does_not_fit(cls: Any, values: dict[str, Any], reason: str) -> None:
    with pytest.raises(FieldError, match=reason):
        cls(**values)


def test_the_stub_and_the_drivers_header(
    wrapped: tuple[wrap.Wrapped, Path], tmp_path: Path
) -> None:
    files, path = wrapped[0].files, wrapped[1]
    assert "def level(self) -> float:" in files["unit.pyi"]
    assert "def level(self, value: SupportsFloat) -> None: ..." in files["unit.pyi"]
    assert "def tail(self) -> npt.NDArray[np.float16]:" in files["unit.pyi"]
    wrap.write(wrapped[0], tmp_path)
    for compiler, suffix in (("cc", ".c"), ("c++", ".cpp")):
        source = tmp_path / f"unit{suffix}"
        source.write_text("_Float16 probe;\n")
        includes = [f"-I{path.parent}", f"-I{ROOT / 'c_driver' / 'include'}"]
        command = [compiler, *includes, "-c", str(source), "-o", str(tmp_path / "unit.o")]
        known = subprocess.run(command, capture_output=True, check=False).returncode == 0
        assert known or compiler == "c++"  # g++ has _Float16 from 13 on
        if known:
            source.write_text('#include "unit_schema.h"\n')
            subprocess.run(command, check=True)
