"""Orders to the processes that read and write, and what they answer. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from cwire.ipc.plan import Mode

__all__ = ["Read", "ReadOrder", "WriteOrder", "Written"]


@dataclass(frozen=True, slots=True)
class ReadOrder:
    """An order to a reader.

    Attributes:
        way: The way's name.
        size: Bytes of a message.
        batch: Messages at once.
        mode: What is done with the bytes.
        wait: Sleep until something comes.
        held: The writer waits for this reader.
        seconds: How long the writer writes; the clock starts after a part of that.
        pause: Seconds of sleep for each message.
        times: Whether each message's time under way is wanted.
        place: A file, an endpoint, a folder, a link: what the way needs.
        text: What else it needs.
        capacity: Bytes of the ring in shared memory.
        mark: Messages that may wait.
        number: Which reader this is, from 0.
        fresh: Bytes of memory to copy to that nobody has written to; 0: memory that is warm.
    """

    way: str
    size: int
    batch: int
    mode: Mode
    wait: bool
    held: bool
    seconds: float
    pause: float
    times: bool
    place: str = ""
    text: str = ""
    capacity: int = 0
    mark: int = 0
    number: int = 0
    fresh: int = 0


@dataclass(frozen=True, slots=True)
class WriteOrder:
    """An order to a writer in Python; writers in C get theirs as arguments.

    Attributes:
        size: Bytes of a message.
        batch: Messages at once.
        seconds: How long.
        at_least: Batches, however long that takes.
        rate: Batches per second; 0: as fast as it goes.
        held: Wait for the readers.
        place: A folder.
        text: The service's name.
        mark: Messages that may wait.
    """

    size: int
    batch: int
    seconds: float
    at_least: int
    rate: float
    held: bool
    place: str
    text: str
    mark: int


@dataclass(frozen=True, slots=True)
class Read:
    """The report of a reader.

    Attributes:
        messages: While the clock ran.
        seconds: How long it ran.
        delivered: All messages that came whole.
        lost: Messages that were written and did not come.
        torn: Messages that were overwritten while they were read, and were dropped for it.
        cpu_s: Processor time of this process.
        times_ns: How long messages were under way.
        first_per_s: Messages per second of the first pass through fresh memory.
        later_per_s: Of the passes after it.
    """

    messages: int
    seconds: float
    delivered: int
    lost: int
    torn: int
    cpu_s: float
    times_ns: tuple[int, ...] = ()
    first_per_s: float = 0.0
    later_per_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Written:
    """The report of a writer.

    Attributes:
        published: Messages.
        seconds: How long it took.
        cpu_s: Processor time of that process.
    """

    published: int
    seconds: float
    cpu_s: float
