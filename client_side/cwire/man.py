"""`cwire man`: writes manual pages, made from the help of all commands."""

from __future__ import annotations

import argparse
import importlib
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cwire import cli
from cwire.tools import terminal
from cwire.version import __version__

__all__ = ["Command", "commands", "page", "register", "run"]

_WIDTH = 72  # columns of a synopsis


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `man` to the `cwire` command."""
    parser = subparsers.add_parser(
        "man",
        help="write manual pages",
        description="Writes a manual page of cwire and of each subcommand into a directory. `man "
        "cwire` finds those in ~/.local/share/man/man1.",
        epilog="""exit status:
  0  success      1  a page cannot be written      2  wrong arguments
""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("directory", metavar="DIR", type=Path, help="is made, if it is not there")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carries out `cwire man`; returns the exit status."""
    try:
        arguments.directory.mkdir(parents=True, exist_ok=True)
        for command in commands():
            path = arguments.directory / f"{command.name.replace(' ', '-')}.1"
            path.write_text(page(command), encoding="utf-8")
            print(path)
    except OSError as error:
        print(f"cwire man: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    return 0


@dataclass(frozen=True)
class Command:
    """A command, as its parser describes it.

    Attributes:
        name: ``cwire``, ``cwire list``, ``cwire bench ipc``.
        summary: What it does, in a few words.
        parser: What reads its arguments.
        parts: Its subcommands by name, and what each one does.
    """

    name: str
    summary: str
    parser: argparse.ArgumentParser
    parts: Mapping[str, str]


def commands() -> list[Command]:
    """`cwire`, its subcommands, and theirs; without those whose packages are not installed."""
    parser = cli.make_parser()
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name in cli.TOOLS:
        try:
            importlib.import_module(cli.TOOLS[name].module).register(subparsers)
        except ImportError as error:
            print(f"cwire man: there is no page of cwire {name}: {error}", file=sys.stderr)
    return list(_walk("cwire", "C structs on the wire, live", parser))


def _walk(name: str, summary: str, parser: argparse.ArgumentParser) -> Iterator[Command]:
    parts: dict[str, str] = {}
    inner: dict[str, argparse.ArgumentParser] = {}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            inner.update(action.choices)
            parts.update({one.dest: one.help or "" for one in action._choices_actions})
    yield Command(name, summary, parser, parts)
    for part in parts:
        yield from _walk(f"{name} {part}", parts[part], inner[part])


def page(command: Command) -> str:
    """The manual page of a command, for groff's macros -man."""
    dashed = command.name.replace(" ", "-")
    parser = command.parser
    lines = [
        f'.TH "{dashed.upper()}" 1 "" "cwire {__version__}" "cwire"',
        ".nh",  # names are not divided, so they can be found
        ".SH NAME",
        f"{_option(dashed)} \\- {_text(command.summary)}",
        ".SH SYNOPSIS",
        ".nf",
        *map(_option, _synopsis(parser)),
        ".fi",
    ]
    if parser.description:
        lines += [".SH DESCRIPTION", _text(parser.description)]
    if command.parts:
        lines += [".SH COMMANDS"]
        for part, summary in command.parts.items():
            lines += [
                ".TP",
                f".BR {_option(f'{dashed}-{part}')} (1)",
                _text(summary),
            ]
    rows = [row for action in parser._actions if (row := _argument(parser, action))]
    if rows:
        lines += [".SH OPTIONS", *rows]
    lines += _epilog(terminal.EXIT_STATUS if command.name == "cwire" else parser.epilog or "")
    if command.name != "cwire":
        lines += [".SH SEE ALSO", ".BR cwire (1)"]
    return "\n".join(lines) + "\n"


def _synopsis(parser: argparse.ArgumentParser) -> list[str]:
    formatter = argparse.HelpFormatter(parser.prog, width=_WIDTH)
    formatter.add_usage(parser.usage, parser._actions, parser._mutually_exclusive_groups)
    usage = formatter.format_help().removeprefix("usage: ").rstrip()
    return re.sub(r"^ {7}", "", usage, flags=re.MULTILINE).splitlines()


def _argument(parser: argparse.ArgumentParser, action: argparse.Action) -> str:
    """An argument: how it is written, and what it is for."""
    if action.help == argparse.SUPPRESS or isinstance(action, argparse._SubParsersAction):
        return ""
    formatter = parser._get_formatter()
    written = formatter._format_action_invocation(action)
    said = formatter._expand_help(action) if action.help else ""
    return f".TP\n.B {_option(written)}\n{_text(said) or chr(92) + '&'}"


def _epilog(text: str) -> list[str]:
    """The end of the help: what stands indented below a title is a section."""
    lines: list[str] = []
    inside = False
    for line in text.rstrip().splitlines():
        titled = line.endswith(":") and not line.startswith(" ")
        if inside and (titled or not line.startswith(" ")):
            lines.append(".fi")
            inside = False
        if titled:
            lines += [f".SH {_text(line[:-1].upper())}", ".nf"]
            inside = True
        elif line:
            lines.append(_text(line) if inside else f".PP\n{_text(line)}")
    return [*lines, ".fi"] if inside else lines


def _text(text: str) -> str:
    """Text that groff takes for nothing else."""
    text = text.replace("\\", "\\e")
    return "\n".join(f"\\&{line}" if line[:1] in (".", "'") else line for line in text.splitlines())


def _option(text: str) -> str:
    """The same with dashes that can be copied into a shell."""
    return _text(text).replace("-", "\\-")
