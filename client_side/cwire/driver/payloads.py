"""Makes bytes of frames of what is published: records, arrays, images, mappings. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

import numpy as np

from cwire.errors import InvalidArgument
from cwire_structs.schema import Field, FieldError, Message
from cwire_structs.schema.fields import CHECK_NONE, Struct
from cwire_structs.schema.message_class import MessageObject

if TYPE_CHECKING:
    from typing_extensions import Buffer

__all__ = ["Encoder", "Frames", "Parts"]

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]


class Frames(NamedTuple):
    """Payloads of one size that lie behind one another.

    Attributes:
        data: Their bytes: something with a buffer.
        size: Of each.
        number: How many.
    """

    data: Any
    size: int
    number: int


class Parts(NamedTuple):
    """One payload, in pieces."""

    pieces: tuple[Buffer, ...]


class Encoder:
    """Makes payloads of one message.

    Args:
        message: The message.
    """

    def __init__(self, message: Message) -> None:
        self.message = message
        self._seen: np.dtype[Any] | None = None  # the dtype whose bytes were found to be right
        self._arrays = [field for field in message.struct.fields if _is_array(field)]
        fields = message.struct.fields
        self._nested = any(field.element.struct is not None for field in fields)
        self._only = fields[0] if len(fields) == 1 and not fields[0].bits else None

    def __call__(self, value: object, fields: Mapping[str, object]) -> Frames | Parts:
        """Returns the payload, or the payloads, of a value.

        Args:
            value: A record or an array of records of the message's dtype; an array for its only
                array; a mapping; a message object, or one of the class that the message was written
                as; the payload's bytes; a list of these; the value of its only field; None.
            fields: Values of further fields, by name.

        Raises:
            FieldError: A value does not fit its field.
            InvalidArgument: The value as a whole does not fit the message.
        """
        if isinstance(value, (np.void, np.ndarray)):
            dtype: np.dtype[Any] = value.dtype
            if dtype is self._seen and not fields:
                if isinstance(value, np.void):
                    return Frames(value, dtype.itemsize, 1)
                if value.flags.c_contiguous:
                    return Frames(value, dtype.itemsize, value.size)
            if dtype.names is not None:
                return self._records(value, fields)
            assert isinstance(value, np.ndarray)
            return self._array(value, fields)
        if value is None:
            return self._of_fields(fields)
        if isinstance(value, (bytes, bytearray, memoryview)):
            self._refuse_fields(fields)
            return _one(value)
        if isinstance(value, Mapping):
            return self._of_fields({**value, **fields})
        if (raw := self._message_bytes(value)) is not None:
            self._refuse_fields(fields)
            return _one(raw)
        if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
            return self._list(value, fields)
        return self._of_fields({**self._values(value), **fields})

    def _of_fields(self, values: Mapping[str, object]) -> Frames:
        if self._nested:
            by_name = self.message.struct.by_name
            values = {
                name: _plain(value, by_name[name].element.struct) if name in by_name else value
                for name, value in values.items()
            }
        return _one(self._encode(values))

    def one(self, value: object) -> bytes:
        """Returns the payload of a value that is one message."""
        made = self(value, {})
        if isinstance(made, Parts):
            return b"".join(bytes(piece) for piece in made.pieces)
        if made.number != 1:
            raise InvalidArgument(
                f"{self.message.name}: one message is needed, {made.number} are given"
            )
        return bytes(made.data)

    def _refuse_fields(self, fields: Mapping[str, object]) -> None:
        if fields:
            name = next(iter(fields))
            raise FieldError(
                self.message.name, name, "the value has all fields already: set it there"
            )

    def _message_bytes(self, value: object) -> bytes | None:
        """Returns the bytes of a generated class's object, or of a record of `cwire.connect`."""
        described = getattr(value, "__struct__", None)
        name = getattr(type(value), "STRUCT", None) or getattr(described, "name", None)
        if name is None or not (isinstance(value, MessageObject) or hasattr(value, "__bytes__")):
            return None
        if name != self.message.struct.name:
            raise InvalidArgument(
                f"{self.message.name}: a {name} is given, the message is a "
                f"{self.message.struct.name}"
            )
        return bytes(value)

    # Records.

    def _records(self, value: Array | np.void, fields: Mapping[str, object]) -> Frames:
        self._refuse_fields(fields)
        dtype = value.dtype
        if dtype is not self._seen:
            if not _same_bytes(dtype, self._dtype_for(dtype)):
                return self._converted(value)
            self._seen = dtype if _has_buffer(dtype) else None
        data = value if isinstance(value, np.void) else np.ascontiguousarray(value)
        return Frames(_bytes_of(data), dtype.itemsize, data.size)

    def _dtype_for(self, dtype: np.dtype[Any]) -> np.dtype[Any]:
        """Returns the message's dtype, with a tail as long as this one's."""
        message = self.message
        if not message.tail_size:
            return message.dtype()
        tail = max(0, dtype.itemsize - message.size) // message.tail_size
        return message.dtype(tail)

    def _converted(self, value: Array | np.void) -> Frames:
        """Copies records field by field, where each value is sure to fit."""
        message, dtype = self.message, value.dtype
        target = self._dtype_for(dtype)
        if message.tail_size or message.struct.unions:
            raise InvalidArgument(
                f"{message.name}: records of {dtype} have other bytes than the message, whose "
                f"dtype is {target}; make them with its dtype"
            )
        records = np.atleast_1d(np.asarray(value))
        made = np.zeros(records.shape, target)
        names = set(dtype.names or ())
        for name in target.names or ():
            if name not in names:
                raise FieldError(message.name, name, "the records have no such field; add it")
        for name in dtype.names or ():
            if target.fields is None or name not in target.fields:
                known = ", ".join(message.struct.by_name)
                raise FieldError(message.name, name, f"there is no such field; it has {known}")
            wanted = target.fields[name][0]
            if not np.can_cast(dtype[name], wanted, "safe"):
                raise FieldError(
                    message.name,
                    name,
                    f"the records have {dtype[name]}, which {wanted} cannot hold in each case; "
                    "convert them first",
                )
            made[name] = records[name]
        return Frames(_bytes_of(made), target.itemsize, made.size)

    # Arrays of numbers.

    def _array(self, value: Array, fields: Mapping[str, object]) -> Frames | Parts:
        only = self._only
        if only is not None and not fields and not only.type.is_open:
            shape = only.type.shape
            if value.shape[1:] == shape and value.ndim:
                return self._rows(value, only)
            if value.shape == () == shape:
                return _one(self._encode({only.name: value[()]}))
        free = [field for field in self._arrays if field.name not in fields]
        if len(free) != 1:
            known = ", ".join(field.name for field in self._arrays)
            raise InvalidArgument(
                f"{self.message.name}: which field is this array of shape {value.shape}? "
                + (f"name it: {known}" if known else "the message has no array; give its fields")
            )
        return self._with_array(free[0], value, fields)

    def _rows(self, value: Array, field: Field) -> Frames:
        """Returns one payload for each row, of a message that is nothing but the array."""
        dtype = field.element.dtype()
        if not _same_bytes(value.dtype, dtype):
            payloads = [self._encode({field.name: row}) for row in value]
            return Frames(b"".join(payloads), self.message.size, len(payloads))
        data = np.ascontiguousarray(value)
        return Frames(_bytes_of(data), self.message.size, len(data))

    def _with_array(
        self, field: Field, value: Array, fields: Mapping[str, object]
    ) -> Frames | Parts:
        by_name = self.message.struct.by_name
        if value.ndim >= 2 and field.type.is_tail:  # how an image of any size says its shape
            sizes = zip(("height", "width"), value.shape, strict=False)
            fields = {**{name: n for name, n in sizes if name in by_name}, **fields}
        fits = field.type.is_tail or value.shape == field.type.shape
        row = int(np.prod(field.type.row)) if field.type.is_tail else 1
        same = _same_bytes(value.dtype, field.element.dtype())
        if not (fits and same) or value.size % row:
            return _one(self._encode({**fields, field.name: value}))
        data = _bytes_of(np.ascontiguousarray(value))
        if self._only is not None and not fields:
            return _one(data)
        rest = self._encode(fields)
        if field.type.is_tail:
            return Parts((rest, data))
        before, behind = rest[: field.offset], rest[field.offset + field.size :]
        return Parts((before, data, behind))

    def _encode(self, values: Mapping[str, object]) -> bytes:
        """Encodes values that C can hold: what is measured is told, in its range or not."""
        return self.message.encode(values, CHECK_NONE)

    # Lists and objects.

    def _list(self, value: Sequence[object], fields: Mapping[str, object]) -> Frames | Parts:
        first = value[0] if value else None
        if value and not isinstance(first, int | float | complex | list | tuple | np.ndarray):
            self._refuse_fields(fields)
            payloads = [self.one(item) for item in value]
            size = len(payloads[0])
            if any(len(one) != size for one in payloads):
                raise InvalidArgument(
                    f"{self.message.name}: messages of several lengths: publish each by itself"
                )
            return Frames(b"".join(payloads), size, len(payloads))
        try:
            array = np.asarray(value)
        except ValueError:
            array = np.empty(0, object)
        if array.dtype.kind not in "biufc":
            raise InvalidArgument(
                f"{self.message.name}: this list is neither numbers nor messages: {_short(value)}; "
                "give an array, or a list of mappings"
            )
        return self._array(array, fields)

    def _values(self, value: object) -> dict[str, object]:
        """Returns the fields of an object that has them as attributes; else the only field's."""
        struct = self.message.struct
        single = isinstance(value, int | float | complex | str | np.generic)
        if not single and struct.fields and has_fields(value, struct):
            return {field.name: getattr(value, field.py_name) for field in struct.fields}
        if self._only is not None:
            return {self._only.name: value}
        raise InvalidArgument(
            f"{self.message.name}: cannot make a message of {_short(value)}; give its fields "
            f"({', '.join(struct.by_name)}), a mapping, or a record of its dtype"
        )


