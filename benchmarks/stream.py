"""Frames per second from the driver to numpy arrays in the Python client."""

from __future__ import annotations

import time
from dataclasses import dataclass

import cwire

__all__ = ["FRAME_BYTES", "StreamRun", "measure_stream"]

FRAME_BYTES = 64
_LIMIT_SECONDS = 60.0


@dataclass(frozen=True)
class StreamRun:
    """One run: frames delivered, and the seconds that they took."""

    frames: int
    lost: int
    seconds: float

    @property
    def frames_per_s(self) -> float:
        """Delivered frames per second."""
        return self.frames / self.seconds


def measure_stream(url: str, token: str | None, count: int, batch: int = 64) -> StreamRun:
    """Publishes `count` paced frames and waits until the client's history has had them all."""
    with cwire.connect(url, token, history_bytes=32 << 20) as bridge:
        begin = time.perf_counter()
        bridge.send.publish(count=count, batch=batch, paced=1)
        while (health := bridge.health.of("sample")).frames + health.lost < count:
            if time.perf_counter() - begin > _LIMIT_SECONDS:
                raise TimeoutError(f"{health.frames} of {count} frames in {_LIMIT_SECONDS} s")
            time.sleep(0.001)
        seconds = time.perf_counter() - begin
        last = bridge.latest("sample", 2)
        # The data is right, not only much: consecutive samples with consecutive sequences.
        assert isinstance(last, cwire.FrameArray)
        assert last["index"][1] - last["index"][0] == 1
        assert last.sequence[1] - last.sequence[0] == 1
        return StreamRun(health.frames, health.lost, seconds)
