"""``%load_ext cwire`` in a real IPython shell."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

import cwire
from cwire.ipython import magics
from cwire.ipython.magics import complete
from cwire.process.managed_process import running
from support.processes import DRIVER, until

pytestmark = pytest.mark.filterwarnings("ignore:`Completer.complete`")


@pytest.fixture
def shell(
    runtime: Path, monkeypatch: pytest.MonkeyPatch, built_driver: None
) -> Iterator[InteractiveShell]:
    monkeypatch.setenv("IPYTHONDIR", str(runtime.parent / "ipython"))
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    history = shell.history_manager
    assert history is not None
    history.enabled = False
    shell.run_line_magic("load_ext", "cwire")
    yield shell
    for value in shell.user_ns.values():
        if isinstance(value, cwire.Bridge):
            value.close()
    for process in running():
        process.stop()
    history.end_session()
    InteractiveShell.clear_instance()
    import ipywidgets

    ipywidgets.Widget.close_all()


def run(shell: Any, capsys: pytest.CaptureFixture[str], line: str) -> str:
    result = shell.run_cell(line)
    assert result.error_before_exec is None
    captured = capsys.readouterr()
    assert "Traceback" not in captured.out + captured.err
    return captured.out + captured.err


def test_from_nothing_to_data(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    told = run(shell, capsys, "%cwire status")
    assert "no relay runs on this account: %cwire serve" in told
    told = run(shell, capsys, f"%cwire driver --as scope {DRIVER} --rate 100  # it's C")
    scope = shell.user_ns["scope"]
    assert scope.command == [str(DRIVER), "--rate", "100"]
    told = run(shell, capsys, "%cwire serve --driver demo")
    assert "<RelayProcess relay: running" in told
    assert "no bridge is connected: %cwire connect" in run(shell, capsys, "%cwire status")
    assert "cwire: connected to" in run(shell, capsys, "%cwire connect")
    bridge = shell.user_ns["bridge"]
    assert len(bridge.latest("scope_block", 2, timeout=10)) == 2
    told = run(shell, capsys, "%cwire status")
    rows = {tuple(line.split()[:3]) for line in told.splitlines()}
    assert {("process", "relay", "running"), ("bridge", "bridge", "connected")} <= rows
    assert {("driver", "demo", "up"), ("process", "driver", "running")} <= rows
    run(shell, capsys, "%cwire connect")
    assert not bridge.connected  # the second one has taken its place
    bridge = shell.user_ns["bridge"]
    scope.stop()
    until(lambda: bridge["demo"].state == "down")
    assert "start the driver demo: %cwire driver PATH" in run(shell, capsys, "%cwire status")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("%cwire nope", "UsageError: %cwire has no command 'nope': it is one of connect, serve"),
        ("%cwire connect --nope", "UsageError: unrecognized arguments: --nope"),
        ("%cwire connect 'open", "UsageError: %cwire: No closing quotation"),
        ("%cwire connect", "UsageError: %cwire connect: no relay runs on this account"),
        ("%cwire driver", "UsageError: the following arguments are required: path"),
        ("%cwire driver /no/driver", "UsageError: %cwire driver: /no/driver is missing"),
        ("%cwire serve --driver a/b=c", "UsageError: %cwire serve: relay has not written"),
        ("%cwire", "%cwire driver PATH [ARGUMENT ...]"),
        ("%cwire serve --help", "--driver <NAME[=PATH]>"),
    ],
)
def test_usage_is_told_without_a_traceback(
    shell: Any, capsys: pytest.CaptureFixture[str], line: str, text: str
) -> None:
    assert text in run(shell, capsys, line)


def test_a_comment_is_no_argument() -> None:
    assert magics._words("driver 'a b' --rate 1  # it's C") == ["driver", "a b", "--rate", "1"]
    assert magics._words("connect http://h/#token=x") == ["connect", "http://h/#token=x"]


def test_tab(shell: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(DRIVER.parent.parent)

    def tab(line: str) -> list[str]:
        found: list[str] = shell.complete("", line, len(line))[1]
        return found

    assert tab("%cwire ") == ["connect", "serve", "driver", "status"]
    assert tab("%cwire st") == ["status"]
    assert tab("%cwire serve --d") == ["--driver"]
    assert "c_driver/driver" in tab("%cwire driver c_driver/d")
    assert complete("%cwire nope ", "") == []
    assert complete("%cwire driver /no/such/", "/no/such/") == []
    assert os.access(complete("%cwire driver c_driver/driver", "c_driver/driver")[0], os.X_OK)


def test_an_import_brings_the_magic(runtime: Path) -> None:
    code = "import cwire\n%cwire --help\n%cwire status"
    command = [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", "-c", code]
    folder = str(runtime.parent / "ipython")
    environment = {**os.environ, "IPYTHONDIR": folder}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "%cwire connect|serve|driver|status" in done.stdout, done.stdout + done.stderr
    assert "no relay runs on this account: %cwire serve" in done.stdout
