"""A driver's ring made of Python, for what a real driver would never put there."""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
from types import TracebackType
from typing import Self

from cwire_structs import frames

PAGE = mmap.PAGESIZE
TAIL, HEAD = 64, 128
POSITION, SLEEPS, LAZY = 64, 128, 132
SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL

_NUMBER = struct.Struct("=Q")


def memory(size: int, *, seals: int = SEALS) -> int:
    """The descriptor of a file in memory."""
    fd = os.memfd_create("cwire-ring", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, size)
    if seals:
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, seals)
    return fd


def head_bytes(
    size: int,
    *,
    magic: bytes = b"cwring\0\0",
    version: int = 1,
    begin: int = PAGE,
    epoch: int = 1,
) -> bytes:
    """The fields of a ring's page that do not change."""
    return struct.pack("=8sIIQQ", magic, version, begin, size, epoch)


class FakeRing:
    """A ring, written as libcwire writes it, or as the test wants it."""

    def __init__(self, size: int = 1 << 16, *, epoch: int = 1, at: int = 0) -> None:
        self.size = size
        self.fd = memory(PAGE + size)
        self._memory = mmap.mmap(self.fd, PAGE + size)
        self._memory[:32] = head_bytes(size, epoch=epoch)
        # Each number is written in one piece: struct.pack_into writes zeros first.
        self._numbers = memoryview(self._memory)[:PAGE].cast("Q")
        self.set(at, at)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the memory back."""
        self._numbers.release()
        self._memory.close()
        os.close(self.fd)

    @property
    def tail(self) -> int:
        """Where the oldest whole frame begins."""
        return self._numbers[TAIL // 8]

    @property
    def head(self) -> int:
        """Where the next frame will begin."""
        return self._numbers[HEAD // 8]

    def set(self, tail: int, head: int) -> None:
        """Says where the frames are."""
        self._numbers[TAIL // 8] = tail
        self._numbers[HEAD // 8] = head

    def write(self, offset: int, data: bytes) -> None:
        """Writes bytes at an offset, around the ring's end."""
        at = offset % self.size
        first = data[: self.size - at]
        self._memory[PAGE + at : PAGE + at + len(first)] = first
        rest = data[len(first) :]
        self._memory[PAGE : PAGE + len(rest)] = rest

    def read(self, offset: int, count: int) -> bytes:
        """The bytes at an offset."""
        at = offset % self.size
        first = self._memory[PAGE + at : PAGE + min(at + count, self.size)]
        return first + self._memory[PAGE : PAGE + count - len(first)]

    def put(self, data: bytes) -> None:
        """Puts whole frames behind the newest, over the oldest where there is no room."""
        tail, head = self.tail, self.head
        while head - tail + len(data) > self.size:
            tail += frames.span(int.from_bytes(self.read(tail, 4), "little"))
        self.set(tail, head)
        self.write(head, data)
        self.set(tail, head + len(data))


class SeenPage:
    """The page of a reader, as a driver sees it."""

    def __init__(self, fd: int) -> None:
        self.seals: int = fcntl.fcntl(fd, fcntl.F_GET_SEALS)
        self._memory = mmap.mmap(fd, PAGE, prot=mmap.PROT_READ)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Gives the memory back."""
        self._memory.close()

    @property
    def begin(self) -> bytes:
        """Magic and version."""
        return self._memory[:12]

    @property
    def position(self) -> int:
        """All before it is read."""
        number: int
        (number,) = _NUMBER.unpack_from(self._memory, POSITION)
        return number

    @property
    def sleeps(self) -> int:
        """Odd while the reader sleeps."""
        return int.from_bytes(self._memory[SLEEPS : SLEEPS + 4], "little")

    @property
    def lazy(self) -> bool:
        """Nobody need wait for the reader."""
        return self._memory[LAZY : LAZY + 4] != bytes(4)
