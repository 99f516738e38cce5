"""The options of `cwire wrap`, as a user types them."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cwire_structs import wrap
from cwire_structs.compiled import native_schema
from cwire_structs.compiler import toolchain
from cwire_structs.emit.build_classes import build_classes
from cwire_structs.emit.schema_json import compact
from cwire_structs.errors import WrapError

HEADER = """
#include "parts/size.h"
/** @msg 1 */
struct m { char text[SIZE]; int n; };
#ifdef MORE
/** @msg 2 */
struct more { long x; };
#endif
"""


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    (tmp_path / "include" / "parts").mkdir(parents=True)
    (tmp_path / "include" / "parts" / "size.h").write_text("#define SIZE 8\n")
    path = tmp_path / "unit.h"
    path.write_text(HEADER)
    return path


def cwire_wrap(*arguments: str | Path, cc: str = "cc") -> int:
    return wrap.main([*map(str, arguments), *(("--cc", cc) if cc else ())])


def test_folders_and_macros(unit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cwire_wrap(unit) == 1
    said = capsys.readouterr().err
    assert "unit.h:2:10: fatal error: parts/size.h: No such file or directory" in said
    assert "-I DIR says in which folder parts/size.h is" in said
    include = unit.parent / "include"
    assert cwire_wrap(unit, "-I", include, "-DMORE=1", "-D", "OTHER") == 0
    captured = capsys.readouterr()
    assert "2 messages, 0 of them commands; layout proved with cc" in captured.out
    assert "warning: unit.h:7: struct more.x is a long" in captured.err
    text = (unit.parent / "generated" / "unit.schema.json").read_text()
    assert '"flags": ["-DMORE=1", "-DOTHER"]' in text
    assert str(unit.parent) not in text


def test_check_says_what_is_stale(unit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments: list[str | Path] = [unit, "-I", unit.parent / "include", "-o", unit.parent / "out"]
    assert cwire_wrap(*arguments, "--check") == 1
    assert "unit.schema.json is missing: wrap again" in capsys.readouterr().err
    assert not (unit.parent / "out").exists()
    assert cwire_wrap(*arguments) == 0
    assert cwire_wrap(*arguments, "--check") == 0
    assert "up to date" in capsys.readouterr().out
    unit.write_text(HEADER.replace("int n;", "int n, o;"))
    before = (unit.parent / "out" / "unit.pyx").read_bytes()
    assert cwire_wrap(*arguments, "--check") == 1
    assert "unit.pyx is not what the header makes" in capsys.readouterr().err
    assert (unit.parent / "out" / "unit.pyx").read_bytes() == before


def test_build_makes_a_module_beside_the_files(
    unit: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cwire_wrap(unit, "-I", unit.parent / "include", "--build") == 0
    assert ".so" in capsys.readouterr().out
    (made,) = (unit.parent / "generated").glob("unit.*.so")
    spec = importlib.util.spec_from_file_location("unit", made)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.M(text="hello", n=3).to_dict() == {"text": "hello", "n": 3}
    assert (unit.parent / "generated" / "unit.pyi").is_file()


def test_build_that_fails_leaves_the_other_route(unit: Path) -> None:
    wrapped = wrap.wrap(unit, toolchain.find("cc", None, [f"-I{unit.parent / 'include'}"]))
    wrap.write(wrapped, unit.parent)
    (unit.parent / "unit_schema.h").write_text("#error no\n")
    with pytest.raises(WrapError, match=r"not compiled; Schema\.messages\[\.\.\.\]\.type serves"):
        build_classes(wrapped.schema, unit.parent, [])
    assert wrapped.schema.messages["m"].type(n=3).n == 3


def test_build_and_import_are_for_this_machine(unit: Path) -> None:
    if shutil.which("powerpc-linux-gnu-gcc") is None:
        pytest.skip("there is no powerpc-linux-gnu-gcc here (tests/install_cross_compilers.sh)")
    flags = [f"-I{unit.parent / 'include'}"]
    wrapped = wrap.wrap(unit, toolchain.find(None, "powerpc-linux-gnu", flags))
    with pytest.raises(WrapError, match="--build is for this machine, not for powerpc-linux-gnu"):
        build_classes(wrapped.schema, unit.parent, [])
    with pytest.raises(ImportError, match=r"wrapped for powerpc-linux-gnu \(big-endian\)"):
        native_schema(compact(wrapped.schema.json))
    wrap.write(wrapped, unit.parent)
    source = unit.parent / "driver.c"
    source.write_text('#include "unit_schema.h"\nint main(void) { return 0; }\n')
    include = [f"-I{Path(__file__).parents[2] / 'c_driver' / 'include'}", *flags]
    done = subprocess.run(
        ["cc", *include, str(source)], capture_output=True, text=True, check=False
    )
    assert "this schema is big-endian, this compiler's target is not" in done.stderr


def test_target_takes_the_gcc_of_that_name(unit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    include = unit.parent / "include"
    assert cwire_wrap(unit, "-I", include, "--target", "nowhere-elf", cc="") == 1
    assert "there is no program 'nowhere-elf-gcc'" in capsys.readouterr().err
    if shutil.which("arm-linux-gnueabihf-gcc"):
        assert cwire_wrap(unit, "-I", include, "--target", "arm-linux-gnueabihf", cc="") == 0
        text = (unit.parent / "generated" / "unit.schema.json").read_text()
        assert '"target": "arm-linux-gnueabihf"' in text


def test_a_flag_that_cannot_be_proved(unit: Path) -> None:
    with pytest.raises(WrapError, match="-funsigned-bitfields: write signed or unsigned"):
        wrap.wrap(unit, "cc -funsigned-bitfields")
    with pytest.raises(WrapError, match="use -mfp16-format=ieee"):
        wrap.wrap(unit, "cc -mfp16-format=alternative")


def test_the_help_names_every_option() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cwire_structs.wrap", "--help"],
        env={**os.environ, "COLUMNS": "100"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for option in ("-I", "-D", "--cc", "--target", "--id", "--only", "--check", "--build"):
        assert option in done.stdout
