"""Puts a writer and its readers together, each way in its own manner."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any, Protocol

from cwire.ipc.orders import ReadOrder, WriteOrder, Written
from cwire.ipc.plan import Case
from cwire.ipc.processes import Worker, Writer
from cwire.ipc.programs import Programs
from cwire.ipc.receivers import PAGE
from cwire.ipc.ways import SHARED, zmq_library
from cwire.process.relay_process import RelayProcess

__all__ = ["Place", "Wiring", "WriterLike", "wire"]

_MARK_BYTES = 16 << 20  # of messages that ZeroMQ or iceoryx2 may hold
_MOST_MARK = 1000
_RELAY_SECONDS = 20.0
_RELAY_RING = 16 << 20  # libcwire's default


class WriterLike(Protocol):
    """A writer, in C or in Python."""

    def go(self) -> None:
        """Has it write."""

    def result(self, seconds: float) -> Written:
        """Waits for what it has written."""


@dataclass(frozen=True, slots=True)
class Place:
    """The folder, the programs and the workers that every wiring needs.

    Attributes:
        folder: For files and sockets; it goes at the end.
        programs: The writers in C.
        workers: Enough for all readers, and one more for a writer in Python.
    """

    folder: Path
    programs: Programs
    workers: Sequence[Worker]


@dataclass(frozen=True, slots=True)
class Wiring:
    """A writer that waits for its word, and readers that read already.

    Attributes:
        writer: The writer.
        readers: The readers.
        others: Processes in between, whose processor time counts, too.
    """

    writer: WriterLike
    readers: Sequence[Worker]
    others: Sequence[int] = ()


@contextmanager
def wire(case: Case, place: Place) -> Iterator[Wiring]:
    """Puts together what a case needs; at the end nothing of it is left.

    Raises:
        CwireError: A part does not start.
    """
    with ExitStack() as stack:
        yield _WIRINGS[case.way](stack, case, place)


def _words(case: Case, **more: object) -> list[str]:
    fields = {
        "size": case.size,
        "batch": case.batch,
        "seconds": case.seconds,
        "rate": case.rate,
        "at_least": case.at_least,
        "readers": case.readers,
        "held": int(case.held),
        **more,
    }
    return [f"{name}={value}" for name, value in fields.items()]


def _order(case: Case, **more: Any) -> ReadOrder:
    return ReadOrder(
        way=case.way,
        size=case.size,
        batch=case.batch,
        mode=case.mode,
        wait=case.wait,
        held=case.held,
        seconds=case.seconds,
        pause=case.pause,
        times=case.kind == "latency",
        fresh=case.fresh,
        **more,
    )


def _start_readers(
    case: Case,
    place: Place,
    order: Callable[[int], ReadOrder],
    fds: Sequence[Sequence[int]] = (),
) -> Sequence[Worker]:
    readers = place.workers[: case.readers]
    for number, worker in enumerate(readers):
        worker.order("read", asdict(order(number)), fds[number] if fds else ())
    return readers


def _mark(case: Case) -> int:
    """Messages of ZeroMQ or iceoryx2 that may wait."""
    if not case.held:
        return case.room // case.size
    return max(2, min(_MOST_MARK, _MARK_BYTES // (case.size * case.batch)))


def _by_fds(stack: ExitStack, case: Case, place: Place) -> Wiring:
    """A pipe or a connected pair of sockets for each reader."""
    pairs = [_pair(case.way) for _ in range(case.readers)]
    try:
        ends = [end for end, _ in pairs]
        words = _words(case, way="fds", text=",".join(map(str, ends)))
        writer = stack.enter_context(Writer(place.programs.writer, words, ends))
        readers = _start_readers(
            case, place, lambda number: _order(case), [[end] for _, end in pairs]
        )
    finally:
        # The processes have them now, and hear of each other's end only if nobody else has.
        for pair in pairs:
            for end in pair:
                os.close(end)
    return Wiring(writer, readers)


def _pair(way: str) -> tuple[int, int]:
    """The end that is written, and the one that is read."""
    if way == "pipe":
        read, write = os.pipe()
        return write, read
    if way == "unix":
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        return ours.detach(), theirs.detach()
    with socket.create_server(("127.0.0.1", 0), backlog=1) as server:
        ours = socket.create_connection(server.getsockname())
        theirs, _ = server.accept()
    ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return ours.detach(), theirs.detach()


def _by_map(stack: ExitStack, case: Case, place: Place) -> Wiring:
    """A ring in shared memory; where readers sleep, each has a pipe whose bytes wake it."""
    length = PAGE + case.room
    if case.way == "shared_memory":
        path = SHARED / f"cwire-ipc-{secrets.token_hex(6)}"
        stack.callback(path.unlink, missing_ok=True)  # also where Ctrl-C comes in the next line
        memory = SharedMemory(path.name, create=True, size=length)
        stack.callback(memory.unlink)
        stack.callback(memory.close)
        assert memory.buf is not None
        memory.buf[:length] = bytes(length)  # its pages are there before the clock runs
    else:
        path = place.folder / "map"
        stack.callback(path.unlink)
        path.write_bytes(bytes(length))
    bells = [os.pipe() for _ in range(case.readers)] if case.wait else []
    try:
        for _, write in bells:
            os.set_blocking(write, False)
        writing = [write for _, write in bells]
        words = _words(
            case, way="map", place=path, text=case.room, bells=",".join(map(str, writing))
        )
        writer = stack.enter_context(Writer(place.programs.writer, words, writing))
        readers = _start_readers(
            case,
            place,
            lambda number: _order(case, place=str(path), capacity=case.room, number=number),
            [[read] for read, _ in bells],
        )
    finally:
        for pair in bells:
            for end in pair:
                os.close(end)
    return Wiring(writer, readers)


def _by_zmq(stack: ExitStack, case: Case, place: Place) -> Wiring:
    endpoint = f"ipc://{place.folder}/zmq-{secrets.token_hex(4)}"
    mark = _mark(case)
    words = _words(case, way="zmq", place=endpoint, text=zmq_library(), mark=mark)
    writer = stack.enter_context(Writer(place.programs.writer, words))
    readers = _start_readers(case, place, lambda _: _order(case, place=endpoint, mark=mark))
    return Wiring(writer, readers)


def _by_relay(stack: ExitStack, case: Case, place: Place) -> Wiring:
    path = place.folder / f"ipc-{secrets.token_hex(4)}.sock"
    assert place.programs.publisher is not None
    ring = max(_RELAY_RING, case.room) if case.held else case.room
    words = _words(case, place=path, ring=_power_of_two(ring))
    writer = stack.enter_context(Writer(place.programs.publisher, words))
    environment = {"CWIRE_RUNTIME_DIR": str(place.folder)}
    relay = RelayProcess(f"ipc={path}", env=environment).start(_RELAY_SECONDS)
    stack.callback(relay.stop)
    relay.wait_until("driver ipc is up", _RELAY_SECONDS)
    readers = _start_readers(case, place, lambda _: _order(case, place=relay.link))
    assert relay.pid is not None
    return Wiring(writer, readers, [relay.pid])


def _by_ring(stack: ExitStack, case: Case, place: Place) -> Wiring:
    path = place.folder / f"ipc-{secrets.token_hex(4)}.sock"
    assert place.programs.publisher is not None
    # A writer that waits for a reader that spins looks as often; nothing else would tell it.
    words = _words(case, place=path, ring=_power_of_two(case.room), spins=int(not case.wait))
    writer = stack.enter_context(Writer(place.programs.publisher, words))
    readers = _start_readers(case, place, lambda _: _order(case, place=str(path)))
    return Wiring(writer, readers)


def _power_of_two(least: int) -> int:
    return 1 << (least - 1).bit_length()


class _WorkerAsWriter:
    """A worker that writes."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def go(self) -> None:
        self._worker.go()

    def result(self, seconds: float) -> Written:
        return Written(**self._worker.result(seconds))


