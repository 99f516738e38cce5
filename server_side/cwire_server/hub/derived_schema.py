"""The struct of a decimated message: where its bytes come from, and the schema that tells them.

Members stay in their order. Each array of numbers becomes two, of minima and of maxima. What lies
between two such arrays moves as one block, by a multiple of 8 bytes, so that bit fields, unions,
padding and a flexible array member need no further thought. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from cwire_server.errors import ErrorCode, RequestError
from cwire_structs.errors import SchemaError
from cwire_structs.schema import Message, Schema, Struct
from cwire_structs.schema.fields import Enum, Field
from cwire_structs.schema.layout_hash import layout_hash

__all__ = ["Block", "DerivedSchema", "Series", "parts"]


@dataclass(frozen=True, slots=True)
class Block:
    """Bytes that are copied as they are."""

    begin: int
    """In the driver's struct, as `end` is."""
    end: int
    to: int
    """In the derived one."""


@dataclass(frozen=True, slots=True)
class Series:
    """An array of which minima and maxima are sent."""

    begin: int
    """In the driver's struct."""
    dtype: np.dtype[Any]
    length: int
    low: int
    """In the derived one: where the minima begin."""
    high: int
    """The same of the maxima."""
    short: int
    """How many there are of each."""


@dataclass(frozen=True, slots=True)
class _Member:
    """A member, those of anonymous structs as well: the same in C and here."""

    field: Field
    json: dict[str, Any]


