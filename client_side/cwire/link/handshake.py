"""Writes the request of the opening handshake (RFC 6455, section 4) and reads its answer. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from cwire_structs.control import MAGIC
from cwire_structs.websocket import VERSION, accept_key

__all__ = ["Answer", "AnswerReader", "BadAnswer", "DriverAnswers", "request", "why_not_open"]

_HEAD_LIMIT = 64 << 10
_BODY_LIMIT = 4 << 10  # of a refusal: its reason is at the front
_DRIVER_HEAD = 64  # bytes, in which the hello of a driver has its magic
_PATH = "/%:@!$&'()*+,;="
_STATUS = re.compile(rb"HTTP/1\.[01] ([0-9]{3})(?: ([ -~\xa0-\xff]*))?")


class BadAnswer(Exception):  # noqa: N818 - it is not an error of ours
    """Raised where what comes is not an answer to the handshake; the text says what it is."""


class DriverAnswers(BadAnswer):
    """Raised where the hello of a driver comes."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The server's answer.

    Attributes:
        status: The HTTP status; 101: it accepts.
        phrase: The reason phrase behind it.
        headers: By name in lower case; those of one name are joined by commas.
        rest: The bytes behind the headers: the first WebSocket frames, or the beginning of a
            refusal's page.
    """

    status: int
    phrase: str
    headers: Mapping[str, str]
    rest: bytes


def request(url: str, key: str, subprotocol: str, token: str | None) -> bytes:
    """The request that asks for a WebSocket.

    Args:
        url: ``ws://HOST:PORT/PATH`` or ``wss://…``.
        key: 16 random bytes in base64.
        subprotocol: The one to offer.
        token: The relay's token, if it wants one.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host.isascii():
        host = host.encode("idna").decode()
    elif ":" in host:
        host = f"[{host}]"
    lines = [
        f"GET {quote(parts.path or '/', safe=_PATH)} HTTP/1.1",
        f"Host: {host}:{parts.port}" if parts.port else f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        f"Sec-WebSocket-Version: {VERSION}",
        f"Sec-WebSocket-Protocol: {subprotocol}",
    ]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    return "\r\n".join([*lines, "", ""]).encode()


class AnswerReader:
    """Collects the server's answer from the pieces that come."""

    def __init__(self) -> None:
        self._data = b""

    def received(self, data: bytes) -> Answer | None:
        """Takes some more bytes; returns the answer when it is whole.

        Raises:
            BadAnswer: It will never be one.
        """
        self._data += data
        if not b"HTTP/1.".startswith(self._data[:7]):
            kind = DriverAnswers if MAGIC in self._data[:_DRIVER_HEAD] else BadAnswer
            raise kind(f"it does not speak HTTP but says {self._data[:40]!r}")
        answer = self._so_far()
        if answer is None or answer.status == 101:
            return answer
        length = answer.headers.get("content-length", "")
        wanted = min(int(length), _BODY_LIMIT) if re.fullmatch("[0-9]{1,15}", length) else 0
        return answer if len(answer.rest) >= wanted else None

    def ended(self) -> Answer | None:
        """The answer of a server that has hung up, if at least the headers have come."""
        return self._so_far()

    def _so_far(self) -> Answer | None:
        head, end, rest = self._data.partition(b"\r\n\r\n")
        if len(head) > _HEAD_LIMIT:
            raise BadAnswer("the headers of its answer have no end")
        return Answer(*_parse(head), rest) if end else None


def _parse(head: bytes) -> tuple[int, str, dict[str, str]]:
    first, *lines = head.split(b"\r\n")
    match = _STATUS.fullmatch(first)
    if match is None:
        raise BadAnswer(f"it does not speak HTTP but says {first[:40]!r}")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon:
            raise BadAnswer(f"{line[:40]!r} is not an HTTP header")
        name, value = name.lower(), value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return int(match[1]), (match[2] or b"").decode("latin-1"), headers


def why_not_open(answer: Answer, key: str) -> str:
    """Says what is wrong with an answer of status 101; empty if it opens a WebSocket."""
    headers = answer.headers
    connection = [word.strip().lower() for word in headers.get("connection", "").split(",")]
    if headers.get("upgrade", "").lower() != "websocket" or "upgrade" not in connection:
        return "it upgrades to something else"
    if headers.get("sec-websocket-accept") != accept_key(key):
        return "its Sec-WebSocket-Accept is not the one for our key"
    if headers.get("sec-websocket-extensions"):
        return "it wants extensions that were not offered"
    return ""
