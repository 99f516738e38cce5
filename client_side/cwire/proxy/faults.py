"""Faults of one way of a connection: what may happen to its bytes. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Literal, Self, TypeAlias

from cwire.errors import InvalidArgument
from cwire_structs.quantities import parse_bytes, parse_seconds

__all__ = ["NO_FAULTS", "Break", "Faults", "Kind"]

Kind: TypeAlias = Literal["stall", "reset", "truncate"]

_FAST = 1e9  # bytes in a second: what is faster is no fault
_LONG = 3600.0  # s


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a way: when it is, and of which kind.

    Attributes:
        kind: ``"stall"``: nothing is read any more, and the connection stays; ``"reset"``: it is
            cut at once (TCP: RST); ``"truncate"``: it ends in order, in the middle of what was
            sent.
        bytes: After so many have passed; None: `seconds` says when.
        seconds: After so long, from the beginning of the connection.
    """

    kind: Kind
    bytes: int | None = None
    seconds: float | None = None

    @classmethod
    def of(cls, kind: Kind, text: str) -> Self:
        """Reads a size or a time: ``"64KiB"``, ``"5s"``; zero bytes are ``"0B"``.

        Raises:
            InvalidArgument: It is neither.
        """
        if (size := parse_bytes(text)) is not None:
            return cls(kind, bytes=size)
        if (seconds := parse_seconds(text)) is not None:
            return cls(kind, seconds=seconds)
        raise InvalidArgument(
            f"{text!r} is no size and no time after which to {kind}: give 64KiB, 100B, 5s or 20ms"
        )


@dataclass(frozen=True, slots=True)
class Faults:
    """What happens to the bytes of one way, in the order of the attributes from `lose` on.

    Attributes:
        delay: Seconds that all is late.
        jitter: Seconds that it is late beside that, at most: by chance, anew for each piece. So
            pieces of different connections overtake one another; those of one never do.
        rate: Bytes in a second, at most.
        lose: The probability that a byte is left out; no stream socket does so, a serial line may.
        flip: The probability that one bit of a byte is turned.
        slice: Bytes of each piece that is written, at most; 0: as they came.
        end: What ends it, if anything does.

    Raises:
        InvalidArgument: A value is out of its range.
    """

    delay: float = 0.0
    jitter: float = 0.0
    rate: float = inf
    lose: float = 0.0
    flip: float = 0.0
    slice: int = 0
    end: Break | None = None

    def __post_init__(self) -> None:
        for name in ("delay", "jitter"):
            if not 0 <= getattr(self, name) <= _LONG:
                raise InvalidArgument(
                    f"{name} is 0 to {_LONG:g} seconds, not {getattr(self, name)!r}"
                )
        for name in ("lose", "flip"):
            if not 0 <= getattr(self, name) <= 1:
                raise InvalidArgument(
                    f"{name} is the probability of a byte, 0 to 1, not {getattr(self, name)!r}"
                )
        if not (1 <= self.rate <= _FAST or self.rate == inf):
            raise InvalidArgument(
                f"rate is 1 to {_FAST:g} bytes in a second, or inf, not {self.rate!r}"
            )
        if not (isinstance(self.slice, int) and self.slice >= 0):
            raise InvalidArgument(
                f"slice is the bytes of a piece, or 0 for no slices, not {self.slice!r}"
            )


NO_FAULTS = Faults()
