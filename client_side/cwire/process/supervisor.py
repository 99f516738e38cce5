"""The parent of a process that a notebook starts; a program of its own.

python -I -S supervisor.py FD GRACE PROGRAM [ARGUMENT ...]

FD is one end of a socket pair whose other end the notebook's kernel holds. It reports there, one
line each: ``pid N``, ``error ERRNO`` (the program could not be executed), ``status N``. It takes a
T (ask the process group to end) and a K (end it). When the other end is gone, so is the kernel: the
group is asked to end, and ended after GRACE seconds, however the kernel died.

Why not PR_SET_PDEATHSIG: it fires when the thread that forked ends, needs code between fork and
exec in a program with threads, gives no time to switch hardware off, and does not reach what the
program itself started. And only a parent can send a signal without hitting a reused pid.

It imports little: it must start within milliseconds.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from contextlib import suppress
from time import monotonic

__all__ = ["main"]

_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main(control: int, grace: float, command: list[str]) -> None:
    """Starts the command and stays until it has ended."""
    wake, waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    for number in (signal.SIGCHLD, *_ENDING):
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(waker)
    os.set_inheritable(control, False)
    try:
        pid = os.posix_spawn(
            command[0],
            command,
            os.environ,
            setpgroup=0,
            setsigmask=(),
            setsigdef=(signal.SIGPIPE, signal.SIGXFSZ),  # Python ignores them
        )
    except OSError as error:
        _report(control, f"error {error.errno}")
        return
    _report(control, f"pid {pid}")
    # The end of the program's output is seen only when nobody else can write to it.
    null = os.open(os.devnull, os.O_RDWR)
    for fd in range(3):
        os.dup2(null, fd)
    _watch(control, wake, pid, grace)


def _watch(control: int, wake: int, pid: int, grace: float) -> None:
    deadline: float | None = None
    watched = [control, wake]
    while True:
        timeout = None if deadline is None else max(0.0, deadline - monotonic())
        ready = select.select(watched, (), (), timeout)[0]
        asked = b""
        if control in ready:
            with suppress(OSError):
                asked = os.read(control, 64)
            if not asked:  # the kernel is gone
                watched.remove(control)
                deadline, asked = monotonic() + grace, b"T"
        if wake in ready and set(os.read(wake, 64)) & set(_ENDING):
            deadline, asked = monotonic() + grace, asked + b"T"
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            break
        if deadline is not None and monotonic() >= deadline:
            deadline, asked = None, b"K"
        for order in asked:
            _signal(pid, signal.SIGKILL if order == ord("K") else signal.SIGTERM)
    # What it started and left behind ends with it. Its pid is not reaped yet, so this is its group.
    _signal(pid, signal.SIGKILL)
    _report(control, f"status {os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}")


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _report(control: int, text: str) -> None:
    with suppress(OSError):
        os.write(control, f"{text}\n".encode())


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:])
