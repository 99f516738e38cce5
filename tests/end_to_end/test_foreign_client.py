"""A client written from PROTOCOL.md alone, with another WebSocket library, against the real relay.

It imports nothing of cwire: what it needs to know and cannot read in PROTOCOL.md is missing there.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from support.processes import Relay

REPLY, ERROR = 1, 2
OWN_TYPES = 0xF000
HEADER = struct.Struct("<IHBBIIQ")


class Frame(NamedTuple):
    type: int
    flags: int
    source: int
    sequence: int
    request: int
    time_ns: int
    payload: bytes


def split(message: bytes) -> Iterator[Frame]:
    """The frames of a binary message."""
    offset = 0
    while offset < len(message):
        size, *rest = HEADER.unpack_from(message, offset)
        yield Frame._make([*rest, message[offset + HEADER.size : offset + size]])
        offset += (size + 7) // 8 * 8


def dtype(schema: dict[str, Any], name: str, payload: int) -> np.dtype[Any]:
    """The numpy dtype of a type of the schema, in a payload of so many bytes."""

    def of(kind: dict[str, Any], room: int) -> Any:
        match kind["kind"]:
            case "array":
                return of(kind["of"], room), tuple(kind["shape"])
            case "struct":
                return dtype(schema, kind["struct"], schema["types"][kind["struct"]]["size"])
            case "tail":
                return of(kind["of"], room), (room // kind["stride"],)
            case _:
                return kind["np"]

    fields = schema["types"][name]["fields"]
    return np.dtype(
        {
            "names": [field["name"] for field in fields],
            "formats": [of(field["type"], payload - field["offset"]) for field in fields],
            "offsets": [field["offset"] for field in fields],
            "itemsize": payload,
        }
    )


def decode(schema: dict[str, Any], frame: Frame) -> Any:
    """The payload as a record."""
    name = schema["messages"][str(frame.type)]["type"]
    return np.frombuffer(frame.payload, dtype(schema, name, len(frame.payload)))[0]


class Client:
    """A client that does what it must, and no more."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.dropped: dict[tuple[int, str, str], int] = {}
        self.covered = -1
        self.hello = self.text("hello")
        driver = next(one for one in self.hello["drivers"] if one["name"] == "demo")
        while driver["state"] != "up":
            news = self.text("driver")["driver"]
            driver = {**driver, **news}
        self.driver = driver
        self.schema: dict[str, Any] = driver["schema"]
        self.ids = {m["name"]: int(id_) for id_, m in self.schema["messages"].items()}

    def say(self, op: str, **fields: Any) -> None:
        self._socket.send(json.dumps({"op": op, **fields}))

    def read(self) -> dict[str, Any] | list[Frame]:
        """The next message; `dropped` goes into the books."""
        while True:
            message = self._socket.recv(timeout=30)
            if isinstance(message, bytes):
                return list(split(message))
            text: dict[str, Any] = json.loads(message)
            if text["op"] != "dropped":
                return text
            self.dropped[text["id"], text["message"], text["reason"]] = text["count"]
            self.covered = max(self.covered, text["sequence"])

    def text(self, op: str) -> dict[str, Any]:
        message = self.read()
        while isinstance(message, list):
            message = self.read()
        assert message["op"] == op, message
        return message

    def frames(self) -> Iterator[Frame]:
        while True:
            message = self.read()
            assert isinstance(message, list), message
            yield from message

    def subscribe(self, id_: int, *messages: str, **options: Any) -> dict[str, Any]:
        """Subscribes; the one stream that it stands for."""
        self.say("subscribe", id=id_, messages=list(messages), **options)
        answer = self.text("subscribed")
        assert answer["id"] == id_
        (stream,) = answer["streams"]
        return dict(stream)

    def command(self, name: str, request: int, **fields: Any) -> None:
        """Sends a command as a frame."""
        described = self.schema["types"][self.schema["messages"][str(self.ids[name])]["type"]]
        payload = np.zeros(1, dtype(self.schema, name, described["size"]))
        for field, value in fields.items():
            payload[field] = value
        data = payload.tobytes()
        session, source = self.driver["session"], self.driver["source"]
        size = HEADER.size + len(data)
        head = HEADER.pack(size, self.ids[name], 0, source, session, request, 0)
        self._socket.send(head + data + bytes(-size % 8))

    def reply(self, request: int) -> Frame:
        return next(f for f in self.frames() if f.flags & REPLY and f.request == request)


