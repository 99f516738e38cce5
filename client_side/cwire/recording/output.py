"""A file that grows at its end, and is on the disk up to the last second."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cwire.errors import CwireError, InvalidArgument

__all__ = ["GrowingFile", "check_new"]

_AT_ONCE = 512  # buffers that one call of the system takes


def check_new(path: Path, *, overwrite: bool = False) -> None:
    """Checks that a file can be made, which is to be made later.

    Raises:
        InvalidArgument: It is there already, or its folder is not, or cannot be written to.
    """
    if path.exists() and not overwrite:
        raise _is_there(path)
    if not path.parent.is_dir():
        raise InvalidArgument(f"cannot write {path}: {os.strerror(errno.ENOENT)}")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise InvalidArgument(f"cannot write {path}: {os.strerror(errno.EACCES)}")


def _is_there(path: Path) -> InvalidArgument:
    return InvalidArgument(
        f"{path} is there already: give another name, or say that it may be overwritten"
    )


class GrowingFile:
    """A new file, written at its end.

    Args:
        path: Where.
        overwrite: Whether it may be there already.

    Raises:
        InvalidArgument: It is there already, or cannot be made.

    Attributes:
        path: Where.
        size: Bytes so far.
    """

    def __init__(self, path: Path, *, overwrite: bool = False) -> None:
        self.path = path
        self.size = 0
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | (os.O_TRUNC if overwrite else os.O_EXCL)
        try:
            self._descriptor = os.open(path, flags, 0o644)
        except FileExistsError:
            raise _is_there(path) from None
        except OSError as error:
            raise InvalidArgument(f"cannot write {path}: {error.strerror}") from None
        self._lock = threading.Lock()

    def write(self, parts: Sequence[Any]) -> None:
        """Writes buffers one behind the other.

        Raises:
            CwireError: They do not fit on the disk, say. The file ends as it did before.
        """
        views = [view for part in parts if (view := memoryview(part).cast("B")).nbytes]
        start = self.size
        try:
            while views:
                done = os.writev(self._descriptor, views[:_AT_ONCE])
                self.size += done
                while views and done >= views[0].nbytes:
                    done -= views.pop(0).nbytes
                if done:
                    views[0] = views[0][done:]
        except OSError as error:
            self.size = start
            os.ftruncate(self._descriptor, start)
            os.lseek(self._descriptor, start, os.SEEK_SET)
            full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
            why = "there is no more room" if full else error.strerror or "it cannot be written"
            raise CwireError(f"{self.path}: {why}; what was recorded before is whole") from None

    def sync(self) -> None:
        """Waits until all is on the disk; any thread may call it, also after `close`."""
        with self._lock:
            if self._descriptor >= 0:
                os.fdatasync(self._descriptor)

    def close(self) -> None:
        """Closes the file; another time, too."""
        with self._lock:
            if self._descriptor >= 0:
                os.close(self._descriptor)
                self._descriptor = -1
