"""Where a driver is that has no Unix socket: at a TCP port, or on a serial line. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, urlsplit

__all__ = ["DEFAULT_BAUD", "Device", "SerialDevice", "TcpDevice", "parse_device"]

DEFAULT_BAUD = 115_200
_MOST_BAUD = 50_000_000
_TCP = "such as tcp://127.0.0.1:5000"
_SERIAL = "such as serial:/dev/ttyUSB0?baud=921600"


@dataclass(frozen=True)
class TcpDevice:
    """A driver that listens at a TCP port."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"tcp://{host}:{self.port}"


@dataclass(frozen=True)
class SerialDevice:
    """A driver at the other end of a serial line: 8 data bits, no parity, 1 stop bit."""

    path: str
    baud: int = DEFAULT_BAUD

    def __str__(self) -> str:
        return f"serial:{self.path}?baud={self.baud}"


Device = TcpDevice | SerialDevice


def parse_device(text: str) -> Device | None:
    """Reads ``tcp://HOST:PORT`` or ``serial:PATH?baud=RATE``; None: it is neither, but a path.

    Raises:
        ValueError: It begins as one of them, and is none.
    """
    scheme, separator, _ = text.partition(":")
    if not separator or scheme not in ("tcp", "serial"):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit(f"{scheme}:")  # which has nothing in it
    return _tcp(text, parts) if scheme == "tcp" else _serial(text, parts)


def _tcp(text: str, parts: SplitResult) -> TcpDevice:
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    more = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if not host or not port or more:
        raise ValueError(f"{text!r} is not tcp://HOST:PORT, {_TCP}")
    return TcpDevice(host, port)


def _serial(text: str, parts: SplitResult) -> SerialDevice:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    baud = options.pop("baud", str(DEFAULT_BAUD))
    if not parts.path or parts.netloc or parts.fragment:
        raise ValueError(f"{text!r} is not serial:PATH?baud=RATE, {_SERIAL}")
    if options:
        raise ValueError(f"{text!r}: a serial line has no {next(iter(options))!r}; only baud")
    if not (baud.isascii() and baud.isdecimal() and 50 <= int(baud) <= _MOST_BAUD):
        raise ValueError(
            f"{text!r}: baud is {baud!r}, and must be a number from 50 to {_MOST_BAUD:,}, {_SERIAL}"
        )
    return SerialDevice(parts.path, int(baud))
