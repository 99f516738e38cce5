"""Messages of ROS by the text of their definition, as `rosbags` writes them."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from cwire_structs.mcap.foreign import DefinitionError, Dialect, ForeignTypes
from cwire_structs.mcap.records import McapError
from cwire_structs.schema.written import Written

SEPARATOR = f"{'=' * 80}\n"
NUMBERS = {
    "bool": "?", "int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2", "int32": "i4",
    "uint32": "u4", "int64": "i8", "uint64": "u8", "float32": "f4", "float64": "f8",
}  # fmt: skip


def read(
    text: str, data: bytes, dialect: Dialect = "ros2", name: str = "pkg/msg/Some"
) -> np.ndarray[Any, Any]:
    """Reads one message as a client would."""
    body = ForeignTypes().body(name, text, dialect)
    written = Written("test")
    written.add_struct(body.struct, "some")
    message = written.schema().messages["some"]
    payload = body.payloads(np.frombuffer(data, np.uint8).reshape(1, -1))
    found: np.ndarray[Any, Any] = payload.view(message.dtype())[0]
    return found


def flat(value: Any) -> list[Any]:
    """All numbers of a struct of numpy, or of a message of rosbags, in order."""
    if isinstance(value, np.void):
        # Those of numpy are sorted by their place.
        names = sorted(value.dtype.names or (), key=lambda one: value.dtype.fields[one][1])  # type: ignore[index]
        return [one for name in names for one in flat(value[name])]
    if isinstance(value, (np.ndarray, list)):
        return [number for one in value for number in flat(one)]
    if hasattr(value, "__dataclass_fields__"):
        names = [name for name in value.__dataclass_fields__ if not name.startswith("__")]
        return [one for name in names for one in flat(getattr(value, name))]
    return [value]


class RandomTypes:
    """Types with members of any kind and place, and values of them."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.texts: dict[str, list[tuple[str, str, int]]] = {}
        self.make("Some", 0)

    def make(self, name: str, depth: int) -> None:
        members = []
        for number in range(self.random.randint(1, 6)):
            type_ = self.random.choice([*NUMBERS])
            if depth < 3 and self.random.random() < 0.3:
                type_ = f"Inner{depth}{number}{name.lower()}".replace("inner", "")
                self.make(type_, depth + 1)
            count = self.random.choice([0, 0, 1, 2, 3, 5])
            members.append((type_, f"m{number}", count))
        self.texts[name] = members

    def text(self) -> str:
        def lines(name: str) -> str:
            return "".join(
                f"{type_ if type_ in NUMBERS else f'pkg/{type_}'}{f'[{count}]' if count else ''} "
                f"{member}\n"
                for type_, member, count in self.texts[name]
            )

        others = [one for one in self.texts if one != "Some"]
        return lines("Some") + "".join(f"{SEPARATOR}MSG: pkg/{one}\n{lines(one)}" for one in others)

    def value(self, types: Any, name: str = "Some") -> Any:
        made = {}
        for type_, member, count in self.texts[name]:
            if type_ not in NUMBERS:
                some = [self.value(types, type_) for _ in range(max(1, count))]
                made[member] = some if count else some[0]
                continue
            dtype = np.dtype(NUMBERS[type_])
            size = max(1, count) * dtype.itemsize
            if dtype.kind == "b":
                values = np.array([self.random.random() < 0.5 for _ in range(size)])
            elif dtype.kind == "f":
                values = np.array([self.random.uniform(-9, 9) for _ in range(max(1, count))], dtype)
            else:
                values = np.frombuffer(self.random.randbytes(size), dtype)
            made[member] = values if count else values[0].item()
        return types[f"pkg/msg/{name}"](**made)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_rosbags_writes_is_read(seed: int) -> None:
    made = RandomTypes(seed)
    text = made.text()
    for store, dialect in ((Stores.EMPTY, "ros2"), (Stores.EMPTY, "ros1")):
        types = get_typestore(store)
        types.register(get_types_from_msg(text, "pkg/msg/Some"))
        value = made.value(types.types)
        if dialect == "ros1":
            data = [bytes(types.serialize_ros1(value, "pkg/msg/Some"))]
        else:
            data = [
                bytes(types.serialize_cdr(value, "pkg/msg/Some", little_endian=little))
                for little in (True, False)
            ]
        for one in data:
            assert flat(read(text, one, dialect)) == flat(value), text  # type: ignore[arg-type]


