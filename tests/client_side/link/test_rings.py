"""Rings that a client reads beside its relay: what comes which way, and every way to end.

The driver's ring is real memory, its socket a real one; the relay is what the tests say.
"""

from __future__ import annotations

import asyncio
import gc
import json
import resource
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cwire.link import attaching, driver_ring
from cwire.link.rings import Rings
from cwire.session.drivers import Driver
from cwire.session.events import Refused, RingAnswer
from cwire.session.options import Options
from cwire.session.session import Session
from cwire_structs import control, frames
from support import schemas
from support.fake_driver import ticks
from support.fake_relay import driver as report
from support.fake_relay import ticks as by_relay
from support.fake_ring import FakeRing
from support.processes import open_files
from support.ring_driver import RingDriver
from support.session import event, hello

_PENDING = "relay: its ring is not attached yet"


async def until(condition: Callable[[], bool]) -> None:
    """Lets the loop turn until something is so."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0)


class Client:
    """A session and its rings, without a relay: `say` is what that would say."""

    def __init__(self, path: Path) -> None:
        self.session = Session(1 << 20)
        self.sent: list[dict[str, Any]] = []
        self.rings = Rings(self.session, self._send, lambda: 0.0)
        self._about = {"socket": str(path), "way": "ring"}
        self.hear(hello(report(**self._about)))

    def _send(self, text: str) -> None:
        self.sent.append(json.loads(text))

    @property
    def driver(self) -> Driver:
        return self.session.drivers["lab"]

    def came(self, message: str = "tick") -> list[int]:
        """The sequences of the frames that have come."""
        feed = self.session.feeds.get((1, schemas.schema().messages[message].id))
        if feed is None:
            return []
        _, found = feed.history.read(0, feed.history.total)
        return [int(frame.sequence) for frame in found]

    def hear(self, text: str) -> None:
        """Takes a text as a link does."""
        for said in self.session.receive_text(text):
            match said:
                case RingAnswer(id):
                    self.rings.answered(id)
                case Refused(int(id), _, why):
                    assert self.rings.refused(id, why)
                case _:
                    pass
        self.rings.update()

    def say(self, op: str, **fields: Any) -> None:
        self.hear(event(op, **fields))

    def subscribe(self, *messages: str) -> int:
        """Asks for messages, as a link does."""
        id, _ = self.session.subscribe(messages)
        self.rings.subscribing()
        return id

    def subscribed(self, id: int, first: int | None, *messages: str) -> None:
        """Says that the relay has taken it."""
        known = schemas.schema().messages
        streams = [
            {"source": 1, "message": name, "type": known[name].id, "first_sequence": first}
            for name in messages
        ]
        self.say("subscribed", id=id, streams=streams)

    def answer(self, request: dict[str, Any]) -> None:
        self.say("ring", id=request["id"], driver="lab", read=request["read"])

    def refuse(self, request: dict[str, Any], why: str) -> None:
        self.say("error", id=request["id"], code="bad_request", text=why)

    def driver_is(self, event: str, **changes: Any) -> None:
        self.say("driver", event=event, driver=report(**{**self._about, **changes}))

    async def read(self, *messages: str) -> int:
        """Subscribes to messages, and reads the ring; returns the subscription's id."""
        id = await self.attach(*messages)
        self.answer(self.sent[-1])
        assert self.driver.by == "ring"
        return id

    async def attach(self, *messages: str) -> int:
        """Subscribes to messages, and asks whether the ring may be read."""
        id = self.subscribe(*messages)
        self.subscribed(id, 0, *messages)
        assert self.driver.by == _PENDING
        await until(lambda: bool(self.sent))
        return id

    @property
    def asked(self) -> list[bool]:
        """What the relay was asked: whether to leave the ring to the client."""
        return [request["read"] for request in self.sent]


@pytest.fixture
async def nothing_left() -> AsyncIterator[None]:
    """Whatever the test opens, it closes."""
    files = open_files()
    yield
    gc.collect()  # of connections that the driver gave up
    await until(lambda: open_files() <= files)


@pytest.fixture
def ring(nothing_left: None) -> Iterator[FakeRing]:
    with FakeRing() as ring:
        yield ring


@pytest.fixture
async def driver(tmp_path: Path, ring: FakeRing) -> AsyncIterator[RingDriver]:
    async with RingDriver(tmp_path / "lab.sock", ring) as driver:
        yield driver


