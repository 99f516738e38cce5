"""The driver for microcontrollers: what it compiles for, each function, and whole sessions."""

from __future__ import annotations

import ctypes
import json
import shutil
import socket
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cwire_structs import control, frames, serial_line
from cwire_structs.control import Heartbeat, Hello
from cwire_structs.schema import Schema
from support.folders import shared_folder
from support.mini import MINI, ROOM, TARGETS, Piped, Target, build, needs
from support.processes import ROOT, Running

SAMPLES, LAMP, SET_LAMP, LOAD_TABLE = 1, 2, 16, 17
FREESTANDING = ("-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror")
INCLUDE = f"-I{ROOT / 'c_driver' / 'include'}"
# Debian's arm-none-eabi-gcc makes the same, and has 436 MB.
THUMB = ("arm-linux-gnueabihf-gcc", "-mthumb", "-mfloat-abi=soft")
COMPILERS = {
    "cortex-m0": (*THUMB, "-mcpu=cortex-m0", *FREESTANDING),
    "cortex-m4": (*THUMB, "-mcpu=cortex-m4", *FREESTANDING),
    "avr": (*("avr-gcc", "-mmcu=atmega2560"), *FREESTANDING),
    "here": ("cc", *FREESTANDING),
    "c++": ("c++", "-x", "c++", *FREESTANDING[1:]),
}
LARGEST = {"cortex-m0": 3000, "cortex-m4": 3000, "avr": 6500}


@pytest.mark.parametrize("name", COMPILERS)
def test_it_needs_no_library(name: str, tmp_path: Path) -> None:
    compiler, *flags = COMPILERS[name]
    if shutil.which(compiler) is None:
        pytest.skip(f"there is no {compiler} here (tests/install_cross_compilers.sh)")
    made = tmp_path / "mini.o"
    source = MINI / "cwire_mini.c"
    flags += ["-ffreestanding", "-Os", INCLUDE, "-c", str(source), "-o", str(made)]
    result = subprocess.run([compiler, *flags], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    sizes = subprocess.run(["size", made], capture_output=True, text=True).stdout.splitlines()
    text, data, zeros = map(int, sizes[1].split()[:3])
    assert text <= LARGEST.get(name, 8000)
    assert (name, data + zeros) == (name, 0)  # it has no globals
    symbols = subprocess.run(["nm", "-u", made], capture_output=True, text=True).stdout.split()
    # gcc's own: copying, dividing, and what AVR's functions share.
    own = {"memcpy", "memset", "_GLOBAL_OFFSET_TABLE_", "__stack_chk_fail"}
    missing = {one for one in symbols if one != "U"} - own
    assert {one for one in missing if not one.startswith("__")} == set()


# Functions one by one, called from here


class Options(ctypes.Structure):
    _fields_: ClassVar = [
        ("schema", ctypes.c_void_p),
        ("line", ctypes.c_int),
        ("write", ctypes.c_void_p),
        ("command", ctypes.c_void_p),
        ("user", ctypes.c_void_p),
        ("room", ctypes.c_void_p),
        ("room_bytes", ctypes.c_size_t),
        ("space", ctypes.c_void_p),
        ("clock", ctypes.c_void_p),
        ("heartbeat_ms", ctypes.c_uint32),
    ]


class Message(ctypes.Structure):
    _fields_: ClassVar = [
        ("id", ctypes.c_uint16),
        ("reply", ctypes.c_uint16),
        ("command", ctypes.c_uint8),
        ("size", ctypes.c_uint32),
        ("tail_size", ctypes.c_uint32),
        ("name", ctypes.c_char_p),
    ]


class SchemaStruct(ctypes.Structure):
    _fields_: ClassVar = [
        ("name", ctypes.c_char_p),
        ("json", ctypes.c_char_p),
        ("json_size", ctypes.c_size_t),
        ("messages", ctypes.c_void_p),
        ("count", ctypes.c_size_t),
    ]


TRAP = "-fsanitize-undefined-trap-on-error"  # the sanitizer's library is not in Python
WRITE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint8), ctypes.c_size_t)
SPACE = ctypes.CFUNCTYPE(ctypes.c_size_t, ctypes.c_void_p)
CLOCK = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p)
COMMAND = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
SERIAL, STREAM = 0, 1
FIXED, TAIL, ASK = 1, 2, 16


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    with shared_folder(tmp_path_factory, "mini-library") as folder:
        made = folder / "mini.so"
        if not made.exists():
            flags = ["-O1", "-fPIC", "-shared", "-fsanitize=undefined", TRAP]
            source = str(MINI / "cwire_mini.c")
            subprocess.run(["gcc", *flags, INCLUDE, source, "-o", str(made)], check=True)
    return ctypes.CDLL(str(made))


