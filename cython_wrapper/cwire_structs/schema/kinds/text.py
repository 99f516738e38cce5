"""Text in arrays of chars. Pure."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from cwire_structs.schema import decode
from cwire_structs.schema.fields import SIZE_LIMIT, Dtype, Memory, Nested, Place
from cwire_structs.schema.json_cursor import Cursor
from cwire_structs.schema.kinds.element import Known, Scalar
from cwire_structs.schema.values import short, show

_BYTES = re.compile(r"""b(["']).*\1""", re.DOTALL)
_EXAMPLE = r"such as b'\xff\x00'"


@dataclass(frozen=True, slots=True, eq=False)
class TextType(Scalar):
    """Text in char[length], up to the first NUL or the end."""

    kind = "char"
    form = "text"
    is_text = True

    length: int

    @property
    def np(self) -> str:
        """See `Kind`."""
        return f"|S{self.length}"

    @classmethod
    def from_json(cls, cursor: Cursor, known: Known) -> Self:
        """See `Element`."""
        made = cls(cursor.get("length").integer(1, SIZE_LIMIT))
        if cursor.get("np").text() != made.np:
            cursor.get("np").fail(f"must be {made.np!r}")
        return made

    def to_json(self) -> dict[str, Any]:
        """See `Kind`."""
        return {"kind": "char", "np": self.np, "length": self.length}

    @property
    def size(self) -> int:
        """Bytes of the array."""
        return self.length

    def dtype(self, tail: int = 0, *, storage: bool = False) -> Dtype:
        """See `Kind`."""
        return np.dtype(self.np)

    def reader(self, nested: Nested) -> Callable[..., Any]:
        """See `Kind`."""
        size = self.length
        return lambda memory, at: decode.text(bytes(memory[at : at + size]))

    def read(self, memory: Memory, at: int) -> str:
        """See `Scalar`."""
        return decode.text(bytes(memory[at : at + self.length]))

    def plain(self, memory: Memory, at: int, end: int) -> str | bytes:
        """See `Kind`; bytes where they are more than a text."""
        return decode.plain_text(bytes(memory[at : at + self.length]))

    def array_reader(self, shape: tuple[int, ...], nested: Nested) -> Callable[[Memory, int], Any]:
        """See `Element`; tuples of str."""
        length = self.length
        total = int(np.prod(shape)) * length
        return lambda memory, at: decode.texts(bytes(memory[at : at + total]), length, shape)

    def tail_reader(self) -> Callable[[Memory, int, int], Any]:
        """See `Element`; a tail of chars is one text."""
        return lambda memory, at, end: decode.text(bytes(memory[at:end]))

    def plain_tail(self, memory: Memory, at: int, end: int) -> str | bytes:
        """See `Element`; the NULs at its end count, too."""
        raw = bytes(memory[at:end])
        return raw if raw.endswith(b"\0") else decode.plain_text(raw)

    def tail_dtype(self, count: int, *, storage: bool = False) -> Dtype:
        """See `Element`."""
        return np.dtype(f"|S{count}")

    def from_numpy(self, cell: Any) -> str:
        """See `Kind`; numpy drops the NULs at the end only."""
        return decode.text(bytes(cell))

    def tail_bytes(self, value: object, place: Place) -> bytes:
        """See `Element`: str as UTF-8, without NULs; bytes as they are."""
        if isinstance(value, bytes | bytearray):
            return bytes(value)
        if not isinstance(value, str):
            place.fail(f"needs text (str or bytes), got {show(value)}")
        if "\0" in value:
            place.fail(f"the text holds a NUL, which ends a C string; give bytes, {_EXAMPLE}")
        try:
            return value.encode()
        except UnicodeEncodeError:
            place.fail(f"the text holds what UTF-8 cannot write; give bytes, {_EXAMPLE}")

    def check(self, value: object, place: Place) -> bytes:
        """See `Scalar`."""
        raw = self.tail_bytes(value, place)
        if len(raw) > self.length:
            raw = raw.rstrip(b"\0")
        if len(raw) > self.length:
            what = "the text has {} bytes in UTF-8" if isinstance(value, str) else "{} bytes"
            place.fail(f"{what.format(len(raw))}, there is room for {self.length}")
        return raw

    def pack(self, value: Any) -> bytes:
        """See `Scalar`."""
        padded: bytes = value.ljust(self.length, b"\0")
        return padded

    def read_default(self, found: Cursor) -> object:
        """See `Kind`."""
        return found.text()

    def parse(self, text: str) -> str | bytes:
        """See `Kind`; what no text can say is given as Python writes bytes."""
        if not _BYTES.fullmatch(text):
            return text
        try:
            return bytes(ast.literal_eval(text))
        except (SyntaxError, ValueError, TypeError):
            raise ValueError(f"{short(text)} is neither text nor bytes {_EXAMPLE}") from None

    def text(self, value: Any) -> str:
        """See `Kind`."""
        if isinstance(value, bytes):
            return repr(value)
        text = str(value)
        return repr(text.encode()) if _BYTES.fullmatch(text) else text

    @staticmethod
    def parse_list(text: str) -> list[Any]:
        """Reads a list that was typed: JSON, or as Python writes it, where there are bytes in it.

        Raises:
            ValueError: It is none.
        """
        for read in (json.loads, ast.literal_eval):
            with suppress(SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
                values = read(text)
                if isinstance(values, list):
                    return values
        raise ValueError(
            f'{short(text)} is no list of texts, such as ["a", "b"], or of bytes, {_EXAMPLE}'
        )
