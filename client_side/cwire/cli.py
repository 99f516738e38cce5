"""The `cwire` command: one door to the tools of the three packages."""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cwire.tools.output import prints
from cwire.version import __version__

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

__all__ = ["TOOLS", "main", "make_parser"]


@dataclass(frozen=True, slots=True)
class _Tool:
    """A subcommand that another module brings: its `register` takes the subparsers."""

    module: str
    extra: str
    help: str


TOOLS = {
    "new": _Tool("cwire_structs.new", "wrap", "write a folder with a driver to start from"),
    "wrap": _Tool("cwire_structs.wrap", "wrap", "make a schema and C and Cython code of a header"),
    "csources": _Tool("cwire_structs.csources", "wrap", "print where cwire.c and cwire.h are"),
    "serve": _Tool("cwire_server.main", "server", "run the relay"),
    "run": _Tool("cwire_server.run", "server", "run a driver and a relay for it"),
    "info": _Tool("cwire.tools.info", "tools", "show the relay, its drivers and their messages"),
    "list": _Tool("cwire.tools.list", "tools", "list the messages and commands of all drivers"),
    "echo": _Tool("cwire.tools.echo", "tools", "print what a driver publishes"),
    "hz": _Tool("cwire.tools.hz", "tools", "show how often a message comes"),
    "bw": _Tool("cwire.tools.bw", "tools", "show how many bytes of a message come"),
    "watch": _Tool("cwire.tools.watch", "tools", "show rates, queues and losses live"),
    "send": _Tool("cwire.tools.send", "tools", "send a command and print its reply"),
    "call": _Tool("cwire.tools.call", "tools", "call a Python function of the relay"),
    "record": _Tool("cwire.tools.record", "tools", "record what drivers publish into a file"),
    "recover": _Tool("cwire.tools.recover", "tools", "complete a file whose program was killed"),
    "replay": _Tool("cwire.tools.replay", "tools", "play a recorded file as a driver"),
    "export": _Tool("cwire.tools.export", "export", "save a recorded file for other tools"),
    "lsl": _Tool("cwire.tools.lsl", "lsl", "offer messages to LabRecorder"),
    "publish": _Tool("cwire.tools.publish", "tools", "publish the rows of a file as a driver"),
    "proxy": _Tool("cwire.tools.proxy", "tools", "break a connection on purpose, to test"),
    "desktop": _Tool("cwire.tools.desktop", "desktop", "show the pages in a window"),
    "completion": _Tool("cwire.tools.completion", "tools", "print what makes Tab complete cwire"),
    "man": _Tool("cwire.man", "tools", "write manual pages"),
    "doctor": _Tool("cwire.tools.doctor", "tools", "check this installation and say what to fix"),
    "bench": _Tool("cwire.tools.bench", "tools", "compare ways between processes here"),
    "demo": _Tool("cwire_server.demo", "server", "run the demo driver, a relay and JupyterLab"),
}


_AT_TAB = "_ARGCOMPLETE"  # the script of `cwire completion` sets it


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if _AT_TAB in os.environ:
        words = os.environ.get("COMP_LINE", "").split()[1:]
    program = " ".join(["cwire", *words[:1]])
    return prints(program, lambda: _run(words, alone=arguments is None))


class _Parser(argparse.ArgumentParser):
    """A parser whose help fails where it cannot be written; argparse passes over that."""

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        if file is sys.stdout and sys.stdout is not None:
            sys.stdout.write(message)
        else:
            super()._print_message(message, file)


def make_parser() -> argparse.ArgumentParser:
    """The parser of `cwire` itself, without its subcommands, which get its class."""
    parser = _Parser(
        prog="cwire", description="C structs on the wire, from a C program to a live plot."
    )
    parser.add_argument("--version", action="version", version=f"cwire {__version__}")
    return parser


def _run(words: list[str], *, alone: bool) -> int:
    parser = make_parser()
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, tool in TOOLS.items():
        # Only the one that is meant is imported: the client needs none of their packages.
        if words[:1] != [name]:
            subparsers.add_parser(name, help=tool.help)
            continue
        try:
            with _quick_import(tool, alone=alone):
                importlib.import_module(tool.module).register(subparsers)
        except ImportError as error:
            print(
                f"cwire {name}: {error}; install what it needs: pip install 'cwire[{tool.extra}]'",
                file=sys.stderr,
            )
            return 2
    if _AT_TAB in os.environ:
        from cwire.tools.completion import complete

        return complete(parser)
    chosen = parser.parse_args(words)
    status: int = chosen.run(chosen)
    return status


@contextlib.contextmanager
def _quick_import(tool: _Tool, *, alone: bool) -> Iterator[None]:
    """Makes the import of a tool take less time.

    No garbage is looked for in what is imported, neither meanwhile nor when the program ends. And
    numpy's OpenBLAS starts no threads, each of which would use a processor for a moment: tools do
    no linear algebra. A relay may call functions of its user, who may want them.

    Args:
        tool: What is imported.
        alone: Whether this process is the tool, and has no objects of anybody else.
    """
    limit = "OPENBLAS_NUM_THREADS"  # read when numpy is first imported
    limited = not tool.module.startswith("cwire_server.") and limit not in os.environ
    if limited:
        os.environ[limit] = "1"
    if alone:
        gc.disable()
    try:
        yield
    finally:
        if alone:
            gc.freeze()
            gc.enable()
        if limited:  # what the tool starts shall not inherit it
            del os.environ[limit]


if __name__ == "__main__":
    sys.exit(main())
