"""Prints the folder of the C library as source: two files to compile into a program.

The driver for microcontrollers, cwire_mini.c, is there, too.

cc -I"$(cwire csources)" my.c "$(cwire csources)/cwire.c" -pthread
"""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import Any

from cwire_structs.errors import WrapError
from cwire_structs.installation import checkout

__all__ = ["csources", "register"]

_PACKAGE = Path(__file__).parent


def csources() -> Path:
    """Returns the folder with cwire.c, cwire.h and cwire_mini.[ch], of this very version.

    It is in the package where a wheel was installed, and in a checkout where make puts it.

    Raises:
        WrapError: It is in neither; the text says how to make it.
    """
    root = checkout()
    folder = root / "c_driver" / "build" if root else _PACKAGE / "c"
    if all(
        (folder / name).is_file() for name in ("cwire.c", "cwire.h", "cwire_mini.c", "cwire_mini.h")
    ):
        return folder
    if root:
        place = shlex.quote(str(folder.parent))
        raise WrapError(f"cwire.c has not been made yet; make it with: make -C {place}")
    raise WrapError("this installation of cwire has lost its cwire.c; install cwire again")


def register(subparsers: Any) -> None:
    """Adds `csources` to the subcommands of a parser."""
    parser = subparsers.add_parser(
        "csources",
        help="print where cwire.c, cwire.h and cwire_mini.c are",
        description="Prints the folder with cwire.c and cwire.h, to compile into a program, and "
        "with cwire_mini.c and cwire_mini.h, for microcontrollers.",
    )
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    try:
        print(csources())
    except WrapError as error:
        print(f"cwire csources: {error}", file=sys.stderr)
        return 1
    return 0
