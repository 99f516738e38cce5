"""The relay goes and comes back: what outlives it, what is told, and what ends it."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import queue
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cwire
from cwire.link.address import resolve
from cwire.link.link import Link
from cwire.session.options import Options
from cwire.session.session import Session
from cwire_structs import frames
from support import schemas
from support.fake_relay import FakeRelay, driver, ticks
from support.ports import held_port
from support.processes import until


@pytest.fixture
def relay(short_dir: Path) -> Iterator[FakeRelay]:
    with FakeRelay() as relay:
        yield relay


class Changes:
    """Waits for what `link.on_change` tells, step by step: no step is missed, however short."""

    def __init__(self, bridge: cwire.Bridge) -> None:
        link = bridge._link
        self._steps: queue.SimpleQueue[tuple[bool, dict[str, str]]] = queue.SimpleQueue()

        def step() -> None:
            states = {name: one.state for name, one in link.session.drivers.items()}
            self._steps.put((link.connected, states))

        link.on_change.append(step)
        step()

    def away(self) -> None:
        """It is not connected, after the last step that was waited for."""
        while self._steps.get(timeout=10)[0]:
            pass

    def back(self, **states: str) -> None:
        """It is connected, and these drivers are in these states."""
        while (step := self._steps.get(timeout=10)) and not (
            step[0] and states.items() <= step[1].items()
        ):
            pass


def again(relay: FakeRelay, **first: int | None) -> None:
    """Hangs up; when the client comes back, its streams begin with these sequences."""
    relay.first = first
    relay.hang_up()


def asked(relay: FakeRelay) -> dict[str, Any]:
    """The next request, which the relay has handled."""
    request: dict[str, Any] = relay.next(dict)
    return request


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The texts that were logged; `record.message` may not be there yet for another thread."""
    return [record.getMessage() for record in caplog.records]


def test_streams_and_waits_go_on(relay: FakeRelay) -> None:
    with cwire.connect(relay.url) as bridge:
        changes = Changes(bridge)
        stream = bridge.stream("tick", timeout=10)
        relay.send(ticks(0, 5))
        before = bridge.latest("tick", 5, timeout=10)
        assert isinstance(before, cwire.FrameArray)
        feed = bridge._link.lookup.feed("tick")
        again(relay, tick=8)
        changes.away()
        changes.back()
        assert [asked(relay)["op"] for _ in range(2)] == ["subscribe"] * 2
        relay.send(ticks(8, 2))
        assert [next(stream).index for _ in range(7)] == [0, 1, 2, 3, 4, 8, 9]
        assert bridge._link.lookup.feed("tick") is feed
        rows = bridge.latest("tick", 7)
        assert isinstance(rows, cwire.FrameArray)
        assert rows["index"].tolist() == [0, 1, 2, 3, 4, 8, 9]
        assert before["index"].tolist() == [0, 1, 2, 3, 4]
        row = bridge.health.of("tick")
        assert (row.frames, row.lost, row.lost_while_away, row.published) == (7, 3, 3, 10)
        assert "while away" in repr(bridge.health)


def test_while_the_relay_is_away(relay: FakeRelay) -> None:
    with cwire.connect(relay.url, subscribe="tick") as bridge:
        changes = Changes(bridge)
        asked(relay)
        relay.send(ticks(0, 3))
        bridge.latest("tick", 3, timeout=10)
        relay.refuses = True
        relay.hang_up()
        changes.away()
        # Or it has tried by then, and was not let in.
        gone = r"gone: the relay is stopping \(close code 1001\).*by itself|HTTP 503 not yet"
        for use in (
            lambda: bridge.send.go(),
            lambda: bridge.subscribe("rare"),
        ):
            with pytest.raises(cwire.NotConnected, match=gone):
                use()
        assert len(bridge.latest("tick", 9)) == 3
        with pytest.raises(cwire.WaitTimeout, match=r"3 of 4 frames of tick in 0.05 s; .*relay"):
            bridge.latest("tick", 4, timeout=0.05)
        assert bridge["lab"].state == "unknown"
        assert "not connected" in repr(bridge)
        rare = bridge.stream("rare", timeout=10)  # asked for when there is a relay again
        relay.refuses = False
        changes.back()
        assert [asked(relay)["messages"] for _ in range(2)] == [["tick"], ["rare"]]
        relay.send(frames.pack(schemas.RARE, bytes(8), source=1))
        assert next(rare).sequence == 0


