"""Finds the relay: by its entry in the runtime directory, or by the URL that the user gives."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from cwire.errors import NotConnected
from cwire_structs.runtime import DEFAULT_PORT, RuntimeDirError, runtime_dir

__all__ = ["Address", "find_relay", "living", "resolve"]

_START = "start it with `make run`, or `cwire serve` (`python server_side/server_main.py`)"


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a relay.

    Attributes:
        url: ``ws://HOST:PORT/ws``; only its path matters with a Unix socket.
        unix: Path of the relay's Unix socket, or None for TCP.
        token: The relay's token, needed for TCP; never shown.
    """

    url: str
    unix: str | None = None
    token: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return self.unix or self.url


def resolve(url: str | None = None, token: str | None = None) -> Address:
    """Makes an address of what the user gives.

    Args:
        url: ``ws://HOST:PORT/ws`` or ``wss://…``, or the link that the relay prints
            (``http://HOST:PORT/#token=…``); None: the relay of this account on this machine.
        token: The relay's token; not needed without a URL or where the link has it.

    Raises:
        NotConnected: The URL cannot be one of a relay, or no relay runs here.
    """
    if url is None:
        return find_relay()
    if not isinstance(url, str):
        raise TypeError(f"the URL of a relay is text, not {url!r}; {_EXAMPLE}")
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise NotConnected(f"{_shown(url)!r} is not a URL ({error}); {_EXAMPLE}") from None
    secure = {"ws": "ws", "http": "ws", "wss": "wss", "https": "wss"}.get(parts.scheme)
    if secure is None or not host:
        raise NotConnected(f"{_shown(url)!r} is not the URL of a relay; {_EXAMPLE}")
    if token is None:
        token = next(iter(parse_qs(parts.fragment).get("token", [])), None)
    if token is not None and not (token.isascii() and token.isprintable() and " " not in token):
        raise NotConnected("the token has characters that no token has: copy it once more")
    path = parts.path if parts.path.strip("/") else "/ws"
    name = f"[{host}]" if ":" in host else host
    return Address(f"{secure}://{name}{f':{port}' if port else ''}{path}", token=token)


_EXAMPLE = f"give one such as ws://127.0.0.1:{DEFAULT_PORT}/ws, or the link that the relay prints"


def _shown(url: str) -> str:
    return url.split("#", 1)[0]


def find_relay() -> Address:
    """The relay of this account on this machine that was started last.

    Raises:
        NotConnected: None runs, or the runtime directory cannot be trusted.
    """
    try:
        directory = runtime_dir()
    except RuntimeDirError as error:
        raise NotConnected(str(error)) from error
    found = [entry for path in directory.glob("relay-*.json") if (entry := living(path))]
    if not found:
        raise NotConnected(f"no relay runs on this account (looked in {directory}); {_START}")
    return max(found, key=lambda entry: entry[0])[1]


def living(path: Path) -> tuple[float, Address] | None:
    """Start time and address of a relay, if the one that wrote this entry still lives."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None  # just removed
    with os.fdopen(fd, "rb") as file:
        try:
            # Shared, so that two clients that look at once do not take each other for the relay.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            pass  # locked: it lives
        else:
            return None
        try:
            entry = json.loads(file.read(65536))
            address = Address(str(entry["url"]), unix=str(entry["unix"]))
            return float(entry["started"]), address
        except (ValueError, LookupError, TypeError):
            return None
