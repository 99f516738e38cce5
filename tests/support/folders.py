"""Folders for tests: with short paths, and of all workers of pytest together."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.processes import until

__all__ = ["shared_folder", "short_folder"]


@contextmanager
def short_folder() -> Iterator[Path]:
    """A folder for Unix sockets, which pytest's may be too deep for; it is removed in the end."""
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


@contextmanager
def shared_folder(factory: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """A folder of this run of pytest, for what is built once: one worker at a time is in it."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    folder = base / name
    with base.joinpath(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder.mkdir(exist_ok=True)
        yield folder
