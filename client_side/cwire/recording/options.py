"""Options of a recording: its compression, and when a new file begins. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from cwire.errors import InvalidArgument
from cwire_structs.errors import hint_text

__all__ = ["COMPRESSIONS", "RecordOptions"]

COMPRESSIONS = ("zstd", "lz4")
"""What files may be compressed with."""

_BYTES = {
    "B": 1, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
    "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
}  # fmt: skip
_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_LEAST = 1 << 16  # bytes of a file: it holds the schemas, too


@dataclass(frozen=True, slots=True)
class RecordOptions:
    """How to record.

    Attributes:
        compression: One of `COMPRESSIONS`, or empty.
        split_bytes: A new file begins when one has so many; None: it does not.
        split_seconds: A new file begins after so long; None: it does not.
        overwrite: Whether the files may be there already.
    """

    compression: str = ""
    split_bytes: int | None = None
    split_seconds: float | None = None
    overwrite: bool = False

    @classmethod
    def of(
        cls, compression: str | None = None, split: str | None = None, *, overwrite: bool = False
    ) -> Self:
        """Takes what a user gives: ``"zstd"``, ``"10min"``.

        Raises:
            InvalidArgument: There is no such compression, or it is no size and no time.
        """
        if compression is not None and compression not in COMPRESSIONS:
            hint = hint_text(str(compression), COMPRESSIONS)
            raise InvalidArgument(f"there is no compression {compression!r}; {hint}")
        return cls(compression or "", *_split(split), overwrite)


def _split(text: str | None) -> tuple[int | None, float | None]:
    """Returns the bytes, or the seconds, after which a new file begins.

    Raises:
        InvalidArgument: It is neither, or too small.
    """
    if text is None:
        return None, None
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*([A-Za-z]+)", str(text).strip())
    number, unit = (float(found[1]), found[2]) if found else (0.0, "")
    if unit in _BYTES and number * _BYTES[unit] >= _LEAST:
        return int(number * _BYTES[unit]), None
    if unit in _SECONDS and number * _SECONDS[unit] >= 1:
        return None, number * _SECONDS[unit]
    raise InvalidArgument(
        f"{text!r} is no size and no time after which a new file begins: give 1GiB, 500MB or "
        "10min, and at least 64KiB or 1s"
    )
