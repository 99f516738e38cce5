"""A cell shows an error of ours in its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

import cwire
from cwire.ipython.hooks import install, traceback_lines

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

CODE = "import cwire\ndef ask():\n    cwire.connect('nowhere')\nask()"


@pytest.fixture
def shell() -> Iterator[Any]:
    make: Any = InteractiveShell
    make.clear_instance()
    shell = make.instance()
    install(shell)
    yield shell
    shell.run_line_magic("xmode", "Context")
    make.clear_instance()


def said(shell: Any, code: str, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    shell.run_cell(code)
    return re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)


def test_a_traceback_ends_at_the_users_line(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(shell, CODE, capsys)
    assert "----> 4 ask()" in text
    assert "----> 3     cwire.connect('nowhere')" in text
    assert "is not the address of a relay" in text
    assert "client_side" not in text


def test_verbose_shows_all(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    shell.run_line_magic("xmode", "Verbose")
    assert "client_side" in said(shell, CODE, capsys)


def test_what_went_before_is_told(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    code = "import cwire\ntry:\n    1 / 0\nexcept ArithmeticError:\n    cwire.connect('nowhere')"
    text = said(shell, code, capsys)
    assert text.index("ZeroDivisionError") < text.index("NotConnected")


def test_without_a_shell_it_is_pythons_own() -> None:
    InteractiveShell.clear_instance()
    try:
        cwire.connect("nowhere")
    except cwire.NotConnected as error:
        text = "\n".join(traceback_lines(error))
    assert "is not the address of a relay" in text
    assert "client_side" in text