@pytest.fixture
async def client(driver: RingDriver) -> AsyncIterator[Client]:
    client = Client(driver.path)
    yield client
    client.rings.close()


async def test_frames_come_by_the_ring(client: Client, driver: RingDriver) -> None:
    await client.read("tick")
    await driver.connected()
    await driver.publish(ticks(0, 5))
    await until(lambda: client.came() == [0, 1, 2, 3, 4])
    await driver.publish(ticks(5, 2))
    await until(lambda: client.came()[-1:] == [6])
    assert client.asked == [True]


async def test_what_came_both_ways_is_taken_once(client: Client, driver: RingDriver) -> None:
    await client.attach("tick")
    await driver.connected()
    driver.ring.put(ticks(0, 4))
    client.session.receive_binary(by_relay(0, 3), 0.0)
    client.answer(client.sent[-1])
    await until(lambda: client.came() == [0, 1, 2, 3])
    driver.ring.put(ticks(4, 2))
    assert client.rings.read_all()
    client.session.receive_binary(by_relay(2, 6), 0.0)
    assert client.came() == list(range(8))


async def test_a_ring_is_left_only_behind_the_answers(client: Client, driver: RingDriver) -> None:
    """The last subscription ends, and another is on its way: its frames are in the ring only."""
    first = await client.read("tick")
    await driver.connected()
    second = client.subscribe("tick")
    client.say("unsubscribed", id=first)
    driver.ring.put(ticks(0, 3))
    client.subscribed(second, 0, "tick")
    for request in client.sent[1:]:
        client.answer(request)
    await until(lambda: client.came() == [0, 1, 2])
    assert client.asked == [True, True]


async def test_what_nobody_wants_any_more_is_given_back(client: Client, driver: RingDriver) -> None:
    id = await client.read("tick")
    await driver.connected()
    assert driver.page is not None
    client.say("unsubscribed", id=id)
    assert client.asked == [True, False]
    third = client.subscribe("tick")  # behind that: by the relay
    assert client.asked == [True, False]
    client.answer(client.sent[-1])
    assert (await driver.reader.read()).endswith(control.interest([]))  # then it hangs up
    client.subscribed(third, 0, "tick")
    await until(lambda: len(client.sent) == 3)
    client.answer(client.sent[-1])
    assert client.driver.by == "ring"


async def test_one_of_two_messages_ends(client: Client, driver: RingDriver) -> None:
    await client.read("tick")
    await driver.connected()
    rare = client.subscribe("rare")
    client.subscribed(rare, 0, "rare")
    client.answer(client.sent[-1])
    driver.ring.put(ticks(0, 1) + frames.pack(schemas.RARE, bytes(8)))
    assert client.rings.read_all()
    client.say("unsubscribed", id=rare)
    driver.ring.put(ticks(1, 1) + frames.pack(schemas.RARE, bytes(8), sequence=1))
    assert client.rings.read_all()
    assert (client.came(), client.came("rare")) == ([0, 1], [0])
    wanted = [await driver.control() for _ in range(4)]  # two come with the handshake
    assert wanted[2:] == [control.interest(ids)[24:][: 8 + 2 * len(ids)] for ids in ([1, 2], [1])]


async def test_history_comes_before_what_is_in_the_ring(client: Client, driver: RingDriver) -> None:
    await client.read("rare")
    await driver.connected()
    await driver.publish(ticks(0, 4))
    id = client.subscribe("tick")
    await driver.publish(ticks(4, 2))
    assert not client.rings.read_all()
    client.subscribed(id, 2, "tick")
    client.session.receive_binary(by_relay(2, 3), 0.0)
    assert client.came() == [2, 3, 4]
    client.answer(client.sent[-1])
    await until(lambda: client.came() == [2, 3, 4, 5])


async def test_an_answer_to_an_earlier_request_says_nothing(
    client: Client, driver: RingDriver
) -> None:
    await client.attach("tick")
    id = client.subscribe("rare")
    earlier, later = client.sent
    client.answer(earlier)
    assert client.driver.by == _PENDING
    client.subscribed(id, None, "rare")
    client.answer(later)
    assert client.driver.by == "ring"


