"""Measures one case: starts it, waits for it, and adds up what its processes say."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from cwire.ipc.orders import Read, Written
from cwire.ipc.plan import Case
from cwire.ipc.wiring import Place, wire

__all__ = ["Measured", "measure"]

_SLACK_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Measured:
    """The result of a case.

    Attributes:
        written: What the writer says.
        reads: What each reader says.
        cpu_s: Processor time of all processes.
    """

    written: Written
    reads: tuple[Read, ...]
    cpu_s: float

    @property
    def messages_per_s(self) -> float:
        """Messages per second that the first reader got."""
        read = self.reads[0]
        if read.messages:
            return read.messages / read.seconds
        # The system let this reader run only when all messages were written.
        return read.delivered / self.written.seconds


def measure(case: Case, place: Place) -> Measured:
    """Runs a case once.

    Raises:
        CwireError: A part failed, or was not done in time.
    """
    # Slow machines are measured, too: the limit is for processes that hang.
    limit = _SLACK_SECONDS + 10 * case.seconds
    with wire(case, place) as wiring:
        before = _cpu_s(wiring.others)
        wiring.writer.go()
        written = wiring.writer.result(limit)
        reads = tuple(Read(**reader.result(limit)) for reader in wiring.readers)
        between = _cpu_s(wiring.others) - before
    return Measured(written, reads, written.cpu_s + between + sum(read.cpu_s for read in reads))


def _cpu_s(pids: Sequence[int]) -> float:
    """Processor time of other processes so far."""
    return sum(time.clock_gettime(_clock_of(pid)) for pid in pids)


def _clock_of(pid: int) -> int:
    """The clock of a process's processor time, as clock_getcpuclockid of glibc makes it."""
    return (~pid << 3) | 2
