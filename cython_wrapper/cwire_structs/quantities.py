"""Sizes and times as people write them: 1GiB, 10min. Pure."""

from __future__ import annotations

import re

__all__ = ["parse_bytes", "parse_seconds"]

_BYTES = {
    "B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
    "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
}  # fmt: skip
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


def parse_bytes(text: str) -> int | None:
    """Reads a number of bytes with its unit, as 1.5MB; None if it is none."""
    size = _parse(text, _BYTES)
    return None if size is None else int(size)


def parse_seconds(text: str) -> float | None:
    """Reads a time with its unit, as 20ms, in seconds; None if it is none."""
    return _parse(text, _SECONDS)


def _parse(text: str, units: dict[str, float] | dict[str, int]) -> float | None:
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+)", text.strip())
    if found is None or found[2] not in units:
        return None
    return float(found[1]) * units[found[2]]
