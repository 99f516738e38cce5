"""The readers' ends, without a process behind them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cwire.ipc.orders import ReadOrder
from cwire.ipc.receivers import CLAIM, HEAD, PAGE, READER, FdReceiver, MappedReceiver

SIZE, CAPACITY = 64, 256


def order(place: Path | None = None, *, way: str = "file", held: bool = True) -> ReadOrder:
    return ReadOrder(
        way=way,
        size=SIZE,
        batch=1,
        mode="copy",
        wait=False,
        held=held,
        seconds=0.1,
        pause=0.0,
        times=False,
        place=str(place or ""),
        capacity=CAPACITY,
    )


def test_a_pipe_gives_whole_messages_only() -> None:
    read, write = os.pipe()
    receiver = FdReceiver(read, SIZE, copies=True)
    try:
        assert receiver.take(False) is None
        os.write(write, bytes(range(100)))
        run = receiver.take(True)
        assert run is not None
        assert bytes(run) == bytes(range(64))
        assert receiver.take(False) is None  # 36 bytes of the next
        os.write(write, bytes(range(100, 192)))
        run = receiver.take(False)
        assert run is not None
        assert bytes(run) == bytes(range(64, 192))
        assert receiver.intact()
        os.close(write)
        with pytest.raises(EOFError, match="the writer has ended"):
            receiver.take(True)
    finally:
        receiver.close()


class Map:
    """Shared memory, written from here."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_bytes(bytes(PAGE + CAPACITY))

    def word(self, number: int, value: int | None = None) -> int:
        with self.path.open("r+b") as file:
            file.seek(8 * number)
            if value is not None:
                file.write(value.to_bytes(8, "little"))
                return value
            return int.from_bytes(file.read(8), "little")

    def put(self, offset: int, data: bytes) -> None:
        with self.path.open("r+b") as file:
            file.seek(PAGE + offset % CAPACITY)
            file.write(data)


@pytest.fixture
def shared(tmp_path: Path) -> Map:
    return Map(tmp_path / "map")


def test_what_is_read_is_given_back_at_the_next_call(shared: Map) -> None:
    receiver = MappedReceiver(order(shared.path), None)
    assert receiver.take(False) is None
    shared.put(0, b"a" * 128)
    shared.word(CLAIM, 128)
    shared.word(HEAD, 128)
    run = receiver.take(False)
    assert run is not None
    assert bytes(run) == b"a" * 128
    assert shared.word(READER) == 0
    assert receiver.take(False) is None
    assert shared.word(READER) == 128
    receiver.close()


def test_a_run_ends_where_the_memory_does(shared: Map) -> None:
    receiver = MappedReceiver(order(shared.path), None)
    shared.word(HEAD, 192)
    receiver.take(False)
    shared.put(192, b"b" * 64)
    shared.put(256, b"c" * 64)
    shared.word(HEAD, 320)
    runs = [receiver.take(False), receiver.take(False)]
    assert [bytes(run)[:1] for run in runs if run is not None] == [b"b", b"c"]
    receiver.close()


def test_a_torn_read_is_found_out(shared: Map) -> None:
    receiver = MappedReceiver(order(shared.path, held=False), None)
    shared.word(CLAIM, 256)
    shared.word(HEAD, 256)
    run = receiver.take(False)
    assert run is not None
    assert len(run) == 256
    assert receiver.intact()
    shared.word(CLAIM, 320)  # the writer is about to overwrite the first message
    assert not receiver.intact()
    shared.word(HEAD, 320)
    run = receiver.take(False)  # from the middle on
    assert run is not None
    assert len(run) == 64
    assert receiver.intact()
    receiver.close()


def test_a_byte_wakes_a_reader(shared: Map) -> None:
    read, write = os.pipe()
    receiver = MappedReceiver(order(shared.path), read)
    os.write(write, b"\0")
    assert receiver.take(True) is None  # woken for nothing: it looks again
    shared.word(HEAD, 64)
    assert receiver.take(True) is not None
    receiver.close()
    os.close(write)