class Link:
    """A link whose bytes are kept."""

    def __init__(self, library: ctypes.CDLL, line: int = SERIAL, **more: Any) -> None:
        self.library = library
        self.line = bytearray()
        self.space = 1 << 20
        self.answers: Callable[[], int] = lambda: 0
        rows = (Message * 3)(
            Message(FIXED, 0, 0, 8, 0, b"fixed"),
            Message(TAIL, 0, 0, 4, 2, b"tail"),
            Message(ASK, FIXED, 1, 4, 0, b"ask"),
        )
        schema = SchemaStruct(b"unit", b"{ }", 3, ctypes.addressof(rows), more.pop("count", 3))
        room = (ctypes.c_uint64 * 8)()
        functions = (
            WRITE(lambda _, at, size: self.line.extend(at[:size])),
            COMMAND(lambda *_: self.answers()),
            SPACE(lambda _: self.space),
            CLOCK(lambda _: 77),
        )
        write, command, space, clock = (ctypes.cast(f, ctypes.c_void_p) for f in functions)
        fields = {
            "schema": ctypes.addressof(schema),
            "line": line,
            "write": write,
            "command": command,
            "room": ctypes.addressof(room),
            "room_bytes": ctypes.sizeof(room),
            **({"space": space} if more.pop("has_space", False) else {}),
            **({"clock": clock} if more.pop("has_clock", False) else {}),
        }
        epoch = ctypes.c_uint64(more.pop("epoch", 9))
        self.options = Options(**{**fields, **more})
        self._kept = rows, schema, room, functions
        self.state = ctypes.create_string_buffer(1024)
        self.begun = library.cwire_mini_begin(self.state, ctypes.byref(self.options), epoch)

    def publish(self, id_: int, payload: bytes) -> int:
        return int(
            self.library.cwire_mini_publish(self.state, id_, payload, ctypes.c_size_t(len(payload)))
        )

    def receive(self, data: bytes) -> int:
        size = ctypes.c_size_t(len(data))
        return int(self.library.cwire_mini_receive(self.state, data, size))

    def say(self, *whole: bytes) -> int:
        serial = self.options.line == SERIAL
        return self.receive(b"".join(map(serial_line.encode, whole) if serial else whole))

    def tick(self, now: int) -> None:
        self.library.cwire_mini_tick(self.state, ctypes.c_uint32(now))

    def said(self) -> list[tuple[frames.Header, bytes]]:
        """The frames that it has sent since."""
        line = bytes(self.line)
        self.line.clear()
        if self.options.line == SERIAL:
            decoder = serial_line.LineDecoder()
            line = decoder.feed(b"\0" + line)
            assert decoder.damaged == 0
        found, position = [], 0
        while position < len(line):
            header = frames.unpack_header(line, position)
            begin, position = position, position + frames.span(header.size)
            found.append((header, line[begin + frames.HEADER_SIZE : begin + header.size]))
        return found

    def listened(self) -> None:
        self.say(control.answer())
        self.line.clear()


def hellos(said: list[tuple[frames.Header, bytes]]) -> list[control.Control | None]:
    return [control.parse_control(payload) for _, payload in said]


