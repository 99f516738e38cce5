"""Classes of messages, made from the schema alone; they offer what the compiled ones do.

Waveform = schema.messages["waveform"].type
Waveform(frequency=5.0, shape="SINE").frequency
Waveform.from_bytes(payload)

One class serves any byte order and any target; a compiled class reads a field ten times faster.
Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from cwire_structs.errors import FieldError
from cwire_structs.frames import PAYLOAD_LIMIT
from cwire_structs.schema import decode
from cwire_structs.schema.encode import put_field
from cwire_structs.schema.fields import (
    CHECK_ALL,
    CHECK_NONE,
    CHECK_TYPED,
    Checks,
    Field,
    Place,
    Struct,
    class_name,
)

if TYPE_CHECKING:
    from typing import Self

    from typing_extensions import Buffer


class Described(Protocol):
    """The description that a class of messages is made of: a `Message`."""

    @property
    def id(self) -> int:
        """The message's number; 0: a nested struct."""

    @property
    def name(self) -> str:
        """For errors."""

    @property
    def struct(self) -> Struct:
        """The payload's layout."""

    @property
    def size(self) -> int:
        """Bytes of the payload's fixed part."""

    def check_size(self, payload_size: int) -> None:
        """Fails with a ValueError if no payload has this size."""

    def encode(self, values: Mapping[str, object], checks: Checks = CHECK_ALL) -> bytes:
        """Returns the payload with these values."""


