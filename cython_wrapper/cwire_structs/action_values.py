"""Values of actions: as JSON and frames of arrays, and back (PROTOCOL.md, Values of actions).

Both sides use it. What is encoded is a copy: arrays may be changed as soon as `encode` returns.
Pure.
"""

from __future__ import annotations

import dataclasses
import enum
import json
import math
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from cwire_structs import frames
from cwire_structs.frames import HEADER_SIZE, RELAY_SOURCE, REPLY, FrameError

__all__ = [
    "ARRAYS_LIMIT",
    "ARRAY_TYPE",
    "CALL_LIMIT",
    "DTYPES",
    "TEXT_LIMIT",
    "Arrays",
    "Encoded",
    "UnsendableError",
    "ValueTextError",
    "decode",
    "encode",
]

ARRAY_TYPE = 0xFFFF
"""The type of frames that hold arrays."""
ARRAYS_LIMIT = 64 << 20
"""Bytes of all arrays of one value."""
TEXT_LIMIT = 1 << 20
"""Characters of a value's JSON."""
CALL_LIMIT = 255 << 10
"""The same of what a client gives: all of its call is a text of 256 KiB at most."""
DTYPES = (
    *("|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8"),
    *("<f2", "<f4", "<f8", "<c8", "<c16"),
)
"""numpy's type strings of arrays that can be sent."""

_DEPTH = 64
_EXACT = 1 << 53
_DIGITS = 4300  # Python itself reads no longer integers from text
_PLACE = struct.Struct("<QQ")
_PIECE = (256 << 10) - HEADER_SIZE - _PLACE.size
_BYTES = "bytes"
_quote = json.encoder.encode_basestring_ascii


