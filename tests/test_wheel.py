"""The sdist is complete, and its wheel is enough to build a driver with."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tarfile
import venv
from pathlib import Path

import pytest

import cwire
from cwire import cli
from cwire_server.web.pages import PAGES
from support.checkouts import OF_A_CHECKOUT
from support.processes import ROOT, Running, until

# The extension is compiled once.
pytestmark = pytest.mark.timeout(300)


def run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def tracked() -> list[str]:
    """The project's own files, new ones included."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    return sorted(name for name in done.stdout.split("\0") if name and (ROOT / name).exists())


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked sdist of a clean copy: in the checkout a build finds leftovers."""
    clean = tmp_path_factory.mktemp("clean")
    for name in tracked():
        (clean / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, clean / name)
    out = tmp_path_factory.mktemp("sdist")
    build = "import setuptools.build_meta as m, sys; m.build_sdist(sys.argv[1])"
    run(sys.executable, "-c", build, out, cwd=clean)
    (archive,) = out.glob("cwire-*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(out, filter="data")
    return out / archive.name.removesuffix(".tar.gz")


@pytest.fixture(scope="module")
def installed(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin directory of an environment with the wheel of the sdist, and not the checkout."""
    wheels, environment = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("env")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    options = ["--no-build-isolation", "--no-deps", "--wheel-dir"]
    run(*pip, "wheel", *options, wheels, sdist, cwd=wheels)
    (wheel,) = wheels.glob("cwire-*.whl")
    venv.create(environment, with_pip=False, symlinks=True)
    bin_folder = environment / "bin"
    run(*pip, "--python", bin_folder / "python", "install", "--no-deps", wheel, cwd=wheels)
    # numpy, tornado and libclang are this environment's; its own cwire is an import hook that a
    # .pth file sets up, and .pth files of folders that a .pth file names are not read.
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "others.pth").write_text(sysconfig.get_paths()["platlib"] + "\n")
    return bin_folder


def test_the_sdist_has_what_git_has(sdist: Path) -> None:
    found = {str(path.relative_to(sdist)) for path in sdist.rglob("*") if path.is_file()}
    made = {name for name in found if name == "PKG-INFO" or ".egg-info/" in name}
    assert found - made - {"setup.cfg"} == set(tracked())


def test_the_sdist_has_no_leftovers_of_the_checkout(tmp_path: Path) -> None:
    """Built where npm and make have been at work already."""
    build = "import setuptools.build_meta as m, sys; m.build_sdist(sys.argv[1])"
    run(sys.executable, "-c", build, tmp_path, cwd=ROOT)
    (archive,) = tmp_path.glob("cwire-*.tar.gz")
    with tarfile.open(archive) as tar:
        names = [name.partition("/")[2] for name in tar.getnames()]
    assert "client_side/web/client.mjs" in names
    assert not [name for name in names if "node_modules" in name or "/static" in name]


def test_it_is_not_the_checkout(installed: Path, tmp_path: Path) -> None:
    modules = "cwire", "cwire_structs._frames", "cwire_structs._ring"
    code = f"import {', '.join(modules)}\nfor m in {', '.join(modules)}: print(m.__file__)"
    for line in run(installed / "python", "-c", code, cwd=tmp_path).splitlines():
        assert Path(line).is_relative_to(installed.parent)


def test_it_has_the_browsers_part(installed: Path) -> None:
    (site,) = installed.parent.glob("lib/python*/site-packages")
    widgets = {path.name for path in (site / "cwire" / "static").iterdir()}
    assert widgets == {"panel.js", "scope.css", "scope.js"}
    for page in PAGES.values():
        for kind in ("js", "css"):
            assert (site / "cwire_server" / "static" / f"{page.name}.{kind}").is_file()
    for name in ("client.mjs", "client.d.mts", "licences.txt"):
        assert (site / "cwire_server" / "static" / name).is_file()
    assert not list(site.rglob("uplot*")), "node_modules is not for users"


def test_it_has_manual_pages(installed: Path, tmp_path: Path) -> None:
    """Where `man` looks: beside the folder of the commands."""
    pages = installed.parent / "share" / "man" / "man1"
    run(installed / "cwire", "man", tmp_path, cwd=tmp_path)
    made = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert {path.name: path.read_text() for path in pages.iterdir()} == made
    assert made.keys() >= {"cwire.1", *(f"cwire-{name}.1" for name in cli.TOOLS)}


def test_doctor_tells_the_truth(installed: Path, runtime: Path, tmp_path: Path) -> None:
    said = run(installed / "cwire", "doctor", cwd=tmp_path)  # its status is 0
    assert "the compiled extension" in said
    assert "\n0 problems, " in said
    assert "make" not in said


