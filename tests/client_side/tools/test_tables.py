"""Tables in a terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from cwire.tools import tables


def test_what_drivers_write_gives_the_terminal_no_orders() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=200)
    hostile = "[red]x[/red] \x1b]0;title\x07\x9b31m\nnext"
    console.print(tables.table(hostile, ("head",), [(hostile,)]))
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert shown.count("[red]x[/red]  ]0;title  31m next") == 2
    assert "\x1b]" not in shown
    assert "\x9b" not in shown
    assert "\x07" not in shown


def test_a_pipe_gets_whole_lines(capsys: pytest.CaptureFixture[str]) -> None:
    made = tables.table("", ("a", "b"), [("1", "x" * 300), ("22", "y")], right=(0,))
    tables.make_console().print(made)
    lines = capsys.readouterr().out.splitlines()
    assert any("x" * 300 in line for line in lines)
    assert any(line.startswith(" 1 ") for line in lines)
