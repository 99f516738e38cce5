"""memcpy, measured."""

from __future__ import annotations

import pytest

from cwire.ipc import ceiling


def test_every_size_in_the_cache_and_from_dram(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ceiling, "_BEYOND", 1 << 20)
    found = ceiling.ceilings([64, 1 << 16, 1 << 21], 1e-4)
    assert [(row.kind, row.size) for row in found] == [
        (kind, size) for kind in ("hot", "dram") for size in (64, 1 << 16, 1 << 21)
    ]
    assert all(row.bytes_per_s > 0 for row in found)