async def test_a_reply_waits_until_the_ring_can_be_read(client: Client, driver: RingDriver) -> None:
    """It was published before the reply, and the ring is read on behind an answer only."""
    await client.attach("tick")
    assert client.rings.read_all()  # all of it comes by the relay yet
    client.answer(client.sent[-1])
    client.subscribe("rare")
    driver.ring.put(ticks(0, 1))
    assert not client.rings.read_all()
    assert client.came() == []
    client.answer(client.sent[-1])
    assert client.rings.read_all()
    assert client.came() == [0]


@pytest.mark.parametrize("beside", [False, True], ids=["by the relay only", "beside the ring"])
async def test_frames_that_are_picked_come_behind_what_is_told_of_them(
    beside: bool, client: Client, driver: RingDriver
) -> None:
    """One frame of several is sent behind the word that the others are not, up to its own."""
    if beside:
        await client.read("rare")
    id, _ = client.session.subscribe(["tick"], None, Options(policy="latest"))
    client.subscribed(id, 0, "tick")
    for count, sequence in ((4, 4), (8, 9)):
        told = {"id": id, "source": 1, "message": "tick", "reason": "conflated"}
        client.say("dropped", **told, count=count, sequence=sequence)
        client.session.receive_binary(by_relay(sequence, 1), 0.0)
    assert client.came() == [4, 9]
    ledger = client.session.feeds[1, schemas.TICK].ledger
    assert (ledger.frames, ledger.skipped, ledger.lost) == (2, 8, 0)


async def test_what_was_told_of_is_not_lost_in_the_ring_as_well(
    client: Client, driver: RingDriver
) -> None:
    """A message of which the newest came, and of which every frame is to come now."""
    await client.read("rare")
    id, _ = client.session.subscribe(["tick"], None, Options(policy="latest"))
    client.subscribed(id, 0, "tick")
    driver.ring.put(ticks(0, 12))
    every = client.subscribe("tick")
    told = {"id": id, "source": 1, "message": "tick", "reason": "conflated"}
    client.say("dropped", **told, count=10, sequence=9)
    client.subscribed(every, 10, "tick")
    client.answer(client.sent[-1])
    await until(lambda: client.came() == [10, 11])
    ledger = client.session.feeds[1, schemas.TICK].ledger
    assert (ledger.gone, ledger.skipped, ledger.gone_by("driver")) == (10, 10, 0)


# How it ends


@pytest.mark.parametrize("paused", [False, True], ids=["before the answer", "while it pauses"])
async def test_a_driver_that_dies_before_the_relay_answers(
    paused: bool, client: Client, driver: RingDriver
) -> None:
    """The relay had left the ring to the client by then."""
    if paused:
        await client.read("rare")
        id = client.subscribe("tick")
    else:
        await client.attach("tick")
    await driver.connected()
    driver.ring.put(ticks(0, 3))
    driver.hang_up()
    (ring,) = [reader.ring for reader in client.rings._readers.values()]
    assert ring is not None
    await until(lambda: ring._error is not None)
    if paused:
        client.subscribed(id, 0, "tick")
    client.answer(next(one for one in reversed(client.sent) if one["read"]))
    await until(lambda: client.came() == [0, 1, 2])
    assert client.asked[-1] is False
    client.refuse(client.sent[-1], "driver lab is not up in session 7 any more")
    client.driver_is("down", state="down", session=None)
    assert client.came() == [0, 1, 2]


async def test_a_driver_that_hangs_up_and_lives(client: Client, driver: RingDriver) -> None:
    """Until the relay sends all again, what comes is in the ring only."""
    await client.read("tick")
    await driver.connected()
    await driver.publish(ticks(0, 2))
    driver.hang_up()
    await until(lambda: client.asked == [True, False])
    assert client.came() == [0, 1]
    driver.ring.put(ticks(2, 2))
    client.answer(client.sent[-1])
    client.session.receive_binary(by_relay(3, 2), 0.0)
    assert client.came() == [0, 1, 2, 3, 4]
    assert client.driver.by == "relay: its ring was read until the driver closed the connection"
    client.subscribed(client.subscribe("rare"), 0, "rare")
    assert client.asked == [True, False]


async def test_a_goodbye(client: Client, driver: RingDriver) -> None:
    await client.read("tick")
    await driver.connected()
    driver.ring.put(ticks(0, 2))
    await driver.send(control.bye(-1, "that was all"))
    await until(lambda: client.asked == [True, False])
    assert client.came() == [0, 1]
    assert client.driver.by.endswith("the driver said goodbye: that was all")


