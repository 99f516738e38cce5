"""The ring of a real driver, read without a relay."""

from __future__ import annotations

from pathlib import Path

import pytest

from cwire.ipc.orders import ReadOrder
from cwire.ipc.plan import Mode
from cwire.ipc.ring_receiver import RingReceiver
from cwire_structs import frames
from support.processes import Driver


def order(path: Path, mode: Mode = "view") -> ReadOrder:
    return ReadOrder(
        way="ring",
        size=1 << 16,
        batch=1,
        mode=mode,
        wait=True,
        held=True,
        seconds=0.1,
        pause=0.0,
        times=False,
        place=str(path),
    )


def read_on(receiver: RingReceiver) -> None:
    while True:
        receiver.take(True)


@pytest.mark.parametrize("mode", ["view", "touch", "copy"])
def test_whole_frames_until_the_driver_ends(driver: Driver, mode: Mode) -> None:
    receiver = RingReceiver(order(driver.path, mode))
    assert receiver.copies == (mode == "copy")
    sequences: dict[int, int] = {}
    try:
        for _ in range(3):
            while (run := receiver.take(True)) is None:
                pass
            found = frames.scan(run)
            assert found.end == len(run)
            assert run.readonly == (mode != "copy")
            for tally in found.tallies:
                assert tally.first_sequence == sequences.get(tally.type, tally.first_sequence)
                sequences[tally.type] = tally.last_sequence + 1
            assert receiver.intact()
        driver.stop()
        with pytest.raises(EOFError, match="the driver has ended before its last message"):
            read_on(receiver)
    finally:
        receiver.close()


def test_nobody_listens(short_dir: Path) -> None:
    with pytest.raises(FileNotFoundError):
        RingReceiver(order(short_dir / "none.sock"))
