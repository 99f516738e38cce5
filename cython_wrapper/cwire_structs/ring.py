"""The ring of a driver on this machine, mapped to be read (PROTOCOL.md, "The shared ring").

page = ReaderPage()                                  # its descriptor goes with the answer
ring = open_ring(fd, page, epoch=…, position=…)      # as the driver's `ring` frame says
taken, needed = ring.take(buffer, start, room)       # a copy; or, without one:
data = ring.view(room); …; whole = ring.skip()       # whether it was overwritten meanwhile

A reader believes nothing that it finds in there: what cannot be is a `RingError`.
"""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import struct
import sys
from types import TracebackType
from typing import Self

from cwire_structs._ring import (
    MAGIC,
    READER_MAGIC,
    READER_PAGE,
    SHAREABLE,
    VERSION,
    MappedRing,
    RingError,
    is_plain_memory,
)

__all__ = ["SHAREABLE", "MappedRing", "ReaderPage", "RingError", "open_ring"]

_HEAD = struct.Struct("=8sIIQQ")
_SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
_NOEXEC_SEAL = 8


class ReaderPage:
    """The page in which a reader says how far it has read, and whether it sleeps.

    It is a file in memory that nobody can make shorter. It may be closed when the ring is open.

    Raises:
        RingError: The system gives none.
    """

    def __init__(self) -> None:
        try:
            self._fd = _memory()
        except OSError as error:
            raise RingError(f"no page for the reader of a ring: {error.strerror}") from error
        os.ftruncate(self._fd, READER_PAGE)
        # The driver looks at it before it gives its ring.
        os.pwrite(self._fd, READER_MAGIC + VERSION.to_bytes(4, sys.byteorder), 0)
        fcntl.fcntl(self._fd, fcntl.F_ADD_SEALS, _SEALS)

    def fileno(self) -> int:
        """The file descriptor."""
        return self._fd

    def close(self) -> None:
        """Closes the file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _memory() -> int:
    flags = os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING
    try:  # with vm.memfd_noexec=2 the kernel gives no other; before 6.3 it does not know this
        return os.memfd_create("cwire-reader", flags | _NOEXEC_SEAL)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    return os.memfd_create("cwire-reader", flags)


def open_ring(fd: int, page: ReaderPage, *, epoch: int, position: int) -> MappedRing:
    """Maps a driver's ring, whose file the caller closes.

    Args:
        fd: What came with the driver's `ring` frame.
        page: What was sent with the answer.
        epoch: The one in the driver's hello.
        position: Where this reader begins.

    Raises:
        RingError: It is not the ring of this driver, or cannot be mapped; the text says why.
    """
    begin, size = _checked(fd, epoch)
    try:
        return MappedRing(fd, begin, size, page.fileno(), epoch, position)
    except OSError as error:
        remedy = ""
        if error.errno == errno.ENOMEM:
            remedy = "; raise this process's limit of address space, or give the driver less memory"
        raise RingError(
            f"the driver's ring of {size} bytes cannot be mapped: {error.strerror}{remedy}"
        ) from error


def _checked(fd: int, epoch: int) -> tuple[int, int]:
    """Returns where a ring begins in its file, and its bytes: seals keep both as they are."""
    try:
        seals = fcntl.fcntl(fd, fcntl.F_GET_SEALS)
        length = os.fstat(fd).st_size
        head = os.pread(fd, _HEAD.size, 0)
    except OSError as error:
        raise RingError(f"the driver sent no ring, but another file ({error.strerror})") from error
    if not seals & fcntl.F_SEAL_SHRINK or not is_plain_memory(fd):
        raise RingError(
            "the driver's ring is not sealed: it could be taken away while it is read; use cwire's "
            "library in the driver"
        )
    if len(head) < _HEAD.size or not head.startswith(MAGIC):
        raise RingError("the driver sent no ring, but another file (no cwire magic in it)")
    _, version, begin, size, run = _HEAD.unpack(head)
    if version != VERSION:
        raise RingError(
            f"the driver's ring has version {version}, this side reads {VERSION}: build both from "
            "the same cwire version"
        )
    if begin != mmap.PAGESIZE:
        raise RingError(
            f"the driver's ring begins at byte {begin}, but a page has {mmap.PAGESIZE} bytes here"
        )
    if size < begin or size & (size - 1) or begin + size > length:
        raise RingError(
            f"the driver's ring says {size} bytes behind {begin}, in a file of {length}: not a "
            "power of two, or more than there is"
        )
    if run != epoch:
        raise RingError(
            f"the ring is of another driver: epoch {run:#x} in its page, {epoch:#x} in the hello"
        )
    return begin, size
