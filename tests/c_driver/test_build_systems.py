"""A driver in a project of CMake, of Meson and of make: each is built and run as a user would."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import NamedTuple

import pytest

from support.examples import examples, examples_of
from support.processes import ROOT, Running
from support.wire import Peer

__all__ = ["examples"]  # a fixture

BIN = Path(sysconfig.get_path("scripts"))
LIMITS = "enum { CHANNELS = 4 };\n"
HEADER = """
#include <stdint.h>
#include "limits.h"
enum message_id { READING = 1 };
/** One reading. */
struct reading { double volts[CHANNELS]; uint32_t number; };
"""
DRIVER = """
#include "messages_schema.h"
#include <stdio.h>
int main(int argc, char **argv) {
    struct reading reading = {{0}, 0};
    cwire *link = cwire_listen(argc > 1 ? argv[1] : NULL, &messages_schema, NULL);
    if (!link)
        return puts(cwire_error(NULL)), 1;
    puts("listening");
    fflush(stdout);
    while (cwire_poll(link, 10) >= 0) {
        reading.number++;
        cwire_publish(link, READING, &reading, sizeof reading);
    }
    return 1;
}
"""
HERE = "tests/c_driver/test_build_systems.py"
FETCHED = "/path/to/cwire-c-0.1.0.tar.gz"


def tool(name: str) -> str:
    """A program of this environment or of the machine."""
    found = shutil.which(name, path=f"{BIN}:{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"there is no {name} here (make setup installs it where PyPI has it)")
    return found


def run(*command: str | Path, **env: str) -> str:
    """Runs a program, which finds this environment's `cwire` first."""
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", **env}
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Installed(NamedTuple):
    """A cwire that `make install` has put somewhere.

    Attributes:
        prefix: Where.
        said: What it printed.
        moved: The same, made for another place and put here.
        dist: The folder with what `make dist` makes.
    """

    prefix: Path
    said: str
    moved: Path
    dist: Path


