"""Questions to a compiler about itself, and those of its flags that concern a header."""

from __future__ import annotations

from pathlib import Path

import pytest

from cwire_structs.compiler import toolchain
from cwire_structs.compiler.toolchain import Toolchain
from cwire_structs.errors import WrapError
from support.c_values import compiler


def flags_of(*flags: str) -> Toolchain:
    return Toolchain(("cc", *flags), "gcc", "x86_64-linux-gnu", "little", 64, ())


@pytest.mark.parametrize(
    ("flags", "groups"),
    [
        (["-DA=1", "-D", "B", "-UC"], [["-DA=1"], ["-D", "B"], ["-UC"]]),
        (["--define-macro=A=1", "--undefine-macro", "B"], [["-D", "A=1"], ["-U", "B"]]),
        (["--include=a.h", "--include", "b.h"], [["-include", "a.h"], ["-include", "b.h"]]),
        (["-imacros", "a.h", "-includeb.h"], [["-imacros", "a.h"], ["-include", "b.h"]]),
        (["-Idir", "-isystem", "sys", "-iquotenear"], [["-I", "dir"], ["-isystem", "sys"],
                                                      ["-iquote", "near"]]),
        (["-Wp,-DA,-UB", "-Xpreprocessor", "-DC=1"], [["-DA"], ["-UB"], ["-DC=1"]]),
        (["--std=c99", "-ansi", "-fms-extensions"], [["-std=c99"], ["-ansi"], ["-fms-extensions"]]),
        (["-mthumb", "-fpack-struct=2", "-fshort-enums"], [["-mthumb"], ["-fpack-struct=2"],
                                                          ["-fshort-enums"]]),
        # The linker's, the optimizer's, and what is written where.
        (["-O2", "-g", "-Wall", "-flto", "-lm", "-L", "-Dno", "-o", "-Dno", "-MF", "-Dno"], []),
        (["-Xlinker", "-Dno", "-T", "-mno", "--param", "-Dno", "-fdebug-prefix-map=/home/a=b"], []),
    ],
)  # fmt: skip
def test_flags_that_a_parser_needs(flags: list[str], groups: list[list[str]]) -> None:
    assert flags_of(*flags).flags == groups


def test_a_line_of_a_build_makes_nothing_of_the_builds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.h").write_text("#define A 1\n")
    made = tmp_path / "out.o"
    made.write_text("what the build made")
    line = "cc -c -O2 -include a.h -MMD -MP -MF out.d -o out.o src/a.c b.o -save-temps -DB=c.c"
    found = toolchain.find(line)
    assert found.command == ("cc", "-O2", "-include", "a.h", "-DB=c.c")
    found.compile("int a[A];")
    assert {path.name for path in tmp_path.iterdir()} == {"a.h", "out.o"}
    assert made.read_text() == "what the build made"


@pytest.mark.parametrize("flag", ["-fexec-charset=UTF-16", "-fexec-charset=IBM1047"])
def test_characters_of_another_alphabet(flag: str) -> None:
    cc = compiler("gcc")
    assert toolchain.find(f"{cc} {flag}").byte_order == toolchain.find(cc).byte_order


def test_flags_in_a_file_are_read(tmp_path: Path) -> None:
    inner, outer = tmp_path / "inner", tmp_path / "outer"
    inner.write_text('-D "NAME=a b"\n-mint8\n')
    outer.write_text(f"-DFIRST @{inner}\n-DLAST")
    found = flags_of(f"@{outer}", "@nowhere").flags
    assert found == [["-DFIRST"], ["-D", "NAME=a b"], ["-mint8"], ["-DLAST"]]


def test_flags_in_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "flags"
    path.write_text("-DA='b")
    with pytest.raises(WrapError, match="flags: its flags cannot be read: No closing quotation"):
        toolchain.find(f"cc @{path}")


def test_the_schema_records_no_files_or_folders() -> None:
    made = flags_of("-DA=1", "-I/home/me", "-include", "/home/me/a.h", "-isystem/x", "-mthumb")
    assert made.layout_flags == ["-DA=1", "-mthumb"]


def test_sizes_of_enums_and_the_sign_of_char_are_asked() -> None:
    plain = toolchain.find("cc")
    assert (plain.short_enums, plain.byte_order, plain.elf_class) == (False, "little", 64)
    other = toolchain.find("cc -fshort-enums -funsigned-char")
    assert (other.short_enums, other.char_signed) == (True, False)


def test_an_arm_without_a_system_has_short_enums_by_itself() -> None:
    cc = compiler("arm-linux-gnueabihf-gcc")
    assert not toolchain.find(cc).short_enums
    assert toolchain.find(f"{cc} -mabi=aapcs").short_enums
    assert not toolchain.find(cc).char_signed


def test_a_flag_that_the_compiler_refuses_is_told_in_its_words() -> None:
    with pytest.raises(WrapError, match=r"does not work; it says:\n.*error: .*--no-such-flag"):
        toolchain.find("cc --no-such-flag")
    with pytest.raises(WrapError, match=r"does not work; it says:\n.*error: nowhere\.h"):
        toolchain.find("cc -include nowhere.h")
