"""The commands, the Python and the C of README.md and of the pages of docs/ run."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

import cwire
from support.examples import PAGES, examples, examples_of
from support.processes import ROOT, Driver, Relay, Running, until

__all__ = ["examples"]  # a fixture

HERE = Path(__file__).relative_to(ROOT)


def test_the_three_terminals(runtime: Path, examples: list[str]) -> None:
    (block,) = examples
    driver, server, client = (line.removeprefix("$ ") for line in block.splitlines())
    with Running("sh", "-c", f"cd {ROOT} && {driver}", session=True) as first:
        first.wait_for("listening")
        # The port is the one thing that may differ: the usual one may be taken here.
        with Running("sh", "-c", f"cd {ROOT} && exec {server} --port 0", session=True) as second:
            second.wait_for("http://127.0.0.1:")
            result = subprocess.run(
                ["sh", "-c", client],
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        os.killpg(first.process.pid, 15)
    assert result.returncode == 0, result.stderr
    assert "scope_block" in result.stdout
    assert result.stderr == ""


def test_the_python_examples(
    driver: Driver,
    relay: Relay,
    monkeypatch: pytest.MonkeyPatch,
    examples: list[str],
    tmp_path: Path,
) -> None:
    code = "".join(examples)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert re.search(r"^[01] [\d.]+$", result.stdout, re.MULTILINE)
    assert "(20, 1024)" in result.stdout


def test_the_driver_in_python(runtime: Path, examples: list[str]) -> None:
    (code,) = examples
    with Running(sys.executable, "-W", "error", "-c", code) as program:
        until(lambda: (runtime / "analyser.sock").exists())
        with Relay("analyser") as relay, cwire.connect(relay.link) as bridge:
            until(lambda: bridge["analyser"].state == "up")
            send: Any = bridge.send
            assert send.set_window(shape="RECTANGLE", level=-3.0).value == -3.0
            with pytest.raises(cwire.CommandError, match=r"no such level.*\(CWIRE_ERANGE\)"):
                send.set_window(shape="RECTANGLE", level=-40.0)
            bridge.wait_for("trace", lambda trace: trace.window.name == "RECTANGLE", timeout=10)
        program.stop(signal.SIGINT)
    assert program.output[-1] == "KeyboardInterrupt"


def test_the_actions(
    driver: Driver,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Any,
    examples: list[str],
) -> None:
    lab, serve, calls = examples
    (tmp_path / "lab.py").write_text(lab)
    monkeypatch.chdir(tmp_path)
    words = serve.split()[1:]
    with Running(sys.executable, "-m", "cwire", *words, "--port", "0") as relay:
        relay.wait_for("waveform.sweep")
        with cwire.connect() as bridge:
            exec(calls, {"bridge": bridge})
            assert bridge.call.waveform.sweep(start=1.0, stop=2.0, steps=1) == "swept"
    lines = capsys.readouterr().out.splitlines()
    assert [float(line.split()[0]) for line in lines] == [1.0, 3.0, 5.0, 7.0, 9.0]


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_the_scope_example(driver: Driver, relay: Relay, examples: list[str]) -> None:
    (code,) = examples
    cell = nbformat.v4.new_code_cell(f"import cwire; bridge = cwire.connect()\n{code}")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbclient.NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
    shown = [one for one in notebook.cells[0].outputs if "text/html" in one.get("data", {})]
    assert len(shown) == code.count("bridge.scope(")


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_the_notebook_s_own_lines(built_driver: None, runtime: Path, examples: list[str]) -> None:
    """They run where the notebooks are: beside the folder c_driver."""
    own = examples
    own.sort(key=lambda block: "%cwire connect" not in block)  # it makes the bridge of the others
    cells = [nbformat.v4.new_code_cell(block) for block in own]
    notebook = nbformat.v4.new_notebook(cells=cells)
    resources = {"metadata": {"path": str(ROOT / "notebooks")}}
    client = nbclient.NotebookClient(
        notebook, timeout=60, kernel_name="python3", resources=resources
    )
    client.execute()
    said = [one for cell in notebook.cells for one in cell.outputs if one.get("name") == "stderr"]
    assert said == []


def test_the_tools_at_a_glance(driver: Driver, relay: Relay, examples: list[str]) -> None:
    (block,) = examples
    with cwire.connect(subscribe=None) as bridge:
        until(lambda: bridge["demo"].state == "up")
    for line in block.splitlines():
        result = subprocess.run(
            ["sh", "-c", line],
            env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (result.returncode, result.stderr) == (0, ""), line
        assert re.search(r"demo|waveform\(|temperature| Hz", result.stdout), line


@pytest.fixture
def own_driver(built_driver: None, short_dir: Path) -> Path:
    """The own header and driver of a page, wrapped and compiled as the page says."""
    header, program = examples_of(f"{HERE}::{test_the_own_header.__name__}")
    (short_dir / "my.h").write_text(header)
    (short_dir / "my.c").write_text(program)
    subprocess.run(
        [sys.executable, "-m", "cwire", "wrap", "my.h"], cwd=short_dir, check=True, timeout=60
    )
    c_driver = ROOT / "c_driver"
    subprocess.run(
        [
            *("cc", "-std=c99", "-Wall", "-Wextra", "-Werror", "-I", ".", "-I", "generated"),
            *("-I", c_driver / "include", "my.c", c_driver / "build" / "libcwire.a"),
            *("-pthread", "-o", "my"),
        ],
        cwd=short_dir,
        check=True,
    )
    return short_dir / "my"


def test_the_own_folder(
    built_driver: None, runtime: Path, monkeypatch: pytest.MonkeyPatch, examples: list[str]
) -> None:
    (line,) = examples
    monkeypatch.chdir(runtime.parent)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    with Running("sh", "-c", line, session=True) as run:
        with cwire.connect(run.wait_for("http://", 60).split()[-1]) as bridge:
            until(lambda: bridge["bench"].state == "up")  # it starts beside the relay
            assert len(bridge.latest("trace", 2, timeout=10)) == 2
        os.killpg(run.process.pid, 2)
        run.wait_for_end()


def test_the_explanation(own_driver: Path) -> None:
    page = (ROOT / "docs/howto/own-header.md").read_text()
    (command,) = re.findall(r"`cwire (wrap my\.h --explain \w+)`", page)
    done = subprocess.run(
        [sys.executable, "-m", "cwire", *command.split()],
        cwd=own_driver.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("reading: 16 bytes")


def test_the_tutorial(
    runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, examples: list[str]
) -> None:
    """Literally, in a folder of its own; but for the port, which may be taken here."""
    header, messages, program, build, look = examples
    assert len(re.findall(r"^struct ", header, re.MULTILINE)) == 15
    assert (messages + program).count("\n") <= 30
    for name, text in (("board.h", header), ("messages.h", messages), ("driver.c", program)):
        (tmp_path / name).write_text(text)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    lines = f"set -e; cd {tmp_path}; {build.strip()} --port 0"
    with Running("sh", "-c", lines, session=True) as programs:
        programs.wait_for("cwire relay: http", 60)
        result = subprocess.run(
            [sys.executable, "-W", "error", "-c", look],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        with cwire.connect(driver="board") as bridge:
            with pytest.raises(cwire.CommandError, match="out of range: allowed is -50 to 50 mm"):
                bridge.send.move(axis=1, to=100.0)
            bridge.wait_for("status", lambda status: status.axis[1].position < -19, timeout=20)
        # As a shell without jobs it lets what is behind `&` ignore Ctrl-C.
        os.killpg(programs.process.pid, signal.SIGTERM)
        programs.wait_for_end()
    assert result.returncode == 0, result.stderr
    assert "BOARD_RUN" in result.stdout


def test_two_instruments(
    built_driver: None, runtime: Path, monkeypatch: pytest.MonkeyPatch, examples: list[str]
) -> None:
    start, look = examples
    folder = runtime.parent
    (folder / "c_driver").symlink_to(ROOT / "c_driver")
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    lines = f"cd {folder}; {start.strip()} --port 0"
    with Running("sh", "-c", lines, session=True) as programs:
        with cwire.connect(programs.wait_for("http").split()[-1]) as bridge:
            until(lambda: {bridge[name].state for name in ("left", "right")} == {"up"})
            with pytest.raises(cwire.Ambiguous):
                bridge.send.set_waveform(frequency=5.0)
        result = subprocess.run(
            [sys.executable, "-W", "error", "-c", look],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        os.killpg(programs.process.pid, signal.SIGTERM)
        programs.wait_for_end()
    assert result.returncode == 0, result.stderr
    assert re.match(r"[01] [\d.]+", result.stdout)


def newest(bridge: cwire.Bridge) -> cwire.FrameArray:
    readings = bridge.latest("reading", 12, timeout=10)
    assert isinstance(readings, cwire.FrameArray)
    return readings


def test_the_own_header(own_driver: Path, runtime: Path) -> None:
    with Running(own_driver), Relay("my"), cwire.connect() as bridge:
        until(lambda: bridge["my"].state == "up")
        readings = newest(bridge)
        first = int(readings["number"][0])
        assert readings["number"].tolist() == list(range(first, first + 12))
        assert bridge.send.set_gain(gain=3.0) is None
        stream = bridge.stream("reading", timeout=10)
        while (readings["volts"] != 3.0 * (readings["number"] % 10)).any():
            next(stream)
            readings = newest(bridge)
        with pytest.raises(cwire.CommandError, match="out of range"):
            bridge.send.set_gain(gain=1000.0)


def test_the_links_lead_somewhere() -> None:
    documents = (ROOT / name for name in ("ARCHITECTURE.md", "CONTRIBUTING.md", "PROTOCOL.md"))
    for page in (*PAGES, *documents):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page}: {target}"
