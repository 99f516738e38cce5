"""The command line's page: what each parser of `cwire` says, as Markdown."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterator

from cwire.man import commands

__all__ = ["markdown"]

_WIDTH = "90"  # columns of a usage


def markdown() -> str:
    """All commands, in the order of ``cwire --help``."""
    os.environ["COLUMNS"] = _WIDTH
    made = commands()[1:]  # all but `cwire` itself
    return "\n".join("\n".join(_command(one.name, one.parser)) for one in made)


def _command(name: str, parser: argparse.ArgumentParser) -> Iterator[str]:
    yield f"## {name}\n"
    if parser.description:
        yield _prose(parser.description) + "\n"
    usage = re.sub(r"^ {7}", "", parser.format_usage().removeprefix("usage: "), flags=re.MULTILINE)
    yield f"```\n{usage.rstrip()}\n```\n"
    rows = [row for action in parser._actions if (row := _row(action))]
    if rows:
        yield "| argument | what |\n|---|---|"
        yield from rows
        yield ""
    if parser.epilog:
        # Of more than one line it is set as it is to be shown.
        text = parser.epilog.strip()
        yield f"```\n{text}\n```\n" if "\n" in text else _prose(text) + "\n"


def _row(action: argparse.Action) -> str:
    if action.help == argparse.SUPPRESS or isinstance(action, argparse._HelpAction):
        return ""
    choices = "{" + ",".join(map(str, action.choices or ())) + "}"
    value = action.metavar or (choices if action.choices else action.dest.upper())
    if isinstance(value, tuple):
        value = " ".join(value)
    if not action.option_strings:
        said = f"`{value}`"
    else:
        shown = "" if action.nargs == 0 else f" {value}"
        said = ", ".join(f"`{option}{shown}`" for option in action.option_strings)
    # As argparse fills it in.
    help_ = (action.help or "") % {**vars(action), "prog": "cwire"} if action.help else ""
    return f"| {_cell(said)} | {_cell(_prose(help_))} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _prose(text: str) -> str:
    """Text of a terminal, in which nothing is markup but backticks."""
    parts = text.split("`")
    for index in range(0, len(parts), 2):
        part = re.sub(r"([\\*_\[])", r"\\\1", parts[index])
        parts[index] = part.replace("<", "&lt;").replace(">", "&gt;")
    return "`".join(parts)
