"""Paths to values in nested structs: ``axis[0].speed``, ``axis.speed``, ``volts[3]``, ``volts[:]``.

A name leads into a struct, an index chooses from an array, ``[:]`` takes all of it, as does leaving
the index out. JavaScript reads the same paths (`web/decode/places.mjs`). Pure.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from cwire_structs.errors import hint_text, nearest
from cwire_structs.schema.dtypes import column
from cwire_structs.schema.fields import Field, Struct

__all__ = [
    "Path",
    "PathError",
    "Step",
    "field_bytes",
    "find_path",
    "nested_fields",
    "paths_that_begin",
]

_NAME = re.compile(r"\.?([^\W\d]\w*)")
_INDEX = re.compile(r"\[\s*(\d+|:)\s*\]")
_MOST_ELEMENTS = 32  # of an array that are offered


class PathError(LookupError):
    """A path to what a struct does not have; the text says what there is."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A field on the way.

    Attributes:
        struct: The struct that it is in.
        field: The field.
        index: Of its first dimensions: an element of each, or None for all, as ``[:]`` says.
    """

    struct: Struct
    field: Field
    index: tuple[int | None, ...] = ()

    @property
    def lengths(self) -> tuple[int, ...]:
        """Elements in each dimension of the field; -1 where messages differ."""
        return self.field.type.lengths

    def offset(self) -> int | None:
        """Bytes from the struct's begin to the one element that is chosen; None: to several."""
        lengths = self.lengths
        at = 0
        if len(self.index) < len(lengths):
            return None
        for index, length in zip(self.index, lengths, strict=True):
            if index is None:
                return None
            at = at * length + index
        return self.field.offset + at * self.field.element.size


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """The way to a field's values.

    Attributes:
        text: As it was written.
        steps: The fields on the way; the last one is what the path leads to.
    """

    text: str
    steps: tuple[Step, ...]

    @property
    def field(self) -> Field:
        """The field that it leads to."""
        return self.steps[-1].field

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the dimensions from which nothing was chosen; -1 for a tail."""
        return tuple(length for _, lengths in self._parts() for length in lengths)

    @property
    def name(self) -> str:
        """The path as short as it can be: ``axis.speed`` for ``axis[:].speed``."""
        names = []
        for step in self.steps:
            index = list(step.index)
            while index and index[-1] is None:
                index.pop()
            marks = (":" if one is None else one for one in index)
            names.append(step.field.name + "".join(f"[{mark}]" for mark in marks))
        return ".".join(names)

    @property
    def channel(self) -> tuple[str, str] | None:
        """Of an element with a name from ``@channels``: the path of its array, and that name."""
        *before, last = self.steps
        names, index = last.field.channels, last.index
        if not names or len(index) < len(last.lengths) or index[-1] is None:
            return None
        row = replace(last, index=index[:-1])
        return replace(self, steps=(*before, row)).name, names[index[-1]]

    def element_name(self, place: Sequence[int | None]) -> str:
        """The path of one element: ``axis[1].speed`` for the element 1 of ``axis.speed``."""
        rest, text = iter(place), ""
        for part, lengths in self._parts():
            steps = (next(rest) for _ in lengths)
            text += part + "".join(f"[{step}]" for step in steps if step is not None)
        return text

    def _parts(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Pieces of the path, and the open dimensions behind each."""
        text = ""
        for number, step in enumerate(self.steps):
            text += f".{step.field.name}" if number else step.field.name
            for dimension, length in enumerate(step.lengths):
                index = step.index[dimension] if dimension < len(step.index) else None
                if index is None:
                    yield text, (length,)
                    text = ""
                else:
                    text += f"[{index}]"
        if text:
            yield text, ()

    def channels(self, *, every: bool = False) -> list[str]:
        """The paths of its channels: each element of what ``[:]`` stands for, or arrays of structs.

        Args:
            every: Each element of the last field's own dimensions is a channel, too.
        """
        marks: list[bool] = []
        for step in self.steps:
            last = step is self.steps[-1]
            for dimension, _ in enumerate(step.lengths):
                if dimension >= len(step.index):
                    marks.append(every or not last)
                elif step.index[dimension] is None:
                    marks.append(True)
        ranges: list[Iterable[int | None]] = [
            range(length) if mark else (None,)
            for length, mark in zip(self.shape, marks, strict=True)
        ]
        return [self.element_name(place) for place in product(*ranges)]

    def into(self, field: Field) -> Path:
        """The path to a member of the struct that this one leads to."""
        struct = self.field.element.struct
        assert struct is not None
        return Path(f"{self.text}.{field.name}", (*self.steps, Step(struct, field)))

    def placed(self) -> Field:
        """The field, or its one element, as a member of the struct where the path begins.

        Raises:
            PathError: The path leads to several.
        """
        at = 0
        for step in self.steps[:-1]:
            begin = step.offset()
            if begin is None:
                raise PathError(f"{self.text!r} is several: choose one, {step.field.name}[0]")
            at += begin
        last, field = self.steps[-1], self.field.moved(at)
        if not last.index:
            return replace(field, name=self.text, py_name="")
        begin = last.offset()
        if begin is None:
            whole = f"choose one, or give {self.field.name} as a whole"
            raise PathError(f"{self.text!r} is several: {whole}")
        kind = field.element
        return replace(
            field, name=self.text, py_name="", type=kind, size=kind.size, offset=at + begin
        )

    def values(self, records: Any) -> Any:
        """The values of records: a view, or of bit fields a copy.

        Args:
            records: One record or an array of them, of the struct's dtype.
        """
        for step in self.steps:
            records = column(records, step.struct, step.field)
            if step.index:
                before = records.ndim - len(step.lengths)
                picks = (slice(None) if one is None else one for one in step.index)
                records = records[(slice(None),) * before + tuple(picks)]
        return records


