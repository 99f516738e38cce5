"""Folders for tests, whose paths are short enough for Unix sockets (pytest's own may not be)."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.processes import until

__all__ = ["short_folder"]


@contextmanager
def short_folder() -> Iterator[Path]:
    """A folder that is removed at the end of the block."""
    path = Path(tempfile.mkdtemp(prefix="cw-", dir="/tmp"))
    yield path
    until(lambda: _removed(path))


def _removed(path: Path) -> bool:
    """Removes it; False if a process that is ending has removed or written a file meanwhile."""
    try:
        shutil.rmtree(path)
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTEMPTY):
            raise
        return not path.exists()
    return True
