"""Unions and bit fields in Python: the same for both routes, for arrays of numpy and for files."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from cwire_structs import wrap
from cwire_structs.errors import FieldError
from cwire_structs.schema import Schema
from cwire_structs.schema.dtypes import bit_column
from support.processes import ROOT

HEADER = """
#include <stdbool.h>
#include <stdint.h>
enum gain { LOW = 0, HIGH = 2, TOP = 5 };
/** @msg 1 */
struct status {
    unsigned running : 1; /**< Blocks flow. @default 1 */
    int trim : 4; /**< @range -3 5 @unit dB */
    enum gain gain : 2;
    bool locked : 1;
    union { float volts; uint32_t counts; struct { uint16_t low, high; }; };
    union choice { double number; struct { uint8_t a, b; } pair; enum gain gain; } choice;
    union choice more[2];
    struct { int16_t x; union { int16_t y[2]; int32_t z; } within[2]; } unnamed[2];
    enum { IDLE, BUSY } state;
};
/** @msg 2 */
union either { uint32_t whole; uint8_t bytes[4]; };
"""


@pytest.fixture(scope="module")
def wrapped(tmp_path_factory: pytest.TempPathFactory) -> tuple[wrap.Wrapped, Path]:
    path = tmp_path_factory.mktemp("bits") / "unit.h"
    path.write_text(HEADER)
    return wrap.wrap(path, "cc"), path


@pytest.fixture(scope="module")
def compiled(
    wrapped: tuple[wrap.Wrapped, Path],
    compile_classes: Callable[[wrap.Wrapped, Path], ModuleType],
) -> ModuleType:
    return compile_classes(*wrapped)


@pytest.fixture(scope="module")
def unit(wrapped: tuple[wrap.Wrapped, Path]) -> Schema:
    return wrapped[0].schema


@pytest.fixture(params=["python", "compiled"])
def classes(request: pytest.FixtureRequest, unit: Schema) -> dict[str, Any]:
    if request.param == "python":
        return {name: message.type for name, message in unit.messages.items()}
    module = request.getfixturevalue("compiled")
    return {name: module.MESSAGES[message.id] for name, message in unit.messages.items()}


@pytest.mark.parametrize("compiler", ["cc -std=c99", "cc -std=c11 -Wpedantic", "c++ -std=c++17"])
def test_the_drivers_header_compiles(wrapped: tuple[wrap.Wrapped, Path], compiler: str) -> None:
    made, header = wrapped
    wrap.write(made, header.parent)
    suffix = ".cpp" if "++" in compiler else ".c"
    source = header.parent / f"driver{suffix}"
    source.write_text(
        '#include "unit_schema.h"\nint main(void) { return unit_schema.count - 2; }\n'
    )
    include = ROOT / "c_driver" / "include"
    command = [*compiler.split(), f"-I{include}", "-Wall", str(source), "-o", "/dev/null"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_bit_fields_are_attributes(classes: dict[str, Any]) -> None:
    status = classes["status"](trim=-3, gain="HIGH")
    assert (status.running, status.trim, status.gain, status.locked) == (1, -3, 2, False)
    assert bytes(status)[:1] == bytes([1 | (-3 & 15) << 1 | 2 << 5])
    status.locked = True
    status.trim = 5
    assert (status.running, status.trim, status.gain, status.locked) == (1, 5, 2, True)
    assert "running=1, trim=5, gain='HIGH', locked=True" in repr(status)


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"running": 2}, "2 does not fit: the bit field holds 0 to 1"),
        ({"trim": 8}, "8 does not fit: the bit field holds -8 to 7"),
        ({"trim": 6}, "6 is out of range: allowed is -3 to 5 dB"),
        ({"gain": "TOP"}, "5 does not fit: the bit field holds 0 to 3"),
        ({"gain": 3}, "enum gain has no value 3"),
        ({"locked": 3}, "needs True or False"),
        ({"volts": 1, "counts": 1}, "'volts' .a union.; give one of them"),
        ({"counts": 1, "high": 1}, "'counts' .a union.; give one of them"),
        ({"choice": {"number": 1, "gain": 0}}, r"choice\.(gain|number): shares its bytes"),
        ({"choice": 5}, "needs a mapping with the fields number, pair, gain, or its 8 bytes"),
        ({"choice": b"123"}, "needs a mapping"),
        ({"_anonymous_4": {"volts": 1}, "low": 1}, "shares its bytes"),
        ({"_anonymous_9": b""}, "no such field"),
    ],
)
def test_what_does_not_fit(classes: dict[str, Any], values: dict[str, Any], complaint: str) -> None:
    with pytest.raises(FieldError, match=complaint):
        classes["status"](**values)


def test_a_union_is_seen_through_each_of_its_members(classes: dict[str, Any]) -> None:
    status = classes["status"](volts=1.0, choice={"pair": {"a": 1, "b": 2}})
    assert (status.volts, status.counts, status.high) == (1.0, 0x3F800000, 0x3F80)
    assert status.choice.pair.b == 2
    assert status.choice.number == np.frombuffer(b"\1\2".ljust(8, b"\0"))[0]
    status.high = 0
    assert status.counts == 0
    status.choice.number = 0.5
    status.more = [status.choice, b"12345678"]
    assert status.more[0].number == 0.5
    assert bytes(status.more[1]) == b"12345678"
    assert status != classes["status"].from_bytes(bytes(status)[:4] + b"9" + bytes(status)[5:])
    status.unnamed = [{}, {"x": 1, "within": [{"z": 2}, {"y": [3, 4]}]}]
    assert status.unnamed[1].within[1].z == 3 | 4 << 16
    status.state = "BUSY"
    assert classes["status"].from_bytes(bytes(status)) == status
    low_high = classes["status"](low=3, high=4)
    assert low_high.counts == 3 | 4 << 16


def test_dicts_hold_a_union_as_its_bytes(classes: dict[str, Any]) -> None:
    status = classes["status"](volts=1.0, more=[{"number": 2}, {}])
    values = status.to_dict()
    assert values["_anonymous_4"] == np.float32(1).tobytes()
    assert values["more"] == [np.float64(2).tobytes(), bytes(8)]
    assert "volts" not in values
    assert classes["status"].from_dict(values) == status
    either = classes["either"](bytes=[1, 2, 3, 4])
    assert either.whole == 0x04030201
    assert either.to_dict() == {"_union": b"\1\2\3\4"}
    assert classes["either"].from_dict(either.to_dict()) == either


def batch(unit: Schema) -> tuple[Any, Any]:
    message = unit.messages["status"]
    payloads = [message.encode({"trim": n % 8 - 3, "counts": n}) for n in range(9)]
    return message, np.frombuffer(b"".join(payloads), message.dtype())


def test_a_batch_is_read_at_once(unit: Schema) -> None:
    message, records = batch(unit)
    assert records["counts"].tolist() == list(range(9))
    assert records["low"].tolist() == list(range(9))
    trim = message.struct.by_name["trim"]
    column = bit_column(records, message.struct, trim)
    assert column.dtype == np.dtype("i4")
    assert column.tolist() == [-3, -2, -1, 0, 1, 2, 3, 4, -3]
    assert bit_column(records[2], message.struct, trim) == -1
    frames = np.zeros(3, message.frame_dtype(message.size))
    assert bit_column(frames, message.struct, trim).tolist() == [0, 0, 0]
    with pytest.raises(TypeError, match="is not a bit field"):
        bit_column(records, message.struct, message.struct.by_name["counts"])
    values = {name: records[3][name] for name in ("choice", "more")}
    assert message.decode(message.encode(values))["more"].tobytes() == bytes(16)
    assert message.type(choice=records[3]["choice"]).choice.number == 0


def test_the_storage_dtype_is_saved_and_loaded(unit: Schema, tmp_path: Path) -> None:
    message, records = batch(unit)
    assert message.storage_dtype().itemsize == message.dtype().itemsize
    np.save(tmp_path / "batch.npy", records.view(message.storage_dtype()))
    again = np.load(tmp_path / "batch.npy").view(message.dtype())
    assert again["counts"].tolist() == list(range(9))
    assert again.tobytes() == records.tobytes()
    either = unit.messages["either"]
    np.save(tmp_path / "either.npy", np.zeros(2, either.dtype()).view(either.storage_dtype()))
    assert np.load(tmp_path / "either.npy").view(either.dtype())["whole"].tolist() == [0, 0]
