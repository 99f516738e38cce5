"""Options of a recording: its compression, and when a new file begins. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from cwire.errors import InvalidArgument
from cwire_structs.errors import hint_text
from cwire_structs.quantities import parse_bytes, parse_seconds

__all__ = ["COMPRESSIONS", "NAME", "RecordOptions"]

COMPRESSIONS = ("zstd", "lz4")
"""What files may be compressed with."""

NAME = "cwire-%Y%m%d-%H%M%S.mcap"
"""The name of a file to which nobody has given one, as `time.strftime` takes it."""

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
    if (size := parse_bytes(str(text))) is not None and size >= _LEAST:
        return size, None
    if (seconds := parse_seconds(str(text))) is not None and seconds >= 1:
        return None, seconds
    raise InvalidArgument(
        f"{text!r} is no size and no time after which a new file begins: give 1GiB, 500MB or "
        "10min, and at least 64KiB or 1s"
    )