def _one(payload: Buffer) -> Frames:
    return Frames(payload, memoryview(payload).nbytes, 1)


def _plain(value: object, struct: Struct | None) -> object:
    """Returns an object with a struct's fields as attributes, or a list of them, as mappings."""
    if struct is None or isinstance(value, Mapping | np.ndarray | np.void | MessageObject):
        return value
    if isinstance(value, list | tuple) and not hasattr(value, "_fields"):
        return [_plain(item, struct) for item in value]
    if not has_fields(value, struct):
        return value
    return {
        field.name: _plain(getattr(value, field.py_name), field.element.struct)
        for field in struct.fields
    }


def has_fields(value: object, struct: Struct) -> bool:
    """Says whether an object has all fields of a struct as attributes."""
    return all(hasattr(value, field.py_name) for field in struct.fields)


def _is_array(field: Field) -> bool:
    return bool(field.type.is_tail or field.type.shape) and field.element.is_viewed


def _bytes_of(data: Array | np.void) -> Buffer:
    """Returns a view of contiguous bytes, whatever the dtype."""
    if isinstance(data, np.void):
        return data.tobytes()
    if not data.size or not data.dtype.itemsize:
        return b""
    return data.reshape(-1).view(np.ndarray).view(np.uint8).data


def _has_buffer(dtype: np.dtype[Any]) -> bool:
    """Says whether numpy lends the bytes of such an array: not of times."""
    try:
        memoryview(cast(Any, np.empty(0, dtype)))
    except (ValueError, BufferError):
        return False
    return True


def _same_bytes(one: np.dtype[Any], other: np.dtype[Any]) -> bool:
    """Says whether two dtypes put the same values at the same places."""
    if one is other or one == other:
        return True
    if one.itemsize != other.itemsize or one.shape != other.shape:
        return False
    one, other = one.base, other.base
    if one.names is None or other.names is None or one.fields is None or other.fields is None:
        # A time is an integer with a unit.
        times = one.kind in "mM" and other.kind == "i" and one.isnative == other.isnative
        return one.names is other.names and (one.str == other.str or times)
    return set(one.names) == set(other.names) and all(
        one.fields[name][1] == other.fields[name][1]
        and _same_bytes(one.fields[name][0], other.fields[name][0])
        for name in one.names
    )


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
