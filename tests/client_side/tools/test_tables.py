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


HEAD = ("driver", "message", "frames/s", "frames")
LONG = "a_message_with_a_name_that_is_longer_than_most"
ROWS = [("demo", "scope_block", "122.0", "1,000"), ("demo", LONG, "1.0", "10")]


@pytest.mark.parametrize(
    ("width", "head", "name"),
    [
        (200, "driver message frames/s frames", LONG),
        (60, "driver message frames/s frames", "a_message_…than_most"),
        (31, "message frames/s", "a_mess…_most"),
        (5, "message", "a_mess…_most"),
    ],
)
def test_what_is_left_out_where_columns_are_few(width: int, head: str, name: str) -> None:
    made = tables.fitted_table(
        "Messages", HEAD, ROWS, right=(2, 3), order=(1, 2, 3, 0), names=(0, 1), width=width
    )
    console = Console(file=io.StringIO(), width=1000)
    console.print(made)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert lines[1].split() == head.split()
    assert max(map(len, lines)) <= max(width, 12)
    assert name in lines[4].split()
    assert "scope_block" in lines[3].split()


@pytest.mark.parametrize(
    ("width", "head"), [(44, "message frames/s"), (45, "message frames/s doc")]
)
def test_a_sentence_is_wrapped_where_there_is_room_for_words(width: int, head: str) -> None:
    rows = [("scope_block", "1.0", "One block of samples of one channel of the scope.")]
    made = tables.fitted_table(
        "", ("message", "frames/s", "doc"), rows, order=(0, 1, 2), prose=(2,), width=width
    )
    console = Console(file=io.StringIO(), width=width)
    console.print(made)
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert lines[0].split() == head.split()
    assert max(map(len, lines)) <= width
