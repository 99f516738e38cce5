"""Tells the service manager that the relay serves, or stops: what sd_notify(3) of systemd does."""

from __future__ import annotations

import os
import socket
from contextlib import suppress

__all__ = ["notify"]

_SECONDS = 1.0


def notify(state: str) -> None:
    """Sends a state to who started this process, if it wants to know: one datagram.

    Args:
        state: Lines as sd_notify(3) has them: ``READY=1``, ``STOPPING=1``, ``STATUS=…``.
    """
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):  # none, or of another family
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
        link.settimeout(_SECONDS)
        link.sendto(state.encode(), address)
