"""Programs that listen at a driver's address and do not say hello."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from cwire_server.config import DriverAddress
from cwire_server.drivers.greeting import LinkError, greet


@pytest.fixture
def sock() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as sock:
        sock.setblocking(False)
        yield sock


async def test_one_that_takes_nobody_and_whose_queue_is_full(
    short_dir: Path, sock: socket.socket
) -> None:
    path = short_dir / "lab.sock"
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as other:
        listener.bind(str(path))
        listener.listen(0)
        other.connect(str(path))
        with pytest.raises(LinkError, match="others wait already; does it call cwire_poll"):
            await greet(sock, DriverAddress("lab", path), 1 << 20)


async def test_one_that_hangs_up(short_dir: Path, sock: socket.socket) -> None:
    path = short_dir / "lab.sock"
    async with await asyncio.start_unix_server(lambda _, writer: writer.close(), path):
        with pytest.raises(LinkError, match="closed the connection before its hello"):
            await greet(sock, DriverAddress("lab", path), 1 << 20)


async def test_no_socket(short_dir: Path, sock: socket.socket) -> None:
    with pytest.raises(LinkError, match="is not a socket; give the path at which"):
        await greet(sock, DriverAddress("lab", short_dir), 1 << 20)
    path = short_dir / ("x" * 108)
    with pytest.raises(LinkError, match="too long for a Unix socket; use a path under 108 bytes"):
        await greet(sock, DriverAddress("lab", path), 1 << 20)


async def test_nobody(short_dir: Path, sock: socket.socket) -> None:
    path = short_dir / "lab.sock"
    with pytest.raises(LinkError, match="nothing is at .*start the driver"):
        await greet(sock, DriverAddress("lab", path), 1 << 20)
