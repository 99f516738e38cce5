"""Compares all ways on this machine, turn by turn."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from cwire import errors
from cwire.ipc.ceiling import ceilings
from cwire.ipc.machine import machine
from cwire.ipc.measure import Measured, measure
from cwire.ipc.plan import QUICK, Case, Settings, cases
from cwire.ipc.processes import Worker
from cwire.ipc.programs import build
from cwire.ipc.results import Comparison, Cpu, FirstPass, Latency, Left, Loss, Throughput
from cwire.ipc.ways import WAYS, absent, no_room, offers
from cwire.ipc.wiring import Place

__all__ = ["compare", "describe", "place", "ways_called"]

Progress = Callable[[int, int, str], object]


def ways_called(names: Sequence[str] | None) -> list[str]:
    """The ways of these names, in our order; all of them for None.

    Raises:
        InvalidArgument: There is no such way.
    """
    for name in names or ():
        if name not in WAYS:
            raise errors.InvalidArgument(f"no way is called {name!r}; there are: {', '.join(WAYS)}")
    return [name for name in WAYS if names is None or name in names]


def compare(
    settings: Settings = QUICK,
    ways: Sequence[str] | None = None,
    progress: Progress = lambda done, total, text: None,
) -> Comparison:
    """Measures every way between two processes or more.

    A way that is not installed, or a case for which memory is short, is left out with a reason.

    Args:
        settings: How much.
        ways: Names of ways; None: all.
        progress: Told how many cases are done, of how many, and what comes now.

    Raises:
        InvalidArgument: There is no such way.
        CwireError: There is no C compiler, or nothing of what these ways need.
    """
    chosen = ways_called(ways)
    begin = time.monotonic()
    result = Comparison(
        machine=machine(),
        settings=settings,
        titles={name: WAYS[name].title for name in chosen},
        families={name: WAYS[name].family for name in chosen},
    )
    missing = absent()
    result.left = [Left(name, "", missing[name]) for name in chosen if name in missing]
    if len(result.left) == len(chosen):
        raise errors.CwireError("; ".join(left.reason for left in result.left))
    present = [name for name in chosen if name not in missing]
    plan = [_long_enough(case) for case in cases(settings, present) if offers(case)]
    total = len(plan) * settings.repeats
    rows = _Rows(result)
    with place(present, max((case.readers for case in plan), default=0)) as here:
        for done, case in enumerate(case for _ in range(settings.repeats) for case in plan):
            progress(done, total, f"{WAYS[case.way].title}: {describe(case)}")
            if reason := no_room(case):
                rows.leave(case, reason)
                continue
            try:
                rows.add(case, measure(case, here))
            except errors.CwireError as error:
                rows.leave(case, str(error))
                for worker in here.workers:  # whatever they are in the middle of
                    worker.restart()
    progress(total, total, "memcpy")
    result.ceilings = ceilings(settings.sizes, settings.beyond_caches, min(settings.seconds, 0.2))
    result.seconds = time.monotonic() - begin
    return result


def describe(case: Case) -> str:
    """A case in a few words."""
    if case.kind == "loss":
        return "a slow reader"
    if case.kind == "first":
        return "fresh memory"
    if case.kind == "cpu":
        return f"processor time, readers: {case.readers}"
    if case.kind == "latency":
        return f"latency, {case.size} B, {'sleeping' if case.wait else 'spinning'}"
    return f"{case.mode}, {case.size} B x {case.batch}"


def _long_enough(case: Case) -> Case:
    least = WAYS[case.way].least_seconds
    if case.kind not in ("throughput", "cpu") or case.seconds >= least:
        return case
    return replace(case, seconds=least)


@contextmanager
def place(ways: Sequence[str], readers: int) -> Iterator[Place]:
    """A folder, the writers that these ways need, and readers that run already.

    Raises:
        CwireError: There is no C compiler.
    """
    workers = readers + ("iceoryx2" in ways)
    with ExitStack() as stack:
        # /tmp and few letters: the path of a Unix socket has 107 bytes.
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="cwire-ipc-"))
        folder = Path(name)
        programs = build(folder, publisher=not {"relay", "ring"}.isdisjoint(ways))
        yield Place(folder, programs, [stack.enter_context(Worker()) for _ in range(workers)])


class _Rows:
    """Adds what was measured to its row."""

    def __init__(self, comparison: Comparison) -> None:
        self._all = comparison
        self._throughputs: dict[Case, Throughput] = {}
        self._firsts: dict[Case, FirstPass] = {}
        self._latencies: dict[Case, Latency] = {}
        self._cpus: dict[Case, Cpu] = {}
        self._losses: dict[Case, Loss] = {}
        self._left: set[Case] = set()

    def leave(self, case: Case, reason: str) -> None:
        """Notes why a case is not measured, once."""
        if case not in self._left:
            self._left.add(case)
            self._all.left.append(Left(case.way, describe(case), reason))

    def add(self, case: Case, measured: Measured) -> None:
        """Adds one repeat."""
        first = measured.reads[0]
        if case.kind == "throughput":
            if case not in self._throughputs:
                self._throughputs[case] = Throughput(case.way, case.mode, case.size, case.batch)
                self._all.throughputs.append(self._throughputs[case])
            self._throughputs[case].runs.append(measured.messages_per_s)
        elif case.kind == "first":
            if case not in self._firsts:
                self._firsts[case] = FirstPass(case.way, case.size)
                self._all.firsts.append(self._firsts[case])
            self._firsts[case].first.append(first.first_per_s)
            self._firsts[case].later.append(first.later_per_s)
        elif case.kind == "latency":
            if case not in self._latencies:
                self._latencies[case] = Latency(case.way, case.size, case.wait)
                self._all.latencies.append(self._latencies[case])
            self._latencies[case].add(first.times_ns)
        elif case.kind == "cpu":
            if case not in self._cpus:
                self._cpus[case] = Cpu(case.way, case.readers)
                self._all.cpus.append(self._cpus[case])
            published = measured.written.published * case.size
            self._cpus[case].runs.append(measured.cpu_s / published)
        else:
            if case not in self._losses:
                self._losses[case] = Loss(case.way)
                self._all.losses.append(self._losses[case])
            row = self._losses[case]
            row.wanted += round(case.rate * case.seconds)
            row.published += measured.written.published
            row.delivered += first.delivered
            row.lost += first.lost
            row.torn += first.torn
