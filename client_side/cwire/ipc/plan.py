"""The plan of a comparison: measurements, their repeats, and their order. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

__all__ = ["FRESH", "FULL", "QUICK", "Case", "Kind", "Mode", "Settings", "cases", "room"]

Kind = Literal["throughput", "first", "latency", "cpu", "loss"]
Mode = Literal["view", "touch", "copy"]

KIB, MIB = 1 << 10, 1 << 20
_ROOM = 4 * MIB  # bytes that may be under way, or more where messages are large
_DEEP = 4  # batches that fit at least
_LARGE = 64 * KIB  # from here on a batch is one message
_AT_LEAST = 6  # batches of a run, however long they take

FRESH = 16 * MIB
"""Bytes of the memory that is copied to for the first time, and then again."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The extent of a comparison.

    Attributes:
        sizes: Bytes of a message, with its header where it has one; multiples of 8, 64 at least.
        batches: Messages at once, of sizes below 64 KiB.
        seconds: For one run of a throughput.
        repeats: Runs of each; they take turns.
        latency_sizes: Bytes of a message.
        latency_seconds: For one run of a latency.
        readers: How many readers the processor time is measured with.
        load_seconds: For one run of a processor time, or of a slow reader.
        beyond_caches: Bytes that memcpy walks over, to be measured from DRAM.
    """

    sizes: tuple[int, ...]
    batches: tuple[int, ...]
    seconds: float
    repeats: int
    latency_sizes: tuple[int, ...]
    latency_seconds: float
    readers: tuple[int, ...]
    load_seconds: float
    beyond_caches: int


FULL = Settings(
    sizes=(64, KIB, 16 * KIB, 256 * KIB, MIB, 8 * MIB, 64 * MIB),
    batches=(1, 64),
    seconds=0.4,
    repeats=3,
    latency_sizes=(64, MIB),
    latency_seconds=2.0,
    readers=(1, 2, 4),
    load_seconds=1.0,
    beyond_caches=256 * MIB,
)
QUICK = Settings(
    sizes=(64, 64 * KIB, MIB),
    batches=(1, 64),
    seconds=0.12,
    repeats=1,
    latency_sizes=(64,),
    latency_seconds=0.4,
    readers=(1, 2),
    load_seconds=0.3,
    beyond_caches=128 * MIB,
)


@dataclass(frozen=True, slots=True)
class Case:
    """A case: one thing to measure.

    Attributes:
        kind: What is asked.
        way: The name of the way.
        size: Bytes of a message.
        batch: Messages at once.
        mode: What the reader does with the bytes: looks at the first ones only, reads all, or
            copies all to memory of its own.
        wait: Whether the reader sleeps until something comes; else it looks again and again.
        readers: How many.
        seconds: How long.
        rate: Batches per second; 0: as fast as it goes.
        pause: Seconds that the reader needs for each message.
    """

    kind: Kind
    way: str
    size: int
    batch: int = 1
    mode: Mode = "copy"
    wait: bool = True
    readers: int = 1
    seconds: float = 0.1
    rate: float = 0.0
    pause: float = 0.0

    @property
    def held(self) -> bool:
        """Whether the writer waits for its readers, if the way leaves it the choice."""
        return self.kind != "loss"

    @property
    def fresh(self) -> int:
        """Bytes of the reader's memory, where nobody has ever written to it; 0: it is warm."""
        return FRESH if self.kind == "first" else 0

    @property
    def at_least(self) -> int:
        """Batches, however long they take."""
        return max(_AT_LEAST, 3 * self.fresh // (self.size * self.batch))

    @property
    def room(self) -> int:
        """Bytes that may be under way."""
        return room(self.size, self.batch)


def room(size: int, batch: int) -> int:
    """Bytes that may be under way: whole batches."""
    bytes_ = size * batch
    return max(_DEEP, -(-_ROOM // bytes_)) * bytes_


def cases(settings: Settings, ways: Sequence[str]) -> Iterator[Case]:
    """Every case of one round; the ways take turns in each."""
    for case in _of_any_way(settings):
        for way in ways:
            yield replace(case, way=way)


def _of_any_way(settings: Settings) -> Iterator[Case]:
    for size in settings.sizes:
        batches = settings.batches if size < _LARGE else (1,)
        for batch in batches:
            # Where each message is an event of its own, that is what takes the time.
            modes: tuple[Mode, ...] = ("copy",)
            if batch == max(batches):
                modes = ("view", "touch", "copy")
            for mode in modes:
                yield Case(
                    "throughput", "", size, batch, mode, wait=False, seconds=settings.seconds
                )
    yield Case("first", "", MIB, wait=False, seconds=settings.seconds)
    for size in settings.latency_sizes:
        rate = 1000.0 if size < _LARGE else 250.0
        for wait in (True, False):
            yield Case(
                "latency",
                "",
                size,
                mode="view",
                wait=wait,
                seconds=settings.latency_seconds,
                rate=rate,
            )
    for readers in settings.readers:
        yield Case("cpu", "", 256 * KIB, readers=readers, seconds=settings.load_seconds, rate=400.0)
    # The reader manages half of what comes.
    yield Case("loss", "", 64 * KIB, seconds=settings.load_seconds, rate=2000.0, pause=1e-3)