HELLO = Hello(1, 9, 64, 1.0, "unit", b"{ }")


@pytest.mark.parametrize("line", [SERIAL, STREAM])
@given(payload=st.binary(min_size=2, max_size=400).map(lambda data: data[: len(data) // 2 * 2]))
def test_what_it_sends_is_what_python_sends(
    library: ctypes.CDLL, line: int, payload: bytes
) -> None:
    link = Link(library, line, has_clock=True)
    library.cwire_mini_connected(link.state)
    link.listened()
    assert link.publish(TAIL, b"abcd" + payload) == 0
    frame = frames.pack(TAIL, b"abcd" + payload, time_ns=77)
    assert bytes(link.line) == (serial_line.encode(frame) if line == SERIAL else frame)


def test_it_begins_with_its_hello_and_says_it_again_until_it_is_answered(
    library: ctypes.CDLL,
) -> None:
    link = Link(library)
    assert hellos(link.said()) == [HELLO]
    for now in (5_000, 5_999):
        link.tick(now)
        assert link.said() == []
    link.tick(6_000)
    assert hellos(link.said()) == [HELLO]
    link.tick(6_500)
    link.say(control.greet())
    assert hellos(link.said()) == [HELLO]
    link.say(control.answer(), control.interest([1, 2]))
    for now in (6_501, 7_500):
        link.tick(now)
        assert link.said() == []
    link.tick(7_501)
    assert hellos(link.said()) == [Heartbeat()]
    link.publish(FIXED, bytes(8))
    link.said()
    link.tick(2**32 - 1)
    assert hellos(link.said()) == [Heartbeat()]
    link.tick(998)  # the counter of milliseconds has wrapped
    assert link.said() == []
    link.tick(999)
    assert hellos(link.said()) == [Heartbeat()]


def test_by_tcp_it_says_hello_to_each_that_connects(library: ctypes.CDLL) -> None:
    link = Link(library, STREAM)
    assert link.said() == []
    link.tick(5000)
    assert link.say(control.answer()) == 0
    assert link.said() == []
    library.cwire_mini_connected(link.state)
    assert hellos(link.said()) == [HELLO]
    link.tick(10_000)
    link.tick(11_000)
    assert hellos(link.said()) == [Heartbeat()]
    link.say(control.answer())
    assert library.cwire_mini_listened(link.state) == 1
    library.cwire_mini_disconnected(link.state)
    assert library.cwire_mini_listened(link.state) == 0
    assert link.publish(FIXED, bytes(8)) == 0
    assert link.said() == []
    library.cwire_mini_connected(link.state)
    link.listened()
    link.publish(FIXED, bytes(8))
    assert [header.sequence for header, _ in link.said()] == [1]


def test_sequences_count_what_was_published(library: ctypes.CDLL) -> None:
    link = Link(library, has_space=True)
    for _ in range(3):
        link.publish(FIXED, bytes(8))
    link.listened()
    link.publish(FIXED, bytes(8))
    link.space = 38
    assert link.publish(FIXED, bytes(8)) == -12  # CWIRE_EBUSY: a frame of 24 + 8 + 4, packed
    link.space = 39
    assert link.publish(FIXED, bytes(8)) == 0
    link.publish(TAIL, bytes(6))
    assert [(header.type, header.sequence) for header, _ in link.said()] == [
        (FIXED, 3),
        (FIXED, 5),
        (TAIL, 0),
    ]


def test_what_is_not_of_the_schema_is_not_published(library: ctypes.CDLL) -> None:
    link = Link(library)
    assert link.publish(FIXED, bytes(7)) == -4
    assert link.publish(TAIL, bytes(5)) == -4
    assert link.publish(TAIL, bytes(2)) == -4
    assert link.publish(ASK, bytes(4)) == -3
    assert link.publish(3, bytes(4)) == -3


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"schema": None}, -1),
        ({"write": None}, -1),
        ({"room": None}, -1),
        ({"room_bytes": 63}, -1),
        ({"epoch": 0}, -1),
        ({"count": 17}, -6),
    ],
)
def test_what_it_cannot_begin_with(
    library: ctypes.CDLL, options: dict[str, Any], code: int
) -> None:
    link = Link(library, **options)
    assert link.begun == code
    assert link.line == b""


