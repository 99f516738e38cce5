"""Connecting, and everything that can be wrong with it. Real WebSockets, a fake relay."""

from __future__ import annotations

import asyncio
import gc
import json
import socket
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

import cwire
from cwire.link.address import resolve
from cwire.link.opening import open_websocket
from cwire.link.transport import Transport
from support.fake_relay import FakeRelay, driver, ticks


@pytest.fixture
def relay() -> Iterator[FakeRelay]:
    before = set(threading.enumerate())
    with FakeRelay() as relay:
        yield relay
    left = set(threading.enumerate()) - before
    assert [thread.name for thread in left if "cwire" in thread.name] == []


def test_over_tcp(relay: FakeRelay) -> None:
    with cwire.connect(relay.url) as bridge:
        assert bridge.connected
        assert bridge.address == relay.url
        assert list(bridge.drivers) == ["lab"]
        asked = relay.next(dict)
        assert asked == {"op": "subscribe", "id": 1, "driver": None, "messages": None}
    assert not bridge.connected
    assert relay.gone.wait(10)


@pytest.mark.parametrize("form", ["{}", "ws+unix://{}", "ws+unix:{}:/ws", " {} "])
def test_over_a_unix_socket(short_dir: Path, form: str) -> None:
    path = short_dir / "relay.sock"
    with FakeRelay(unix=path), cwire.connect(form.format(path)) as bridge:
        assert list(bridge.drivers) == ["lab"]
        with cwire.connect(bridge.address) as again:  # what a bridge prints is taken
            assert again.address == bridge.address == str(path)


async def test_a_connection_that_comes_when_the_time_is_up_is_closed() -> None:
    with (
        warnings.catch_warnings(record=True, action="always") as seen,
        socket.create_server(("127.0.0.1", 0)) as server,
    ):
        url = f"ws://127.0.0.1:{server.getsockname()[1]}/ws"
        for turns in range(1, 12):  # wherever the attempt is by then
            opening = asyncio.create_task(open_websocket(resolve(url).address, 0.05))
            for _ in range(turns):
                await asyncio.sleep(0)
            time.sleep(0.06)  # the loop is busy, and sees both at once
            with pytest.raises(cwire.NotConnected):
                await opening
        del opening
        gc.collect()
    assert [str(one.message) for one in seen] == []


@pytest.mark.parametrize("token", [None, "wrong"])
def test_a_wrong_token(relay: FakeRelay, token: str | None) -> None:
    relay.token = "right"
    with pytest.raises(cwire.Unauthorized, match="does not let you in.*#token="):
        cwire.connect(relay.url, token)
    with cwire.connect(relay.url, "right"):
        pass
    with cwire.connect(relay.url.replace("ws:", "http:") + "#token=right"):
        pass


def test_nothing_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"ws://127.0.0.1:{unused.getsockname()[1]}/ws"
        with pytest.raises(cwire.NotConnected, match=r"no relay answers at .*cwire serve"):
            cwire.connect(url)


def test_no_such_host() -> None:
    with pytest.raises(cwire.NotConnected, match="no relay answers at"):
        cwire.connect("ws://no-such-host.invalid:1/ws", timeout=5)


def test_something_else_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"ws://127.0.0.1:{server.getsockname()[1]}/ws"

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"SSH-2.0-OpenSSH_9\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(cwire.NotConnected):
            cwire.connect(url, timeout=5)
        thread.join()


def test_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        with pytest.raises(cwire.NotConnected, match="no relay answers"):
            cwire.connect(f"ws://127.0.0.1:{server.getsockname()[1]}/ws", timeout=0.2)


def test_another_path(relay: FakeRelay) -> None:
    with pytest.raises(cwire.NotConnected, match=r"HTTP 404 Not Found; its endpoint is /ws"):
        cwire.connect(relay.url + "x")


