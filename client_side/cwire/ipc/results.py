"""Results of a comparison: rows, medians, percentiles, JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from math import ceil
from statistics import median
from typing import Any

from cwire.ipc.plan import Settings

__all__ = [
    "Ceiling",
    "Comparison",
    "Cpu",
    "FirstPass",
    "Latency",
    "Left",
    "Loss",
    "Throughput",
    "percentile",
    "spread",
]

_ENOUGH = 5  # samples beyond the 99.9th percentile, or it says little


def spread(values: Iterable[float]) -> float | None:
    """Returns (largest - smallest) / median of repeats; None if there is only one."""
    known = list(values)
    return (max(known) - min(known)) / median(known) if len(known) > 1 else None


def percentile(ordered: list[int], part: float) -> int | None:
    """The value that a part of all is not above; None where too few are above it to say."""
    if len(ordered) * (1 - part) < (_ENOUGH if part > 0.99 else 1):
        return None
    return ordered[max(0, ceil(len(ordered) * part) - 1)]


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The speed of this machine's memory.

    Attributes:
        kind: ``hot``: one block, again and again; ``dram``: what no cache holds; ``fresh``: into
            memory that nobody has written to.
        size: Bytes of a block.
        bytes_per_s: By memcpy.
    """

    kind: str
    size: int
    bytes_per_s: float


@dataclass(slots=True)
class Throughput:
    """A throughput: one point of a curve.

    Attributes:
        way: The way's name.
        mode: What the reader did.
        size: Bytes of a message.
        batch: Messages at once.
        runs: Messages per second, of each repeat.
    """

    way: str
    mode: str
    size: int
    batch: int
    runs: list[float] = field(default_factory=list)

    @property
    def messages_per_s(self) -> float:
        """The median."""
        return median(self.runs)

    @property
    def bytes_per_s(self) -> float:
        """The median."""
        return self.messages_per_s * self.size

    @property
    def spread(self) -> float | None:
        """(largest - smallest) / median of the repeats."""
        return spread(self.runs)


@dataclass(slots=True)
class FirstPass:
    """Copies into fresh memory, whose pages the system has to give first, and then into the same.

    Attributes:
        way: The way's name.
        size: Bytes of a message.
        first: Messages per second of the first pass, of each repeat.
        later: Of the passes after it.
    """

    way: str
    size: int
    first: list[float] = field(default_factory=list)
    later: list[float] = field(default_factory=list)

    @property
    def first_bytes_per_s(self) -> float:
        """The median."""
        return median(self.first) * self.size

    @property
    def later_bytes_per_s(self) -> float:
        """The median."""
        return median(self.later) * self.size


@dataclass(slots=True)
class Latency:
    """From the moment when a message is written until its reader has it.

    Attributes:
        way: The way's name.
        size: Bytes of a message.
        wait: Whether the reader slept; else it looked again and again.
        times_ns: All, in the order of their length.
        medians: Of each repeat.
    """

    way: str
    size: int
    wait: bool
    times_ns: list[int] = field(default_factory=list)
    medians: list[float] = field(default_factory=list)

    def add(self, times_ns: Iterable[int]) -> None:
        """Takes the times of one repeat."""
        times = sorted(times_ns)
        self.medians.append(median(times))
        self.times_ns = sorted([*self.times_ns, *times])

    @property
    def p50_ns(self) -> int | None:
        """The median."""
        return percentile(self.times_ns, 0.5)

    @property
    def p99_ns(self) -> int | None:
        """The 99th percentile."""
        return percentile(self.times_ns, 0.99)

    @property
    def p999_ns(self) -> int | None:
        """The 99.9th percentile; None of less than 5,000 messages."""
        return percentile(self.times_ns, 0.999)


@dataclass(slots=True)
class Cpu:
    """Processor time, of all processes together.

    Attributes:
        way: The way's name.
        readers: How many had all of it.
        runs: Seconds for each byte that was published, of each repeat.
    """

    way: str
    readers: int
    runs: list[float] = field(default_factory=list)

    @property
    def ms_per_gb(self) -> float:
        """Milliseconds for each GB that was published; the median."""
        return median(self.runs) * 1e12

    @property
    def spread(self) -> float | None:
        """(largest - smallest) / median of the repeats."""
        return spread(self.runs)


