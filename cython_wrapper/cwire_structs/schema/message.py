"""One message: its name, its number, and the layout of its payload. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from cwire_structs.frames import HEADER_SIZE, PAYLOAD_LIMIT
from cwire_structs.schema.dtypes import place
from cwire_structs.schema.encode import encode_struct, rest_bytes
from cwire_structs.schema.fields import CHECK_ALL, Checks, Field, Struct
from cwire_structs.schema.message_class import MessageObject, message_class, within_limit

__all__ = ["Message"]

_CACHED_DTYPES = 64  # a stream with a tail has few lengths; a hostile one must not fill the memory


@dataclass(frozen=True, eq=False)
class Message:
    """One message of a schema.

    Attributes:
        id: Its number on the wire.
        name: Its name; a driver's messages have different ones.
        struct: The payload's layout.
        command: Peers send it; otherwise the driver publishes it or replies with it.
        reply: Name of the message that answers this command; None: an empty OK does.
        source_id: Its number in the protocol that it comes from, where that is another one.
    """

    id: int
    name: str
    struct: Struct
    command: bool = False
    reply: str | None = None
    source_id: int | None = None
    _dtypes: dict[tuple[bool, int], np.dtype[Any]] = field(default_factory=dict, repr=False)

    @property
    def doc(self) -> str:
        """The struct's doc comment."""
        return self.struct.doc

    @cached_property
    def type(self) -> type[MessageObject]:
        """The message's class: what a compiled one offers, made from the schema alone."""
        return message_class(self, lambda struct: Message(0, struct.name, struct))

    @cached_property
    def tail(self) -> Field | None:
        """The flexible array member, or None."""
        return self.struct.tail

    @cached_property
    def size(self) -> int:
        """Bytes of the payload, of its fixed part if there is a tail."""
        return self.tail.offset if self.tail else self.struct.size

    @cached_property
    def tail_size(self) -> int:
        """Bytes of one element of the tail; 0 without one."""
        return self.tail.type.stride if self.tail else 0

    def check_size(self, payload_size: int) -> None:
        """Checks that a payload can have this many bytes.

        Args:
            payload_size: Bytes, without header and padding.

        Raises:
            ValueError: It cannot; the text says which sizes can be.
        """
        rest = payload_size - self.size
        if rest == 0 or (self.tail_size and rest > 0 and rest % self.tail_size == 0):
            return
        more = f" and any number of {self.tail_size}-byte elements" if self.tail_size else ""
        raise ValueError(
            f"{self.name}: the payload has {payload_size} bytes, the schema says {self.size}{more};"
            " the sender and the receiver were built from different headers"
        )

    def dtype(self, tail: int = 0) -> np.dtype[Any]:
        """Returns the payload's dtype; itemsize is the payload's size, to the byte.

        Args:
            tail: Number of elements of the flexible array member: the last field has the shape
                (tail,), or (tail, ...) of arrays. A tail of chars is one ``S`` field.

        The members of a union overlap, which numpy can read but not save: see `storage_dtype`. The
        bytes of bit fields are ``_bits_N``: see `dtypes.bit_column`.

        Raises:
            ValueError: There is no tail, or the payload would be larger than a frame.
        """
        size = self._payload_size(tail)
        return self._cached(False, size, 0, size, tail)

    def storage_dtype(self, tail: int = 0) -> np.dtype[Any]:
        """Returns a dtype without overlaps, of the same size: what ``np.save`` can write.

        A union is its bytes (``V``). ``np.save(path, batch.view(message.storage_dtype()))`` saves
        a batch of `dtype`, ``np.load(path).view(message.dtype())`` reads it.

        Args:
            tail: As for `dtype`.

        Raises:
            ValueError: There is no such payload.
        """
        return place(self.struct, self._payload_size(tail), tail=tail, storage=True)

    def _payload_size(self, tail: int) -> int:
        size = self.size + tail * self.tail_size
        if tail < 0 or size > PAYLOAD_LIMIT or (tail and not self.tail_size):
            raise ValueError(f"{self.name}: there is no payload with {tail} tail elements")
        return size

    def frame_dtype(self, payload_size: int) -> np.dtype[Any]:
        """Returns the dtype of a whole frame, for a view of a run of equal-sized ones.

        The payload's fields lie behind the 24-byte header; itemsize is the frame's length with its
        padding, a multiple of 8.

        Args:
            payload_size: Bytes, without header and padding.

        Raises:
            ValueError: No payload has this size.
        """
        self.check_size(payload_size)
        if payload_size > PAYLOAD_LIMIT:
            raise ValueError(f"{self.name}: {payload_size} bytes are more than a frame can hold")
        span = (HEADER_SIZE + payload_size + 7) & ~7
        tail = (payload_size - self.size) // self.tail_size if self.tail_size else 0
        return self._cached(True, payload_size, HEADER_SIZE, span, tail)

    def _cached(self, framed: bool, key: int, start: int, size: int, tail: int) -> np.dtype[Any]:
        dtype = self._dtypes.get((framed, key))
        if dtype is None:
            if len(self._dtypes) >= _CACHED_DTYPES:
                self._dtypes.clear()
            dtype = place(self.struct, size, start=start, tail=tail)
            self._dtypes[framed, key] = dtype
        return dtype

    def __repr__(self) -> str:
        kind = "command" if self.command else "message"
        return f"<{kind} {self.name}: id {self.id}, {self.size} bytes>"

    def encode(self, values: Mapping[str, object], checks: Checks = CHECK_ALL) -> bytes:
        """Returns the payload with these field values.

        Args:
            values: By field name, in C or in Python (``class_``). Numbers must fit the C type and
                the field's range; enums are enumerator names or numbers; arrays have exactly
                their shape; nested structs are mappings; a union is a mapping with one of its
                members, or its bytes; a tail is a sequence, or an array of any shape. What is left
                out takes its default, else zero. Text is str, or bytes as they are.
            checks: What is refused of what C can hold: by default all that no command may have.

        Returns:
            The bytes; padding is zero.

        Raises:
            FieldError: A name or a value does not fit.
        """
        data = encode_struct(self.name, self.struct, values, checks)
        if self.tail is None:
            return bytes(data)
        rest = rest_bytes(self.name, self.struct, values, "", checks)
        return bytes(data[: self.size]) + within_limit(self, rest)

    def decode(self, payload: bytes | bytearray | memoryview) -> np.void:
        """Returns the payload as a numpy record with the struct's fields.

        It is a view: valid, and unchanging, as long as the payload's memory is. Numbers outside an
        enum or a range are shown as they are.

        Raises:
            ValueError: The payload has a size that this message cannot have.
        """
        size = memoryview(payload).nbytes
        self.check_size(size)
        tail = (size - self.size) // self.tail_size if self.tail_size else 0
        dtype = self.dtype(tail)
        if not size:  # which frombuffer does not take
            empty: np.void = np.zeros(1, dtype)[0]
            return empty
        record: np.void = np.frombuffer(payload, dtype, 1)[0]
        return record
