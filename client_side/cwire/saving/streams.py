"""Streams of the Lab Streaming Layer that a message becomes: channels of one number format.

A message has up to three: its numbers as ``double64``, integers of 64 bits as ``int64`` under the
name ``MESSAGE.int64``, and texts as ``MESSAGE.text``. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from cwire.data.columns import Column
from cwire.errors import InvalidArgument
from cwire.saving.table import Part

__all__ = ["Channel", "Stream", "streams_of"]

_MOST_CHANNELS = 16384  # of a field: each is described by a text of its own
_LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel.

    Attributes:
        label: The path of its field: ``axis[1].speed``.
        notes: Unit, comment and so on, by the names that XDF has for them.
    """

    label: str
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of a message.

    Attributes:
        name: What it is called.
        format: Of its channels: ``double64``, ``int64`` or ``string``.
        fields: The columns in it.
        channels: One for each of their elements, two for a complex number.
    """

    name: str
    format: str
    fields: Sequence[str]
    channels: Sequence[Channel]

    def rows(self, part: Part) -> npt.NDArray[Any]:
        """Returns the samples of some frames, of shape (frames, channels).

        Raises:
            InvalidArgument: A number is too large for the format.
        """
        found = [
            _flat(name, values, self.format)
            for name, values, _ in part.named()
            if name in self.fields
        ]
        return np.concatenate(found, axis=1) if len(found) > 1 else found[0]


def streams_of(name: str, part: Part) -> list[Stream]:
    """Returns the streams of a message.

    Args:
        name: The message's.
        part: Frames of it, perhaps none.

    Raises:
        InvalidArgument: A field is no number or text that a stream can have, or has too many.
    """
    fields: dict[str, list[str]] = {"double64": [], "int64": [], "string": []}
    channels: dict[str, list[Channel]] = {"double64": [], "int64": [], "string": []}
    for field_name, values, column in part.named():
        if values.dtype.kind == "M":
            continue
        if (elements := prod(values.shape[1:])) > _MOST_CHANNELS:
            raise InvalidArgument(
                f"{field_name} has {elements:,} elements, and a stream a channel for each: "
                "choose other fields, or elements of it"
            )
        format_ = _format(field_name, values)
        fields[format_].append(field_name)
        notes = _notes(column)
        channels[format_] += [Channel(one, notes) for one in _labels(field_name, values, column)]
    suffixes = {"double64": "", "int64": ".int64", "string": ".text"}
    return [
        Stream(name + suffix, format_, fields[format_], channels[format_])
        for format_, suffix in suffixes.items()
        if channels[format_]
    ]


def _format(name: str, values: npt.NDArray[Any]) -> str:
    kind, size = values.dtype.kind, values.dtype.itemsize
    if kind == "O":
        return "string"
    if kind in "iu" and size == 8:
        return "int64"
    if kind in "biu" or (kind == "f" and size <= 8) or (kind == "c" and size <= 16):
        return "double64"
    raise InvalidArgument(f"{name} is {values.dtype}, which no stream has: choose other fields")


def _labels(name: str, values: npt.NDArray[Any], column: Column | None) -> Iterator[str]:
    for place in product(*map(range, values.shape[1:])):
        label = name if column is None else column.element_name(place)
        if values.dtype.kind == "c":
            yield f"{label}.real"
            yield f"{label}.imag"
        else:
            yield label


def _notes(column: Column | None) -> tuple[tuple[str, str], ...]:
    if column is None:
        return ()
    notes = column.notes
    if "units" in notes:
        notes = {"unit": notes.pop("units")} | notes
    if column.labels is not None:
        notes["enum"] = " ".join(f"{name}={value}" for value, name in column.labels.items())
    return tuple(notes.items())


def _flat(name: str, values: npt.NDArray[Any], format_: str) -> npt.NDArray[Any]:
    flat = values.reshape(len(values), -1)
    if format_ == "string":
        return flat
    if format_ == "int64":
        if flat.dtype.kind == "u" and flat.size and int(flat.max()) > _LARGEST:
            raise InvalidArgument(
                f"{name} has numbers above 2**63 - 1, which no stream has: choose other fields"
            )
        return flat.astype("<i8")
    if flat.dtype.kind == "c":
        flat = np.ascontiguousarray(flat).view(flat.real.dtype)
    return flat.astype("<f8")