def test_a_command_that_waits_has_an_unknown_outcome(relay: FakeRelay) -> None:
    relay.on_binary = lambda data: relay.close_all()
    with cwire.connect(relay.url) as bridge:
        changes = Changes(bridge)
        with pytest.raises(cwire.NotConnected, match="outcome is unknown"):
            bridge.send.go()
        changes.away()
        changes.back()
        relay.on_binary = lambda data: frames.pack(
            schemas.GO, flags=frames.REPLY, source=1, request=frames.unpack_header(data).request
        )
        assert bridge.send.go() is None


def test_a_subscription_that_waits_is_asked_for_again(relay: FakeRelay) -> None:
    with cwire.connect(relay.url, subscribe=None) as bridge:
        relay.answers = False

        def hang_up_once(request: object) -> None:
            relay.on_request = lambda request: None
            relay.answers = True
            relay.close_all()

        relay.on_request = hang_up_once
        done = threading.Thread(target=bridge.subscribe, args=("tick",), kwargs={"history": 5})
        done.start()
        first = asked(relay)
        assert asked(relay) == first  # its history has not come yet
        done.join(10)
        assert not done.is_alive()
        again(relay)
        assert "history" not in asked(relay)  # it has come, and must not come twice


@pytest.mark.parametrize("same_epoch", [True, False])
def test_another_relay_with_other_numbers(relay: FakeRelay, same_epoch: bool) -> None:
    with cwire.connect(relay.url) as bridge:
        changes = Changes(bridge)
        stream = bridge.stream("tick", timeout=10)
        relay.send(ticks(0, 5))
        bridge.latest("tick", 5, timeout=10)
        assert asked(relay)["op"] == "subscribe"
        epoch = "1" if same_epoch else "2"
        # What it has besides is known from now on, and taken for nothing else.
        relay.set_drivers(driver("new", 1, epoch="9"), driver("lab", 2, epoch=epoch, session=1))
        again(relay, tick=100)
        changes.away()
        changes.back()
        assert asked(relay)["op"] == "subscribe"
        relay.say("driver", event="restarted", driver=driver("new", 1, epoch="10"))
        relay.send(ticks(7, 1, source=1) + ticks(100, 1, source=2))
        assert [next(stream).index for _ in range(6)] == [0, 1, 2, 3, 4, 100]
        row = bridge.health.of("tick", "lab")
        assert (row.frames, row.lost_while_away) == (6, 95 if same_epoch else 0)
        assert list(bridge.drivers) == ["lab", "new"]
        assert len(bridge.latest("tick", 9, driver="lab")) == 6


def test_a_driver_that_the_new_relay_has_not_found_yet(relay: FakeRelay) -> None:
    with cwire.connect(relay.url) as bridge:
        changes = Changes(bridge)
        stream = bridge.stream("tick", timeout=10)
        relay.send(ticks(0, 5))
        bridge.latest("tick", 5, timeout=10)
        assert asked(relay)["op"] == "subscribe"
        relay.set_drivers(driver(state="down", session=None, epoch=None, schema=None))
        again(relay)
        changes.away()
        changes.back(lab="down")
        assert asked(relay)["op"] == "subscribe"
        relay.say("driver", event="up", driver=driver(session=1))
        changes.back(lab="up")
        relay.send(ticks(9, 1))  # its first sequence is not known: this one tells
        assert [next(stream).index for _ in range(6)] == [0, 1, 2, 3, 4, 9]
        assert bridge.health.of("tick").lost_while_away == 4


def test_another_schema(relay: FakeRelay) -> None:
    with cwire.connect(relay.url) as bridge:
        changes = Changes(bridge)
        stream = bridge.stream("rare", timeout=10)
        relay.send(frames.pack(schemas.RARE, bytes(8), source=1))
        assert "c" not in next(stream)
        feed = bridge._link.lookup.feed("rare")
        assert asked(relay)["op"] == "subscribe"
        relay.set_drivers(driver(epoch="2", schema=schemas.document(extra_field=True)))
        again(relay)
        changes.away()
        changes.back()
        assert feed.replaced
        assert asked(relay)["op"] == "subscribe"
        relay.send(frames.pack(schemas.RARE, bytes(16), source=1, sequence=9))
        assert "c" in next(stream)
        assert bridge.health.of("rare").lost == 0