class MessageObject:
    """A message: its fields are attributes, checked when they are set.

    Getters of nested structs and of arrays of numbers give views: what is written into them is
    written into the message, and they keep its memory alive. Texts are copies.

    Attributes:
        MESSAGE: Its description.
        STRUCT: The struct's name in the schema.
        ID: The message's number; a nested struct has none.
    """

    __slots__ = ("cwire_at", "cwire_inner", "cwire_memory", "cwire_size")
    MESSAGE: ClassVar[Described]
    STRUCT: ClassVar[str]

    cwire_memory: bytearray
    cwire_at: int
    cwire_size: int
    cwire_inner: bool  # a part of another message

    if TYPE_CHECKING:
        # The fields: a type checker knows them from a generated .pyi only.
        def __getattr__(self, name: str) -> Any: ...
        def __setattr__(self, name: str, value: object) -> None: ...

    def __init__(self, /, **values: object) -> None:
        self.cwire_own(self.MESSAGE.encode(values, CHECK_TYPED))

    def cwire_own(self, payload: Buffer) -> None:
        """Takes a copy of the bytes as the message's own memory."""
        self.cwire_memory = bytearray(payload)
        self.cwire_at = 0
        self.cwire_inner = False
        self.cwire_size = len(self.cwire_memory)
        room = self.MESSAGE.struct.size - self.cwire_size
        if room > 0:  # sizeof may be larger than the offset of the tail
            self.cwire_memory += bytes(room)

    @classmethod
    def from_bytes(cls, data: Buffer) -> Self:
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cls.MESSAGE.check_size(memoryview(data).nbytes)
        made = cls.__new__(cls)
        made.cwire_own(data)
        return made

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> Self:
        """Returns the message of which `to_dict` made these values; C can hold them all."""
        made = cls.__new__(cls)
        made.cwire_own(cls.MESSAGE.encode(values, CHECK_NONE))
        return made

    def to_dict(self) -> dict[str, Any]:
        """Returns the values as plain Python: numbers, names of enums, lists, dicts, str.

        A union is its bytes: only the program knows which member is meant. So is a text that is no
        UTF-8, or goes on behind a NUL.
        """
        return decode.to_dict(self.MESSAGE.struct, self.cwire_view(), self.cwire_size)

    def cwire_view(self) -> memoryview:
        """Returns the message's bytes, without a copy."""
        return memoryview(self.cwire_memory)[self.cwire_at : self.cwire_at + self.cwire_size]

    def __bytes__(self) -> bytes:
        return bytes(self.cwire_view())

    def __buffer__(self, flags: int, /) -> memoryview:
        return self.cwire_view()

    def __eq__(self, other: object) -> bool:
        struct = self.MESSAGE.struct
        if not isinstance(other, MessageObject) or other.MESSAGE.struct is not struct:
            return NotImplemented
        return self.cwire_size == other.cwire_size and decode.equal(
            struct, bytes(self), bytes(other), self.cwire_size
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return show(self, self.MESSAGE.struct)

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")


def message_class(
    message: Described, describe: Callable[[Struct], Described]
) -> type[MessageObject]:
    """Returns the class of a message; `Message.type` keeps it.

    Args:
        message: The message.
        describe: Makes the description of a nested struct, whose class it is asked for once.
    """
    return _make(message, describe, {})


def _make(
    message: Described,
    describe: Callable[[Struct], Described],
    known: dict[Struct, type[MessageObject]],
) -> type[MessageObject]:
    struct = message.struct
    names: dict[str, Any] = {
        "__slots__": (),
        "__doc__": struct.doc or f"{struct.c_name}.",
        "__match_args__": tuple(field.py_name for field in struct.fields),
        "STRUCT": struct.name,
        "MESSAGE": message,
    }
    if message.id:
        names["ID"] = message.id
    for field in struct.fields:
        element = field.element
        if element.struct is not None and element.struct not in known:
            known[element.struct] = _make(describe(element.struct), describe, known)
        getter = _getter(field, known)
        names[field.py_name] = property(getter, _setter(field), None, field_doc(field))
    return type(class_name(struct.name), (MessageObject,), names)


def field_doc(field: Field) -> str:
    """Returns a field's docstring."""
    return (field.doc or field.c_type) + (f" [{field.unit}]" if field.unit else "")


def _getter(field: Field, known: Mapping[Struct, type[MessageObject]]) -> Callable[[Any], Any]:
    offset = field.offset
    if field.bits:
        bits, type_ = field.bits, field.type
        return lambda self: type_.from_bits(bits.read(self.cwire_memory, self.cwire_at), bits.width)

    def nested(struct: Struct) -> Callable[..., Any]:
        cls, size = known[struct], struct.size
        if struct.tail:
            return lambda memory, at, end: _nested(cls, memory, at, end - at)
        return lambda memory, at: _nested(cls, memory, at, size)

    read = field.type.reader(nested)
    if field.type.is_open:
        return lambda self: read(
            self.cwire_memory, self.cwire_at + offset, self.cwire_at + self.cwire_size
        )
    return lambda self: read(self.cwire_memory, self.cwire_at + offset)


def _nested(cls: type[MessageObject], memory: Any, at: int, size: int) -> MessageObject:
    made = cls.__new__(cls)
    made.cwire_memory, made.cwire_at, made.cwire_size = memory, at, size
    made.cwire_inner = True
    return made


def _setter(field: Field) -> Callable[[Any, object], None]:
    def put(self: Any, value: object) -> None:
        with memoryview(self.cwire_memory) as memory:
            put_field(self.MESSAGE.name, field, memory, self.cwire_at, value, "", CHECK_TYPED)

    def put_open(self: Any, value: object) -> None:
        message: Described = self.MESSAGE
        room = self.cwire_size - message.size
        rest = encode_rest(message, value, room if self.cwire_inner else None)
        if len(rest) == room:
            put(self, value)
            end = self.cwire_at + self.cwire_size
            self.cwire_memory[end - room : end] = rest
        else:  # views of the old memory keep it, as it is
            fixed = self.cwire_memory[: message.struct.size]
            put_field(message.name, field, fixed, 0, value, "", CHECK_TYPED)
            self.cwire_own(bytes(fixed[: message.size]) + rest)

    return put_open if field.type.is_open else put


def encode_rest(message: Described, value: object, room: int | None) -> bytes:
    """Returns the bytes of the flexible array member in a value of the last field, checked.

    Args:
        message: The message that gets them.
        value: Of its last field: of the tail, or of a struct with one.
        room: How many bytes they must be; None: a message of its own takes any number.
    """
    field = message.struct.fields[-1]
    place = Place(message.name, field.name, field, CHECK_TYPED)
    rest = field.type.rest_bytes(value, place)
    if room is not None and len(rest) != room:
        place.fail(
            f"has {room} bytes, and so it must keep: it is a part of another message; assign the "
            "whole part to that one"
        )
    return within_limit(message, rest)


def within_limit(message: Described, rest: bytes) -> bytes:
    """Returns the bytes of a flexible array member, if the message can hold so many."""
    size = message.size + len(rest)
    if size > PAYLOAD_LIMIT:
        reason = f"the message would have {size} bytes, the limit is {PAYLOAD_LIMIT}"
        raise FieldError(message.name, message.struct.fields[-1].name, reason)
    return rest


def show(message_object: Any, struct: Struct) -> str:
    """Returns the repr of a message object."""
    return f"{type(message_object).__name__}({', '.join(_parts(message_object, struct))})"


def _parts(message_object: Any, struct: Struct) -> Iterator[str]:
    for field in struct.fields:
        value = getattr(message_object, field.py_name)
        yield f"{field.py_name}={field.type.show(value)}"
