"""Files without types to read: each is told by name, with the cure."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from cwire_structs.errors import WrapError
from support.c_values import compiler
from support.images import build, compile_only, tool, variable, wrapped

SOURCE = "struct state { int a; char b; } state = { 5, 7 };"


def refused(image: Path, complaint: str, name: str = "state") -> None:
    with pytest.raises(WrapError, match=complaint):
        wrapped(image, name)


@pytest.mark.parametrize(
    ("name", "data", "complaint"),
    [
        ("a.exe", b"MZ\x90\0", r"a.exe is a Windows program \(PE\), not an ELF file; wrap"),
        ("a.o", b"\xcf\xfa\xed\xfe\x07", r"a.o is a macOS file \(Mach-O\)"),
        ("a.a", b"!<arch>\nx", "a.a is an archive of object files.*one of its objects"),
        ("a.bc", b"BC\xc0\xde", "a.bc is LLVM bitcode.*without -flto"),
        ("a.hex", b":100000000C9434000C943E000C943E000C943E0082\n", "name the .elf that it was"),
        ("a.s19", b"S00F000068656C6C6F202020202000003C\n", "name the .elf that it was made of"),
        ("a.bin", b"\0\x10\x20\0", "without debug information; name the .elf"),
        ("a.uf2", b"UF2\nWQ]\x9e", "a.uf2 is a UF2 image.*name the .elf"),
        ("a.elf", b"\x7fELF\x02\x01\x01", "a.elf: its debug information cannot be read"),
    ],
)
def test_other_files(name: str, data: bytes, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    refused(path, complaint)


@pytest.mark.parametrize(
    ("flags", "complaint"),
    [
        ([], "unit.o has no debug information; compile with -g"),
        (["-g1"], "unit.o has lines of source, but no types, as -g1"),
        (["-g", "-flto"], "unit.o is an object of link time optimization"),
        (["-gdwarf-5", "-gsplit-dwarf"], "debug information is split off into unit.dwo"),
        (["-gdwarf-4", "-gsplit-dwarf"], "debug information is split off into .*unit.dwo"),
        (["-gdwarf-5", "-fdebug-types-section"], "several sections .debug_info"),
    ],
)
def test_objects_without_types(flags: list[str], complaint: str, tmp_path: Path) -> None:
    refused(compile_only(tmp_path, SOURCE, flags), complaint)


def test_the_split_half(tmp_path: Path) -> None:
    made = compile_only(tmp_path, SOURCE, ["-g", "-gsplit-dwarf"])
    refused(made.with_suffix(".dwo"), "unit.dwo is one half of split debug information")


def test_stabs(tmp_path: Path) -> None:
    cc = compiler("avr-gcc")
    made = compile_only(tmp_path, SOURCE, ["-g"], cc)
    if b".stab" not in made.read_bytes():
        pytest.skip("this avr-gcc makes DWARF of -g")
    refused(made, r"another format \(stabs\).*compile with -gdwarf-4")


def test_what_the_program_does_not_have(tmp_path: Path) -> None:
    made = compile_only(tmp_path, "struct state *p; struct other { int a; } o;")
    refused(made, "state: unit.o only declares it; name the image")
    made = compile_only(tmp_path, "struct state { int a; }; int n = sizeof(struct state); int b;")
    refused(made, "unit.o has no struct in its debug information")
    flag = "-fno-eliminate-unused-debug-types"
    made = compile_only(tmp_path, "struct state { int a; };", ["-g", flag])
    assert wrapped(made, "state").schema.messages["state"].size == 4


def test_objects_whose_addresses_are_not_linked(tmp_path: Path) -> None:
    cc = compiler("m68k-linux-gnu-gcc")
    refused(compile_only(tmp_path, SOURCE, cc=cc), "name the linked image")
    assert wrapped(build(tmp_path, SOURCE, cc=cc), "state").schema.messages["state"].size == 6


def test_compressed_sections(tmp_path: Path) -> None:
    image = build(tmp_path, SOURCE)
    for kind in ("zlib", "zlib-gnu", "zstd"):
        packed = tmp_path / f"{kind}.elf"
        how = ["objcopy", f"--compress-debug-sections={kind}", str(image), str(packed)]
        if subprocess.run(how, capture_output=True).returncode:
            continue
        try:
            schema = wrapped(packed, "state").schema
        except WrapError as error:
            assert "objcopy --decompress-debug-sections" in str(error)  # noqa: PT017
        else:
            assert schema.messages["state"].size == 8


def test_stripped_images(tmp_path: Path) -> None:
    image = build(tmp_path, SOURCE)
    debug, plain = tmp_path / "state.debug", tmp_path / "plain.elf"
    subprocess.run(["objcopy", "--only-keep-debug", str(image), str(debug)], check=True)
    subprocess.run(["objcopy", "--strip-debug", str(image), str(plain)], check=True)
    refused(plain, "plain.elf has no debug information.*before strip or objcopy")
    linked = tmp_path / "linked.elf"
    how = ["objcopy", f"--add-gnu-debuglink={debug}", str(plain), str(linked)]
    subprocess.run(how, check=True)
    assert wrapped(linked, "state").schema.messages["state"].size == 8
    debug.rename(tmp_path / "elsewhere")
    refused(linked, "its debug information is in state.debug, which is not beside it")
    debug.write_bytes((tmp_path / "elsewhere").read_bytes() + b"\0")
    refused(linked, "linked.elf: its debug information cannot be read.*checksum")


def test_types_that_dwz_moved(tmp_path: Path) -> None:
    tool("dwz")
    images = []
    for name in ("one", "two"):
        images.append(build(tmp_path, MANY + f"int {name};", name=f"{name}.c"))
    shared = tmp_path / "shared.debug"
    how = ["dwz", "-m", str(shared), "-M", "shared.debug", *map(str, images)]
    done = subprocess.run(how, capture_output=True, text=True)
    if done.returncode or not shared.exists():
        pytest.skip(f"dwz moved nothing: {done.stderr}")
    message = wrapped(images[0], "state").schema.messages["state"]
    assert message.type.from_bytes(variable(images[0], "state")).to_dict()["a"] == 5
    shutil.copy(shared, tmp_path / "kept")
    shared.unlink()
    refused(images[0], "a part of its debug information is in another file")
    shutil.copy(images[1], shared)
    refused(images[0], "belongs to another build|cannot be read")


MANY = (
    "".join(
        f"struct common_{i} {{ long first_{i}, second_{i}, third_{i}; }} common_{i};\n"
        for i in range(40)
    )
    + SOURCE
)
