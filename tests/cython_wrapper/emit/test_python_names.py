"""Names that meet in Python, Cython or C, with and without compiled classes; names of files."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from cwire_structs import wrap
from cwire_structs.emit.python_names import module_name
from cwire_structs.errors import WrapError
from cwire_structs.header.message_ids import Choice
from cwire_structs.header.schema_name import schema_name
from cwire_structs.schema.fields import class_name, enumerator_names

CASES = Path(__file__).parents[1] / "cases"
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def names() -> wrap.Wrapped:
    return wrap.wrap(CASES / "names.h", "cc", Choice(all=("*",)))


def test_structs_that_meet_get_names_of_their_own(
    names: wrap.Wrapped, compile_classes: Callable[[wrap.Wrapped, Path], ModuleType]
) -> None:
    schema = names.schema
    assert schema.structs["a__b"].by_name.keys() == {"y"}
    assert schema.structs["a__b_"].by_name.keys() == {"x"}
    assert schema.structs["tag"].size == 2
    assert schema.structs["tag_"].size == 1
    assert (
        "names.h:5: struct gps_data is GpsData_ in Python, since struct GpsData has that name"
        in (names.warnings)
    )
    module = compile_classes(names, CASES / "names.h")
    assert (module.GpsData.STRUCT, module.GpsData_.STRUCT) == ("GpsData", "gps_data")
    assert (module.likely, module.self, module.int8_t_MAX) == (3, 4, 127)
    both = module.Both(one={"z": 5}, two={"z": 0x102})
    assert bytes(both) == bytes(schema.messages["both"].type(one={"z": 5}, two={"z": 0x102}))
    assert (both.one.z, both.two.z) == (5, 0x102)
    assert bytes(module.All(raw={"fix": 1}, cooked={"time": 2})) == b"\1\0\0\0\2\0\0\0"
    assert module.Message.STRUCT == "message"
    keywords = module.Keywords(class_=1, bytes=3, type=4, len=5, property=6, memcpy=7)
    assert (keywords.class_, keywords.bytes, keywords.property) == (1, 3, 6)
    assert keywords.to_dict()["memcpy"] == 7
    assert module.Order.mro_ == 0
    assert [one.name for one in module.Order] == ["mro_", "second", "_x__", "name_", "__y___"]
    assert module.All3(order="mro").order == module.Order.mro_
    assert module.InnerOne(d=[1, 2]).d.tolist() == [1, 2]
    assert module.PyObject_(w=5).w == 5


def test_fields_that_meet(names: wrap.Wrapped) -> None:
    """A field with that very name in C keeps it."""
    struct = names.schema.structs["keywords"]
    assert [field.py_name for field in struct.fields][:2] == ["class__", "class_"]
    message = names.schema.messages["keywords"].type
    made = message(class_=0x102, class__=3)
    assert (made.class_, made.class__) == (0x102, 3)
    assert message(**{"class": 3}).class__ == 3


def test_the_stub_is_right_for_a_type_checker(names: wrap.Wrapped, tmp_path: Path) -> None:
    wrap.write(names, tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", str(tmp_path / "names.pyi")],
        capture_output=True, text=True, check=False, cwd=tmp_path,
        env={**os.environ, "MYPYPATH": str(ROOT / "cython_wrapper")},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "name", "module"),
    [
        ("flow-meter.h", "flow_meter", "flow_meter"), ("my sensor.h", "my_sensor", "my_sensor"),
        ("3dmouse.h", "_3dmouse", "_3dmouse"), ("größe.h", "gr_e", "gr_e"),
        ("λ.h", "messages", "messages"), ("types.h", "types", "types_messages"),
        ("signal.h", "signal", "signal_messages"), ("class.h", "class", "class_messages"),
        ("numpy.h", "numpy", "numpy_messages"), ("v1.2.h", "v1_2", "v1_2"),
    ],
)  # fmt: skip
def test_names_of_files(file: str, name: str, module: str) -> None:
    assert schema_name(Path(file)) == name
    assert module_name(name) == module


@pytest.mark.parametrize("file", ["flow-meter.h", "types.h", "my sensor.h", "3dmouse.h"])
def test_headers_of_any_name_are_built(file: str, tmp_path: Path) -> None:
    header = tmp_path / file
    header.write_text((CASES / "types.h").read_text())
    assert wrap.main([str(header), "--cc", "cc", "--build"]) == 0
    module = module_name(schema_name(header))
    code = f"from {module} import Reading, MESSAGES; print(Reading(number=3).number, len(MESSAGES))"
    folder = tmp_path / "generated"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stdout == "3 1\n"
    driver = tmp_path / "driver.c"
    name = schema_name(header)
    driver.write_text(
        f'#include "{name}_schema.h"\nint main(void) {{ return {name}_schema.count - 1; }}\n'
    )
    include = Path(__file__).parents[3] / "c_driver" / "include"
    flags = [f"-I{folder}", f"-I{tmp_path}", f"-I{include}"]
    subprocess.run(["cc", "-fsyntax-only", *flags, str(driver)], check=True)


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ('my "sensor".h', "no #include can name this header; rename it"),
        ("a\\b.h", "no #include can name this header; rename it"),
        ("gr\udcf6.h", "the file's name is not UTF-8; rename it"),
        ("cwire.h", "include yours in a header of another name"),
    ],
)
def test_names_that_no_driver_can_include(file: str, why: str, tmp_path: Path) -> None:
    header = tmp_path / file
    header.write_text((CASES / "types.h").read_text())
    for name in (None, "meter"):
        with pytest.raises(WrapError, match=re.escape(why)):
            wrap.wrap(header, "cc", Choice(ids={"reading": 1}), name=name)


def test_a_name_like_an_option(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("-x.h").write_text((CASES / "types.h").read_text() + "#define LAST 5\n")
    made = wrap.wrap(Path("-x.h"), "cc", Choice(ids={"reading": 1})).schema
    assert (made.structs["reading"].size, made.constants) == (8, {"LAST": 5})


def test_a_name_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header = str(CASES / "types.h")
    assert wrap.main([header, "--cc", "cc", "--name", "meter", "-o", str(tmp_path)]) == 0
    assert (tmp_path / "meter_schema.h").is_file()
    assert '"name": "meter"' in (tmp_path / "meter.schema.json").read_text()
    assert "warning" not in capsys.readouterr().err


def test_enumerators() -> None:
    assert enumerator_names(["mro", "mro_", "A"]) == {"mro": "mro__", "mro_": "mro_", "A": "A"}
    assert class_name("gps_data") == "GpsData"
