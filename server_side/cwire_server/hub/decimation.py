"""Min/max decimation: every peak of an array at a fraction of its size.

Of every ``factor`` samples of each numeric array field of a message, the derived message has the
minimum and the maximum, in arrays ``FIELD_min`` and ``FIELD_max``, of those that are finite; NaN if
none is. All other bytes are as they were, a flexible array member too. A plot of both looks
like a plot of all samples. Pure.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np

from cwire_server.hub.batch import Batch
from cwire_server.hub.derived_schema import DerivedSchema, Series
from cwire_structs.frames import HEADER, HEADER_SIZE, scan, span
from cwire_structs.schema import Message, Schema

__all__ = ["STEP_BYTES", "Decimation"]

STEP_BYTES = 128 << 10
"""Bytes of samples that are looked at, or copied, in one step."""

_Array = np.ndarray[Any, Any]


class Decimation:
    """One derived message of one driver's schema.

    Args:
        schema: The driver's.
        message: What it is made of.
        factor: How many samples become one minimum and one maximum.
        type_: The derived message's id, one of the relay's own.

    Raises:
        RequestError: The message cannot be decimated like that; the text says why.
    """

    def __init__(self, schema: Schema, message: Message, factor: int, type_: int) -> None:
        derived = DerivedSchema(schema, message, factor, type_)
        self.of = message.name
        self.source_type = message.id
        self.factor = factor
        self.type = type_
        self.message = derived.message
        self.name = derived.message.name
        self.schema_text = derived.text
        self._original = message
        self._blocks = derived.blocks
        self._series = derived.series
        # Frames of a size that the message cannot have, which no batch has counted as lost yet.
        self._misfits = 0

    def steps(self, batch: Batch) -> Iterator[int | Batch]:
        """Makes the derived batch, piece by piece.

        Yields:
            The bytes that each piece took, `STEP_BYTES` or less where that is possible, and then
            the batch; no batch if no frame of the message is in it.
        """
        part = batch.only(frozenset({self.source_type}))
        if part is None:
            return
        if self._original.tail is None:
            rows = np.frombuffer(part.view, np.uint8).reshape(part.tallies[0].count, -1)
            made = self._empty(rows)
            yield from self._reduce(rows, made)
            frames = made.reshape(-1)
        else:
            places = self._places(part)
            if not places:
                return
            rows = self._rows(part, places)
            made = self._empty(rows)
            yield from self._reduce(rows, made)
            frames = yield from self._with_tails(part, places, made)
        lost = batch.losses.get(self.source_type, 0) + self._misfits
        self._misfits = 0
        losses = {self.type: lost} if lost else {}
        data = frames.data
        yield Batch(batch.source, data, 0, len(data), scan(data).tallies, losses)

    def _empty(self, rows: _Array) -> _Array:
        """Rows of derived frames with their headers."""
        made = np.zeros((len(rows), span(HEADER_SIZE + self.message.size)), np.uint8)
        header = rows[:, :HEADER_SIZE].copy().view(HEADER)
        header["size"] = HEADER_SIZE + self.message.size
        header["type"] = self.type
        made[:, :HEADER_SIZE] = header.view(np.uint8)
        return made

    def _places(self, part: Batch) -> list[tuple[int, int]]:
        """The frames with a possible size: where each begins in the buffer, and its size."""
        places = []
        at = part.start
        while at < part.end:
            size = int.from_bytes(part.buffer[at : at + 4], "little")
            if self._fits(size):
                places.append((at, size))
            else:
                self._misfits += 1
            at += span(size)
        return places

    def _fits(self, size: int) -> bool:
        rest = size - HEADER_SIZE - self._original.size
        step = self._original.tail_size
        return rest == 0 or (step > 0 and rest > 0 and rest % step == 0)

    def _rows(self, part: Batch, places: list[tuple[int, int]]) -> _Array:
        """Frames as rows of bytes, without their tails."""
        width = span(HEADER_SIZE + self._original.size)
        if len(places) * width == part.end - part.start:
            data: bytes | memoryview = part.view
        else:
            buffer = memoryview(part.buffer)
            data = b"".join([buffer[at : at + width] for at, _ in places])
        return np.frombuffer(data, np.uint8).reshape(len(places), width)

    def _reduce(self, rows: _Array, made: _Array) -> Iterator[int]:
        """Fills the payloads of the derived rows; yields the bytes that each piece has cost."""
        for block in self._blocks:
            begin, end, to = (HEADER_SIZE + at for at in (block.begin, block.end, block.to))
            for some, first, last in _pieces(len(rows), end - begin, 1):
                made[some, to + first : to + last] = rows[some, begin + first : begin + last]
                yield (some.stop - some.start) * (last - first)
        for series in self._series:
            samples = _column(rows, series.begin, series.length, series.dtype)
            yield from self._reduce_series(samples, series, made)

    def _reduce_series(self, samples: _Array, series: Series, made: _Array) -> Iterator[int]:
        lows = _column(made, series.low, series.short, series.dtype)
        highs = _column(made, series.high, series.short, series.dtype)
        unit = self.factor * series.dtype.itemsize
        size = series.dtype.itemsize
        for some, first, last in _pieces(len(samples), series.length * size, unit):
            chosen = _finite(samples[some, first // size : last // size])
            starts = np.arange(0, chosen.shape[1], self.factor)
            to = slice(first // unit, first // unit + len(starts))
            np.fmin.reduceat(chosen, starts, axis=1, out=lows[some, to])
            np.fmax.reduceat(chosen, starts, axis=1, out=highs[some, to])
            yield chosen.nbytes

    def _with_tails(
        self, part: Batch, places: list[tuple[int, int]], made: _Array
    ) -> Generator[int, None, _Array]:
        """Puts each frame's tail behind its row, piece by piece; returns the frames."""
        source = np.frombuffer(part.buffer, np.uint8)
        head = HEADER_SIZE + self.message.size
        before = HEADER_SIZE + self._original.size
        sizes = [head + size - before for _, size in places]
        frames = np.zeros(sum(map(span, sizes)), np.uint8)
        to = 0
        for (at, end), size, row in zip(places, sizes, made, strict=True):
            frames[to : to + head] = row[:head]
            frames[to : to + 4] = np.frombuffer(size.to_bytes(4, "little"), np.uint8)
            for first in range(before, end, STEP_BYTES):
                last = min(end, first + STEP_BYTES)
                behind = to + head - before
                frames[behind + first : behind + last] = source[at + first : at + last]
                yield last - first
            to += span(size)
        return frames