@pytest.mark.parametrize("asked", [False, True], ids=["read", "while it pauses"])
async def test_the_run_is_over(asked: bool, client: Client, driver: RingDriver) -> None:
    """Before the relay's word about that is taken, the ring is read to its end."""
    await client.read("tick")
    driver.ring.put(ticks(0, 3))
    if asked:
        client.subscribe("rare")
    client.driver_is("down", state="down", session=None)
    assert client.came() == [0, 1, 2]
    assert client.driver.by == "relay: the driver is not up"
    if asked:
        client.refuse(client.sent[-1], "driver lab is not up in session 7 any more")


async def test_another_run_is_read_when_its_streams_are_told(
    client: Client, driver: RingDriver
) -> None:
    id = await client.read("tick")
    await driver.connected()
    driver.ring.put(ticks(0, 3))
    driver.hello = control.hello(2, "fake", schemas.text(), frame_bytes=1 << 20, heartbeat=60)
    client.driver_is("restarted", session=8, epoch="2")
    assert client.came() == [0, 1, 2]
    assert client.driver.by.startswith("relay: nothing is wanted")
    assert client.asked == [True]
    driver.ring._memory[24:32] = (2).to_bytes(8, "little")
    client.subscribed(id, 0, "tick")
    await until(lambda: client.asked == [True, True])
    assert client.sent[-1]["session"] == 8


async def test_the_relay_is_gone(client: Client, driver: RingDriver) -> None:
    await client.read("tick")
    driver.ring.put(ticks(0, 3))
    client.subscribe("rare")  # reads nothing since
    client.rings.close()
    client.session.disconnected()
    client.rings.update()
    assert client.came() == [0, 1, 2]
    assert not client.rings._readers


async def test_a_relay_that_comes_back_behind_the_ring(client: Client, driver: RingDriver) -> None:
    """It has not read yet what the client has: that comes by the relay now, a second time."""
    id = await client.read("tick")
    driver.ring.put(ticks(0, 5))
    client.rings.close()
    client.session.disconnected()
    client.rings.update()
    assert client.came() == [0, 1, 2, 3, 4]
    client.hear(hello(report(**client._about)))
    client.subscribed(id, 3, "tick")
    client.session.receive_binary(by_relay(3, 4), 0.0)
    assert client.came() == [0, 1, 2, 3, 4, 5, 6]
    ledger = client.session.feeds[1, schemas.TICK].ledger
    assert (ledger.frames, ledger.gone) == (7, 0)


async def test_a_relay_that_refuses(client: Client, driver: RingDriver) -> None:
    await client.attach("tick")
    client.refuse(client.sent[-1], "unknown op 'ring'")
    assert client.driver.by == "relay: unknown op 'ring'"
    assert client.asked == [True, False]  # whatever it does by now, it is to send all
    client.refuse(client.sent[-1], "unknown op 'ring'")
    client.session.receive_binary(by_relay(0, 2), 0.0)
    assert client.came() == [0, 1]


async def test_who_leaves_while_it_attaches(client: Client, driver: RingDriver) -> None:
    id = client.subscribe("tick")
    client.subscribed(id, 0, "tick")
    for _ in range(3):
        await asyncio.sleep(0)
    client.say("unsubscribed", id=id)
    assert client.driver.by.startswith("relay: nothing is wanted")
    await until(lambda: len(asyncio.all_tasks()) == 2)  # the test's and the driver's
    assert client.sent == []


# Lies


@pytest.mark.parametrize(
    "lie",
    [
        lambda ring: ring.write(ring.tail, (8).to_bytes(4, "little")),
        lambda ring: ring.write(ring.tail, (80).to_bytes(4, "little")),
        lambda ring: ring.write(ring.tail, (1 << 31).to_bytes(4, "little")),
        lambda ring: ring.set(0, 1 << 40),
    ],
    ids=["below a header", "ends outside", "over the limit", "a head too far"],
)
async def test_a_ring_that_lies(
    lie: Callable[[FakeRing], None], client: Client, driver: RingDriver
) -> None:
    await client.read("tick")
    await driver.connected()
    driver.ring.put(ticks(0, 1))
    lie(driver.ring)
    await driver.send(control.doorbell())
    await until(lambda: client.asked == [True, False])
    assert client.driver.by.startswith("relay: its ring was read until ")
    client.answer(client.sent[-1])
    client.session.receive_binary(by_relay(0, 2), 0.0)
    assert client.came() == [0, 1]


