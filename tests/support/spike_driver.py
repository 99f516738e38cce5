"""A driver that sends scope blocks at any pace, flat but for rare spikes of one sample each."""

from __future__ import annotations

import socket
import struct
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from cwire_structs import control, frames
from support.processes import ROOT

__all__ = ["SpikeDriver"]

_SCHEMA = ROOT / "c_driver" / "generated" / "messages.schema.json"
_BLOCK = 1024
_TYPE = 1
_TICK = 0.01  # s


class SpikeDriver:
    """Two channels of `rate` samples per second.

    It has the demo driver's schema, or any other in which a scope block is as long.

    Spike number n is 10 + n high and comes on channel n % 2, after every `every` blocks.
    """

    def __init__(
        self, path: Path, rate: float, every: int = 128, schema: bytes | None = None
    ) -> None:
        self.path = path
        self._schema = schema or _SCHEMA.read_bytes()
        self._rate = rate
        self._every = every
        self._done = threading.Event()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(1)
        self._listener.settimeout(30)
        self._thread = threading.Thread(target=self._run)
        self.spikes = 0
        """How many have been sent."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()
        self._listener.close()
        self.path.unlink()

    def _run(self) -> None:
        peer, _ = self._listener.accept()
        with peer:
            peer.sendall(control.hello(7, "demo", self._schema, frame_bytes=1 << 20, heartbeat=1.0))
            begun = time.monotonic()
            block = 0
            while not self._done.wait(_TICK):
                due = int((time.monotonic() - begun) * self._rate / _BLOCK)
                batch = bytearray()
                while block < due:
                    batch += self._blocks(block)
                    block += 1
                try:
                    peer.sendall(batch)
                except OSError:
                    return  # the relay has gone

    def _blocks(self, number: int) -> bytes:
        batch = bytearray()
        spike = number % self._every == self._every - 1
        for channel in range(2):
            samples = np.sin(np.arange(_BLOCK, dtype=np.float32) / 163) * (1 + channel)
            if spike and self.spikes % 2 == channel:
                samples[(number * 37) % _BLOCK] = 10 + self.spikes
            head = struct.pack("<QdIi", number * _BLOCK, 1 / self._rate, channel, -1)
            batch += frames.pack(
                _TYPE,
                head + samples.astype("<f4").tobytes(),
                sequence=2 * number + channel,
                time_ns=time.time_ns(),
            )
        self.spikes += spike
        return bytes(batch)