def _by_iceoryx(stack: ExitStack, case: Case, place: Place) -> Wiring:
    """Its files are in a folder of ours, and its shared memory is named like that folder."""
    folder = place.folder / f"iox{secrets.token_hex(6)}"
    folder.mkdir()
    # It leaves files there and in /dev/shm, also where every process has ended as it should.
    stack.callback(_remove_iceoryx, folder)
    worker = place.workers[case.readers]
    mark = _mark(case)
    order = WriteOrder(
        size=case.size,
        batch=case.batch,
        seconds=case.seconds,
        at_least=case.at_least,
        rate=case.rate,
        held=case.held,
        place=str(folder),
        text="messages",
        mark=mark,
    )
    worker.order("write", asdict(order))
    stack.callback(worker.go)  # which ends it
    readers = _start_readers(
        case, place, lambda _: _order(case, place=str(folder), text="messages", mark=mark)
    )
    return Wiring(_WorkerAsWriter(worker), readers)


def _remove_iceoryx(folder: Path) -> None:
    for path in SHARED.glob(f"{folder.name}_*"):
        with suppress(FileNotFoundError):
            path.unlink()


_WIRINGS: dict[str, Callable[[ExitStack, Case, Place], Wiring]] = {
    "pipe": _by_fds,
    "unix": _by_fds,
    "tcp": _by_fds,
    "relay": _by_relay,
    "ring": _by_ring,
    "pyzmq": _by_zmq,
    "shared_memory": _by_map,
    "file": _by_map,
    "iceoryx2": _by_iceoryx,
}