async def test_a_head_that_goes_back(client: Client, driver: RingDriver) -> None:
    await client.read("tick")
    await driver.connected()
    await driver.publish(ticks(0, 2))
    await until(lambda: client.came() == [0, 1])
    driver.ring.set(0, driver.ring.head - 8)
    await driver.send(control.doorbell())
    await until(lambda: client.asked == [True, False])
    assert "the driver's ring is damaged" in client.driver.by


@pytest.mark.parametrize("type", [frames.CONTROL, schemas.PICTURE], ids=["control", "reply"])
async def test_large_frames_that_are_none_of_a_message_are_passed_over(
    type: int, client: Client, driver: RingDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As small ones are."""
    monkeypatch.setattr(driver_ring, "_PIECE_BYTES", driver_ring._LARGE_BYTES)
    await client.read("tick", "picture")
    await driver.connected()
    flags = frames.REPLY if type == schemas.PICTURE else 0
    other = frames.pack(type, bytes(driver_ring._LARGE_BYTES + 8), flags=flags)
    await driver.publish(other + ticks(0, 2))
    await until(lambda: client.came() == [0, 1])
    assert client.came("picture") == []


async def test_what_cannot_be_taken_ends_the_reading(
    client: Client,
    driver: RingDriver,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A fault of this program's own: it goes on by the relay, and says so."""
    await client.read("tick")
    await driver.connected()

    def fail(*_: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(client.session, "receive_ring", fail)
    await driver.publish(ticks(0, 2))
    await until(lambda: client.asked == [True, False])
    assert "a fault of this client: ValueError('a bug')" in client.driver.by
    assert "cannot take what is in a driver's ring" in caplog.text
    client.answer(client.sent[-1])
    client.session.receive_binary(by_relay(0, 2), 0.0)
    assert client.came() == [0, 1]


async def test_a_driver_that_does_not_read_what_it_is_told(
    client: Client, driver: RingDriver
) -> None:
    await client.read("tick")
    await driver.connected()
    driver.writer.transport.pause_reading()  # type: ignore[attr-defined]
    (ring,) = [reader.ring for reader in client.rings._readers.values()]
    assert ring is not None
    for number in range(100_000):
        ring.want([number])
        if client.asked == [True, False]:
            break
    assert client.driver.by.endswith("the driver does not read what it is told")


# What cannot be attached


async def by(client: Client) -> str:
    """Why the ring cannot be had."""
    client.subscribed(client.subscribe("tick"), 0, "tick")
    await until(lambda: client.driver.by != _PENDING)
    assert client.sent == []
    client.session.receive_binary(by_relay(0, 2), 0.0)
    assert client.came() == [0, 1]
    return client.driver.by.removeprefix("relay: ")


async def test_a_driver_without_room(client: Client, driver: RingDriver) -> None:
    driver.frame, driver.gift = control.ring(0, 0, "16 peers are the most"), []
    assert await by(client) == "16 peers are the most"


async def test_a_driver_that_sends_no_file(client: Client, driver: RingDriver) -> None:
    driver.gift = []
    assert await by(client) == "the driver says that it has a ring, and sends none"


async def test_a_driver_that_has_restarted_meanwhile(client: Client, driver: RingDriver) -> None:
    driver.hello = control.hello(2, "fake", schemas.text(), frame_bytes=1 << 20, heartbeat=60)
    assert await by(client) == "the driver has restarted meanwhile"


async def test_a_driver_that_says_goodbye(client: Client, driver: RingDriver) -> None:
    driver.hello = control.bye(-1, "too many peers")
    assert "too many peers" in await by(client)


async def test_a_driver_that_says_nothing(
    client: Client, driver: RingDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attaching, "_SECONDS", 0.01)
    driver.hello = b""
    assert await by(client) == "the driver did not answer within 0.01 s"


async def test_a_socket_that_is_gone(client: Client, driver: RingDriver) -> None:
    driver.path.unlink()
    assert await by(client) == "no connection to the driver: No such file or directory"
    driver.path.touch()


async def test_a_process_without_room_for_another_file(client: Client, driver: RingDriver) -> None:
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    client.subscribed(client.subscribe("tick"), 0, "tick")
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, limits[1]))
    try:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert client.driver.by == "relay: no connection to the driver: Too many open files"
