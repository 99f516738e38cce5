"""libcwire as `cwire_structs._driver` wraps it: codes, buffers, what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from cwire_structs._driver import Link, LinkError
from cwire_structs.frames import Code
from support.wire import ANSWER, Peer, pack

TABLE = [(1, 0, False, 8, 0, b"tick"), (2, 0, False, 4, 2, b"tile"), (9, 1, True, 0, 0, b"go")]
DEFAULTS = (0, 0, 0, 0, 0, 0)


def link_at(path: Path, table: Any = TABLE, options: Any = DEFAULTS, **other: Any) -> Link:
    handler = other.get("handler", lambda token, type_, payload: 0)
    return Link(bytes(path), b"lab", (b"lab", b"{}"), table, handler, options)


@pytest.fixture
def link(short_dir: Path) -> Iterator[Link]:
    made = link_at(short_dir / "lab.sock")
    yield made
    made.close()


def joined(link: Link) -> Peer:
    peer = Peer(link.path, answer=False)
    link.poll(1000)
    peer.send(pack(0, ANSWER))
    while not link.peers():
        link.poll(1000)
    frame = peer.frame()
    assert frame is not None
    assert frame.type == 0
    return peer


@pytest.mark.parametrize("size", [8, 8 * 5000])  # with and without the interpreter's lock
def test_frames_of_all_ways(link: Link, size: int) -> None:
    with joined(link) as peer:
        data = np.arange(size // 8)
        link.publish_many(1, cast(Any, data), 8, size // 8, 5)
        link.publish(1, bytes(8), 6)
        link.publish_parts(2, (b"abcd", bytes(size), b"", b"ef"), 7)
        link.publish_parts(2, (b"abcd",))
        link.poll(0)
        for number in range(size // 8):
            frame = peer.frame()
            assert frame is not None
            assert (frame.sequence, frame.payload) == (number, data[number].tobytes())
            link.poll(0)
        last = [peer.frame() for _ in range(3)]
        assert [one and one.time_ns for one in last[:2]] == [6, 7]
        assert last[1] is not None
        assert last[1].payload == b"abcd" + bytes(size) + b"ef"


@pytest.mark.parametrize(
    ("call", "error", "reason"),
    [
        (lambda link: link.publish(3, b""), LinkError, "has no message with id 3"),
        (lambda link: link.publish(1, b"abc"), LinkError, "has 8 bytes, not 3"),
        (lambda link: link.publish(9, b""), LinkError, "'go' is a command"),
        (lambda link: link.publish(1, np.zeros(8)[::2]), ValueError, "contiguous"),
        (lambda link: link.publish(1, "text"), TypeError, "bytes-like"),
        (lambda link: link.publish_many(1, bytes(16), 8, 3), ValueError, "3 payloads of 8 bytes"),
        (lambda link: link.publish_many(1, b"", 8, 1 << 61), ValueError, "are more than 0 bytes"),
        (lambda link: link.publish_parts(1, (b"",) * 5), ValueError, "at most 4"),
        (lambda link: link.publish_parts(1, (b"", "x")), TypeError, "bytes-like"),
        (lambda link: link.reply(77, b""), LinkError, "has been answered"),
        (lambda link: link.reply_error(77, -1, b"%s%n"), LinkError, "has been answered"),
    ],
)
def test_what_is_refused(link: Link, call: Any, error: type[Exception], reason: str) -> None:
    with pytest.raises(error, match=reason):
        call(link)


def test_a_failed_listen_has_its_code(link: Link, short_dir: Path) -> None:
    with pytest.raises(LinkError) as caught:
        link_at(short_dir / "lab.sock")
    assert caught.value.code == Code.EINUSE
    with pytest.raises(LinkError, match="its messages are not sorted by id"):
        link_at(short_dir / "other.sock", TABLE[1::-1])
    with pytest.raises(LinkError, match="it is empty"):
        link_at(short_dir / "other.sock", [])


def test_after_the_end_there_is_nothing(link: Link) -> None:
    link.close()
    link.close()
    for call in (link.pending, link.peers, link.fd, lambda: link.poll(0), lambda: link.path):
        with pytest.raises(LinkError, match="the driver is closed"):
            cast(Any, call)()


def test_what_a_handler_raises_ends_the_poll(short_dir: Path) -> None:
    def handler(token: int, type_: int, payload: bytes) -> int:
        raise KeyboardInterrupt

    link = link_at(short_dir / "lab.sock", handler=handler)
    with joined(link) as peer:
        peer.send(pack(9, request=3))
        with pytest.raises(KeyboardInterrupt):
            link.poll(5000)
        assert link.poll(0) == 0
        reply = peer.reply(3)
        assert reply.error[0] == Code.EFAILED
    link.close()


def test_codes_and_views_are_the_handlers(short_dir: Path) -> None:
    seen: list[tuple[int, bytes]] = []

    def handler(token: int, type_: int, payload: bytes) -> int:
        seen.append((type_, payload))
        made.reply_error(token, -1234, b"%d of its own")
        return 0

    made = link = link_at(short_dir / "lab.sock", handler=handler)
    with joined(link) as peer:
        peer.send(pack(9, request=3))
        assert link.poll(5000) == 1
        assert peer.reply(3).error == (-1234, "%d of its own")
    assert seen == [(9, b"")]
    link.close()