class UnsendableError(ValueError):
    """A value cannot be sent.

    Args:
        code: ``unsendable`` or ``too_large``.
        text: What is wrong with which value, and the remedy.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text

    def __reduce__(self) -> Any:  # it comes out of processes, too
        return type(self), (self.code, self.text)


class ValueTextError(ValueError):
    """What came is not a value as PROTOCOL.md has them."""


class Encoded(NamedTuple):
    """A value to be sent."""

    text: str
    """Its JSON, in ASCII."""
    frames: tuple[bytes, ...]
    """Those of its arrays, to be sent directly before the text."""


def encode(value: object, limit: int = TEXT_LIMIT) -> Encoded:
    """Encodes a value.

    Args:
        value: Numbers, texts, lists, dicts, bytes and numpy arrays.
        limit: Characters of its JSON.

    Raises:
        UnsendableError: It is too large, or something in it is of no type that can be sent.
    """
    encoder = _Encoder(limit)
    text = encoder.text(value, 0)
    return Encoded(text, tuple(encoder.frames()))


class _Encoder:
    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._bytes = 0
        self._arrays: list[memoryview] = []
        self._numbers: dict[int, str] = {}  # by identity: an array twice in a value is sent once
        self._held: list[object] = []  # so that no identity is given twice

    def text(self, value: object, depth: int) -> str:
        kind = type(value)
        if kind is str:
            assert isinstance(value, str)
            return self._counted(_quote(value) if self._fits(len(value)) else "")
        if value is None:
            return "null"
        if value is True:
            return "true"
        if value is False:
            return "false"
        if isinstance(value, enum.Enum):
            return self.text(value.value, depth)
        if isinstance(value, int):
            return self._counted(_integer(int(value)))
        if isinstance(value, float):
            return self._counted(_float(float(value)))
        if isinstance(value, str):
            return self.text(str.__str__(value), depth)
        if depth >= _DEPTH:
            raise UnsendableError(
                "too_large",
                f"the value is nested more than {_DEPTH} deep, or contains itself: send it flat",
            )
        if isinstance(value, Mapping):
            return self._object(value, depth)
        if isinstance(value, list | tuple):
            return f"[{','.join([self.text(one, depth + 1) for one in value])}]"
        return self._other(value, depth)

    def _object(self, value: Mapping[Any, object], depth: int) -> str:
        members = []
        for key, one in value.items():
            if not isinstance(key, str):
                raise UnsendableError(
                    "unsendable",
                    f"a dict has the key {key!r}: keys are texts, such as {str(key)!r}",
                )
            name = _quote(f"${key}" if key.startswith("$") else key)
            members.append(f"{self._counted(name)}:{self.text(one, depth + 1)}")
        return f"{{{','.join(members)}}}"

    def _other(self, value: object, depth: int) -> str:
        if isinstance(value, np.ndarray):
            return self._array(value)
        if isinstance(value, np.complexfloating | complex):
            return self._array(np.asarray(value))
        if isinstance(value, np.generic):
            if isinstance(value.item(), np.generic):
                raise _unsendable(value)
            return self.text(value.item(), depth)
        if isinstance(value, bytes | bytearray | memoryview):
            view = memoryview(value)
            return self._known(value) or self._reference(
                value, memoryview(view.tobytes()), _BYTES, (view.nbytes,)
            )
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            names = [field.name for field in dataclasses.fields(value)]
            return self._object({name: getattr(value, name) for name in names}, depth)
        dump = getattr(type(value), "model_dump", None)  # of pydantic
        if dump is not None:
            return self._object(dump(value), depth)
        raise _unsendable(value)

    def _array(self, array: np.ndarray[Any, Any]) -> str:
        if known := self._known(array):
            return known
        dtype = array.dtype.newbyteorder("<")
        if dtype.names is not None or dtype.str not in DTYPES:
            fields = "its fields, each by its name: " if dtype.names else ""
            raise UnsendableError(
                "unsendable",
                f"an array has the dtype {array.dtype}, which cannot be sent: send {fields}"
                "arrays of numbers or bools",
            )
        self._check_bytes(array.nbytes)
        flat = np.array(array, dtype=dtype, order="C", copy=True, subok=False).reshape(-1)
        return self._reference(array, flat.view(np.uint8).data, dtype.str, array.shape)

    def _known(self, value: object) -> str | None:
        return self._numbers.get(id(value))

    def _reference(self, value: object, data: memoryview, dtype: str, shape: Sequence[int]) -> str:
        self._check_bytes(data.nbytes)
        self._bytes += data.nbytes
        self._arrays.append(data)
        told = {"$array": len(self._arrays), "dtype": dtype, "shape": list(shape)}
        text = self._counted(json.dumps(told))
        self._numbers[id(value)] = text
        self._held.append(value)
        return text

    def _check_bytes(self, size: int) -> None:
        if self._bytes + size > ARRAYS_LIMIT:
            raise UnsendableError(
                "too_large",
                f"the arrays of the value have {self._bytes + size:,} bytes, {ARRAYS_LIMIT:,} are "
                "the most: send them in several results",
            )

    def _counted(self, text: str) -> str:
        self._size += len(text) + 1
        self._fits(0)
        return text

    def _fits(self, more: int) -> bool:
        if self._size + more > self._limit:
            raise UnsendableError(
                "too_large",
                f"the value has more than {self._limit:,} characters as JSON: send numbers as a "
                "numpy array, text as bytes, or all of it in several parts",
            )
        return True

    def frames(self) -> Iterator[bytes]:
        for number, data in enumerate(self._arrays, start=1):
            for at in range(0, max(data.nbytes, 1), _PIECE):
                payload = b"".join((_PLACE.pack(data.nbytes, at), data[at : at + _PIECE]))
                yield frames.pack(
                    ARRAY_TYPE, payload, flags=REPLY, source=RELAY_SOURCE, request=number
                )


def _unsendable(value: object) -> UnsendableError:
    return UnsendableError(
        "unsendable",
        f"a {type(value).__name__} cannot be sent: make it of numbers, texts, lists, dicts, bytes "
        "and numpy arrays",
    )


def _integer(value: int) -> str:
    if -_EXACT < value < _EXACT:
        return str(value)
    if abs(value) >= 10**_DIGITS:
        raise UnsendableError(
            "too_large", f"an integer has more than {_DIGITS} digits: send it as a text or bytes"
        )
    return f'{{"$int":"{value}"}}'


def _float(value: float) -> str:
    if math.isfinite(value):
        return repr(value)
    return f'{{"$float":"{value!r}"}}'


class Arrays:
    """Puts arrays together from their frames, until the text comes that refers to them.

    Args:
        limit: Bytes of all of them.
    """

    __slots__ = ("_arrays", "_filled", "_limit", "_size")

    def __init__(self, limit: int = ARRAYS_LIMIT) -> None:
        self._limit = limit
        self._size = 0
        self._filled = 0  # of the last one
        self._arrays: list[np.ndarray[Any, Any]] = []

    def take(self, number: int, payload: memoryview) -> None:
        """Takes a piece, which is copied.

        Raises:
            FrameError: It does not go on where the last one ended; all are forgotten.
        """
        try:
            self._take(number, payload)
        except FrameError:
            self.claim()
            raise

    def _take(self, number: int, payload: memoryview) -> None:
        if len(payload) < _PLACE.size:
            raise FrameError(f"a piece of an array has {len(payload)} bytes: it begins with 16")
        size, at = _PLACE.unpack_from(payload)
        piece = payload[_PLACE.size :]
        last = len(self._arrays)
        if number == last + 1 and at == 0:
            if last and self._filled < len(self._arrays[-1]):
                raise FrameError(f"array {number} begins before all of array {last} has come")
            if self._size + size > self._limit:
                raise FrameError(
                    f"arrays of {self._size + size:,} bytes: {self._limit:,} are the most"
                )
            self._arrays.append(np.empty(size, np.uint8))
            self._size += size
            self._filled = 0
        elif number != last or not last or at != self._filled or size != len(self._arrays[-1]):
            raise FrameError(f"a piece of array {number} does not go on where the last one ended")
        array = self._arrays[-1]
        if len(piece) > size - at or (size > at and not piece):
            raise FrameError(
                f"a piece of array {number} has {len(piece)} bytes, {size - at} are missing"
            )
        array[at : at + len(piece)] = np.frombuffer(piece, np.uint8)
        self._filled = at + len(piece)

    def claim(self) -> list[np.ndarray[Any, Any]]:
        """Gives all arrays, those that are not whole left out, and forgets them."""
        arrays, self._arrays = self._arrays, []
        if arrays and self._filled < len(arrays[-1]):
            arrays.pop()
        self._size = self._filled = 0
        return arrays


def decode(value: object, arrays: Sequence[np.ndarray[Any, Any]] = ()) -> Any:
    """Makes a value of its JSON, as `json.loads` gives it, and its arrays.

    Raises:
        ValueTextError: It is not one as PROTOCOL.md has them.
    """
    return _decoded(value, arrays, {}, 0)


def _decoded(
    value: object, arrays: Sequence[np.ndarray[Any, Any]], made: dict[int, Any], depth: int
) -> Any:
    if isinstance(value, dict):
        _check_depth(depth)
        special = [name for name in value if name.startswith("$")]
        if special and not special[0].startswith("$$"):
            return _special(value, special[0], arrays, made)
        return {
            (name[1:] if name.startswith("$") else name): _decoded(one, arrays, made, depth + 1)
            for name, one in value.items()
        }
    if isinstance(value, list):
        _check_depth(depth)
        return [
            _decoded(one, arrays, made, depth + 1) if isinstance(one, dict | list) else one
            for one in value
        ]
    return value


def _check_depth(depth: int) -> None:
    if depth >= _DEPTH:
        raise ValueTextError(f"it is nested more than {_DEPTH} deep")


def _special(
    value: dict[str, Any],
    name: str,
    arrays: Sequence[np.ndarray[Any, Any]],
    made: dict[int, Any],
) -> Any:
    said = value[name]
    if name == "$array":
        return _array_of(value, arrays, made)
    if len(value) == 1 and isinstance(said, str):
        if name == "$int" and len(said) <= _DIGITS and said.removeprefix("-").isdecimal():
            return int(said)
        if name == "$float" and said in ("nan", "inf", "-inf"):
            return float(said)
    raise ValueTextError(
        f"an object has the name {name[:40]!r}: names that begin with $ are written with a second "
        "$, and what {$int}, {$float} and {$array} stand for is in PROTOCOL.md"
    )


def _array_of(
    value: dict[str, Any], arrays: Sequence[np.ndarray[Any, Any]], made: dict[int, Any]
) -> Any:
    number, dtype, shape = (value.get(key) for key in ("$array", "dtype", "shape"))
    if type(number) is not int or not 1 <= number <= len(arrays):
        raise ValueTextError(f"no array {str(number)[:20]} has come whole before this text")
    if number in made:
        return made[number]
    data = arrays[number - 1]
    lengths = shape if isinstance(shape, list) and len(shape) <= 32 else [-1]
    if any(type(length) is not int or length < 0 for length in lengths):
        raise ValueTextError(f"array {number} has no shape: a list of at most 32 lengths")
    known = dtype if dtype in DTYPES else "|u1"
    if dtype not in (*DTYPES, _BYTES):
        raise ValueTextError(f"array {number} has the dtype {str(dtype)[:20]!r}, which is none")
    wanted = math.prod(lengths) * np.dtype(known).itemsize
    if wanted != len(data) or (dtype == _BYTES and len(lengths) != 1):
        raise ValueTextError(
            f"array {number} has {len(data)} bytes, its dtype and its shape say {wanted}"
        )
    if dtype == _BYTES:
        made[number] = data.tobytes()
    else:
        array = data.view(known).reshape(lengths)
        made[number] = array if lengths else array[()]
    return made[number]