def find_path(struct: Struct, text: str) -> Path:
    """Finds the way to a field's values.

    Raises:
        PathError: There is none.
    """
    direct = struct.by_name.get(text)
    if direct is not None:
        return Path(text, (Step(struct, direct),))
    steps: list[Step] = []
    inside: Struct | None = struct
    rest = text
    while rest or not steps:
        found = _NAME.match(rest)
        if found is None or (rest[:1] == ".") != bool(steps):
            raise PathError(f"no field {text!r}: it cannot be read from {rest[:40]!r} on")
        before, rest = text[: len(text) - len(rest)], rest[found.end() :]
        field = _field(inside, found[1], text, before, rest)
        step = Step(inside, field) if inside else None
        assert step is not None
        indices: list[int | None] = []
        while (index := _INDEX.match(rest)) is not None:
            rest = rest[index.end() :]
            indices.append(_index(step, len(indices), index[1], text))
        steps.append(Step(step.struct, field, tuple(indices)))
        inside = field.element.struct
    return Path(text, tuple(steps))


def nested_fields(struct: Struct) -> Iterator[Field]:
    """The fields of a struct, each followed by those inside of it.

    Returns:
        Fields with the path as name and the offset from the begin of `struct`; of an array of
        structs those of its element 0, which an array without a fixed length may not have.
    """
    for field in struct.fields:
        yield field
        mark = "".join("[0]" for length in field.type.lengths if length > 0)
        for inner in nested_fields(field.element.struct) if field.element.struct else ():
            path = f"{field.name}{mark}.{inner.name}"
            yield replace(inner.moved(field.offset), name=path, py_name="")


def paths_that_begin(struct: Struct, text: str) -> Iterator[str]:
    """The paths that a text is the beginning of, for a completer; of no text only the fields.

    The elements of an array are among them once its bracket is open.
    """
    yield from _begin(struct, text, "")


def _begin(struct: Struct, text: str, before: str) -> Iterator[str]:
    for field in struct.fields:
        heads = [before + field.name]
        open_: list[str] = heads
        for length in field.type.lengths:
            places = (":", *range(min(length, _MOST_ELEMENTS))) if length > 0 else ()
            open_ = [f"{one}[{at}]" for one in open_ if text.startswith(f"{one}[") for at in places]
            heads = heads + open_
        for head in heads:
            if head.startswith(text):
                yield head
            inner = field.element.struct
            if inner and text and (head.startswith(text) or text.startswith(f"{head}.")):
                yield from _begin(inner, text, f"{head}.")


def field_bytes(message: Any, path: str) -> bytes:
    """Returns the bytes of a field as they came, whatever they mean; of a tail, all of them.

    Args:
        message: A message object of either route, or a record of the client.
        path: The field: ``name``, ``acquisition.level``, ``channels[1].name``.

    Raises:
        PathError: There is no such field, or there are several.
    """
    # No field has such a name, and a record has no class of its own for its struct.
    known = getattr(type(message), "MESSAGE", None)
    struct = getattr(message, "__struct__", None) or (known.struct if known else None)
    if struct is None:
        raise PathError(f"{message!r} is no message: give a message object or a record")
    if not isinstance(path, str):
        raise PathError(f"a field has a name or a path, such as 'axis[0].speed', not {path!r}")
    field = find_path(struct, path).placed()
    raw = bytes(message)
    return raw[field.offset : None if field.type.is_open else field.offset + field.size]


def _field(struct: Struct | None, name: str, text: str, before: str, rest: str) -> Field:
    """Finds a field in a struct; `before` it and in the `rest` are other parts of the path."""
    if struct is None:
        raise PathError(f"no field {text!r}: {before.rstrip('.')} is no struct")
    field = struct.by_name.get(name)
    if field is None:
        before += "." if before and not before.endswith(".") else ""
        raise PathError(f"no field {text!r}; {_meant(struct, name, before, rest)}")
    return field


def _meant(struct: Struct, name: str, before: str, rest: str) -> str:
    """Says what path was perhaps meant: with the rest, where that leads on from the near name."""
    near = nearest(name, struct.by_name)
    if near is not None and rest:
        with contextlib.suppress(PathError):
            return f"did you mean {before + find_path(struct, near + rest).text!r}?"
    return hint_text(name, struct.by_name, before)


def _index(step: Step, dimension: int, index: str, text: str) -> int | None:
    name = step.field.name
    if dimension >= len(step.lengths):
        many = "array" if not step.lengths else f"array of more than {len(step.lengths)} dimensions"
        raise PathError(f"no element {text!r}: {name} is no {many}")
    if index == ":":
        return None
    length = step.lengths[dimension]
    if length < 0:
        raise PathError(f"no element {text!r}: not every message has so many")
    if int(index) >= length:
        raise PathError(f"no element {text!r}: {name} has {length}, from [0] to [{length - 1}]")
    return int(index)
