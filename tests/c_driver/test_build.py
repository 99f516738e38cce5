"""The library as others get it: one strict build, C++, amalgamation, installation, symbols."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from support.images import tool
from support.processes import ROOT, Running
from support.wire import Peer

STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
C99 = ["cc", "-std=c99", *STRICT]
CPP = ["c++", "-std=c++11", *STRICT]

USER = """
#include "cwire.h"
#include <stdio.h>
int main(void) {
    cwire_close(cwire_listen("", NULL, NULL));
    puts(cwire_strerror(CWIRE_ERANGE));
    return 0;
}
"""


def run(*command: str | Path, cwd: Path | None = None, **env: str) -> str:
    result = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **env},
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="session")
def built(c_driver: Path) -> Path:
    """`make` in a fresh copy; every source is compiled with the strict flags."""
    assert run("make", "-s", "-j2", cwd=c_driver) == ""
    return c_driver


def test_make_builds_everything_once(built: Path) -> None:
    for name in ("libcwire.a", "libcwire.so", "cwire.c", "cwire.h", "minimal"):
        assert (built / "build" / name).exists()
    assert "up to date" in run("make", "driver", cwd=built) or run("make", "-q", cwd=built) == ""


def test_a_header_that_changes_is_noticed(built: Path, tmp_path: Path) -> None:
    copy = tmp_path / "c_driver"
    shutil.copytree(built, copy, symlinks=True)
    os.utime(copy / "src" / "link.h")
    plan = run("make", "-n", cwd=copy)
    assert "src/poll.c" in plan
    assert "src/frame.c" not in plan


def test_only_the_public_names_are_exported(built: Path) -> None:
    lines = run("nm", "-D", "--defined-only", built / "build" / "libcwire.so").splitlines()
    exported = {line.split()[-1] for line in lines}
    declared = (built / "include/cwire.h").read_text() + (
        built / "include/cwire_frame.h"
    ).read_text()
    assert exported
    assert all(f"{name}(" in declared for name in exported)
    lines = run("nm", "--defined-only", "--extern-only", built / "build" / "libcwire.a").split("\n")
    symbols = {line.split()[-1] for line in lines if " T " in line or " D " in line}
    assert all(name.startswith(("cwire_", "cwi_")) for name in symbols)


def test_the_library_never_exits_or_prints(built: Path) -> None:
    undefined = run("nm", "-u", "-D", built / "build" / "libcwire.so")
    for name in (" exit", " abort", " printf", " puts", " signal", " sigaction", " pthread_create"):
        assert name not in undefined.replace("@", " @")


def test_cpp_includes_and_links(built: Path, tmp_path: Path) -> None:
    source = tmp_path / "user.cpp"
    source.write_text(USER)
    library = built / "build" / "libcwire.a"
    program = tmp_path / "user"
    run(*CPP, "-I", built / "include", "-o", program, source, library, "-pthread")
    assert run(program) == "a value is out of range\n"


def test_the_generated_schema_compiles_as_c_and_cpp(built: Path, tmp_path: Path) -> None:
    count = len(
        json.loads((ROOT / "c_driver/generated/messages.schema.json").read_text())["messages"]
    )
    body = f"return messages_schema.count != {count};"
    text = f'#include "messages_schema.h"\nint main(void) {{ {body} }}\n'
    includes = [f"-I{built / name}" for name in ("include", ".", "generated")]
    for compiler, name in ((C99, "user.c"), (CPP, "user.cpp")):
        source, program = tmp_path / name, tmp_path / "user"
        source.write_text(text)
        run(*compiler, *includes, "-o", program, source)
        run(program)


def test_the_driver_for_microcontrollers_is_beside_it_and_needs_its_header_only(
    built: Path, tmp_path: Path
) -> None:
    for name in ("cwire.h", "cwire_mini.c", "cwire_mini.h"):
        shutil.copy(built / "build" / name, tmp_path)
    run(*C99, "-ffreestanding", "-c", "cwire_mini.c", cwd=tmp_path)


def test_the_amalgamation_compiles_alone(built: Path, tmp_path: Path) -> None:
    for name in ("cwire.c", "cwire.h"):
        shutil.copy(built / "build" / name, tmp_path)
    run(*C99, "-O2", "-c", "cwire.c", cwd=tmp_path)
    (tmp_path / "user.c").write_text(USER)
    run(*C99, "-o", "user", "user.c", "cwire.o", "-pthread", cwd=tmp_path)
    assert run("./user", cwd=tmp_path) == "a value is out of range\n"
    # Or included by the one source of a program, and by a C++ program's headers.
    (tmp_path / "one.c").write_text('#include "cwire.c"\n' + USER)
    run(*C99, "-o", "one", "one.c", "-pthread", cwd=tmp_path)
    run("./one", cwd=tmp_path)
    (tmp_path / "user.cpp").write_text(USER)
    run(*CPP, "-o", "plus", "user.cpp", "cwire.o", "-pthread", cwd=tmp_path)


def test_cpp_compilers_refuse_the_sources_with_a_sentence(built: Path, tmp_path: Path) -> None:
    (tmp_path / "user.cpp").write_text('#include "cwire.c"\n' + USER)
    sources = [built / "build" / "cwire.c", tmp_path / "user.cpp", *(built / "src").glob("*.c")]
    assert len(sources) > 20
    for source in sources:
        places = [f"-I{built / name}" for name in ("build", "include")]
        command = ["c++", "-x", "c++", "-fsyntax-only", *places, str(source)]
        done = subprocess.run(command, capture_output=True, text=True)
        errors = [line for line in done.stderr.splitlines() if "error:" in line]
        assert "libcwire is C99: compile it by a C compiler (cc -c cwire.c" in errors[0]
        # What a program compiles has no other errors, so that this one is seen.
        assert len(errors) == 1 or source.parent.name == "src"


def test_an_installed_library_builds_the_example(
    built: Path, tmp_path: Path, short_dir: Path
) -> None:
    stage = tmp_path / "stage"
    run("make", "-s", "install", f"DESTDIR={stage}", "PREFIX=/opt/cwire", cwd=built)
    root = stage / "opt" / "cwire"
    # Once more, after another place.
    run("make", "-s", "install", f"DESTDIR={tmp_path / 'other'}", "PREFIX=/other", cwd=built)
    run("make", "-s", "install", f"DESTDIR={stage}", "PREFIX=/opt/cwire", cwd=built)
    text = (root / "lib/pkgconfig/cwire.pc").read_text()
    assert "prefix=/opt/cwire" in text
    assert "Version: 0.1.0" in text
    if shutil.which("pkg-config"):
        found = run(
            *("pkg-config", "--cflags", "--libs", "cwire"),
            PKG_CONFIG_PATH=str(root / "lib/pkgconfig"),
            PKG_CONFIG_SYSROOT_DIR=str(stage),
        )
        assert f"-L{root / 'lib'}" in found
        flags = found.split()
    else:
        flags = [f"-I{root / 'include'}", f"-L{root / 'lib'}", "-lcwire"]
    example = built / "examples" / "minimal.c"
    program = tmp_path / "minimal"
    places = [f"-I{built}", f"-I{built / 'generated'}"]
    run(*C99, *places, "-o", program, example, *flags, "-lm")
    libraries = str(root / "lib")
    assert "libcwire.so.0" in run("ldd", program, LD_LIBRARY_PATH=libraries)
    environment = {"LD_LIBRARY_PATH": libraries}
    with Running(program, short_dir / "m.sock", env=environment) as minimal:
        minimal.wait_for("listening at")
        with Peer(short_dir / "m.sock") as peer:
            assert peer.hello["name"] == "messages"
            assert len(peer.wait_for(1).payload) == 4120


@pytest.mark.parametrize(
    "machine", ["arm-linux-gnueabihf", "m68k-linux-gnu", "powerpc-linux-gnu", "sh4-linux-gnu"]
)
def test_the_ring_compiles_where_numbers_have_32_bits(
    c_driver: Path, tmp_path: Path, machine: str
) -> None:
    # Of these only ARM can share 64-bit numbers without a library for it.
    compiler = tool(f"{machine}-gcc")
    probe = tmp_path / "probe.c"
    probe.write_text("#include <sys/mman.h>\n")
    if subprocess.run([compiler, "-fsyntax-only", probe], capture_output=True).returncode:
        pytest.skip(f"there is no C library for {machine} here")
    for name in ("platform_linux_memory", "readers", "ring", "ring_reader", "sharing"):
        source, made = c_driver / "src" / f"{name}.c", tmp_path / f"{name}.o"
        flags = ["-std=c99", *STRICT, "-O2", f"-I{c_driver / 'include'}"]
        run(compiler, *flags, "-c", "-o", made, source)
        assert "__atomic" not in run("nm", "-u", made)


def test_the_example_is_short(built: Path) -> None:
    assert len((built / "examples" / "minimal.c").read_text().splitlines()) <= 60


def test_builddriver_works_with_and_without_make(c_driver: Path, tmp_path: Path) -> None:
    copy = tmp_path / "c_driver"
    shutil.copytree(c_driver, copy, ignore=shutil.ignore_patterns("build", "driver"))
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "dirname", "cc", "as", "ld"):
        found = shutil.which(name)
        assert found is not None
        (tools / name).symlink_to(found)
    run(tools / "sh", "./builddriver.sh", cwd=copy, PATH=str(tools))
    assert "usage: driver" in run("./driver", "--help", cwd=copy)
    (copy / "driver").unlink()
    run("./builddriver.sh", cwd=copy)
    assert "usage: driver" in run("./driver", "--help", cwd=copy)


def test_clean_leaves_nothing(c_driver: Path, tmp_path: Path) -> None:
    copy = tmp_path / "c_driver"
    shutil.copytree(c_driver, copy, symlinks=True)
    run("make", "-s", "clean", cwd=copy)
    assert not (copy / "build").exists()
    assert not (copy / "driver").exists()