def test_byte_orders_of_one_run_of_messages() -> None:
    body = ForeignTypes().body("pkg/msg/Some", "uint8 a\nuint32 b\n", "ros2")
    data = np.array(
        [[0, 1, 0, 0, 7, 0, 0, 0, 4, 3, 2, 1], [0, 0, 0, 0, 7, 0, 0, 0, 1, 2, 3, 4]], np.uint8
    )
    assert body.payloads(data).view("u4")[:, 1].tolist() == [0x01020304] * 2


def test_what_stands_in_a_line() -> None:
    text = (
        '# A note.\nint32 FIRST=1 # a constant\nstring WORD="a#b"\n'
        "float64 volts 1.5  # [V] Mean.\n"
        "  byte[2]   raw\nchar letter\r\nHeader head\n"
        f"{SEPARATOR}MSG: std_msgs/Header\nTime stamp\n"
        f"{SEPARATOR}MSG: std_msgs/Time\nuint16 x\n"
    )  # fmt: skip
    struct = ForeignTypes().body("pkg/msg/Some", text, "ros2").struct
    names = [(one.name, one.c_type, one.unit, one.doc) for one in struct.fields]
    assert names == [
        ("volts", "double", "V", "Mean."),
        ("raw", "uint8_t[2]", None, ""),
        ("letter", "uint8_t", None, ""),
        ("head", "struct std_msgs_Header", None, ""),
    ]


@pytest.mark.parametrize(
    ("text", "dialect", "problem"),
    [
        ("string a", "ros2", r"pkg/msg/Some.a is a string, which has no fixed size"),
        ("string<=5 a", "ros2", r"Some.a is a string"),
        ("uint8[] a", "ros2", r"Some.a is uint8\[\], which has no fixed size"),
        ("uint8[<=5] a", "ros2", r"Some.a is uint8\[<=5\], which has no fixed size"),
        ("other/Thing a", "ros2", r"Some.a: the definition of other/Thing is missing"),
        ("Thing a", "ros1", r"Some.a: the definition of pkg/Thing is missing"),
        ("Some a", "ros2", r"structs in structs, without an end"),
        ("uint8[0] a", "ros2", r"an array of 0 elements"),
        ("uint8[99999999999] a", "ros2", r"an array of 99999999999 elements"),
        ("uint8", "ros2", r"'uint8' is no line of a definition"),
        ("uint8 a\nuint8 a", "ros2", r"there are two fields 'a'"),
        ("", "ros1", r"pkg/Some has no fields"),
        (f"uint8 a\n{SEPARATOR}IDL: pkg/Other\n", "ros2", r"begins no definition"),
    ],
)
def test_what_cannot_be_read(text: str, dialect: Dialect, problem: str) -> None:
    with pytest.raises(DefinitionError, match=problem):
        ForeignTypes().body("pkg/msg/Some", text, dialect)


def test_data_that_are_not_as_defined() -> None:
    body = ForeignTypes().body("pkg/msg/Some", "uint16 a", "ros2")

    def payload(*data: int) -> list[int]:
        rows = np.array([data], np.uint8)
        return [int(one) for one in body.payloads(rows).view("u2")[:, 0]]

    assert payload(0, 1, 0, 0, 5, 0) == [5]
    assert payload(0, 1, 0, 0, 5, 0, 9, 9) == [5]  # some writers fill up to four bytes
    with pytest.raises(McapError, match="a message of pkg_Some has 10 bytes, not 6"):
        payload(0, 1, 0, 0, 5, 0, 0, 0, 0, 0)
    with pytest.raises(McapError, match="has 5 bytes, not 6"):
        payload(0, 1, 0, 0, 5)
    with pytest.raises(McapError, match="is encoded as 0x0007, not as plain CDR"):
        payload(0, 7, 0, 0, 5, 0)


def test_two_texts_of_one_name() -> None:
    types = ForeignTypes()
    first = types.body("pkg/msg/Some", "uint16 a", "ros2").struct
    other = types.body("pkg/msg/Some", "uint32 a", "ros2").struct
    again = types.body("pkg/msg/Some", "uint16 a", "ros2").struct
    assert (first.name, other.name) == ("pkg_Some", "pkg_Some_2")
    assert again is first


def test_an_empty_message_has_a_byte() -> None:
    assert flat(read("", b"\0\1\0\0\0")) == [0]