def replies(link: Link, type_: int, payload: bytes) -> list[tuple[int, int, bytes]]:
    link.say(frames.pack(type_, payload, request=5))
    said = link.said()
    assert all(header.request == 5 for header, _ in said)
    return [(header.type, header.flags, payload) for header, payload in said]


def error(code: int, text: str) -> list[tuple[int, int, bytes]]:
    return [(ASK, frames.REPLY | frames.ERROR, frames.error_payload(code, text))]


@pytest.mark.parametrize("line", [SERIAL, STREAM])
def test_commands(library: ctypes.CDLL, line: int) -> None:
    link = Link(library, line)
    library.cwire_mini_connected(link.state)
    link.listened()
    assert replies(link, ASK, bytes(4)) == [(ASK, frames.REPLY, b"")]
    link.answers = lambda: -5
    assert replies(link, ASK, bytes(4)) == error(-5, "the command failed")
    link.answers = lambda: 2  # CWIRE_LATER
    assert replies(link, ASK, bytes(4)) == []
    size = "the payload's size is not the one in the schema"
    assert replies(link, ASK, bytes(5)) == error(-4, size)
    room = "the command is larger than the driver's memory for one"
    assert replies(link, ASK, bytes(40)) == error(-4, size)
    for large in (41, 64, 500):
        assert replies(link, ASK, bytes(large)) == error(-6, room)
    for unknown in (FIXED, 3, 0xEFFF):
        ((type_, flags, payload),) = replies(link, unknown, bytes(4))
        assert (type_, flags) == (unknown, frames.REPLY | frames.ERROR)
        assert frames.parse_error(payload) == (-3, "the schema has no such command")
    link.answers = lambda: 0
    assert replies(link, ASK, bytes(4)) == [(ASK, frames.REPLY, b"")]


def test_without_a_handler(library: ctypes.CDLL) -> None:
    link = Link(library, command=None)
    link.listened()
    text = "the driver has no handler for this command"
    assert replies(link, ASK, bytes(4)) == error(-11, text)


def test_a_damaged_command_is_counted_and_not_carried_out(library: ctypes.CDLL) -> None:
    link = Link(library)
    link.listened()
    line = serial_line.encode(frames.pack(ASK, b"abcd", request=5))
    for place in range(1, len(line) - 1):
        for byte in {0, 1, 255, line[place] ^ 0x10} - {line[place]}:
            link.receive(line[:place] + bytes([byte]) + line[place + 1 :])
        link.receive(line[:place] + line[place + 1 :])
    assert link.said() == []
    link.receive(line)
    assert len(link.said()) == 1


@given(st.lists(st.binary(max_size=120), max_size=6))
def test_noise_is_survived(library: ctypes.CDLL, noise: list[bytes]) -> None:
    link = Link(library)
    link.listened()
    for each in noise:
        link.receive(each)
    assert link.said() == []
    link.receive(b"\0")
    assert replies(link, ASK, bytes(4)) == [(ASK, frames.REPLY, b"")]


@pytest.mark.parametrize("size", [0, 23, 0x4000001, 2**32 - 1])
def test_a_broken_stream_is_to_be_closed(library: ctypes.CDLL, size: int) -> None:
    link = Link(library, STREAM)
    library.cwire_mini_connected(link.state)
    assert link.receive(struct.pack("<I", size) + bytes(20)) == -9


def test_after_a_bye_it_is_silent(library: ctypes.CDLL) -> None:
    link = Link(library)
    link.listened()
    link.say(control.bye(0, "over"))
    assert library.cwire_mini_listened(link.state) == 0
    link.publish(FIXED, bytes(8))
    assert link.said() == []


# Whole programs


