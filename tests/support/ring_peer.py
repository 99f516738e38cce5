"""A peer that maps the driver's ring, in plain Python, from PROTOCOL.md alone."""

from __future__ import annotations

import fcntl
import mmap
import os
import socket
import struct
from pathlib import Path

from support.wire import HEADER, MAGIC, Frame, Peer, pack

SHRINK, GROW, SEAL, FUTURE_WRITE = 2, 4, 1, 16
ADD_SEALS, GET_SEALS = 1033, 1034
RING, PLACE, DOORBELL = 6, 7, 8
ASK = struct.pack("<II8sII", 2, 1, MAGIC, 1, 0)
POSITION, SLEEPS = 64, 128
TAIL, HEAD = 64, 128


def reader_page(
    *,
    seals: int = SHRINK | GROW | SEAL,
    size: int = 4096,
    magic: bytes = b"cwread",
    version: int = 1,
    position: int = 0,
) -> int:
    """The descriptor of a page as a reader makes it, or of one that breaks a rule."""
    page = os.memfd_create("reader", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.ftruncate(page, size)
    os.pwrite(page, struct.pack("=8sI", magic, version), 0)
    os.pwrite(page, struct.pack("=Q", position), POSITION)
    if seals:
        fcntl.fcntl(page, ADD_SEALS, seals)
    return page


class RingPeer(Peer):
    """A connection to a driver whose ring it reads; one that asks, if `page` is no good."""

    def __init__(self, path: Path | str, *, page: int | None = None, timeout: float = 10.0) -> None:
        self.page = reader_page() if page is None else page
        self.descriptors: list[int] = []
        self.number = 0
        self.text = ""
        self.ring: mmap.mmap | None = None
        super().__init__(path, answer=False, timeout=timeout)
        self.hello = self.read_hello()
        passed = [self.page] if self.page >= 0 else []
        socket.send_fds(self.socket, [pack(0, ASK)], passed)

    def __exit__(self, *_: object) -> None:
        self.socket.close()
        if self.ring is not None:
            self.own.close()
            self.ring.close()
        for descriptor in (self.page, *self.descriptors):
            if descriptor >= 0:
                os.close(descriptor)

    def _receive(self) -> bytes:
        if self.ring is not None:
            return self.socket.recv(1 << 20)
        data, descriptors, _, _ = socket.recv_fds(self.socket, 1 << 20, 4)
        self.descriptors += descriptors
        return data

    def attach(self) -> None:
        """Takes the `ring` frame, and maps the ring if there is one."""
        frame = self.frame()
        assert frame is not None, "the driver closed the connection"
        kind, version, self.position, self.number, zero = struct.unpack_from(
            "<IIQII", frame.payload
        )
        assert (frame.type, kind, version, zero) == (0, RING, 1, 0)
        self.text = frame.payload[24:].decode()
        assert len(self.descriptors) == (not self.text)
        if self.text:
            return
        (memory,) = self.descriptors
        assert fcntl.fcntl(memory, GET_SEALS) & 31 == SHRINK | GROW | SEAL | FUTURE_WRITE
        self.ring = mmap.mmap(memory, 0, mmap.MAP_SHARED, mmap.PROT_READ)
        self.own = mmap.mmap(self.page, 4096)
        magic, version, self.begin, self.size, epoch = struct.unpack_from("=8sIIQQ", self.ring)
        assert (magic, version, epoch) == (b"cwring\0\0", 1, self.hello["epoch"])
        assert len(self.ring) == self.begin + self.size
        self.store(self.position)

    def number_at(self, offset: int) -> int:
        """A 64-bit number of the ring's page, read at once."""
        assert self.ring is not None
        return int(memoryview(self.ring).cast("Q")[offset // 8])

    @property
    def head(self) -> int:
        return self.number_at(HEAD)

    @property
    def tail(self) -> int:
        return self.number_at(TAIL)

    def store(self, position: int) -> None:
        """Writes the position into the reader's page, whatever it is."""
        memoryview(self.own).cast("Q")[POSITION // 8] = position

    @property
    def sleeps(self) -> int:
        return int(memoryview(self.own).cast("I")[SLEEPS // 4])

    def turn(self) -> None:
        """Falls asleep, or wakes up."""
        memoryview(self.own).cast("I")[SLEEPS // 4] = (self.sleeps + 1) % 2**32

    def sleep(self) -> bool:
        """Falls asleep, unless there is something to read."""
        self.turn()
        if self.position < self.head and self.tail < self.head:
            self.turn()
            return False
        return True

    def copy(self, offset: int, size: int) -> bytes:
        assert self.ring is not None
        at = offset % self.size
        first = self.ring[self.begin + at : self.begin + min(at + size, self.size)]
        return first + self.ring[self.begin : self.begin + size - len(first)]

    def read(self) -> list[Frame]:
        """The frames of the ring that were not read yet, as far as they were not overwritten."""
        head = self.head
        begin = max(self.position, self.tail)
        data = self.copy(begin, head - begin)
        good = self.tail
        found: list[Frame] = []
        at = 0
        if good > begin:
            at = min(good, head) - begin
        while at < len(data):
            size, type_, flags, source, sequence, request, time_ns = HEADER.unpack_from(data, at)
            assert HEADER.size <= size <= len(data) - at
            payload = data[at + HEADER.size : at + size]
            found.append(Frame(type_, flags, source, sequence, request, time_ns, payload))
            at += size + -size % 8
        self.position = max(head, good)
        self.store(self.position)
        return found
