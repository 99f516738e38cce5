"""Explains exit statuses and signals, and what to do about them. Pure."""

from __future__ import annotations

__all__ = ["status_text"]

_DEBUG = "build it with -g -fsanitize=address and run it again, or use gdb"
_SIGNALS = {
    "SIGSEGV": ("Segmentation fault", f"it used memory that is not its own: {_DEBUG}"),
    "SIGBUS": ("Bus error", f"it used memory that is not there: {_DEBUG}"),
    "SIGABRT": ("Aborted", "an assertion failed, or the C library found damaged memory"),
    "SIGFPE": ("Arithmetic error", "an integer was divided by zero"),
    "SIGILL": ("Illegal instruction", "it was built for another processor, or for a trap"),
    "SIGKILL": ("Killed", "by somebody, or by Linux for want of memory (see `dmesg`)"),
    "SIGPIPE": (
        "Broken pipe",
        "it wrote to a pipe or socket that nobody reads: ignore SIGPIPE in it",
    ),
    "SIGTERM": ("Terminated", "somebody asked it to end"),
    "SIGINT": ("Interrupted", "somebody pressed Ctrl-C"),
    "SIGHUP": ("Hangup", "its terminal or session ended"),
    "SIGSYS": ("Bad system call", "a sandbox does not allow what it did"),
    "SIGXCPU": ("CPU time limit exceeded", "see `ulimit -t`"),
}


def status_text(status: int, signal: str = "") -> str:
    """An exit status in words.

    Args:
        status: As `subprocess` has it: what the program returned, or a negative signal number.
        signal: The signal's name, such as ``SIGSEGV``, where it has one.
    """
    if status == 0:
        return "ended by itself (status 0)"
    if status > 0:
        return f"failed with status {status}; its last lines may say why"
    if not signal:
        return f"was ended by signal {-status}"
    title, remedy = _SIGNALS.get(signal, ("ended by a signal", ""))
    return f"{title} ({signal}){f': {remedy}' if remedy else ''}"
