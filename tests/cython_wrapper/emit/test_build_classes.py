"""`cwire wrap --build`: the user's flags, and what compilers say when it fails."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pytest

from cwire_structs import wrap

CASES = Path(__file__).parents[1] / "cases"


def build(header: Path, *arguments: str) -> int:
    return wrap.main([str(header), "--build", *arguments])


def module(folder: Path, name: str) -> ModuleType:
    (made,) = (folder / "generated").glob(f"{name}.*.so")
    spec = importlib.util.spec_from_file_location(name, made)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.mark.parametrize(
    ("flags", "count", "size"),
    [
        (["-D", "BURST=6", "--cc", "cc"], 6, 20),
        (["--cc", "cc -imacros autoconf.h"], 6, 20),
        (["--cc", "cc -DBURST=2 -fshort-enums -I."], 2, 6),
        (["--cc", "cc -DBURST=2 -fpack-struct -std=c99"], 2, 9),
        (["--cc", "cc -DBURST=2 -std=c89 -ffreestanding -fsanitize=address --coverage -pg"], 2, 12),
    ],
)
def test_the_users_flags_are_the_classes(
    flags: list[str], count: int, size: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("define.h", "autoconf.h"):
        shutil.copy(CASES / name, tmp_path)
    monkeypatch.chdir(tmp_path)  # flags may name files of the folder
    header = tmp_path / "define.h"
    assert build(header, "--id", "burst=1", *flags) == 0
    samples = [1000 + index for index in range(count)]
    cls = module(tmp_path, "define").Burst
    made = cls(count=3, mode="RUN", samples=samples)
    assert len(bytes(made)) == size
    assert bytes(made)[-2 * count :] == b"".join(one.to_bytes(2, "little") for one in samples)
    assert cls.from_bytes(bytes(made)).to_dict() == {"count": 3, "mode": "RUN", "samples": samples}


def test_headers_beside_the_header_do_not_stand_for_the_systems(tmp_path: Path) -> None:
    (tmp_path / "stddef.h").write_text("#define NO_SIZE_T_HERE 1\n")
    header = tmp_path / "gauge.h"
    header.write_text("#include <stdint.h>\nstruct gauge { int32_t level; };\n")
    assert build(header, "--id", "gauge=1", "--cc", "cc") == 0
    assert module(tmp_path, "gauge").Gauge(level=-2).level == -2


def test_macros_named_like_members_do_not_reach_cythons_code(tmp_path: Path) -> None:
    header = tmp_path / "unit.h"
    header.write_text(
        "enum message_id { M = 1 };\n"
        "struct inner { union { int simple; float scaled; } handler; };\n"
        "struct m { char kind; struct inner inner; int unit; short size; };\n"
        "#define simple handler.simple\n#define unit inner.handler.scaled\n#define size 5\n"
    )
    assert build(header, "--cc", "cc") == 0
    made = module(tmp_path, "unit")
    assert made.size == 5
    one = made.M(unit=7, size=-3, inner={"handler": {"simple": 9}})
    assert (one.unit, one.size, one.inner.handler.simple) == (7, -3, 9)
    assert bytes(one) == bytes([0, 0, 0, 0, 9, 0, 0, 0, 7, 0, 0, 0, 0xFD, 0xFF, 0, 0])


def test_compile_errors_are_shown_whole_and_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = tmp_path / "unit.h"
    header.write_text("enum message_id { M = 1 };\nstruct m { int a; };\n")
    wrapped = wrap.wrap(header, "cc")
    wrap.write(wrapped, tmp_path / "generated")
    capsys.readouterr()
    # Only NAME_schema.h defines this one, so that only the classes do not compile.
    guard = "#ifdef CWIRE_H\n" + "".join(f"nothing{n} a{n};\n" for n in range(30)) + "#endif\n"
    header.write_text(header.read_text() + guard)
    assert build(header, "--cc", "cc") == 1
    said = capsys.readouterr().err
    lines = said.splitlines()
    assert lines[0].startswith("cwire wrap: the classes were written, but not compiled;")
    first = next(line for line in lines if "error:" in line)
    assert "unknown type name 'nothing0'" in first
    assert lines.index(first) < 6
    for n in range(30):
        assert f"nothing{n}" in said
    assert "Traceback" not in said
    assert 'File "' not in said