def test_a_relay_that_is_stopped(short_dir: Path) -> None:
    path = str(short_dir / "relay.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        with pytest.raises(cwire.NotConnected, match="it is there, but stopped or very busy"):
            cwire.connect(path, timeout=0.2)


@pytest.mark.parametrize("timeout", [float("nan"), -1, 0])
def test_impossible_timeouts(relay: FakeRelay, timeout: float) -> None:
    with pytest.raises(ValueError, match="a timeout is a number of seconds, at least 0.001"):
        cwire.connect(relay.url, timeout=timeout)


def test_a_timeout_without_end(relay: FakeRelay) -> None:
    with cwire.connect(relay.url, timeout=float("inf")) as bridge:
        assert bridge.connected


@pytest.mark.parametrize("size", [1 << 50, -1])
def test_impossible_histories(relay: FakeRelay, size: int) -> None:
    with pytest.raises(
        ValueError, match=f"history_bytes must be 0 to .* not {size}; each message may"
    ):
        cwire.connect(relay.url, history_bytes=size)


def test_a_url_that_is_no_text() -> None:
    with pytest.raises(TypeError, match="the address of a relay is text, not 5; give one such as"):
        cwire.connect(5)  # type: ignore[arg-type]


def test_a_driver_that_the_relay_does_not_have(relay: FakeRelay) -> None:
    with cwire.connect(relay.url, driver="lab") as bridge:
        assert bridge.connected
    with pytest.raises(cwire.UnknownDriver, match="no driver 'lap'; did you mean 'lab'"):
        cwire.connect(relay.url, driver="lap")


def test_another_websocket(relay: FakeRelay) -> None:
    relay.subprotocol = None
    with pytest.raises(cwire.ProtocolError, match="no cwire relay"):
        cwire.connect(relay.url)


def test_no_hello(relay: FakeRelay, monkeypatch: pytest.MonkeyPatch) -> None:
    relay.hello = None
    open = Transport.open
    # The handshake, which comes before it, may take its time.
    monkeypatch.setattr(Transport, "open", lambda address, take, _: open(address, take, 10))
    with pytest.raises(cwire.NotConnected, match=r"does not say hello within 0.2 s"):
        cwire.connect(relay.url, timeout=0.2)


@pytest.mark.parametrize("hello", ["what?", json.dumps({"op": "hello", "protocol": 99})])
def test_a_strange_hello(relay: FakeRelay, hello: str) -> None:
    relay.hello = hello
    with pytest.raises(cwire.ProtocolError):
        cwire.connect(relay.url)


def test_unknown_messages_to_subscribe_to(relay: FakeRelay) -> None:
    with pytest.raises(cwire.UnknownMessage, match="no driver publishes nope"):
        cwire.connect(relay.url, subscribe=["nope"])
    with cwire.connect(relay.url, subscribe="tick"):
        pass


def test_a_driver_that_is_down() -> None:
    off = driver("off", state="down", session=None, schema=None)
    with FakeRelay(off) as relay, cwire.connect(relay.url) as bridge:
        assert bridge["off"].state == "down"
        assert "off" in repr(bridge)
        for use in (
            lambda: bridge.send.set(x=1),
            lambda: bridge.schema,
            lambda: bridge.latest("tick"),
            lambda: bridge.stream("tick"),
        ):
            with pytest.raises(cwire.DriverDown, match="start it"):
                use()


def test_why_a_driver_is_down() -> None:
    why = "it sent a frame of type 9, which its schema does not have"
    off = driver("off", state="down", session=None, problem=why)
    with FakeRelay(off) as relay, cwire.connect(relay.url) as bridge:
        with pytest.raises(cwire.DriverDown, match=why):
            bridge.send.set(x=1)
        with pytest.raises(cwire.WaitTimeout, match=why):
            bridge.latest("tick", 1, timeout=0.01)
        shown = repr(bridge), bridge._repr_html_(), repr(bridge["off"])
        assert all(why in text for text in shown)
        assert bridge.drivers["off"].reason == why
        relay.say("driver", event="up", driver=driver("off"))
        relay.send(ticks(0, 1))
        bridge.latest("tick", 1, timeout=10)
        silent = driver("off", state="stale", problem="silent for 9 s")
        assert why not in repr(bridge)
        relay.say("driver", event="stale", driver=silent)
        relay.send(ticks(1, 1))
        bridge.latest("tick", 2, timeout=10)
        assert "silent for 9 s" in repr(bridge)
        assert "tick" in repr(bridge)


def test_no_driver_at_all() -> None:
    with FakeRelay() as relay:
        assert isinstance(relay.hello, dict)
        relay.hello["drivers"] = []
        with cwire.connect(relay.url) as bridge:
            with pytest.raises(cwire.UnknownDriver, match="--driver NAME=PATH"):
                bridge.send.set()


def test_broken_frames_end_the_connection_with_a_reason(relay: FakeRelay) -> None:
    with cwire.connect(relay.url) as bridge:
        relay.send(b"\xff" * 64)
        with pytest.raises(cwire.NotConnected, match="bad frame"):
            bridge.latest("tick", timeout=10)
        assert "bad frame" in repr(bridge)


def test_the_relay_goes(relay: FakeRelay) -> None:
    with cwire.connect(relay.url, reconnect=False) as bridge:
        stream = bridge.stream("tick", timeout=10)
        relay.send(ticks(0, 5))
        bridge.latest("tick", 5, timeout=10)
        assert [next(stream).index for _ in range(5)] == [0, 1, 2, 3, 4]
        relay.hang_up()
        gone = r"gone: the relay is stopping \(close code 1001\).*connect again"
        with pytest.raises(cwire.NotConnected, match=gone):
            next(stream)
        with pytest.raises(cwire.NotConnected, match=gone):
            bridge.send.go()
        assert len(bridge.latest("tick")) == 1  # what came can still be read
        assert "not connected" in repr(bridge)
        row = bridge.health.of("tick")
        assert (row.state, row.rate, row.frames) == ("unknown", 0.0, 5)
        assert bridge["lab"].state == "unknown"
        assert " up" not in repr(bridge)
