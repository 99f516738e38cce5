"""Makes the tables that tools print in a terminal, by rich."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from shutil import get_terminal_size

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cwire.view.text import shortened

__all__ = ["Cell", "fitted_table", "make_console", "plain", "table"]

Cell = str | Text

_GAP = 3  # between two columns
_SHORT = 12  # letters that a name has at least
_WORDS = 20  # columns in which a sentence can be read
_PIPE_WIDTH = 1000  # columns where no terminal limits them: a table takes what it needs


class _Console(Console):
    """A console that leaves it to the command what to do when nobody reads any more."""

    def on_broken_pipe(self) -> None:
        """Is called where a write has failed; rich would end the program with 1."""
        raise BrokenPipeError


def make_console() -> Console:
    """The console of standard output; through a pipe, lines are as long as they need to be."""
    console = _Console(highlight=False)
    if not console.is_terminal:
        return _Console(highlight=False, width=_PIPE_WIDTH)
    if console.is_dumb_terminal:  # which rich takes to be 80 columns wide, always
        width, height = get_terminal_size()
        return _Console(highlight=False, width=width, height=height)
    return console


def plain(text: str, style: str = "") -> Text:
    """Text as it is: no markup, and nothing that a terminal would take for an order.

    Names and comments come from drivers, which may write what they like.
    """
    return Text("".join(c if c.isprintable() else " " for c in text), style=style)


def table(
    title: str,
    head: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    right: Iterable[int] = (),
    prose: Iterable[int] = (),
) -> Table:
    """A table; columns in `right` are set flush right, `prose` and the last one may be wrapped."""
    made = Table(
        title=plain(title),
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
    )
    flush, wrapped = set(right), {*prose, len(head) - 1}
    for number, name in enumerate(head):
        made.add_column(
            name,
            justify="right" if number in flush else "left",
            no_wrap=number not in wrapped,
        )
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else plain(cell) for cell in row))
    return made


def fitted_table(
    title: str,
    head: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    right: Iterable[int] = (),
    order: Sequence[int],
    names: Iterable[int] = (),
    prose: Iterable[int] = (),
    width: int,
) -> Table:
    """A table that is no wider than the terminal: what does not fit is left out.

    Args:
        title: Above it.
        head: Names of all columns.
        rows: All cells.
        right: The columns that are set flush right.
        order: All columns, the most important one first.
        names: The columns of names: where not all columns fit, long names lose their middles.
        prose: The columns that may be wrapped: each needs room for a few words.
        width: Columns of the terminal.
    """
    flush, wrapped = set(right), set(prose)
    texts = [[cell if isinstance(cell, Text) else plain(cell) for cell in row] for row in rows]
    widths = [
        max((len(name), *(row[number].cell_len for row in texts)))
        for number, name in enumerate(head)
    ]
    for number in wrapped:
        widths[number] = min(widths[number], _WORDS)
    if sum(widths) + _GAP * (len(widths) - 1) > width:
        some = list(names)
        # With prose, the names leave room for the words of one such column.
        share = (width - _WORDS) // len(some) - _GAP if wrapped and some else width // 3
        most = max(_SHORT, share)
        for number in some:
            widths[number] = min(widths[number], most)
            for row in texts:
                row[number] = Text(shortened(row[number].plain, most), style=row[number].style)
    chosen: list[int] = []
    used = -_GAP
    for number in order:
        if not chosen or used + _GAP + widths[number] <= width:
            chosen.append(number)
            used += _GAP + widths[number]
    chosen.sort()
    return table(
        title,
        [head[number] for number in chosen],
        [[row[number] for number in chosen] for row in texts],
        right=[place for place, number in enumerate(chosen) if number in flush],
        prose=[place for place, number in enumerate(chosen) if number in wrapped],
    )
