"""memcpy, measured."""

from __future__ import annotations

from cwire.ipc.ceiling import ceilings


def test_every_size_in_the_cache_from_dram_and_to_fresh_memory() -> None:
    sizes = [64, 1 << 16, 1 << 21]
    found = ceilings(sizes, beyond_caches=1 << 20, seconds=1e-4)
    assert [(row.kind, row.size) for row in found] == [
        (kind, size) for kind in ("hot", "dram", "fresh") for size in sizes
    ]
    assert ceilings([], beyond_caches=1 << 20, seconds=1e-4) == []
    assert all(row.bytes_per_s > 0 for row in found)
