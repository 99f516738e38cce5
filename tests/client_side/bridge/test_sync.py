"""The sync bridge: reading, streaming, commanding, from any thread."""

from __future__ import annotations

import copy
import gc
import pickle
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import pytest

import cwire
from cwire.data.feed import Feed
from cwire.session.events import Resend
from cwire_structs import frames
from support import schemas
from support.fake_relay import FakeRelay, driver, pictures, ticks
from support.processes import SHOWS_WARNINGS, until


def state_reply(data: bytes) -> bytes:
    """Answers `set` with a `state` of the same value."""
    header = frames.unpack_header(data)
    return frames.pack(
        schemas.STATE, data[24:32], flags=frames.REPLY, source=1, request=header.request
    )


def ended(program: str) -> subprocess.CompletedProcess[str]:
    """A program of Python that has ended well, and what it printed; warnings are printed, too."""
    return subprocess.run(
        [sys.executable, *SHOWS_WARNINGS, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )


def waits_beyond(feed: Feed, position: int) -> bool:
    return any(watch.position > position for watch in tuple(feed._watches))


def test_latest(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    assert len(bridge.latest("tick", 5)) == 0
    relay.send(ticks(0, 20))
    rows = bridge.latest("tick", 15, timeout=10)
    assert isinstance(rows, cwire.FrameArray)
    assert rows["index"].tolist() == list(range(5, 20))
    relay.send(ticks(20, 1))
    bridge.latest("tick", 21, timeout=10)
    assert rows["index"].tolist() == list(range(5, 20))  # a copy
    assert bridge["lab"].latest("tick")[-1].index == 20


def test_latest_without_a_copy(relay: FakeRelay) -> None:
    with cwire.connect(relay.url, history_bytes=64 * 1000) as bridge:
        assert len(bridge.latest("tick", 5, copy=False)) == 0
        relay.send(ticks(0, 1200))  # around the history's end
        until(lambda: bridge._link.lookup.feed("tick").history.total == 1200)
        rows = bridge.latest("tick", 15, timeout=10, copy=False)
        assert isinstance(rows, cwire.FrameArray)
        relay.send(ticks(1200, 1))
        until(lambda: bridge.latest("tick", copy=False)[-1].index == 1200)
        assert rows["index"].tolist() == list(range(1185, 1200))
        record = bridge["lab"].latest("tick", copy=False)[-1]
        assert (record.index, record.valid(), rows.valid()) == (1200, True, True)
        assert np.shares_memory(rows, bridge.latest("tick", 3, timeout=10, copy=False))
        assert not np.shares_memory(rows, bridge.latest("tick", 20))
        relay.send(ticks(1201, 1125))
        until(lambda: not rows.valid())
        until(lambda: bridge._link.lookup.feed("tick").history.total == 2326)
        assert rows["index"].tolist() == list(range(2310, 2325)), "newer ones have their place"
        last = bridge.latest("tick", 2, timeout=10, copy=False)
    assert last["index"].tolist() == [2324, 2325]  # type: ignore[call-overload]
    assert last.valid()  # type: ignore[union-attr]


def test_latest_of_messages_with_a_tail(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    relay.send(pictures(0, 3, 3, 5))
    mixed = bridge.latest("picture", 3, timeout=10)
    assert isinstance(mixed, list)
    assert [len(one.pixels) for one in mixed] == [3, 3, 5]
    same = bridge.latest("picture", 1)
    assert isinstance(same, cwire.FrameArray)
    assert same["pixels"].shape == (1, 5)


def test_latest_of_more_than_the_history_holds(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    relay.send(ticks(0, 3000))
    feed = bridge._link.lookup.feed("tick")
    until(lambda: feed.history.total == 3000)
    with pytest.raises(cwire.WaitTimeout, match=r"1,000 of 5,000 .*connect\(history_bytes=…\)"):
        bridge.latest("tick", 5000, timeout=0.05)
    assert len(bridge.latest("tick", 5000)) == 1000
    with ThreadPoolExecutor() as pool:
        frames = pool.submit(bridge.latest, "tick", 2500, timeout=60)
        for first in range(3000, 4500, 100):
            # It has taken all that came, and waits for more.
            until(partial(waits_beyond, feed, first))
            relay.send(ticks(first, 100))
        found = frames.result(60)
    assert [frame["index"] for frame in found] == list(range(2000, 4500))


def test_latest_in_vain(bridge: cwire.Bridge) -> None:
    with pytest.raises(
        cwire.WaitTimeout, match=r"no 3 frames of tick in 0.05 s; driver 'lab' is up"
    ):
        bridge.latest("tick", 3, timeout=0.05)
    with pytest.raises(ValueError, match="not -1"):
        bridge.latest("tick", -1)
    with pytest.raises(cwire.UnknownMessage, match="'tik'; did you mean 'tick'"):
        bridge.latest("tik")
    with pytest.raises(cwire.UnknownMessage, match="'set' is a command"):
        bridge.latest("set")


def test_history(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    assert len(bridge.history("tick")) == 0
    relay.send(ticks(0, 600))
    bridge.latest("tick", 600, timeout=10)
    everything = bridge.history("tick")
    assert isinstance(everything, cwire.FrameArray)
    assert everything["index"].tolist() == list(range(600))
    for last, count in ((bridge.history("tick", 5), 5), (bridge.history("tick", seconds=5), 6)):
        assert isinstance(last, cwire.FrameArray)
        assert last["index"].tolist() == list(range(600 - count, 600))
    assert len(bridge["lab"].history("tick", seconds=400)) == 401
    assert len(bridge.history("tick", seconds=float("inf"))) == 600
    relay.send(pictures(0, 3, 5, 7))
    bridge.latest("picture", 3, timeout=10)
    recent = bridge.history("picture", seconds=1)
    assert [len(one.pixels) for one in recent] == [5, 7]
    with pytest.raises(ValueError, match="frames or seconds, not both"):
        bridge.history("tick", 5, seconds=5)
    with pytest.raises(ValueError, match="not -1"):
        bridge.history("tick", -1)
    with pytest.raises(ValueError, match="at least 0"):
        bridge.history("tick", seconds=-1)


def test_data_arrives_while_this_thread_is_busy(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    relay.send(ticks(0, 500))
    deadline = time.monotonic() + 10
    while len(bridge.latest("tick", 500)) < 500:
        np.sort(np.random.default_rng(0).random(1000))
        assert time.monotonic() < deadline
    assert bridge.health.of("tick").frames == 500


def test_commands(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    relay.on_binary = state_reply
    reply = bridge.send.set(x=2.5)
    assert reply is not None
    assert (reply.x, reply.message.name) == (2.5, "state")
    again = bridge["lab"].send.set()
    assert again is not None
    assert again.x == 1.0  # the default
    explicit = bridge.command("lab", "set", {"x": 4})
    assert explicit is not None
    assert explicit.x == 4.0


def test_commands_of_several_threads(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    relay.on_binary = state_reply
    wrong: list[float] = []

    def send(thread: int) -> None:
        for step in range(20):
            value = thread + step / 100
            reply = bridge.send.set(x=value)
            if reply is None or reply.x != value:
                wrong.append(value)

    threads = [threading.Thread(target=send, args=[number]) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_command_errors(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    def refuse(data: bytes) -> bytes:
        header = frames.unpack_header(data)
        payload = frames.error_payload(-5, "x must be smaller today")
        flags = frames.REPLY | frames.ERROR
        return frames.pack(header.type, payload, flags=flags, source=1, request=header.request)

    relay.on_binary = refuse
    with pytest.raises(cwire.CommandError, match="lab: set: x must be smaller today") as caught:
        bridge.send.set(x=2)
    error = caught.value
    assert (error.code, error.name, error.text) == (-5, "CWIRE_ERANGE", "x must be smaller today")
    with pytest.raises(cwire.InvalidCommand, match="0 to 10"):
        bridge.send.set(x=-1)
    with pytest.raises(cwire.UnknownCommand, match="no command 'sit'; did you mean 'set'"):
        bridge.send.sit()
    assert not hasattr(bridge.send, "sit")
    with pytest.raises(cwire.UnknownDriver, match="no driver 'lap'; did you mean 'lab'"):
        bridge["lap"]


def test_a_command_without_answer(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    with pytest.raises(cwire.CommandTimeout, match=r"no answer in 0.05 s; the outcome is unknown"):
        bridge.command("lab", "go", timeout=0.05)
    with pytest.raises(TimeoutError):
        bridge.command("lab", "go", timeout=0.05)
    relay.on_binary = state_reply
    assert bridge.send.set(x=1) is not None


@pytest.mark.parametrize("timeout", [float("nan"), -1.0])
def test_impossible_timeouts(bridge: cwire.Bridge, timeout: float) -> None:
    for use in (
        lambda: bridge.command("lab", "go", timeout=timeout),
        lambda: bridge.stream("tick", timeout=timeout),
        lambda: bridge.latest("tick", timeout=timeout),
    ):
        with pytest.raises(ValueError, match="a timeout is a number of seconds"):
            use()
    with pytest.raises(ValueError, match="at least 0.001, not 0"):
        bridge.command("lab", "go", timeout=0)
    with pytest.raises(TypeError, match="a timeout is a number of seconds, not '3'"):
        bridge.latest("tick", timeout="3")  # type: ignore[arg-type]


@pytest.mark.parametrize("timeout", [float("inf"), 1e300])
def test_timeouts_without_end(relay: FakeRelay, bridge: cwire.Bridge, timeout: float) -> None:
    relay.on_binary = state_reply
    assert bridge.command("lab", "set", timeout=timeout) is not None
    stream = bridge.stream("tick", timeout=timeout)
    relay.send(ticks(0, 3))
    assert len(bridge.latest("tick", 3, timeout=timeout)) == 3
    assert next(stream).index == 0


def test_arguments_of_the_wrong_kind(bridge: cwire.Bridge) -> None:
    with pytest.raises(TypeError, match="latest takes a number of frames, not '3'"):
        bridge.latest("tick", "3")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"set takes its fields by name, not 5: set\(.*x.*= 1"):
        bridge.send.set(5)
    deep: object = 1
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(cwire.InvalidCommand, match="nested too deeply"):
        bridge.send.set(x=deep)


def test_a_resent_command_and_a_relay_that_goes_at_once(
    bridge: cwire.Bridge, caplog: pytest.LogCaptureFixture
) -> None:
    link = bridge._link
    bridge.close()
    link._on_event(Resend(b""))  # what _receive would do with it
    assert not caplog.records


def test_the_relay_goes_while_a_command_waits(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    def hang_up(data: bytes) -> None:
        for handler in tuple(relay._handlers):
            handler.close(1001, "bye")

    relay.on_binary = hang_up
    with pytest.raises(cwire.NotConnected, match=r"outcome is unknown"):
        bridge.send.go()


def test_the_relay_itself_shares_no_names() -> None:
    own = driver("relay", 255, session=0)
    with FakeRelay(driver(), own) as relay, cwire.connect(relay.url) as bridge:
        assert relay.next(dict)["driver"] is None
        assert [name for name, one in bridge.drivers.items() if one.is_relay] == ["relay"]
        assert bridge.schema.messages
        relay.on_binary = state_reply
        bridge.send.set(x=1)
        assert frames.unpack_header(relay.next(bytes)).source == 1
        relay.send(ticks(0, 3))
        assert len(bridge.latest("tick", 3, timeout=10)) == 3
        assert "statistics: bridge['relay'].schema" in repr(bridge)
        # To read it is to subscribe to it: "all" does not cover it.
        assert len(bridge["relay"].latest("tick")) == 0
        request = relay.next(dict)
        assert (request["driver"], request["messages"]) == ("relay", ["tick"])


def test_a_relay_that_serves_nothing_but_itself() -> None:
    with FakeRelay(driver("relay", 255)) as relay, cwire.connect(relay.url) as bridge:
        for ask in (lambda: bridge.latest("tick"), lambda: bridge.schema):
            with pytest.raises(cwire.UnknownDriver, match="serves no driver yet: start one"):
                ask()


def test_names_that_two_drivers_share() -> None:
    with FakeRelay(driver("a", 1), driver("b", 2)) as relay, cwire.connect(relay.url) as bridge:
        with pytest.raises(cwire.Ambiguous, match=r"command 'set' \(a, b\): use bridge\['a'\]"):
            bridge.send.set(x=1)
        with pytest.raises(cwire.Ambiguous, match="message 'tick'"):
            bridge.latest("tick")
        with pytest.raises(cwire.Ambiguous, match="several drivers"):
            _ = bridge.schema
        relay.send(ticks(3, 1, source=2))
        assert bridge["b"].latest("tick", 1, timeout=10)[0].index == 3
        assert len(bridge["a"].latest("tick")) == 0
        assert bridge["a"].schema.name == "lab"
        assert bridge._ipython_key_completions_() == ["a", "b"]
        with pytest.raises(cwire.UnknownCommand, match="no driver has the command 'x'"):
            bridge.send.x()


def test_what_is_asked_for_is_subscribed(relay: FakeRelay) -> None:
    with cwire.connect(relay.url, subscribe=None) as bridge:
        bridge.latest("tick")
        bridge.stream("tick")
        assert relay.next(dict)["messages"] == ["tick"]
        id = bridge.subscribe("rare", "picture")
        assert relay.next(dict)["messages"] == ["rare", "picture"]
        bridge.unsubscribe(id)
        assert relay.next(dict) == {"op": "unsubscribe", "id": id}
        with pytest.raises(cwire.UnknownMessage):
            bridge.subscribe("nope")


def test_subscriptions_say_how(relay: FakeRelay) -> None:
    with cwire.connect(relay.url, subscribe=None) as bridge:
        bridge.subscribe("tick", driver="lab", policy="latest", max_rate=5, history=10)
        asked = relay.next(dict)
        assert (asked["driver"], asked["policy"], asked["max_rate"]) == ("lab", "latest", 5.0)
        assert asked["history"] == {"frames": 10}
        with pytest.raises(cwire.InvalidSubscription, match="not both"):
            bridge.subscribe("rare", history=10, history_seconds=1.0)
        with pytest.raises(cwire.UnknownMessage, match=r"subscribe\('tick', decimate=2\)"):
            bridge.plot("tick_by_2")
        with pytest.raises(cwire.UnknownMessage, match="no message 'nope_by_2'"):
            bridge.latest("nope_by_2")


def test_a_window_is_told_and_acknowledged(relay: FakeRelay) -> None:
    with cwire.connect(relay.url, window=10_000) as bridge:
        assert relay.next(dict) == {"op": "window", "bytes": 10_000}
        assert relay.next(dict)["op"] == "subscribe"
        acknowledged = 0
        for first in range(0, 300, 3):
            relay.send(ticks(first, 3))
        bridge.latest("tick", 300, timeout=10)
        while acknowledged < 300 * 64:
            told = relay.next(dict)
            assert told["op"] == "ack"
            assert acknowledged < told["bytes"]
            acknowledged = told["bytes"]
        assert acknowledged == 300 * 64
    with pytest.raises(cwire.InvalidSubscription, match="window is 0"):
        cwire.connect(relay.url, window=0)


def test_closing(relay: FakeRelay) -> None:
    bridge = cwire.connect(relay.url)
    thread = bridge._thread
    bridge.close()
    bridge.close()
    assert not thread.alive
    with pytest.raises(cwire.NotConnected, match="the bridge was closed: connect again"):
        bridge.send.go()


def test_a_bridge_that_nobody_holds_is_closed(relay: FakeRelay) -> None:
    bridge = cwire.connect(relay.url)
    thread = bridge._thread
    del bridge
    gc.collect()
    assert not thread.alive
    assert relay.gone.wait(10)


def test_waiting_threads_are_told_when_the_bridge_closes(relay: FakeRelay) -> None:
    bridge = cwire.connect(relay.url)
    waiting = threading.Event()
    caught: list[BaseException] = []

    def wait() -> None:
        stream = bridge.stream("tick")
        waiting.set()
        try:
            next(stream)
        except cwire.NotConnected as error:
            caught.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    waiting.wait(10)
    bridge.close()
    thread.join(10)
    assert "the bridge was closed" in str(caught[0])


@pytest.mark.parametrize("what", ["next(bridge.stream('tick'))", "bridge.send.go()"])
def test_ctrl_c_ends_a_wait_and_leaves_the_bridge_well(relay: FakeRelay, what: str) -> None:
    program = f"""
import cwire
with cwire.connect({relay.url!r}) as bridge:
    try:
        print("ready", flush=True)
        {what}
    except KeyboardInterrupt:
        print(bridge.connected, flush=True)
"""
    command = [sys.executable, "-c", program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        # Mostly in the wait, which cannot be seen from outside; before it, it ends just as well.
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.stdout.readline() == "True\n"
        assert process.wait(60) == 0


def test_a_program_that_forgets_to_close_ends(relay: FakeRelay) -> None:
    program = f"import cwire; bridge = cwire.connect({relay.url!r}); print(bridge.connected)"
    done = ended(program)
    assert (done.stdout, done.stderr) == ("True\n", "")
    assert relay.gone.wait(10)


def test_a_thread_that_waits_at_the_end_is_silent(relay: FakeRelay) -> None:
    program = f"""
import atexit, threading
def off():
    print(bridge.send.set(x=3).x, flush=True)
atexit.register(off)  # runs after what was registered later
import cwire
bridge = cwire.connect({relay.url!r})
waiting = [threading.Event() for _ in range(4)]
def follow(begun):
    stream = bridge.stream("tick")
    begun.set()
    next(stream)
def ask(begun):
    while True:
        bridge.latest("tick")
        begun.set()
def wait(begun):
    begun.set()
    bridge.wait_for("tick", bool)
def several(begun):
    begun.set()
    bridge.latest("tick", 2, timeout=100)
for work, begun in zip((follow, ask, wait, several), waiting):
    threading.Thread(target=work, args=(begun,), daemon=True).start()
for begun in waiting:
    begun.wait(10)
"""
    relay.on_binary = state_reply
    done = ended(program)
    assert (done.stdout, done.stderr) == ("3.0\n", "")
    assert relay.gone.wait(10)


def test_a_forked_child_is_told(relay: FakeRelay) -> None:
    program = f"""
import os, cwire
bridge = cwire.connect({relay.url!r})
child = os.fork()
if not child:
    print(bridge.connected, bridge)
    for call in (bridge.send.go, lambda: bridge.latest("tick", timeout=5), bridge.subscribe):
        try:
            call()
        except cwire.NotConnected as error:
            print(error)
    bridge.close()
else:
    assert os.waitpid(child, 0)[1] == 0
    print(bridge.connected)
    print(bridge.send.set(x=3).x)
"""
    relay.on_binary = state_reply
    done = ended(program)
    assert done.stderr == ""
    first, *told, here, answer = done.stdout.splitlines()
    assert first.startswith("False cwire: not connected: this process was forked")
    assert sum(line.startswith("this process was forked from") for line in told) == 3
    assert (here, answer) == ("True", "3.0")


@pytest.mark.parametrize("carry", [pickle.dumps, copy.deepcopy])
def test_a_bridge_stays_in_its_process(
    bridge: cwire.Bridge, carry: Callable[[object], Any]
) -> None:
    of_it = (bridge, bridge["lab"], bridge.send, bridge.send.go, bridge.stream("tick"))
    for one in of_it:
        with pytest.raises(cwire.InvalidArgument, match=r"call cwire\.connect\(\) in the other"):
            carry(one)
    with pytest.raises(cwire.InvalidArgument, match="neither pickled nor copied"):
        copy.copy(bridge)


def test_values_are_encoded_in_the_thread_that_calls(
    relay: FakeRelay, bridge: cwire.Bridge
) -> None:
    seen: list[int] = []

    class Steps:
        def __index__(self) -> int:
            seen.append(threading.get_ident())
            return 3

    relay.on_binary = state_reply
    assert bridge.send.go(steps=Steps()) is not None
    assert seen == [threading.get_ident()]


def test_a_change_keeps_what_is_not_given(stage: str) -> None:
    with cwire.connect(stage) as bridge:
        assert dir(bridge.change) == dir(bridge["stage"].change) == ["set_axis"]
        done: Any = bridge.change.set_axis(axis=1, speed=7)
        assert (done.axis, done.speed, done.brake) == (1, 7.0, False)
        done = bridge["stage"].change.set_axis(speed=8)  # the first axis: it has a brake
        assert (done.axis, done.speed, done.brake) == (0, 8.0, True)
        sent: Any = bridge.send.set_axis(speed=9)
        assert not sent.brake  # of what is sent as it is, the rest is set to its default
        with pytest.raises(cwire.InvalidCommand, match="no command tells what the driver has now"):
            bridge.change.get_states()
        assert "(*, axis: int = 0, speed: float = ..., brake: bool = ...)" in repr(bridge.change)
        assert "get_states tells it" in (bridge.change.set_axis.__doc__ or "")
        assert "set_axis" in bridge.change._repr_html_()