@contextmanager
def connected(relay: Relay) -> Iterator[Client]:
    with connect(
        relay.url,
        subprotocols=[Subprotocol("cwire.v1")],
        additional_headers={"Authorization": f"Bearer {relay.token}"},
        compression=None,
        max_size=None,
        # The answer to its goodbye lies behind frames that nobody reads any more.
        close_timeout=0.1,
    ) as socket:
        yield Client(socket)


@pytest.fixture
def client(relay: Relay) -> Iterator[Client]:
    with connected(relay) as client:
        yield client


def samples(client: Client, frame: Frame) -> npt.NDArray[Any]:
    return np.asarray(decode(client.schema, frame)["samples"])


def test_frames_are_decoded_by_the_schema(client: Client) -> None:
    assert client.hello["protocol"] == 1
    stream = client.subscribe(1, "scope_block")
    assert stream["type"] == client.ids["scope_block"]
    frames = client.frames()
    blocks = [next(frames) for _ in range(10)]
    assert {frame.source for frame in blocks} == {client.driver["source"]}
    sequences = [frame.sequence for frame in blocks]
    assert sequences == list(range(sequences[0], sequences[0] + 10))
    records = [decode(client.schema, frame) for frame in blocks]
    assert {int(record["channel"]) for record in records} == {0, 1}
    assert all(np.isfinite(record["samples"]).all() for record in records)
    client.say("unsubscribe", id=1)
    client.text("unsubscribed")
    client.subscribe(2, "camera_tile")
    tile = decode(client.schema, next(client.frames()))
    assert len(tile["pixels"]) == tile["width"] * tile["height"]


def test_history_and_latest(relay: Relay, client: Client) -> None:
    client.subscribe(1, "scope_block")
    early = client.frames()
    for _ in range(20):
        newest = next(early).sequence
    with connected(relay) as late:
        stream = late.subscribe(1, "scope_block", history={"frames": 10})
        assert stream["first_sequence"] >= newest - 9
        frames = late.frames()
        sequences = [next(frames).sequence for _ in range(20)]
        assert sequences == list(range(stream["first_sequence"], stream["first_sequence"] + 20))
        late.say("unsubscribe", id=1)
        late.text("unsubscribed")
        stream = late.subscribe(2, "scope_block", policy="latest", max_rate=20)
        frames = late.frames()
        got = [next(frames).sequence for _ in range(5)]
        assert got == sorted(set(got))
        gone = sum(count for (id_, *_), count in late.dropped.items() if id_ == 2)
        assert gone + len(got) >= got[-1] - stream["first_sequence"] + 1
        assert {reason for id_, _, reason in late.dropped if id_ == 2} <= {"conflated", "rate"}


def test_decimation(client: Client) -> None:
    stream = client.subscribe(1, "scope_block", decimate=16)
    assert (stream["message"], stream["of"], stream["decimate"]) == (
        "scope_block_by_16",
        "scope_block",
        16,
    )
    assert stream["type"] >= OWN_TYPES
    whole = client.subscribe(2, "scope_block")
    small: dict[int, Frame] = {}
    large: dict[int, Frame] = {}
    for frame in client.frames():
        {stream["type"]: small, whole["type"]: large}[frame.type][frame.sequence] = frame
        if len(both := small.keys() & large.keys()) == 5:
            break
    for sequence in both:
        rows = samples(client, large[sequence]).reshape(-1, 16)
        record = decode(stream["schema"], small[sequence])
        assert small[sequence].time_ns == large[sequence].time_ns
        assert (record["samples_min"] == rows.min(axis=1)).all()
        assert (record["samples_max"] == rows.max(axis=1)).all()