def test_no_tool_names_what_only_a_checkout_has(
    installed: Path, runtime: Path, tmp_path: Path
) -> None:
    code = """
from contextlib import suppress
from cwire import cli
for name in cli.TOOLS:
    with suppress(SystemExit):
        cli.main([name, "--help"])
cli.main(["list"])
"""
    done = subprocess.run(
        [installed / "python", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    said = done.stdout + done.stderr
    assert said.count("usage: cwire ") == len(cli.TOOLS)
    assert "no relay runs on this account" in said
    assert not OF_A_CHECKOUT.search(said)


def test_an_extra_can_be_added(installed: Path, tmp_path: Path) -> None:
    """As hints say it: for pip what is installed will do, wherever it came from."""
    pip = (sys.executable, "-m", "pip", "--python", installed / "python")
    run(*pip, "install", "--quiet", "--no-index", "cwire[server]", cwd=tmp_path)


def test_the_demo(
    installed: Path, runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/local/bin:/usr/bin:/bin")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("CWIRE_NO_BROWSER", "1")
    monkeypatch.chdir(tmp_path)
    command = (installed / "cwire", "demo", "--port", "0", "--jupyter-port", "0")
    folder = tmp_path / "data" / "cwire" / "demo"
    with Running(*command, session=True) as demo:
        demo.wait_for("C compiler is done")
        link = demo.wait_for("pages:").split()[-1]
        with cwire.connect(link) as bridge:
            assert len(bridge.latest("scope_block", 10, timeout=10)) == 10
        assert "scope_block" in run(installed / "cwire", "list", cwd=tmp_path)
        said = run(installed / "cwire", "echo", "driver_status.blocks", "-n", "1", cwd=tmp_path)
        assert "blocks" in said
        until((folder / "work" / "01_quickstart.ipynb").exists)
        os.killpg(demo.process.pid, signal.SIGINT)
        assert demo.wait_for_end() == 0
    assert "Traceback" not in "\n".join(demo.output)
    with Running(*command, session=True) as again:
        again.wait_for("pages:")
    assert not [line for line in again.output if "compiler" in line]


def test_new_build_and_run(
    installed: Path, runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/local/bin:/usr/bin:/bin")
    run(installed / "cwire", "new", "bench", cwd=tmp_path)
    folder = tmp_path / "bench"
    said = run("make", cwd=folder)
    assert str(ROOT) not in said
    assert str(installed.parent) in said
    with Running("make", "-C", folder, "run", session=True) as relay:
        link = relay.wait_for("http://").split()[-1]
        with cwire.connect(link) as bridge:
            assert len(bridge.latest("trace", 10, timeout=10)) == 10
            assert bridge.send.set_sine(amplitude=3.0) is not None
        os.killpg(relay.process.pid, 2)
        relay.wait_for_end()
    explained = run(installed / "cwire", "wrap", "messages.h", "--explain", "trace", cwd=folder)
    assert "2016 bytes, aligned to 8, no padding" in explained


def test_a_driver_in_python(installed: Path, runtime: Path, tmp_path: Path) -> None:
    code = (
        "import cwire\n"
        "with cwire.Driver('lab', {'value': 'f8'}) as driver:\n"
        "    driver.publish('value', [1.0, 2.0])\n"
        "    print(driver.path)\n"
    )
    assert run(installed / "python", "-c", code, cwd=tmp_path) == f"{runtime}/lab.sock\n"


def test_the_c_sources_are_the_checkouts(
    installed: Path, built_driver: None, tmp_path: Path
) -> None:
    folder = Path(run(installed / "cwire", "csources", cwd=tmp_path).strip())
    assert folder.is_relative_to(installed.parent)
    for name in ("cwire.c", "cwire.h", "cwire_mini.c", "cwire_mini.h"):
        assert (folder / name).read_bytes() == (ROOT / "c_driver" / "build" / name).read_bytes()


def test_jupyter_has_the_extension(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    said = run(
        installed / "python", "-m", "jupyter_server.extension.serverextension", "list", cwd=tmp_path
    )
    lines = [line for line in said.splitlines() if "cwire_server.jupyter" in line]
    assert "enabled" in lines[0]
    assert "OK" in lines[-1]


def test_a_checkout_imports_where_its_folder_has_the_name_of_the_package(tmp_path: Path) -> None:
    # There ./cwire is a namespace package, which comes before what an import hook finds.
    (tmp_path / "cwire").symlink_to(ROOT)
    code = "import cwire, cwire_server, cwire_structs; print(cwire.connect.__module__)"
    assert run(sys.executable, "-c", code, cwd=tmp_path).startswith("cwire.")
