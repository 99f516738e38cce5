"""The bytes under a client's WebSocket, on a pair of sockets."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from cwire_server.clients.transport import SocketTransport

Pair = tuple[SocketTransport, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, other = socket.socketpair()
    ours.setblocking(False)
    with other:
        transport = SocketTransport(ours)
        yield transport, other
        transport.close()


def test_reading(pair: Pair) -> None:
    transport, other = pair
    assert transport.read() is None
    other.sendall(b"hello")
    assert transport.read() == b"hello"
    other.close()
    assert transport.read() == b""


def test_pieces_are_written_in_order(pair: Pair) -> None:
    transport, other = pair
    assert transport.write([b"one "]) == 4
    assert transport.write([b"two ", memoryview(b"three")]) == 9
    assert other.recv(100) == b"one two three"


@pytest.mark.parametrize("pieces", [[bytes(1 << 20)], [bytes(1 << 19), bytes(1 << 19)]])
def test_writing_takes_what_there_is_room_for(pair: Pair, pieces: list[bytes]) -> None:
    transport, other = pair
    written = 0
    while taken := transport.write(pieces):
        written += taken
    other.setblocking(False)
    read = 0
    while read < written:
        read += len(other.recv(1 << 20))
    assert transport.write([b"more"]) == 4


def test_the_end_of_writing(pair: Pair) -> None:
    transport, other = pair
    transport.end_writing()
    assert other.recv(1) == b""
    other.sendall(b"still here")
    assert transport.read() == b"still here"


def test_the_other_side_is_gone(pair: Pair) -> None:
    transport, other = pair
    other.close()
    with pytest.raises(OSError, match="Broken pipe"):
        transport.write([b"?"])
    transport.end_writing()  # of no effect


def test_closed(pair: Pair) -> None:
    transport, other = pair
    assert transport.fileno() >= 0
    transport.close()
    assert transport.fileno() == -1
    assert other.recv(1) == b""
