"""Min/max decimation: every peak of an array at a fraction of its size.

Of every ``factor`` samples of each numeric array field of a message, the derived message has the
minimum and the maximum, in arrays ``FIELD_min`` and ``FIELD_max``; NaN is passed over unless there
is nothing else. Other fields are as they were. A plot of both looks like a plot of all samples.
Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from cwire_server.errors import ErrorCode, RequestError
from cwire_server.hub.batch import Batch
from cwire_structs.frames import HEADER, HEADER_SIZE, scan
from cwire_structs.schema import Message, Schema
from cwire_structs.schema.fields import Kind
from cwire_structs.schema.layout_hash import layout_hash

__all__ = ["Decimation"]


class Decimation:
    """One derived message of one driver's schema.

    Args:
        schema: The driver's.
        message: What it is made of.
        factor: How many samples become one minimum and one maximum.
        type_: The derived message's id, one of the relay's own.

    Raises:
        RequestError: The message has no numeric array of more than ``factor`` samples.
    """

    def __init__(self, schema: Schema, message: Message, factor: int, type_: int) -> None:
        arrays = [
            member.name for member in message.struct.members if _is_series(member.type, factor)
        ]
        if not arrays:
            raise RequestError(
                ErrorCode.BAD_REQUEST,
                f"{message.name} cannot be decimated by {factor}: it has no one-dimensional array "
                "of numbers that is longer than that",
            )
        self.of = message.name
        self.source_type = message.id
        self.factor = factor
        self.type = type_
        self.name = f"{message.name}_by_{factor}"
        self._arrays = arrays
        self._from = message.frame_dtype(message.size)
        self.document = self._derive(schema, message)
        derived = Schema.from_json(json.dumps(self.document), derived=True)
        self.message = derived.messages[self.name]
        self._to = self.message.frame_dtype(self.message.size)

    def _derive(self, schema: Schema, message: Message) -> dict[str, Any]:
        """Makes the schema of the derived message: each field at the next aligned offset."""
        struct = _document(schema, message)
        fields: list[dict[str, Any]] = []
        offset = 0
        for field in struct["fields"]:
            for placed in self._fields_of(field):
                align = min(8, _element_size(placed))
                offset += -offset % align
                fields.append({**placed, "offset": offset})
                offset += placed["size"]
        size = offset + -offset % 8
        derived = {
            **schema.json,
            "name": self.name,
            "messages": {str(self.type): {"name": self.name, "type": self.name}},
            "types": {
                **schema.json["types"],
                self.name: {
                    **struct,
                    "c_name": self.name,
                    "size": size,
                    "doc": f"{struct.get('doc', '')} Minimum and maximum of every {self.factor} "
                    "samples.".strip(),
                    "fields": fields,
                },
            },
        }
        derived["layout_hash"] = layout_hash(derived)
        return derived

    def _fields_of(self, field: dict[str, Any]) -> Iterator[dict[str, Any]]:
        if field["name"] not in self._arrays:
            yield field
            return
        (length,) = field["type"]["shape"]
        short = -(-length // self.factor)
        size = field["size"] // length * short
        for end in ("min", "max"):
            yield {
                **field,
                "name": f"{field['name']}_{end}",
                "size": size,
                "type": {**field["type"], "shape": [short]},
            }

    def apply(self, batch: Batch) -> Batch | None:
        """Makes the derived batch; None if the batch has no frame of the message."""
        part = batch.only(frozenset({self.source_type}))
        if part is None:
            return None
        rows = np.frombuffer(part.view, self._from)
        derived = np.zeros(len(rows), self._to)
        for name in self._to.names or ():
            stem, _, end = name.rpartition("_")
            if stem in self._arrays and name not in (self._from.names or ()):
                reduce = np.fmin if end == "min" else np.fmax
                samples = rows[stem]
                starts = np.arange(0, samples.shape[1], self.factor)
                derived[name] = reduce.reduceat(samples, starts, axis=1)
            else:
                derived[name] = rows[name]
        data = derived.view(np.uint8).reshape(len(rows), -1)
        heads = np.frombuffer(part.view, np.uint8).reshape(len(rows), -1)[:, :HEADER_SIZE]
        data[:, :HEADER_SIZE] = heads
        header = data[:, :HEADER_SIZE].copy().view(HEADER)
        header["size"] = HEADER_SIZE + self.message.size
        header["type"] = self.type
        data[:, :HEADER_SIZE] = header.view(np.uint8)
        frames = data.tobytes()
        lost = batch.losses.get(self.source_type)
        losses = {self.type: lost} if lost else {}
        return Batch(batch.source, frames, 0, len(frames), scan(frames).tallies, losses)


def _document(schema: Schema, message: Message) -> dict[str, Any]:
    struct: dict[str, Any] = schema.json["types"][message.struct.name]
    return struct


def _is_series(kind: Kind, factor: int) -> bool:
    return (
        len(kind.shape) == 1 and kind.shape[0] > factor and kind.element.form in ("whole", "real")
    )


def _element_size(field: dict[str, Any]) -> int:
    type_ = field["type"]
    code = type_.get("of", type_).get("np", "<u8")
    return int(code[2:]) if code[1] != "S" and code[2:] in ("1", "2", "4", "8") else 8
