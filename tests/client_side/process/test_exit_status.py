"""The end of a program, in words."""

from __future__ import annotations

import pytest

from cwire.process.exit_status import status_text


@pytest.mark.parametrize(
    ("status", "signal", "text"),
    [
        (0, "", "ended by itself (status 0)"),
        (3, "", "failed with status 3; its last lines may say why"),
        (-11, "SIGSEGV", "Segmentation fault (SIGSEGV): it used memory that is not its own"),
        (-6, "SIGABRT", "Aborted (SIGABRT): an assertion failed"),
        (-9, "SIGKILL", "Killed (SIGKILL): by somebody, or by Linux for want of memory"),
        (-10, "SIGUSR1", "ended by a signal (SIGUSR1)"),
        (-99, "", "was ended by signal 99"),
    ],
)
def test_statuses(status: int, signal: str, text: str) -> None:
    assert status_text(status, signal).startswith(text)
