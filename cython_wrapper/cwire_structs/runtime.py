"""The runtime directory, where drivers and relays of this account put their sockets, and the port.

The C library looks at the same places (`cwire_default_path` in cwire.h).
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

__all__ = ["DEFAULT_PORT", "RuntimeDirError", "cannot_write", "runtime_dir"]

DEFAULT_PORT = 8765
"""The TCP port of `cwire serve` where no other is named."""


class RuntimeDirError(OSError):
    """The runtime directory cannot be trusted, made or written to."""


_ROOM = {
    errno.ENOSPC: "free some space there",
    errno.EDQUOT: "remove files of yours there",
    errno.EACCES: "make the directory yours (chmod 700)",
    errno.EPERM: "make the directory yours (chmod 700)",
    errno.ENOLCK: "that file system has no locks",
}


def cannot_write(path: Path, error: OSError) -> RuntimeDirError:
    """Makes the error to raise where a file of the runtime directory cannot be written."""
    elsewhere = "set CWIRE_RUNTIME_DIR to a directory of yours that can be written to"
    room = _ROOM.get(error.errno or 0)
    remedy = elsewhere if room is None else f"{room}, or {elsewhere}"
    return RuntimeDirError(f"cannot write {path}: {error.strerror or error}; {remedy}")


def runtime_dir() -> Path:
    """The runtime directory, made (mode 0700) if it is missing.

    It is ``$CWIRE_RUNTIME_DIR``, else ``$XDG_RUNTIME_DIR/cwire``, else ``/tmp/cwire-UID``.

    Raises:
        RuntimeDirError: It is not a directory of this account alone. Sockets there could be
            another account's, so nothing is used.
    """
    if own := os.environ.get("CWIRE_RUNTIME_DIR"):
        path = Path(own)
    elif session := os.environ.get("XDG_RUNTIME_DIR"):
        path = Path(session) / "cwire"
    else:
        path = Path(f"/tmp/cwire-{os.getuid()}")  # noqa: S108 - verified below
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        # lstat: a symlink could be turned to another place at any time.
        status = path.lstat()
    except OSError as error:
        raise RuntimeDirError(
            f"cannot make the runtime directory {path}: {error.strerror}; "
            "set CWIRE_RUNTIME_DIR to a directory of yours"
        ) from error
    if not stat.S_ISDIR(status.st_mode):
        problem = "is not a directory"
    elif status.st_uid != os.getuid():
        problem = f"belongs to another account (uid {status.st_uid})"
    elif status.st_mode & 0o077:
        problem = f"is open to other accounts (mode {stat.S_IMODE(status.st_mode):04o})"
    else:
        return path
    raise RuntimeDirError(
        f"the runtime directory {path} {problem}; "
        f"make it yours alone (chmod 700) or set CWIRE_RUNTIME_DIR to another one"
    )
