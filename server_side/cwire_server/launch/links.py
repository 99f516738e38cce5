"""Free ports for links, and a browser to show them in."""

from __future__ import annotations

import asyncio
import socket
import threading
import webbrowser
from collections.abc import Mapping

from cwire_server.launch.part import LaunchError

__all__ = ["accepts", "connects", "free_port", "show", "wants_browser"]

_PERIOD = 0.02  # s


def wants_browser(environment: Mapping[str, str]) -> bool:
    """Whether links are opened: where there is a display, or a browser is named, unless refused."""
    if environment.get("CWIRE_NO_BROWSER"):
        return False
    return any(environment.get(name) for name in ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY"))


def show(link: str) -> None:
    """Opens a link in the browser of whoever sits here; the link has been printed, too."""
    # A browser that stays in the foreground must keep nobody, and not the end of this program.
    threading.Thread(target=webbrowser.open, args=(link,), daemon=True).start()


def free_port(wanted: int) -> int:
    """The wanted port of loopback if it is free, else another one that is.

    Raises:
        LaunchError: There is none.
    """
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise LaunchError("no free TCP port on 127.0.0.1")


async def accepts(address: str | int) -> None:
    """Waits until somebody accepts connections: at a Unix socket, or a port of loopback."""
    while not connects(address):
        await asyncio.sleep(_PERIOD)


def connects(address: str | int) -> bool:
    """Whether somebody accepts connections: at a Unix socket, or a port of loopback."""
    place: str | tuple[str, int] = address if isinstance(address, str) else ("127.0.0.1", address)
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(place)
        except OSError:
            return False
        return True