def test_a_window_and_what_is_dropped_behind_it(relay: Relay, client: Client) -> None:
    client.command("stop", 1)
    client.reply(1)
    client.say("window", bytes=100_000)
    stream = client.subscribe(1, "scope_block")
    client.command("set_acquisition", 2, sample_rate=1e7)
    client.command("start", 3)
    received = 0
    sequences: list[int] = []

    def take(message: list[Frame]) -> int:
        own = [frame for frame in message if not frame.flags & REPLY]
        sequences.extend(frame.sequence for frame in own)
        return sum((HEADER.size + len(frame.payload) + 7) // 8 * 8 for frame in own)

    with connected(relay) as watcher:
        # Until more has come to the relay than it keeps for a client that does not acknowledge.
        frames = 0
        while frames < 12_000:
            watcher.say("status")
            (driver,) = watcher.text("status")["drivers"]
            frames = driver["frames"]
        watcher.command("stop", 1)
        watcher.reply(1)
    # This reply stands behind all frames.
    client.command("get_status", 4)
    replies: dict[int, Frame] = {}
    while 4 not in replies:
        message = client.read()
        assert isinstance(message, list)
        received += take(message)
        replies.update({frame.request: frame for frame in message if frame.flags & REPLY})
        client.say("ack", bytes=received)
    status = decode(client.schema, replies[4])
    assert client.dropped[1, "scope_block", "relay"] > 0
    assert {reason for *_, reason in client.dropped} <= {"relay", "driver"}
    assert sequences == sorted(set(sequences))
    dropped = sum(client.dropped.values())
    first = stream["first_sequence"]
    if first is None:  # the relay had seen none yet: it begins with the first that came
        first = sequences[0]
    published = max(sequences[-1], client.covered) + 1
    assert published - first == len(sequences) + dropped
    assert published == status["blocks"]
    client.say("ack", bytes=received + 1)
    assert client.text("error")["code"] == "bad_request"
    client.say("window", bytes=None)


def test_json(client: Client) -> None:
    client.say("subscribe", id=1, messages=["driver_status"], format="json")
    client.text("subscribed")
    message = client.text("message")
    assert (message["id"], message["driver"], message["message"]) == (1, "demo", "driver_status")
    assert int(message["time_ns"]) > 1e18
    fields = message["fields"]
    assert fields["running"] is True
    assert fields["acquisition"]["trigger"] in {"FREE_RUN", "RISING_EDGE"}
    assert np.array(fields["calibration"]).shape == (2, 3)
    client.say("unsubscribe", id=1)
    while client.read() != {"op": "unsubscribed", "id": 1}:
        pass
    client.say("command", id=7, name="set_waveform", fields={"frequency": 5, "shape": "SQUARE"})
    reply = client.text("reply")
    assert (reply["id"], reply["driver"], reply["message"]) == (7, "demo", "waveform")
    assert (reply["fields"]["frequency"], reply["fields"]["shape"]) == (5.0, "SQUARE")
    number = 2**64 - 1
    client.say("command", id=8, driver="demo", name="echo", fields={"number": str(number)})
    assert client.text("reply")["fields"]["number"] == str(number)
    client.say("command", id=9, name="start")
    reply = client.text("reply")
    assert (reply["id"], reply["message"], reply["fields"]) == (9, None, None)
    client.say("command", id=10, name="set_waveform", fields={"frequency": -1})
    assert client.text("error")["id"] == 10
    clips = {"channel": 1, "amplitude": 10, "offset": 5}
    client.say("command", id=11, name="set_waveform", fields=clips)
    client.text("reply")
    client.say("command", id=12, name="self_test", fields={"channel": 1})
    error = client.text("reply")["error"]
    assert set(error) == {"code", "name", "text"}
    assert "clips" in error["text"]


def test_commands(client: Client) -> None:
    client.command("set_waveform", 5, channel=1, frequency=7.5, amplitude=1.5)
    reply = client.reply(5)
    assert reply.type == client.ids["waveform"]
    assert reply.source == client.driver["source"]
    waveform = decode(client.schema, reply)
    assert (waveform["channel"], waveform["frequency"]) == (1, 7.5)
    client.command("start", 6)
    ok = client.reply(6)
    assert (ok.type, ok.flags, ok.payload) == (client.ids["start"], REPLY, b"")
    client.command("set_waveform", 7, channel=99)
    refused = client.reply(7)
    assert (refused.type, refused.flags) == (client.ids["set_waveform"], REPLY | ERROR)
    (code,) = struct.unpack_from("<i", refused.payload)
    assert code < 0
    assert refused.payload[4:].decode()
    client.driver["session"] += 1
    client.command("start", 8)
    stale = client.reply(8)
    assert struct.unpack_from("<i", stale.payload) == (-15,)
    assert stale.source == 255
