"""A condition over messages as they come: an expression, with the newest frame of each.

Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cwire.data.frame_array import FrameArray, Record, frame_of
from cwire.data.history import stamps_of
from cwire_structs.expression.evaluation import evaluate, fields_of
from cwire_structs.expression.meaning import Meaning

__all__ = ["Condition", "Frames", "Verdicts"]

Frames = FrameArray | list[Record]

_Fields = dict[int, npt.NDArray[Any]]
_SHOWN = 16  # elements of an array among the values


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """Whether a condition was true, from frame to frame.

    Attributes:
        source: Of each frame: the index of its message.
        row: Of each: its place among those of its message.
        truth: Whether the condition was true with it, and the newest frames of other messages.
        known: Whether there was a frame of each message.
    """

    source: npt.NDArray[np.intp]
    row: npt.NDArray[np.intp]
    truth: npt.NDArray[np.bool_]
    known: npt.NDArray[np.bool_]
    _meaning: Meaning
    _rows: Sequence[Sequence[_Fields]]
    _places: Sequence[npt.NDArray[np.intp]]

    def values(self, place: int) -> dict[str, Any]:
        """The values of the fields at one frame, by their paths; as JSON has them."""
        found = {}
        for index, read in enumerate(self._meaning.reads):
            fields, row = _row(self._rows[read.source], int(self._places[read.source][place]))
            enum = read.path.field.element.enum
            values = [_plain(one, enum) for one in fields[index][row].reshape(-1)[:_SHOWN]]
            found[read.text] = values if read.path.shape else values[0]
        return found


class Condition:
    """An expression that follows the frames of its messages.

    Args:
        meaning: The expression.

    Attributes:
        text: The expression.
        sources: The messages: name of the driver, and description.
    """

    def __init__(self, meaning: Meaning) -> None:
        self._meaning = meaning
        self.text = meaning.text
        self.sources = meaning.sources
        self._held: list[list[_Fields]] = [[] for _ in self.sources]
        self._stamps = [np.zeros(0, np.uint64) for _ in self.sources]

    def take(self, news: Mapping[int, Sequence[Frames]]) -> Verdicts:
        """Takes what has come.

        Frames of several messages follow each other by their time stamps; those of one message, as
        they came.

        Args:
            news: By index of the message: its next frames.
        """
        rows: list[list[_Fields]] = []
        stamps: list[npt.NDArray[np.uint64]] = []
        for index, held in enumerate(self._held):
            arrays = [one for found in news.get(index, ()) for one in _arrays(found)]
            rows.append(held + [fields_of(self._meaning, index, np.asarray(one)) for one in arrays])
            times = [stamps_of(one) for one in arrays]
            stamps.append(np.maximum.accumulate(np.concatenate([self._stamps[index], *times])))
        new = [times[len(before) :] for times, before in zip(stamps, self._stamps, strict=True)]
        source = np.repeat(np.arange(len(new)), [len(times) for times in new])
        row = np.concatenate([np.arange(len(times)) for times in new])
        if len(new) > 1:
            every = np.concatenate(new)
            order = np.argsort(every, kind="stable")
            source, row, every = source[order], row[order], every[order]
            places = [np.searchsorted(times, every, "right") - 1 for times in stamps]
        else:
            places = [row + len(self._stamps[0])]
        there = np.logical_and.reduce([place >= 0 for place in places])
        truth = np.zeros(len(source), bool)
        if there.any():
            truth[there] = self._evaluate(rows, [place[there] for place in places])
        for index, parts in enumerate(rows):
            if parts:
                last = {key: values[-1:].copy() for key, values in parts[-1].items()}
                self._held[index], self._stamps[index] = [last], stamps[index][-1:]
        return Verdicts(source, row, truth, there, self._meaning, rows, places)

    def _evaluate(
        self, rows: Sequence[Sequence[_Fields]], places: Sequence[npt.NDArray[np.intp]]
    ) -> npt.NDArray[np.bool_]:
        count = range(len(self._meaning.reads))
        source = [self._meaning.reads[index].source for index in count]
        if all(_are_alike(parts) for parts in rows):
            joined = [
                np.concatenate([part[index] for part in rows[source[index]]]) for index in count
            ]
            return evaluate(
                self._meaning, [joined[index][places[source[index]]] for index in count]
            )
        # Tails of several lengths: one by one.
        flat = [
            [(part, row) for part in parts for row in range(len(next(iter(part.values()))))]
            for parts in rows
        ]
        truth = np.zeros(len(places[0]), bool)
        for place in range(len(truth)):
            one = []
            for index in count:
                part, row = flat[source[index]][places[source[index]][place]]
                one.append(part[index][row : row + 1])
            truth[place] = evaluate(self._meaning, one)[0]
        return truth


def _arrays(found: Frames) -> Sequence[FrameArray]:
    if isinstance(found, FrameArray):
        return [found] if len(found) else []
    return [frame_of(record) for record in found]


def _are_alike(parts: Sequence[_Fields]) -> bool:
    """Whether the fields of all parts have as many elements."""
    return all(
        {key: values.shape[1:] for key, values in part.items()}
        == {key: values.shape[1:] for key, values in parts[0].items()}
        for part in parts
    )


def _row(parts: Sequence[_Fields], place: int) -> tuple[_Fields, int]:
    """The part with a row, and its place there."""
    for part in parts:
        length = len(next(iter(part.values())))
        if place < length:
            return part, place
        place -= length
    raise IndexError(place)


def _plain(value: Any, enum: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    found = value.item()
    if enum is not None:
        return enum.label(found) or found
    if isinstance(found, float) and not np.isfinite(found):
        return str(found)  # JSON has no word for it
    return found
