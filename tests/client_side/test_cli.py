"""The cwire command."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import cwire
from cwire import cli


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"cwire {cwire.__version__}\n"


def test_the_version_is_the_projects() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    assert cwire.__version__ == project["project"]["version"]


def test_help_names_the_tools(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert "wrap" in out
    assert "serve" in out


@pytest.mark.parametrize("words", [[], ["nope"]])
def test_wrong_arguments(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(words)
    assert ended.value.code == 2


@pytest.mark.parametrize("tool", ["wrap", "serve", "info", "watch", "send", "publish", "doctor"])
def test_tools_are_there(tool: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main([tool, "--help"])
    assert ended.value.code == 0
    assert f"cwire {tool}" in capsys.readouterr().out


def test_a_missing_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "cwire_structs.wrap", None)
    assert cli.main(["wrap", "x.h"]) == 2
    assert "pip install 'cwire[wrap]'" in capsys.readouterr().err


@pytest.mark.parametrize("tool", ["info", "watch"])
def test_tables_need_rich(
    tool: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("rich", "cwire.tools.tables", f"cwire.tools.{tool}"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, "rich", None)
    assert cli.main([tool]) == 2
    assert "pip install 'cwire[tools]'" in capsys.readouterr().err


def test_send_and_doctor_need_no_rich() -> None:
    code = "import sys; sys.modules['rich'] = None; import cwire.tools.send, cwire.tools.doctor"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cwire", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("cwire ")
