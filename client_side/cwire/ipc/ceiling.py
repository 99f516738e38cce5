"""The ceiling of every way that copies: how fast memcpy is here."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from cwire.ipc.results import Ceiling

__all__ = ["ceilings"]

_BEYOND = 256 << 20  # bytes that no cache holds


def ceilings(sizes: Sequence[int], seconds: float) -> list[Ceiling]:
    """Copies blocks of each size: the same one again and again, and never the same one.

    Args:
        sizes: Bytes of a block.
        seconds: For each.
    """
    source = np.ones(max(_BEYOND, *sizes), np.uint8)
    target = np.ones(len(source), np.uint8)
    return [
        Ceiling(kind, size, _rate(source, target, size, size if kind == "hot" else None, seconds))
        for kind in ("hot", "dram")
        for size in sizes
    ]


def _rate(
    source: np.ndarray, target: np.ndarray, size: int, length: int | None, seconds: float
) -> float:
    """Bytes per second, walking over as many of them."""
    length = length or len(source) // size * size
    places = range(0, length, size)
    # A copy of few bytes takes less time than Python's way to it; many are one call.
    together = max(1, (64 << 10) // size)
    if length == size and together > 1:
        places, step = range(1), size
        one, other = source[: size * together], target[: size * together]
        blocks = [(one, other)]
    else:
        step = size * together
        blocks = [(source[p : p + step], target[p : p + step]) for p in places[::together]]
    for one, other in blocks[:1]:
        other[:] = one
    done, begin = 0, time.perf_counter()
    while True:
        for one, other in blocks:
            other[:] = one
            done += len(one)
            if (now := time.perf_counter()) - begin > seconds:
                return done / (now - begin)