@pytest.mark.parametrize(
    "others",
    [
        [driver("other")],
        [driver("lab", socket="/elsewhere/lab.sock")],
        [driver("lab"), driver("cam", 2, socket="/elsewhere/cam.sock")],
    ],
)
def test_a_relay_with_other_drivers_is_not_taken(
    relay: FakeRelay, others: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    had = [driver("lab"), driver("cam", 2)]
    relay.set_drivers(*had)
    with cwire.connect(relay.url) as bridge:
        changes = Changes(bridge)
        stream = bridge["lab"].stream("tick", timeout=10)
        assert asked(relay)["op"] == "subscribe"
        assert relay.received.empty()
        relay.set_drivers(*others)
        again(relay)
        changes.away()
        until(lambda: "was not taken: it has" in bridge._link.trouble)
        trouble = bridge._link.trouble
        assert "this bridge had lab at /run/lab.sock, cam at /run/cam.sock" in trouble
        until(lambda: relay.accepted >= 4)  # it tries again, and says it once
        assert [one for one in messages(caplog) if "not taken" in one] == [trouble]
        with pytest.raises(cwire.NotConnected, match="was not taken"):
            bridge["lab"].send.go()
        with pytest.raises(cwire.WaitTimeout):
            bridge.latest("tick", 1, timeout=0.01, driver="lab")
        assert relay.received.empty()  # neither a subscription nor a command
        relay.set_drivers(*had)
        changes.back()
        assert asked(relay)["op"] == "subscribe"
        relay.send(ticks(7, 1))
        assert next(stream).index == 7


def test_what_the_new_relay_does_not_know_is_asked_for_when_a_driver_changes(
    relay: FakeRelay,
) -> None:
    with cwire.connect(relay.url, subscribe=["rare"]) as bridge:
        changes = Changes(bridge)
        asked(relay)
        document = schemas.document()
        poor = {**document, "messages": {}}
        relay.set_drivers(driver(epoch="2", schema=poor))
        again(relay)
        changes.away()
        changes.back()
        assert asked(relay)["messages"] == ["rare"]  # and is refused
        until(lambda: not bridge._link.session.wants("lab", "rare"))
        relay.set_drivers(driver(epoch="3"))
        relay.say("driver", event="schema_changed", driver=driver(epoch="3", session=8))
        assert asked(relay)["messages"] == ["rare"]
        relay.send(frames.pack(schemas.RARE, bytes(8), source=1))
        assert len(bridge.latest("rare", 1, timeout=10)) == 1


def test_a_notice_of_losses_makes_no_work_for_rings(relay: FakeRelay) -> None:
    """A client that cannot keep up gets thousands: each looked at every driver once."""
    with cwire.connect(relay.url) as bridge:
        id = asked(relay)["id"]
        relay.send(ticks(0, 1))
        bridge.latest("tick", 1, timeout=10)
        updates: list[int] = []
        bridge._link._rings.update = lambda: updates.append(1)  # type: ignore[method-assign]
        for sequence in range(1, 4):
            drop = {"id": id, "source": 1, "message": "tick", "reason": "relay"}
            relay.say("dropped", **drop, count=sequence, sequence=sequence)
        relay.send(ticks(4, 1))
        got = bridge.latest("tick", 2, timeout=10)
        assert isinstance(got, cwire.FrameArray)
        assert got["index"].tolist() == [0, 4]
        assert not updates
        bridge.unsubscribe(id)
        asked(relay)
        relay.say("unsubscribed", id=id)
        until(lambda: bool(updates))


def test_unsubscribed_while_away(relay: FakeRelay) -> None:
    with cwire.connect(relay.url, subscribe=None) as bridge:
        changes = Changes(bridge)
        first, second = bridge.subscribe("tick"), bridge.subscribe("rare")
        assert [asked(relay)["id"] for _ in range(2)] == [first, second]
        relay.refuses = True
        relay.hang_up()
        changes.away()
        bridge.unsubscribe(first)
        relay.refuses = False
        assert asked(relay)["id"] == second


def test_a_window_begins_anew(relay: FakeRelay) -> None:
    with cwire.connect(relay.url, window=1 << 20) as bridge:
        relay.send(ticks(0, 3))
        bridge.latest("tick", 3, timeout=10)
        ops = [asked(relay) for _ in range(3)]
        assert [one["op"] for one in ops] == ["window", "subscribe", "ack"]
        again(relay)
        assert [asked(relay)["op"] for _ in range(2)] == ["window", "subscribe"]
        relay.send(ticks(3, 1))
        assert asked(relay)["bytes"] == 64


def test_many_quick_restarts(relay: FakeRelay) -> None:
    before = set(threading.enumerate())
    with cwire.connect(relay.url) as bridge:
        stream = bridge.stream("tick", timeout=10)
        relay.on_request = lambda request: relay.greet(ticks(request["id"], 1))
        for _ in range(5):
            relay.hang_up()
            assert next(stream).index == 1
    left = set(threading.enumerate()) - before
    assert not [thread for thread in left if thread.name == "cwire"]


def test_a_relay_with_another_protocol_ends_it(relay: FakeRelay) -> None:
    with cwire.connect(relay.url) as bridge:
        assert isinstance(relay.hello, dict)
        relay.hello["protocol"] = 2
        stream = bridge.stream("tick", timeout=10)
        relay.hang_up()
        why = "speaks cwire protocol 2, this client 1: install the same .*connect again"
        with pytest.raises(cwire.NotConnected, match=why):
            next(stream)
        with pytest.raises(cwire.NotConnected, match=why):
            bridge.send.go()


def test_a_token_that_is_old_ends_it(relay: FakeRelay) -> None:
    with cwire.connect(relay.url, "old") as bridge:
        relay.token = "new"
        stream = bridge.stream("tick", timeout=10)
        relay.hang_up()
        with pytest.raises(cwire.NotConnected, match="does not let you in.*connect again"):
            next(stream)


def test_closing_while_it_tries(relay: FakeRelay) -> None:
    bridge = cwire.connect(relay.url)
    changes = Changes(bridge)
    thread = bridge._thread
    caught: list[BaseException] = []

    def wait() -> None:
        try:
            next(bridge.stream("tick"))
        except cwire.NotConnected as error:
            caught.append(error)

    waiting = threading.Thread(target=wait)
    waiting.start()
    relay.hello = None  # an attempt that hangs
    relay.connected.clear()
    relay.hang_up()
    changes.away()
    assert relay.connected.wait(10)
    bridge.close()
    waiting.join(10)
    assert "the bridge was closed" in str(caught[0])
    assert not thread.alive
    with pytest.raises(cwire.NotConnected, match="the bridge was closed: connect again"):
        bridge.send.go()


def test_closing_while_the_other_side_says_nothing() -> None:
    """Something listens where the relay was, and does not even answer the handshake."""
    with held_port() as port:
        with FakeRelay(port=port) as relay:
            bridge = cwire.connect(relay.url)
            relay.stop()
            Changes(bridge).away()
        mute = socket.create_server(("127.0.0.1", port))
    with mute:
        mute.settimeout(10)
        there, _ = mute.accept()
        with there:
            assert there.recv(4) == b"GET "
            bridge.close()
            assert not bridge._thread.alive
            there.settimeout(10)
            while there.recv(4096):  # the rest of the request, and then the end
                pass


def test_a_child_process_does_not_go_on(relay: FakeRelay) -> None:
    """A fork has no receiver: waits and commands are refused there, also while away."""
    with cwire.connect(relay.url) as bridge:
        changes = Changes(bridge)
        relay.refuses = True
        relay.hang_up()
        changes.away()
        assert [*in_a_child(bridge)] == ["connect again in this one"] * 4 + ["0"]


def in_a_child(bridge: cwire.Bridge) -> Iterator[str]:
    """The last words of what each use of a bridge raises in a forked child, and what it keeps."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        try:
            for use in (
                lambda: bridge.send.go(),
                lambda: bridge.latest("tick", 1, timeout=10),
                lambda: next(bridge.stream("tick", timeout=10)),
                lambda: bridge.unsubscribe(1),
            ):
                try:
                    use()
                except cwire.NotConnected as error:
                    os.write(writes, f"{error}\n".encode())
            kept = len(bridge.history("tick"))  # reading what is here is harmless
            os.write(writes, f"kept: {kept}\n".encode())
        finally:
            os._exit(0)  # nothing of pytest's
    os.close(writes)
    with os.fdopen(reads) as told:
        yield from (line.strip().rpartition(": ")[2] for line in told)
    os.waitpid(child, 0)


def test_a_bridge_that_nobody_holds_stops_trying(relay: FakeRelay) -> None:
    bridge = cwire.connect(relay.url)
    changes = Changes(bridge)
    thread = bridge._thread
    relay.refuses = True
    relay.hang_up()
    changes.away()
    del bridge, changes
    gc.collect()
    assert not thread.alive


async def test_an_async_bridge_that_nobody_holds_stops_trying(relay: FakeRelay) -> None:
    bridge = await cwire.aconnect(relay.url)
    link = bridge._link
    ended = asyncio.Event()
    link.on_change.append(ended.set)
    relay.refuses = True
    relay.hang_up()
    await ended.wait()
    ended.clear()
    del bridge
    gc.collect()
    while link.closed is None:
        await ended.wait()
        ended.clear()
    assert "closed" in link.closed


def test_listeners_that_fail_are_told_of(
    relay: FakeRelay, caplog: pytest.LogCaptureFixture
) -> None:
    with cwire.connect(relay.url) as bridge:
        bridge._link.on_change.append(lambda: 1 / 0)
        changes = Changes(bridge)
        relay.hang_up()
        changes.away()
        changes.back()
    assert "a listener of the connection failed" in caplog.text


async def test_async(relay: FakeRelay) -> None:
    async with cwire.aconnect(relay.url) as bridge:
        stream = bridge.stream("tick", timeout=10)
        relay.send(ticks(0, 2))
        assert [(await anext(stream)).index for _ in range(2)] == [0, 1]
        waiting = asyncio.ensure_future(bridge.latest("tick", 3, timeout=10))
        await asyncio.sleep(0)
        relay.on_request = lambda request: relay.greet(ticks(5, 1))
        again(relay, tick=5)
        assert (await anext(stream)).index == 5
        assert len(await waiting) == 3
        assert bridge.health.of("tick").lost_while_away == 3


async def test_async_commands_and_closing_while_away(relay: FakeRelay) -> None:
    async with cwire.aconnect(relay.url) as bridge:
        changed = asyncio.Event()
        bridge._link.on_change.append(changed.set)
        relay.refuses = True
        relay.hang_up()
        await changed.wait()
        with pytest.raises(cwire.NotConnected, match="goes on by itself|no relay"):
            await bridge.send.go()
        rare = bridge.stream("rare", timeout=0.05)
        with pytest.raises(cwire.WaitTimeout, match="no message of rare"):
            await anext(rare)


async def test_a_hello_that_comes_when_the_time_is_up_counts(relay: FakeRelay) -> None:
    hello, relay.hello = relay.hello, None
    link = Link(resolve(relay.url).address, Session())
    opening = asyncio.create_task(link.open(1.0))
    while link._connection is None or link._connection._transport is None:
        await asyncio.sleep(0.001)
    await asyncio.to_thread(relay.connected.wait, 10)
    relay.send(json.dumps(hello))
    time.sleep(1.1)  # the loop is busy, and sees both at once
    await opening
    assert link.connected
    link.want(["tick"], None, Options())
    request = await asyncio.to_thread(asked, relay)
    assert request["op"] == "subscribe"
    await link.shut()


async def test_a_command_to_a_driver_that_is_not_there(relay: FakeRelay) -> None:
    async with cwire.aconnect(relay.url) as bridge:
        with pytest.raises(cwire.UnknownDriver, match="no driver 'lap'; did you mean 'lab'"):
            await bridge.command("lap", "go")


async def test_it_knows_the_loop_that_it_lives_in(relay: FakeRelay) -> None:
    async with cwire.aconnect(relay.url) as bridge:
        assert bridge._link.loop is asyncio.get_running_loop()
    with cwire.connect(relay.url) as blocking:
        assert blocking._link.loop is blocking._thread.loop


def test_a_request_that_the_relay_does_not_answer(
    relay: FakeRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cwire.link.link._ANSWER_TIMEOUT", 0.05)
    relay.answers = False
    with cwire.connect(relay.url, subscribe=None, reconnect=False) as bridge:
        with pytest.raises(cwire.ProtocolError, match="does not answer a subscription"):
            bridge.subscribe("tick")
        assert not bridge._link.session.subscriptions
        asked = bridge._link.allow_origin("http://localhost:8888")
        with pytest.raises(cwire.ProtocolError, match="does not answer a request"):
            asyncio.run_coroutine_threadsafe(asked, bridge._link.loop).result()
