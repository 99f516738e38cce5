"""Bit fields: their place, and integers of any width read and written there. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

ByteOrder: TypeAlias = Literal["little", "big"]


@dataclass(frozen=True, slots=True, eq=False)
class BitRange:
    """The place of a bit field's bits.

    Attributes:
        offset: Bits from the start of the struct. In the byte order ``little`` a byte's first bit
            is the least significant one, in ``big`` the most significant one.
        width: How many.
        byte_order: Of the field: its struct's, which need not be the target's.
        start: The first byte that has one of the bits.
        stop: The byte behind the last one that has one of the bits.
        shift: How far left the value stands in the integer of those bytes.
    """

    offset: int
    width: int
    byte_order: ByteOrder
    start: int = field(init=False)
    stop: int = field(init=False)
    shift: int = field(init=False)

    def __post_init__(self) -> None:
        start, stop = self.offset // 8, (self.offset + self.width + 7) // 8
        little = self.byte_order == "little"
        shift = self.offset - 8 * start if little else 8 * stop - self.offset - self.width
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "stop", stop)
        object.__setattr__(self, "shift", shift)

    def moved(self, offset: int) -> BitRange:
        """Returns the same in a struct that begins `offset` bytes earlier."""
        return BitRange(self.offset + 8 * offset, self.width, self.byte_order)

    def read(self, memory: bytes | bytearray | memoryview, at: int) -> int:
        """Returns the bits of a struct that begins at memory[at] as an unsigned integer."""
        raw = int.from_bytes(memory[at + self.start : at + self.stop], self.byte_order)
        return raw >> self.shift & (1 << self.width) - 1

    def write(self, memory: bytearray | memoryview, at: int, number: int) -> None:
        """Writes an integer that fits into the bits; those around them stay."""
        where = slice(at + self.start, at + self.stop)
        mask = (1 << self.width) - 1
        raw = int.from_bytes(memory[where], self.byte_order) & ~(mask << self.shift)
        raw |= (number & mask) << self.shift
        memory[where] = raw.to_bytes(self.stop - self.start, self.byte_order)


def bit_bounds(bits: int, *, signed: bool) -> tuple[int, int]:
    """Returns the smallest and the largest integer of `bits` bits."""
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
