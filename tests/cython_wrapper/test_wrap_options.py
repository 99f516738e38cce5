"""The options of `cwire wrap`, as a user types them."""

from __future__ import annotations

import importlib.util
import json
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
from cwire_structs.errors import WrapError
from cwire_structs.header.message_ids import Choice
from cwire_structs.schema.document import compact
from support.images import build

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
        build_classes(wrapped.schema, unit.parent, [], wrapped.toolchain)
    assert wrapped.schema.messages["m"].type(n=3).n == 3


def test_build_and_import_are_for_this_machine(unit: Path) -> None:
    if shutil.which("powerpc-linux-gnu-gcc") is None:
        pytest.skip("there is no powerpc-linux-gnu-gcc here (tests/install_cross_compilers.sh)")
    flags = [f"-I{unit.parent / 'include'}"]
    wrapped = wrap.wrap(unit, toolchain.find(None, "powerpc-linux-gnu", flags))
    with pytest.raises(WrapError, match="--build is for this machine, not for powerpc-linux-gnu"):
        build_classes(wrapped.schema, unit.parent, [], wrapped.toolchain)
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


def test_warnings_are_a_summary_and_the_result_is_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = tmp_path / "many.h"
    structs = [f"struct s_{i} {{ char a; int b; /**< @rnage 0 {i} */ }};" for i in range(20)]
    pointers = [f"struct p_{i} {{ char *a; }};" for i in range(9)]
    header.write_text("\n".join([*structs, *pointers, ""]))
    assert cwire_wrap(header, "--all") == 0
    captured = capsys.readouterr()
    warnings = captured.err.splitlines()
    assert sum("did you mean @range?" in line for line in warnings) == 20  # a limit that is missing
    assert sum("bytes that no member names" in line for line in warnings) == 2
    assert "warning: padding: 18 more like these (--verbose tells them)" in warnings
    left_out = "warning: structs that are left out: 7 more like these (--verbose tells them)"
    assert left_out in warnings
    last = "many.h: 20 messages, 0 of them commands; 9 structs left out; layout proved with cc"
    assert captured.out.splitlines()[-1] == last
    assert cwire_wrap(header, "--all", "--verbose") == 0
    assert len(capsys.readouterr().err.splitlines()) == 20 + 20 + 9


def test_options_for_a_whole_header(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header = tmp_path / "unit.h"
    header.write_text(
        "#define COUNT 4\n#define OTHER 5\nstruct one { U8 a; };\nstruct two { WORD a; };\n"
        "enum kinds { KIND_ONE = 0, KIND_TWO = 7 };\n"
    )
    (tmp_path / "types.txt").write_text("WORD = uint16_t\n")
    (tmp_path / "ids.txt").write_text("two 9\n")
    options: list[str | Path] = ["--type", "U8=uint8_t", "--types", tmp_path / "types.txt"]
    options += ["--ids", tmp_path / "ids.txt", "--ids-enum", "kinds", "--id-offset", "1"]
    assert cwire_wrap(header, *options, "--constants", "OTH*", "--name", "mine") == 0
    assert "unit.h: 2 messages" in capsys.readouterr().out
    schema = json.loads((tmp_path / "generated" / "mine.schema.json").read_text())
    found = {id_: (one["name"], one["source_id"]) for id_, one in schema["messages"].items()}
    assert found == {"1": ("one", 0), "10": ("two", 9)}
    assert (schema["constants"], schema["name"]) == ({"OTHER": 5}, "mine")
    assert cwire_wrap(header, *options[:4], "--all", "t*") == 0
    text = (tmp_path / "generated" / "unit.schema.json").read_text()
    assert list(json.loads(text)["messages"]) == ["1"]


def test_hundreds_of_messages_are_little_to_compile(tmp_path: Path) -> None:
    """Each struct is a few lines: Cython makes a thousand of C of one, and a getter is 60 more."""
    structs = [
        f"struct s_{i} {{ {' '.join(f'int a_{j};' for j in range(12))} }};" for i in range(234)
    ]
    header = tmp_path / "unit.h"
    header.write_text("\n".join([*structs, ""]))
    wrapped = wrap.wrap(header, "cc", Choice(all=("*",)))
    assert len(wrapped.schema.messages) == 234
    lines = wrapped.files["unit.pyx"].count("\n")
    assert lines < 234 * 12 + 1000


def test_the_help_names_every_option() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cwire_structs.wrap", "--help"],
        env={**os.environ, "COLUMNS": "100"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    options = ("-I", "-D", "--cc", "--target", "--id", "--only", "--check", "--build", "--ids")
    more = ("--all", "--ids-enum", "--id-offset", "--name", "--constants", "--type", "--types")
    for option in (*options, *more, "--verbose"):
        assert option in done.stdout


def sources_of(rule: Path, made: Path) -> list[str]:
    """Of what make says that a file is made, by a rule that it includes."""
    text = f"include {rule.name}\n%.h:\n\t@echo $(subst .h,.h:,$@) $+\n"
    (rule.parent / "Makefile").write_text(text)
    plan = ["make", "-s", "-B", "-C", str(rule.parent), str(made)]
    done = subprocess.run(plan, capture_output=True, text=True, check=True)
    last = str(done.stdout.splitlines()[-1])
    return last.removeprefix(f"{made}:").split()


def test_a_rule_for_make(unit: Path, tmp_path: Path) -> None:
    rule, made = tmp_path / "unit.d", tmp_path / "a b" / "unit_schema.h"
    folder = ("-I", unit.parent / "include")
    assert cwire_wrap(unit, *folder, "-o", made.parent, "--depfile", rule) == 0
    assert sources_of(rule, made) == [str(unit), f"{unit.parent}/include/parts/size.h"]


def test_a_rule_for_an_image(tmp_path: Path) -> None:
    image = build(tmp_path, "struct s { int a; } s;")
    rule, made = tmp_path / "unit.d", tmp_path / "a b" / "unit_schema.h"
    assert cwire_wrap(image, "--only", "s", "-o", made.parent, "--depfile", rule, cc="") == 0
    assert sources_of(rule, made) == [str(image)]


def test_a_rule_that_cannot_be_written(unit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = ("-I", unit.parent / "include")
    assert cwire_wrap(unit, *folder, "--depfile", unit.parent / "no" / "unit.d") == 1
    assert "unit.d: No such file or directory; name another --depfile" in capsys.readouterr().err