@dataclass(slots=True)
class Loss:
    """A reader that manages half of what comes.

    Attributes:
        way: The way's name.
        wanted: Messages that the writer would have written, of all repeats.
        published: Messages that it wrote.
        delivered: Messages that came.
        lost: Messages that did not.
        torn: Messages that were overwritten while they were read, found out and dropped.
    """

    way: str
    wanted: int = 0
    published: int = 0
    delivered: int = 0
    lost: int = 0
    torn: int = 0

    @property
    def held_back(self) -> float:
        """The part that the writer could not write because it had to wait."""
        return max(0.0, 1 - self.published / self.wanted)

    @property
    def lost_part(self) -> float:
        """The part of what was written that did not come."""
        return self.lost / self.published


@dataclass(frozen=True, slots=True)
class Left:
    """A way, or a part of one, that was not measured.

    Attributes:
        way: The way's name.
        what: Which part; empty: all of it.
        reason: Why, and what to do.
    """

    way: str
    what: str
    reason: str


@dataclass(slots=True)
class Comparison:
    """A comparison: the rows of all that was measured.

    Attributes:
        machine: Facts about it: processor, kernel, versions.
        settings: How much was measured.
        titles: The ways' names, for people.
        families: ``socket`` or ``memory``, by the way's name.
        ceilings: The memory's speed.
        throughputs: By way, mode, size and batch.
        firsts: First passes against later ones, by way.
        latencies: By way, size and manner of waiting.
        cpus: By way and number of readers.
        losses: By way.
        left: What is missing, and why.
        seconds: How long it took.
    """

    machine: Mapping[str, Any]
    settings: Settings
    titles: Mapping[str, str]
    families: Mapping[str, str]
    ceilings: list[Ceiling] = field(default_factory=list)
    throughputs: list[Throughput] = field(default_factory=list)
    firsts: list[FirstPass] = field(default_factory=list)
    latencies: list[Latency] = field(default_factory=list)
    cpus: list[Cpu] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def ways(self) -> list[str]:
        """The names of the ways of which anything was measured."""
        there = {
            row.way
            for rows in (self.throughputs, self.firsts, self.latencies, self.cpus, self.losses)
            for row in rows
        }  # fmt: skip
        return [name for name in self.titles if name in there]

    def as_json(self) -> dict[str, Any]:
        """A dictionary of what JSON can hold; times under way as percentiles."""
        return {
            "cwire_ipc": 1,
            "machine": dict(self.machine),
            "settings": asdict(self.settings),
            "seconds": self.seconds,
            "ways": [
                {"way": name, "title": title, "family": self.families[name]}
                for name, title in self.titles.items()
            ],
            "ceilings": [asdict(row) for row in self.ceilings],
            "throughput": [
                {
                    **asdict(row),
                    "messages_per_s": row.messages_per_s,
                    "bytes_per_s": row.bytes_per_s,
                    "spread": row.spread,
                }
                for row in self.throughputs
            ],
            "first_pass": [
                {
                    **asdict(row),
                    "first_bytes_per_s": row.first_bytes_per_s,
                    "later_bytes_per_s": row.later_bytes_per_s,
                }
                for row in self.firsts
            ],
            "latency": [
                {
                    "way": row.way,
                    "size": row.size,
                    "waits": "blocking" if row.wait else "spinning",
                    "count": len(row.times_ns),
                    "p50_ns": row.p50_ns,
                    "p99_ns": row.p99_ns,
                    "p999_ns": row.p999_ns,
                    "spread": spread(row.medians),
                }
                for row in self.latencies
            ],
            "cpu": [
                {**asdict(row), "ms_per_gb": row.ms_per_gb, "spread": row.spread}
                for row in self.cpus
            ],
            "loss": [
                {**asdict(row), "held_back": row.held_back, "lost_part": row.lost_part}
                for row in self.losses
            ],
            "left_out": [asdict(row) for row in self.left],
        }