@pytest.fixture(scope="session", params=TARGETS)
def target(request: pytest.FixtureRequest) -> Target:
    found = TARGETS[request.param]
    needs(found)
    return found


@pytest.fixture(scope="session")
def program(target: Target, tmp_path_factory: pytest.TempPathFactory) -> Path:
    with shared_folder(tmp_path_factory, f"mini-{target.name}") as folder:
        return build(target, folder)


def test_a_session_on_a_serial_line(target: Target, program: Path) -> None:
    order = "big" if target.name == "powerpc" else "little"
    integer = ">I" if order == "big" else "<I"
    with Piped(*target.run, program, "-", "200") as board:
        # Not answered yet: it neither publishes nor takes commands.
        board.send(frames.pack(SET_LAMP, struct.pack(integer, 1), request=1))
        board.send(control.greet())
        hello, asked = (
            control.parse_control(board.receive_type(frames.CONTROL)[1]) for _ in range(2)
        )
        assert isinstance(hello, Hello)
        assert hello == asked
        schema = Schema.from_json(hello.schema)
        assert json.loads(hello.schema)["byte_order"] == order
        assert (hello.name, hello.frame_bytes, hello.heartbeat) == ("sensor", ROOM, 1.0)
        assert hello.epoch != 0
        board.send(control.answer(), control.interest([SAMPLES, LAMP]))
        samples = schema.by_id[SAMPLES]
        first, payload = board.receive_type(SAMPLES)
        assert (len(payload), first.time_ns) == (samples.size, 0)
        (number,) = struct.unpack_from(integer, payload)
        assert number == 256 * first.sequence
        assert board.receive()[0].sequence == first.sequence + 1
        board.send(frames.pack(SET_LAMP, struct.pack(integer, 40), request=2))
        header, payload = board.receive_type(LAMP)
        assert (header.flags, struct.unpack(f"{integer}I", payload)) == (0, (40, 1))
        header, payload = board.receive_type(LAMP)
        assert (header.flags, header.request) == (frames.REPLY, 2)
        assert struct.unpack(f"{integer}I", payload) == (40, 1)
        board.send(frames.pack(SET_LAMP, struct.pack(integer, 101), request=3))
        header, payload = board.receive_type(SET_LAMP)
        assert frames.parse_error(payload) == (-5, "brightness is 0 to 100 %")
        board.send(frames.pack(LOAD_TABLE, bytes(256), request=4))
        header, payload = board.receive_type(LOAD_TABLE)
        assert frames.parse_error(payload)[0] == -6
        # Asked again, it says hello, and waits for the answer.
        board.send(control.greet())
        again = control.parse_control(board.receive_type(frames.CONTROL)[1])
        assert again == hello
        board.send(control.answer())
        assert board.receive()[0].type == SAMPLES
        assert board.decoder.damaged == 0


def test_a_session_by_tcp(target: Target, program: Path) -> None:
    with Running(*target.run, program, "0", "200") as board:
        port = int(board.wait_for("listening at").rpartition(":")[2])
        epochs = set()
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", port)) as sock, sock.makefile("rb") as file:

                def receive(file: Any = file) -> tuple[frames.Header, bytes]:
                    header = frames.unpack_header(file.read(frames.HEADER_SIZE))
                    rest = file.read(frames.span(header.size) - frames.HEADER_SIZE)
                    return header, rest[: header.size - frames.HEADER_SIZE]

                hello = control.parse_control(receive()[1])
                assert isinstance(hello, Hello)
                epochs.add(hello.epoch)
                sock.sendall(control.answer())
                while receive()[0].type != SAMPLES:
                    pass
                sock.sendall(frames.pack(LOAD_TABLE, bytes(256), request=4))
                header, payload = receive()
                while header.type != LOAD_TABLE:
                    header, payload = receive()
                assert frames.parse_error(payload)[0] == -6
                sock.sendall(bytes(24))  # no frame: it hangs up
                while file.read(1024):
                    pass
        assert len(epochs) == 1
