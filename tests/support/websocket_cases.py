"""Cases of RFC 6455 for both sides: reserved bits, opcodes, fragments, UTF-8, closing.

They stand for sections 2 to 7 of the cases of Autobahn|Testsuite, the public conformance suite. A
case is the frames that one side sends, and what the other has to make of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cwire_structs.websocket import Close, Ping, Pong

__all__ = ["CASES", "FORBIDDEN_CODES", "INVALID_TEXTS", "SENT_CODES", "VALID_TEXTS", "Case"]

Event = str | bytes | Ping | Pong | Close
Frames = tuple[tuple[int, bytes], ...]
"""First bytes and payloads."""

# Numbers, so that a wrong one in the sources is seen.
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
FIN = 0x80

SENT_CODES = (
    *(1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014),
    *(3000, 3999, 4000, 4999),
)
"""Close codes that may be sent: all below 3000, and the first and last of the ranges above."""

FORBIDDEN_CODES = (
    *(0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 9999, 65535),
)
"""Close codes that no close frame may have: those reserved by name, and the ends of the ranges."""

_KOSME = "κόσμε".encode()
_NONCHARACTERS = [chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)]

VALID_TEXTS = (
    b"",
    b"Hello-\xc2\xb5@\xc3\x9f\xc3\xb6\xc3\xa4\xc3\xbc\xc3\xa0\xc3\xa1-UTF-8!!",
    _KOSME,
    *(b"\x00", b"\xc2\x80", b"\xe0\xa0\x80", b"\xf0\x90\x80\x80"),  # first of each length
    *(b"\x7f", b"\xdf\xbf", b"\xef\xbf\xbf", b"\xf4\x8f\xbf\xbf"),  # last of each length
    *(b"\xed\x9f\xbf", b"\xee\x80\x80", b"\xef\xbf\xbd"),  # beside the surrogates; U+FFFD
    *(character.encode() for character in _NONCHARACTERS),
)
"""UTF-8, with each boundary and all noncharacters."""

_TRUNCATED = [
    *(b"\xc0", b"\xe0\x80", b"\xf0\x80\x80", b"\xf8\x80\x80\x80", b"\xfc\x80\x80\x80\x80"),
    *(b"\xdf", b"\xef\xbf", b"\xf7\xbf\xbf", b"\xfb\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf"),
]

INVALID_TEXTS = (
    _KOSME + b"\xed\xa0\x80edited",
    # Five and six bytes, and beyond U+10FFFF
    *(b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80", b"\xf7\xbf\xbf\xbf"),
    *(b"\xfb\xbf\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf\xbf", b"\xf4\x90\x80\x80"),
    # Continuation bytes without a beginning
    *(b"\x80", b"\xbf", *((b"\x80\xbf" * 4)[:size] for size in range(2, 8))),
    bytes(range(0x80, 0xC0)),
    # Beginnings without a continuation
    *(
        b" ".join(bytes((byte,)) for byte in range(first, last)) + b" "
        for first, last in (
            (0xC0, 0xE0),
            (0xE0, 0xF0),
            (0xF0, 0xF8),
            (0xF8, 0xFC),
            (0xFC, 0xFE),
        )
    ),
    # Cut short
    *_TRUNCATED,
    b"".join(_TRUNCATED),
    # Bytes that are in no UTF-8
    *(b"\xfe", b"\xff", b"\xfe\xfe\xff\xff"),
    # Longer than needed: "/", the last of each length, and NUL
    *(b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xf8\x80\x80\x80\xaf"),
    b"\xfc\x80\x80\x80\x80\xaf",
    *(b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"\xf8\x87\xbf\xbf\xbf"),
    b"\xfc\x83\xbf\xbf\xbf\xbf",
    *(b"\xc0\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xf8\x80\x80\x80\x80"),
    b"\xfc\x80\x80\x80\x80\x80",
    # Surrogates, alone and in pairs
    *(b"\xed\xa0\x80", b"\xed\xad\xbf", b"\xed\xae\x80", b"\xed\xaf\xbf"),
    *(b"\xed\xb0\x80", b"\xed\xbe\x80", b"\xed\xbf\xbf"),
    *(
        high + low
        for high in (b"\xed\xa0\x80", b"\xed\xad\xbf", b"\xed\xae\x80", b"\xed\xaf\xbf")
        for low in (b"\xed\xb0\x80", b"\xed\xbf\xbf")
    ),
)
"""Bytes that are not UTF-8 (RFC 3629): each of the ways in which they cannot be."""


@dataclass(frozen=True)
class Case:
    """Frames, and what they mean.

    Attributes:
        name: What it is about.
        frames: The frames that are sent; a close frame with code 1000 follows.
        sent: The messages and control frames that they are.
        code: The close code that refuses what comes behind those; None: nothing is wrong.
    """

    name: str
    frames: Frames
    sent: tuple[Event, ...]
    code: int | None = None

    def __str__(self) -> str:
        return self.name

    @property
    def events(self) -> tuple[Event, ...]:
        """The messages and control frames that are to be found, with the close frame at the end."""
        ended = self.code is not None or any(isinstance(event, Close) for event in self.sent)
        return self.sent if ended else (*self.sent, Close(1000, ""))

    @property
    def answer(self) -> int | None:
        """The code of the close frame with which the other side answers."""
        last = self.events[-1] if self.code is None else None
        return last.code if isinstance(last, Close) else self.code

    def encode(self, frame: Callable[[int, bytes], bytes]) -> bytes:
        """All frames as bytes; `frame` makes one of a first byte and a payload."""
        frames = (*self.frames, (FIN | CLOSE, b"\x03\xe8"))
        return b"".join(frame(first, payload) for first, payload in frames)


def _fragments(kind: int, *pieces: bytes) -> Frames:
    """A message in fragments."""
    last = len(pieces) - 1
    return tuple(
        ((0 if number else kind) | (FIN if number == last else 0), piece)
        for number, piece in enumerate(pieces)
    )


def _cuts(text: bytes) -> dict[str, Frames]:
    """A text message in one frame, and in fragments that may be cut inside a character."""
    half = len(text) // 2
    return {
        "whole": ((FIN | TEXT, text),),
        "in halves": _fragments(TEXT, text[:half], text[half:]),
        "by byte": _fragments(TEXT, b"", *(text[i : i + 1] for i in range(len(text))), b""),
    }


def _text_cases() -> list[Case]:
    valid = [
        Case(f"text {text[:8].hex()} {how}", frames, (text.decode(),))
        for text in VALID_TEXTS
        for how, frames in _cuts(text).items()
    ]
    invalid = [
        Case(f"no text {text[:8].hex()} {how}", frames, (), 1007)
        for text in INVALID_TEXTS
        for how, frames in _cuts(text).items()
    ]
    return valid + invalid


def _close_cases() -> list[Case]:
    def case(name: str, payload: bytes, *events: Event, code: int | None = None) -> Case:
        return Case(f"close {name}", ((FIN | CLOSE, payload),), events, code)

    def payload(code: int, reason: bytes = b"") -> bytes:
        return code.to_bytes(2, "big") + reason

    longest = "é" * 61 + "e"
    return [
        case("without a code", b"", Close(None, "")),
        case("with half a code", b"\x03", code=1002),
        *(case(f"{code}", payload(code), Close(code, "")) for code in SENT_CODES),
        *(
            case(f"{code} and why", payload(code, _KOSME), Close(code, "κόσμε"))
            for code in SENT_CODES
        ),
        *(case(f"{code}", payload(code), code=1002) for code in FORBIDDEN_CODES),
        *(case(f"{code} and why", payload(code, b"bye"), code=1002) for code in FORBIDDEN_CODES),
        *(case(f"because {text.hex()}", payload(1000, text), code=1007) for text in INVALID_TEXTS),
        case("with the longest reason", payload(1000, longest.encode()), Close(1000, longest)),
        case("with a reason too long", payload(1000, bytes(124)), code=1002),
        Case("close in fragments", ((CLOSE, payload(1000)), (FIN | CONTINUATION, b"")), (), 1002),
        Case(
            "close after a ping, with more behind",
            ((FIN | PING, b"?"), (FIN | CLOSE, payload(1000)), (FIN | PING, b"late"), (0xFF, b"")),
            (Ping(b"?"), Close(1000, "")),
        ),
        Case(
            "close inside a message",
            ((TEXT, b"frag"), (FIN | CLOSE, payload(1001)), (FIN | CONTINUATION, b"ment")),
            (Close(1001, ""),),
        ),
    ]


def _frame_cases() -> list[Case]:
    hello = (FIN | TEXT, b"hello")
    reserved = [
        Case(
            f"reserved bits {bits:#04x} of opcode {opcode}",
            (hello, (FIN | bits | opcode, b"")),
            ("hello",),
            1002,
        )
        for bits in range(0x10, 0x80, 0x10)
        for opcode in (TEXT, BINARY, CLOSE, PING, PONG)
    ]
    unknown = [
        Case(f"opcode {opcode}", (hello, (FIN | opcode, payload)), ("hello",), 1002)
        for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)
        for payload in (b"", b"unknown")
    ]
    pings = [
        Case(f"ping of {size} bytes", ((FIN | PING, b"\xfe" * size),), (Ping(b"\xfe" * size),))
        for size in (0, 1, 125)
    ]
    return [
        *reserved,
        *unknown,
        *pings,
        Case("ping of 126 bytes", ((FIN | PING, bytes(126)),), (), 1002),
        Case("pong that nobody asked for", ((FIN | PONG, b"hm"),), (Pong(b"hm"),)),
        Case("ten pings", ((FIN | PING, b"x"),) * 10, (Ping(b"x"),) * 10),
        Case("ping in fragments", ((PING, b"a"), (FIN | CONTINUATION, b"b")), (), 1002),
        Case("pong in fragments", ((PONG, b"a"), (FIN | CONTINUATION, b"b")), (), 1002),
        Case("fragments", _fragments(TEXT, b"frag", b"ment"), ("fragment",)),
        Case("fragments of bytes", _fragments(BINARY, b"\xff", b"", b"\xfe"), (b"\xff\xfe",)),
        Case(
            "ping between fragments",
            ((TEXT, b"1"), (FIN | PING, b"?"), (0, b"2"), (FIN | PONG, b""), (FIN, b"3")),
            (Ping(b"?"), Pong(b""), "123"),
        ),
        *(
            Case(f"continuation of nothing, {first:#04x}", (hello, (first, b"")), ("hello",), 1002)
            for first in (CONTINUATION, FIN | CONTINUATION)
        ),
        Case(
            "continuation after the last",
            (*_fragments(TEXT, b"a", b"b"), (FIN | CONTINUATION, b"c")),
            ("ab",),
            1002,
        ),
        *(
            Case(f"message {first:#04x} inside a message", ((TEXT, b"a"), (first, b"b")), (), 1002)
            for first in (TEXT, BINARY, FIN | TEXT, FIN | BINARY)
        ),
    ]


CASES = tuple(_frame_cases() + _text_cases() + _close_cases())