def _finite(samples: _Array) -> _Array:
    """Samples with quiet NaN for what is not finite, which `np.fmin` and `np.fmax` pass over."""
    if samples.dtype.kind == "f" and not (finite := np.isfinite(samples)).all():
        return np.where(finite, samples, samples.dtype.type("nan"))
    return samples


def _column(rows: _Array, begin: int, length: int, dtype: np.dtype[Any]) -> _Array:
    """An array in the payloads of rows of frames; a view."""
    strides = (rows.strides[0], dtype.itemsize)
    return np.ndarray((len(rows), length), dtype, rows, HEADER_SIZE + begin, strides)


def _pieces(rows: int, width: int, unit: int) -> Iterator[tuple[slice, int, int]]:
    """Cuts rows of bytes into pieces of about `STEP_BYTES`: some rows, or a part of one.

    Yields:
        The rows, and the bytes of each. Parts begin at multiples of ``unit``.
    """
    if width == 0:
        return
    if width <= STEP_BYTES:
        count = STEP_BYTES // width
        for first in range(0, rows, count):
            yield slice(first, min(rows, first + count)), 0, width
        return
    step = max(STEP_BYTES // unit, 1) * unit
    for row in range(rows):
        for begin in range(0, width, step):
            yield slice(row, row + 1), begin, min(width, begin + step)
