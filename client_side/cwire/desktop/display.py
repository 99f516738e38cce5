"""Looks whether there is a display that a window can be on."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from cwire.errors import CwireError

__all__ = ["check_display"]

_SECONDS = 5.0
_FIRST_PORT = 6000  # of display 0
_REMEDY = (
    "run it in a desktop session or by `ssh -X`, or see the pages in a browser: `cwire serve` "
    "prints their link"
)


def check_display(environment: Mapping[str, str] = os.environ) -> None:
    """Refuses to go on without a display: GUI libraries end the process there, or crash.

    Args:
        environment: Where the display is named.

    Raises:
        CwireError: There is none, or nothing answers there.
    """
    if environment.get("WAYLAND_DISPLAY"):
        return
    name = environment.get("DISPLAY")
    if not name:
        raise CwireError(
            f"there is no display here: neither DISPLAY nor WAYLAND_DISPLAY is set; {_REMEDY}"
        )
    found = re.fullmatch(r"(?:(?P<host>[^:]*|\[.*\]):)(?P<number>\d{1,4})(?:\.\d+)?", name)
    if found is None:
        raise CwireError(f"DISPLAY is {name!r}, which names no display (such as :0); {_REMEDY}")
    try:
        _connect(found["host"].strip("[]"), int(found["number"]))
    except OSError as error:
        why = error.strerror or error
        raise CwireError(f"no display answers at DISPLAY={name}: {why}; {_REMEDY}") from None


def _connect(host: str, number: int) -> None:
    if host not in ("", "unix"):
        socket.create_connection((host, _FIRST_PORT + number), _SECONDS).close()
        return
    place = f"/tmp/.X11-unix/X{number}"  # noqa: S108 - X's own place
    if not Path(place).exists():
        place = f"\0{place}"
    with socket.socket(socket.AF_UNIX) as tried:
        tried.settimeout(_SECONDS)
        with suppress(BlockingIOError):  # it is there, and has much to do
            tried.connect(place)
