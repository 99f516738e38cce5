"""Makes the tables that tools print in a terminal, by rich."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

__all__ = ["Cell", "make_console", "plain", "table"]

Cell = str | Text

_PIPE_WIDTH = 1000  # columns where no terminal limits them: a table takes what it needs


def make_console() -> Console:
    """The console of standard output; through a pipe, lines are as long as they need to be."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=_PIPE_WIDTH)


def plain(text: str, style: str = "") -> Text:
    """Text as it is: no markup, and nothing that a terminal would take for an order.

    Names and comments come from drivers, which may write what they like.
    """
    return Text("".join(c if c.isprintable() else " " for c in text), style=style)


def table(
    title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]], right: Iterable[int] = ()
) -> Table:
    """A table; the columns in `right` are set flush right, the last one may be wrapped."""
    made = Table(
        title=plain(title),
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
    )
    flush = set(right)
    for number, name in enumerate(head):
        made.add_column(
            name,
            justify="right" if number in flush else "left",
            no_wrap=number < len(head) - 1,
        )
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else plain(cell) for cell in row))
    return made
