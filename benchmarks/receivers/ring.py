"""The driver's ring, read without a relay: frames where they lie, or copied by C."""

from __future__ import annotations

import socket

import numpy as np

from cwire_structs import frames
from cwire_structs.ring import MappedRing
from cwire_structs.ring_handshake import DESCRIPTORS, Attached, RingHandshake
from cwire_structs.schema import Schema
from receivers.driver_bytes import REPLY_BYTES, order
from receivers.meter import Meter, Run

__all__ = ["receive"]

_MEMORY = 32 << 20  # that copies go to, as large as the history of `bridge`
_RUN = 1 << 20


def receive(path: str, frame_bytes: int, count: int, copy: bool) -> Run:
    """Attaches, has `count` frames published, and takes all of them."""
    meter = Meter(count)
    with socket.socket(socket.AF_UNIX) as driver:
        driver.connect(path)
        schema, ring = _attach(driver)
        driver.sendall(order(schema, frame_bytes, count))
        driver.recv(REPLY_BYTES, socket.MSG_WAITALL)
        memory = np.ones(_MEMORY, np.uint8).data.cast("B")
        room = max(_RUN, frame_bytes + frames.HEADER_SIZE)
        total = place = last = 0
        while meter.saw(total):
            if copy:
                if place + room > len(memory):
                    place = 0
                size, _ = ring.take(memory, place, room)
                run = memory[place : place + size]
                place += size
            else:
                run = ring.view(room)
            if not run:
                if ring.sleep():
                    driver.recv(4096)
                    ring.wake()
                continue
            came, index = _look(run)
            assert copy or ring.skip(), "the driver waits for this reader"
            total, last = total + came, index or last
        assert last == total == count
        ring.close()
    return meter.run()


def _look(run: memoryview) -> tuple[int, int]:
    """The number of frames, and the index of the last one; places of replies are passed over."""
    count = index = at = 0
    while at < len(run):
        found = frames.scan(run, at)
        for tally in found.tallies:
            begin = tally.last_offset + frames.HEADER_SIZE
            count += tally.count
            index = int.from_bytes(run[begin : begin + 8], "little")
        at = found.end + found.span * found.special
    return count, index


def _attach(driver: socket.socket) -> tuple[Schema, MappedRing]:
    with RingHandshake() as handshake:
        while handshake.wants:
            handshake.feed(driver.recv(handshake.wants))
        answer, page = handshake.answer()
        socket.send_fds(driver, [answer], page)
        while handshake.wants:
            data, found, _, _ = socket.recv_fds(driver, handshake.wants, DESCRIPTORS)
            handshake.feed(data, found)
    if not isinstance(handshake.outcome, Attached):
        raise RuntimeError(f"no ring: {handshake.outcome}")
    assert handshake.hello is not None
    return Schema.from_json(handshake.hello.schema), handshake.outcome.ring