class DerivedSchema:
    """The schema of the minima and maxima of one message, and which fields they are of.

    Args:
        schema: The driver's.
        message: One of its messages.
        factor: How many samples become one minimum and one maximum.
        type_: The derived message's id.

    Raises:
        RequestError: The message cannot be decimated like that; the text says why.
    """

    def __init__(self, schema: Schema, message: Message, factor: int, type_: int) -> None:
        self._factor = factor
        self.blocks: list[Block] = []
        self.series: list[Series] = []
        self._fields: list[dict[str, Any]] = []
        self._end = 0
        name = f"{message.name}_by_{factor}"
        try:
            members = list(_members(schema.json["types"], message.struct))
            self._check(schema, message, members, name)
            self._place(members, message.size)
            document = self._document(schema, message.struct, name, type_)
            self.text = json.dumps(document).encode()
            derived = Schema.from_json(self.text, derived=True)
        except (_RefusedError, SchemaError) as error:
            text = f"{message.name} cannot be decimated by {factor}: {error}"
            raise RequestError(ErrorCode.BAD_REQUEST, text) from None
        self.message = derived.messages[name]

    def _check(self, schema: Schema, message: Message, members: list[_Member], name: str) -> None:
        if message.struct.kind == "union":
            raise _RefusedError("it is a union, and only the program knows which member is meant")
        series = [member.field for member in members if self._is_series(member.field)]
        if not series:
            more = f", apart from {message.tail.name}[]" if message.tail else ""
            raise _RefusedError(
                "it has no one-dimensional array of numbers that is longer than that and has a "
                f"fixed length{more}"
            )
        for field in series:
            for end in ("min", "max"):
                if (result := f"{field.name}_{end}") in message.struct.by_name:
                    raise _RefusedError(
                        f"{field.name} would become {result}, which is another field"
                    )
        if name in schema.messages:
            raise _RefusedError(f"the driver has another message {name}: use another factor")

    def _is_series(self, field: Field) -> bool:
        kind = field.type
        return (
            len(kind.shape) == 1
            and kind.shape[0] > self._factor
            and kind.element.form in ("whole", "real")
            and not field.channels  # each element is a signal of its own
        )

    def _place(self, members: list[_Member], size: int) -> None:
        kept: list[_Member] = []
        for member in members:
            if self._is_series(member.field):
                self._add_block(kept, size)
                self._add_series(member)
                kept = []
            else:
                kept.append(member)
        self._add_block(kept, size)

    def _add_block(self, kept: list[_Member], size: int) -> None:
        if not kept:
            return
        begin = kept[0].field.offset
        end = max(member.field.offset + member.field.size for member in kept)
        to = self._end + (begin - self._end) % 8
        self._fields += [_moved(member.json, to - begin) for member in kept]
        self._end = to + end - begin
        # A last struct with a flexible array member may be larger than the smallest payload.
        end = min(end, size)
        self.blocks.append(Block(begin, end, to))

    def _add_series(self, member: _Member) -> None:
        field, kind = member.field, member.field.type
        dtype = kind.element.dtype()
        (length,) = kind.shape
        short = -(-length // self._factor)
        size = short * dtype.itemsize
        low = self._end + -self._end % dtype.itemsize
        high = low + size
        self.series.append(Series(field.offset, dtype, length, low, high, short))
        for end, offset in (("min", low), ("max", high)):
            self._fields.append(
                {
                    **member.json,
                    "name": f"{field.name}_{end}",
                    "offset": offset,
                    "size": size,
                    "type": {**member.json["type"], "shape": [short]},
                }
            )
        self._end = high + size

    def _document(self, schema: Schema, struct: Struct, name: str, type_: int) -> dict[str, Any]:
        """Makes the schema, with no more than it needs of the driver's."""
        given = schema.json["types"][struct.name]
        types = _types(schema.json["types"], self._fields)
        key = name
        while key in types:
            key += "_"
        doc = f"{given.get('doc', '')} Minimum and maximum of every {self._factor} samples."
        types[key] = {
            **given,
            "c_name": name,
            "size": self._end + -self._end % 8,
            "doc": doc.strip(),
            "fields": self._fields,
        }
        enums = {_element(field).get("enum") for one in types.values() for field in one["fields"]}
        document = {
            **schema.json,
            "name": name,
            "constants": {},
            "enums": {key: one for key, one in schema.json["enums"].items() if key in enums},
            "messages": {str(type_): {"name": name, "type": key}},
            "types": types,
        }
        document["layout_hash"] = layout_hash(document)
        return document


def parts(struct: Struct) -> int:
    """Counts what the schema of a struct consists of: fields at any depth, and names in enums."""
    found: set[Struct | Enum] = {struct}
    waiting = [struct]
    count = 0
    while waiting:
        for field in waiting.pop().members:
            count += 1
            element = field.type.element
            if element.struct is not None and element.struct not in found:
                found.add(element.struct)
                waiting.append(element.struct)
            if element.enum is not None and element.enum not in found:
                found.add(element.enum)
                count += len(element.enum.values)
    return count


class _RefusedError(Exception):
    """The reason why a message cannot be decimated."""


def _members(types: dict[str, Any], struct: Struct) -> Iterator[_Member]:
    """Yields the members of a struct, and in the place of an anonymous struct its own."""
    for field, given in zip(struct.members, types[struct.name]["fields"], strict=True):
        inner = field.type.struct
        if field.anonymous and inner is not None and inner.kind == "struct":
            for member in _members(types, inner):
                by = field.offset
                yield _Member(member.field.moved(by), _moved(member.json, by))
        else:
            yield _Member(field, given)


def _moved(field: dict[str, Any], by: int) -> dict[str, Any]:
    if "bit_offset" in field:
        return {**field, "bit_offset": field["bit_offset"] + 8 * by}
    return {**field, "offset": field["offset"] + by}


def _types(types: dict[str, Any], fields: list[dict[str, Any]]) -> dict[str, Any]:
    """Returns the structs that these fields need, at any depth, in the schema's order."""
    needed: set[str] = set()
    waiting = fields
    while waiting:
        found = {name for field in waiting if (name := _element(field).get("struct"))} - needed
        needed |= found
        waiting = [field for name in found for field in types[name]["fields"]]
    return {name: struct for name, struct in types.items() if name in needed}


def _element(field: dict[str, Any]) -> dict[str, Any]:
    element: dict[str, Any] = field["type"].get("of", field["type"])
    return element
