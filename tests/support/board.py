"""A microcontroller made of Python, on a pseudo-terminal that is really opened."""

from __future__ import annotations

import asyncio
import contextlib
import os
import tty
from pathlib import Path
from types import TracebackType
from typing import Self

from cwire_structs import control, frames, serial_line
from support import schemas


class Board:
    """Is plugged in at a path; the test says and hears the rest.

    Args:
        path: A link there leads to the line, as those in /dev/serial/by-id do.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._decoder = serial_line.LineDecoder()
        self._whole = bytearray()
        self._readable = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        path.symlink_to(os.ttyname(self._slave))
        self._loop.add_reader(self._master, self._readable.set)

    def write(self, line: bytes) -> None:
        """Writes bytes to the line; few enough for its buffer."""
        assert os.write(self._master, line) == len(line)

    def say(self, *whole: bytes) -> None:
        """Sends frames."""
        self.write(b"".join(map(serial_line.encode, whole)))

    async def receive(self) -> tuple[frames.Header, bytes]:
        """The next frame."""
        while not self._whole:
            self._readable.clear()
            with contextlib.suppress(BlockingIOError):
                self._whole += self._decoder.feed(os.read(self._master, 65536))
                continue
            await asyncio.wait_for(self._readable.wait(), 10)
        header = frames.unpack_header(self._whole)
        payload = bytes(self._whole[frames.HEADER_SIZE : header.size])
        del self._whole[: frames.span(header.size)]
        return header, payload

    async def hears(self, frame: bytes) -> None:
        """Waits for a control frame."""
        header = frames.unpack_header(frame)
        while (await self.receive())[1] != frame[frames.HEADER_SIZE : header.size]:
            pass

    async def hears_command(self) -> tuple[frames.Header, bytes]:
        """The next command."""
        while True:
            header, payload = await self.receive()
            if header.type != frames.CONTROL:
                return header, payload

    async def begins(self, epoch: int = 1, schema: bytes | None = None) -> None:
        """Waits until it is greeted, says hello, and waits for the answer."""
        await self.hears(control.greet())
        self.say(hello(epoch, schema))
        await self.hears(control.answer())

    def unplug(self) -> None:
        """Takes the line away."""
        if self._master >= 0:
            self._loop.remove_reader(self._master)
            self.path.unlink()
            os.close(self._master)
            os.close(self._slave)
            self._master = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.unplug()


def hello(epoch: int = 1, schema: bytes | None = None) -> bytes:
    """The hello of a board."""
    text = schemas.text() if schema is None else schema
    return control.hello(epoch, "board", text, frame_bytes=1024, heartbeat=60.0)
