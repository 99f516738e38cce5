"""Starts a program under its supervisor, on a terminal of its own."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import tty
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cwire.errors import CwireError

__all__ = ["Launched", "launch"]

_SUPERVISOR = Path(__file__).with_name("supervisor.py")
_START_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Launched:
    """A program that runs.

    Attributes:
        pid: Its process id.
        terminal: What it writes can be read here; EIO when it and all its children have ended.
        control: To and from the supervisor; see `supervisor`.
        supervisor: Its parent.
    """

    pid: int
    terminal: int
    control: socket.socket
    supervisor: subprocess.Popen[bytes]


def launch(command: list[str], cwd: Path, env: Mapping[str, str], grace: float) -> Launched:
    """Starts a command.

    Args:
        command: Its words; the first is a path.
        cwd: Where it runs.
        env: Environment variables besides our own.
        grace: Seconds between SIGTERM and SIGKILL when this process is gone.

    Raises:
        CwireError: It cannot be executed.
    """
    ours, theirs = socket.socketpair()
    # A terminal, not a pipe: C programs write whole lines at once only to a terminal.
    terminal, slave = os.openpty()
    try:
        tty.setraw(slave)  # bytes come as they are
        supervisor = subprocess.Popen(
            [
                *(sys.executable, "-I", "-S", str(_SUPERVISOR)),
                *(str(theirs.fileno()), str(grace), *command),
            ],
            stdin=subprocess.DEVNULL,
            stdout=slave,
            stderr=slave,
            cwd=cwd,
            env={**os.environ, **env},
            pass_fds=(theirs.fileno(),),
            start_new_session=True,  # Ctrl-C in Jupyter is not for the driver
        )
        theirs.close()
        pid = _handshake(command[0], ours, supervisor)
    except BaseException:
        os.close(terminal)
        ours.close()
        raise
    finally:
        os.close(slave)
        theirs.close()
    return Launched(pid, terminal, ours, supervisor)


def _handshake(program: str, control: socket.socket, supervisor: subprocess.Popen[bytes]) -> int:
    control.settimeout(_START_SECONDS)
    word = number = ""
    with suppress(TimeoutError):
        word, _, number = _line(control).partition(" ")
    if word == "pid":
        control.settimeout(None)
        return int(number)
    supervisor.kill()
    supervisor.wait()
    if word != "error":
        raise CwireError(f"{program} did not start: its supervisor failed")
    why = os.strerror(int(number))
    if int(number) == errno.ENOEXEC:
        why += ": it was not built for this machine, or is a script without a #! line"
    raise CwireError(f"{program} cannot be executed: {why}")


def _line(control: socket.socket) -> str:
    line = b""
    while not line.endswith(b"\n"):
        byte = control.recv(1)
        if not byte:
            break
        line += byte
    return line.decode().strip()
