"""Nested structs and unions. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import prod
from typing import Any, Self

from cwire_structs.schema.decode import nest, values_at
from cwire_structs.schema.dtypes import place, struct_dtype
from cwire_structs.schema.encode import nested_rest, put_struct, template
from cwire_structs.schema.fields import Dtype, Memory, Nested, Place, Struct
from cwire_structs.schema.json_cursor import Cursor
from cwire_structs.schema.kinds.element import Element, Known


@dataclass(frozen=True, slots=True, eq=False)
class StructType(Element):
    """A nested struct or union."""

    kind = "struct"
    form = "struct"

    struct: Struct = field()

    @classmethod
    def from_json(cls, cursor: Cursor, known: Known) -> Self:
        """See `Element`."""
        return cls(known.struct(cursor.get("struct")))

    def to_json(self) -> dict[str, Any]:
        """See `Kind`."""
        return {"kind": "struct", "struct": self.struct.name}

    @property
    def size(self) -> int:
        """Bytes of one struct."""
        return self.struct.size

    @property
    def is_open(self) -> bool:
        """See `Kind`."""
        return self.struct.tail is not None

    @property
    def c_class(self) -> str:
        """See `Kind`."""
        return self.struct.kind

    def dtype(self, tail: int = 0, *, storage: bool = False) -> Dtype:
        """See `Kind`."""
        end = self.struct.tail
        if end is None:
            return struct_dtype(self.struct, storage=storage)
        size = end.offset + tail * end.type.stride
        return place(self.struct, size, tail=tail, storage=storage)

    def reader(self, nested: Nested) -> Callable[..., Any]:
        """See `Kind`."""
        return nested(self.struct)

    def array_reader(self, shape: tuple[int, ...], nested: Nested) -> Callable[[Memory, int], Any]:
        """See `Element`; tuples of message objects."""
        read, steps = nested(self.struct), range(0, prod(shape) * self.size, self.size)
        return lambda memory, at: nest([read(memory, at + step) for step in steps], shape)

    def plain(self, memory: Memory, at: int, end: int) -> Any:
        """See `Kind`; a union is its bytes."""
        if self.struct.kind == "union":
            return bytes(memory[at : at + self.size])
        return values_at(self.struct, memory, at, end if self.struct.tail else at + self.size)

    def put(self, data: bytearray | memoryview, at: int, value: object, place: Place) -> None:
        """See `Kind`."""
        put_struct(place.owner, place.path, self.struct, data, at, value, place.checks)

    def rest_bytes(self, value: object, place: Place) -> bytes:
        """See `Kind`."""
        return nested_rest(place.owner, place.path, self.struct, value, place.checks)

    def left_out(self, value: object | None, place: Place) -> bytes:
        """See `Kind`; its fields have defaults of their own."""
        return template(place.owner, self.struct)
