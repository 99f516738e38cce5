"""Places where a proxy listens, or connects to: paths of Unix sockets, and ports. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self
from urllib.parse import unquote, urlsplit

from cwire.errors import InvalidArgument

__all__ = ["Place"]

_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_EXAMPLES = "give a socket's path with a slash in it, HOST:PORT, or ws://HOST:PORT"
_PORTS = {"ws": 80, "wss": 443}


@dataclass(frozen=True, slots=True)
class Place:
    """A Unix socket or a TCP port.

    Attributes:
        path: The socket's; empty for TCP.
        host: A name or an address; empty for a Unix socket.
        port: The port; 0: any free one.
    """

    path: str = ""
    host: str = ""
    port: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads ``/run/x.sock``, ``unix:///run/x.sock``, ``HOST:PORT``, ``tcp://…``, ``ws://…``.

        Raises:
            InvalidArgument: It is none of these.
        """
        scheme, found, rest = text.partition("://")
        if found and scheme not in ("unix", "tcp", *_PORTS):
            raise InvalidArgument(f"a proxy knows no {scheme}://: {_EXAMPLES}")
        if scheme == "unix" and found:
            return cls(path=unquote(rest))
        if "/" in text and not found:
            return cls(path=text)
        try:
            parts = urlsplit(text if found else f"tcp://{text}")
            port = parts.port if parts.port is not None else _PORTS.get(scheme)
        except ValueError:
            parts, port = urlsplit(""), None
        if not parts.hostname or port is None:
            raise InvalidArgument(f"{text!r} is no place: {_EXAMPLES}")
        return cls(host=parts.hostname, port=port)

    @property
    def is_loopback(self) -> bool:
        """Whether only programs of this machine reach it."""
        return bool(self.path) or self.host in _LOOPBACK

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.path or f"{host}:{self.port}"
