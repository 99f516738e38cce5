"""The ceiling of every way that copies: how fast memcpy is here."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from cwire.ipc.plan import FRESH
from cwire.ipc.receivers import own_memory
from cwire.ipc.results import Ceiling

__all__ = ["ceilings"]

_TOGETHER = 64 << 10


def ceilings(sizes: Sequence[int], beyond_caches: int, seconds: float) -> list[Ceiling]:
    """Copies blocks of each size: the same one, never the same one, and into fresh memory.

    Args:
        sizes: Bytes of a block.
        beyond_caches: Bytes that no cache holds.
        seconds: For each.
    """
    if not sizes:
        return []
    source = np.ones(max([beyond_caches, *sizes]), np.uint8)
    target = np.ones(len(source), np.uint8)
    found = []
    for kind in ("hot", "dram"):
        for size in sizes:
            # A copy of few bytes takes less time than Python's way to it: many are one call.
            step = size * max(1, _TOGETHER // size)
            length = step if kind == "hot" else len(source)
            blocks = [
                (target[begin : begin + step], source[begin : begin + step])
                for begin in range(0, length - step + 1, step)
            ]
            found.append(Ceiling(kind, size, _rate(blocks, seconds)))
    return found + [Ceiling("fresh", size, _fresh_rate(source, size, seconds)) for size in sizes]


def _fresh_rate(source: np.ndarray, size: int, seconds: float) -> float:
    """Bytes per second into new memory."""
    step = size * max(1, _TOGETHER // size)
    length = step * max(1, min(FRESH, len(source)) // step)
    done, spent = 0, 0.0
    while spent < seconds:
        target = np.frombuffer(own_memory(length), np.uint8)
        begin = time.perf_counter()
        for at in range(0, length, step):
            target[at : at + step] = source[at : at + step]
        spent += time.perf_counter() - begin
        done += length
    return done / spent


def _rate(blocks: Sequence[tuple[np.ndarray, np.ndarray]], seconds: float) -> float:
    """Bytes per second, from the second of each pair to the first."""
    blocks[0][0][:] = blocks[0][1]
    done, begin = 0, time.perf_counter()
    while True:
        for target, source in blocks:
            target[:] = source
            done += len(source)
            if (now := time.perf_counter()) - begin > seconds:
                return done / (now - begin)