@pytest.fixture(scope="module")
def installed(c_driver: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    prefix, stage = tmp_path_factory.mktemp("prefix"), tmp_path_factory.mktemp("stage")
    make = ("make", "-s", "-j2", "-C", c_driver, "CFLAGS=-O1")
    said = run(*make, "install", f"PREFIX={prefix}")
    # As Debian has it: libraries two folders deeper than headers.
    other = "PREFIX=/opt/cwire", "LIBDIR=/opt/cwire/lib/x86_64-linux-gnu"
    assert run(*make, "install", f"DESTDIR={stage}", *other) == ""
    run(*make, "dist")
    return Installed(prefix, said, stage / "opt" / "cwire", c_driver / "build")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "a project"
    folder.mkdir()
    (folder / "limits.h").write_text(LIMITS)
    (folder / "messages.h").write_text(HEADER)
    (folder / "driver.c").write_text(DRIVER)
    return folder


@pytest.fixture
def socket(short_dir: Path) -> Path:
    return short_dir / "bench.sock"


def check_driver(program: Path, socket: Path, channels: int = 4) -> None:
    """The driver runs, without a word about where libcwire is, and publishes."""
    with Running(program, socket) as driver:
        driver.wait_for("listening")
        with Peer(socket) as peer:
            assert peer.hello["name"] == "messages"
            assert len(peer.wait_for(1).payload) == 8 * channels + 8


def linked(program: Path) -> set[str]:
    """The libraries that it needs, by the names in it."""
    return set(re.findall(r"\(NEEDED\).*\[(.*)\]", run("readelf", "-d", program)))


def test_cmake_finds_what_was_installed_and_moved(
    installed: Installed, project: Path, socket: Path, examples: list[str]
) -> None:
    cmake, build = tool("cmake"), project / "build"
    (text,) = examples
    # The static one in the same project, a header with another name in a folder, and options.
    (project / "more").mkdir()
    (project / "messages.h").rename(project / "more" / "2-messages.h")
    (project / "messages.h").write_text('#include "more/2-messages.h"\n')
    text += """
    add_executable(alone driver.c)
    target_link_libraries(alone PRIVATE cwire::static)
    target_compile_definitions(alone PRIVATE MORE=2)
    target_include_directories(alone PRIVATE .)
    cwire_wrap(alone messages.h more/2-messages.h OPTIONS --only "read*")
    """
    (project / "CMakeLists.txt").write_text(text)
    where = f"-DCMAKE_PREFIX_PATH={installed.moved}"
    run(cmake, "-G", "Ninja", "-S", project, "-B", build, where)
    run(cmake, "--build", build)
    assert "libcwire.so.0" in linked(build / "driver")
    assert not any("cwire" in name for name in linked(build / "alone"))
    for program in ("driver", "alone"):
        check_driver(build / program, socket)
    assert "no work to do" in run(cmake, "--build", build)
    # What the header includes is looked at, and --only was taken.
    (project / "limits.h").write_text(LIMITS.replace("4", "8"))
    run(cmake, "--build", build)
    check_driver(build / "alone", socket, channels=8)


def test_cmake_asks_for_a_version(installed: Installed, tmp_path: Path) -> None:
    cmake = tool("cmake")
    asked = {"": 1, "0": 1, "0.1": 1, "0.1.0": 1, "0.1.0 EXACT": 1, "0.1.9": 0, "0.2": 0, "1": 0}
    lines = "".join(
        f"find_package(cwire {version} CONFIG QUIET)\n"
        f'message(STATUS "version {version}: ${{cwire_FOUND}}")\n'
        for version in asked
    )
    (tmp_path / "CMakeLists.txt").write_text(
        f"cmake_minimum_required(VERSION 3.20)\nproject(p LANGUAGES C)\n{lines}"
    )
    where = f"-DCMAKE_PREFIX_PATH={installed.prefix}"
    said = run(cmake, "-S", tmp_path, "-B", tmp_path / "build", where)
    found = dict(re.findall(r"-- version (.*): (\d)", said))
    assert found == {version: str(yes) for version, yes in asked.items()}


def test_cmake_fetches_the_sources(
    installed: Installed, project: Path, socket: Path, examples: list[str]
) -> None:
    cmake, build = tool("cmake"), project / "build"
    (archive,) = installed.dist.glob("cwire-c-*.tar.gz")
    (text,) = examples
    assert FETCHED in text
    (project / "CMakeLists.txt").write_text(text.replace(FETCHED, str(archive)))
    run(cmake, "-G", "Unix Makefiles", "-S", project, "-B", build)
    run(cmake, "--build", build, "-j2")
    check_driver(build / "driver", socket)
    assert not any("cwire" in name for name in linked(build / "driver"))
    again = run(cmake, "--build", build)
    assert "Building" not in again
    assert "cwire wrap" not in again
    (project / "limits.h").write_text(LIMITS.replace("4", "8"))
    assert "cwire wrap" in run(cmake, "--build", build)
    check_driver(build / "driver", socket, channels=8)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("cwire_wrap(drver messages.h)", "there is no target 'drver': call add_executable before"),
        ("cwire_wrap(driver)", "names no header"),
        ("set(CWIRE_EXECUTABLE NOTFOUND)\ncwire_wrap(driver m.h)", "-DCWIRE_EXECUTABLE="),
    ],
)
def test_cmake_says_what_is_wrong(
    installed: Installed, project: Path, call: str, said: str
) -> None:
    script = installed.prefix / "lib/cmake/cwire/CwireWrap.cmake"
    (project / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.20)\nproject(p LANGUAGES NONE)\n"
        f'include("{script}")\nadd_library(driver INTERFACE)\n{call}\n'
    )
    make = f"-DCMAKE_MAKE_PROGRAM={tool('make')}"
    command = [tool("cmake"), make, "-S", str(project), "-B", str(project / "build")]
    environment = {"PATH": "/nowhere", "HOME": str(project)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    assert done.returncode != 0
    assert said in " ".join(done.stderr.split())


def test_meson_takes_the_subproject(installed: Installed, project: Path, socket: Path) -> None:
    meson, build = tool("meson"), project / "build"
    packed = project / "subprojects" / "packagefiles"
    packed.mkdir(parents=True)
    (archive,) = installed.dist.glob("cwire-c-*.tar.gz")
    shutil.copy(archive, packed)
    shutil.copy(installed.dist / "cwire.wrap", project / "subprojects")
    (text,) = examples_of(f"{HERE}::test_meson_finds_what_was_installed")
    (project / "meson.build").write_text(text)
    ninja = {"NINJA": tool("ninja")}
    forced = ("--wrap-mode=forcefallback", "-Dcwire:default_library=static")
    run(meson, "setup", *forced, build, project, **ninja)
    run(meson, "compile", "-C", build, **ninja)
    check_driver(build / "driver", socket)
    assert not any("cwire" in name for name in linked(build / "driver"))
    assert "no work to do" in run(meson, "compile", "-C", build, **ninja)
    (project / "limits.h").write_text(LIMITS.replace("4", "8"))
    run(meson, "compile", "-C", build, **ninja)
    check_driver(build / "driver", socket, channels=8)


def test_meson_finds_what_was_installed(
    installed: Installed, project: Path, socket: Path, examples: list[str]
) -> None:
    meson, build = tool("meson"), project / "build"
    tool("pkg-config")
    (project / "meson.build").write_text(examples[0])
    found = {"PKG_CONFIG_PATH": str(installed.prefix / "lib/pkgconfig"), "NINJA": tool("ninja")}
    run(meson, "setup", build, project, **found)
    run(meson, "compile", "-C", build, **found)
    check_driver(build / "driver", socket)
    assert "libcwire.so.0" in linked(build / "driver")


def test_pkg_config_and_an_rpath_are_enough_for_make(
    installed: Installed, project: Path, socket: Path, examples: list[str]
) -> None:
    tool("pkg-config")
    (project / "Makefile").write_text(examples[0])
    found = {"PKG_CONFIG_PATH": str(installed.prefix / "lib/pkgconfig")}
    run("make", "-C", project, **found)
    check_driver(project / "driver", socket)
    (project / "limits.h").write_text(LIMITS.replace("4", "8"))
    run("make", "-C", project, **found)
    check_driver(project / "driver", socket, channels=8)


def test_install_says_how_the_library_is_found(installed: Installed) -> None:
    assert f"-Wl,-rpath,{installed.prefix}/lib" in installed.said


def test_pkg_config_follows_a_prefix_that_was_moved(installed: Installed) -> None:
    folder = installed.moved / "lib/x86_64-linux-gnu/pkgconfig"
    text = (folder / "cwire.pc").read_text()
    assert "libdir=${prefix}/lib/x86_64-linux-gnu\nincludedir=${prefix}/include\n" in text
    said = run(
        *(tool("pkg-config"), "--define-variable=prefix=/elsewhere", "--libs", "cwire"),
        PKG_CONFIG_PATH=str(folder),
    )
    assert said.split() == ["-L/elsewhere/lib/x86_64-linux-gnu", "-lcwire"]


def test_all_build_the_same_sources() -> None:
    folder = ROOT / "c_driver"
    names = {f"src/{path.name}" for path in (folder / "src").glob("*.c")} - {"src/ring_reader.c"}
    meson = (folder / "meson.build").read_text()
    assert set(re.findall(r"'(src/\w+\.c)'", meson)) == names
