"""Waiting for a message, looking back, and recording: sync and async."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest

import cwire
from cwire.data.history import FixedHistory
from cwire.data.past import newest_seconds
from cwire_structs import frames
from support import schemas
from support.fake_relay import FakeRelay, driver, pictures, ticks


@pytest.fixture
def relay() -> Iterator[FakeRelay]:
    with FakeRelay() as relay:
        yield relay


@pytest.fixture
def bridge(relay: FakeRelay) -> Iterator[cwire.Bridge]:
    with cwire.connect(relay.url, history_bytes=64 * 1000) as bridge:
        yield bridge


class Ticker:
    """Publishes ticks from another thread until it is told to stop."""

    def __init__(self, relay: FakeRelay) -> None:
        self._relay = relay
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        number = 0
        while not self._stop.wait(0.002):
            self._relay.send(ticks(number, 5))
            number += 5

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *error: object) -> None:
        self._stop.set()
        self._thread.join()


def test_wait_for(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    relay.send(ticks(0, 10))
    bridge.latest("tick", 10, timeout=10)
    stream = bridge.stream("tick")
    relay.send(ticks(10, 10))
    assert stream.wait_for(lambda tick: tick.index % 7 == 0, timeout=10).index == 14
    assert next(stream).index == 15
    with Ticker(relay):
        assert bridge.wait_for("tick", lambda tick: True, timeout=10)["index"] >= 0
        assert bridge["lab"].wait_for("tick", lambda tick: tick.index > 50).index == 51


def test_wait_for_says_what_was_seen(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    with pytest.raises(cwire.WaitTimeout, match=r"no message of rare in 0.01 s; .*not publish"):
        bridge.wait_for("rare", lambda rare: True, timeout=0.01)
    stream = bridge.stream("tick")
    relay.send(ticks(0, 3))
    bridge.latest("tick", 3, timeout=10)
    seen = r"no tick matched in 0.05 s \(3 seen\); the last one: tick\(index=2, values="
    with pytest.raises(cwire.WaitTimeout, match=seen):
        stream.wait_for(lambda tick: tick.index > 5, timeout=0.05)
    relay.send(ticks(3, 1))
    with pytest.raises(ZeroDivisionError):
        stream.wait_for(lambda tick: 1 / 0, timeout=10)


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


def test_the_last_seconds_of_stamps_that_jump() -> None:
    message = schemas.schema().messages["tick"]
    history = FixedHistory(message, 1 << 20)
    data = memoryview(ticks(100, 3) + ticks(50, 1) + ticks(101, 1))
    (tally,) = frames.scan(data).tallies
    history.append(data, tally)
    recent = newest_seconds(history, 1)
    assert [int(row.index) for row in recent] == [100, 101, 102, 101]


def test_recording_frames(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    with Ticker(relay):
        table = bridge.record_to_dataframe("tick", frames=137)
        again = bridge["lab"].record_to_dataframe("tick", "index", frames=3, seconds=20)
    assert len(table) == 137
    assert (np.diff(table["index"].astype(int)) == 1).all()
    assert table.attrs["lost"] == 0
    assert table.attrs["units"] == {"values": "V"}
    assert list(again.columns) == ["index"]
    assert table.index.name == "time"
    nothing = bridge.record_to_dataframe("tick", frames=0)
    assert (len(nothing), list(nothing.columns)) == (0, list(table.columns))


def test_recording_seconds(
    relay: FakeRelay, bridge: cwire.Bridge, capfd: pytest.CaptureFixture[str]
) -> None:
    with Ticker(relay):
        table = bridge.record_to_dataframe("tick", "index", seconds=0.3)
        assert "recording" not in capfd.readouterr().err  # too short for a bar
        bridge.record_to_dataframe("tick", "index", seconds=1.3)
    assert len(table) > 3
    assert (np.diff(table["index"].astype(int)) == 1).all()
    assert "recording tick" in capfd.readouterr().err


def test_recording_without_tqdm(
    relay: FakeRelay,
    bridge: cwire.Bridge,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    assert len(bridge.record_to_dataframe("rare", seconds=1.1)) == 0
    assert capfd.readouterr().err == ""


def test_recordings_that_cannot_be(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    with pytest.raises(ValueError, match="seconds=… or frames=…"):
        bridge.record_to_dataframe("tick")
    with pytest.raises(ValueError, match="no recording of -1 seconds"):
        bridge.record_to_dataframe("tick", seconds=-1)
    with pytest.raises(ValueError, match="or -5 frames"):
        bridge.record_to_dataframe("tick", frames=-5)
    with pytest.raises(cwire.UnknownMessage):
        bridge.record_to_dataframe("nope", seconds=1)
    with pytest.raises(cwire.UnknownField, match="no field 'nope'"):
        bridge.record_to_dataframe("tick", "nope", seconds=60)
    with pytest.raises(cwire.WaitTimeout, match="no message of rare in 0.05 s"):
        bridge.record_to_dataframe("rare", frames=1, timeout=0.05)


def test_recording_messages_with_a_tail(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    done: list[int] = []

    def publish() -> None:
        while not done:
            relay.send(pictures(1, 3, 3) + pictures(3, 2))

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        table = bridge.record_to_dataframe("picture", frames=30)
    finally:
        done.append(1)
        thread.join()
    assert len(table) == 30
    assert {"number", "pixels[0]", "pixels[2]"} <= set(table.columns)
    assert table["pixels[2]"].isna().sum() >= 5


def test_a_recording_ends_with_the_structs(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    changed = driver(session=8, epoch="2", schema=schemas.document(extra_field=True))
    timer = threading.Timer(0.05, lambda: relay.say("driver", event="restarted", driver=changed))
    timer.start()
    with pytest.warns(UserWarning, match="came back with other structs: these are the 0 frames"):
        table = bridge.record_to_dataframe("rare", seconds=30)
    assert list(table.columns) == ["a", "b"]


async def test_async(relay: FakeRelay) -> None:
    async with cwire.aconnect(relay.url) as bridge:
        with pytest.raises(cwire.WaitTimeout, match="no message of rare in 0.01 s"):
            await bridge.wait_for("rare", lambda rare: True, timeout=0.01)
        with Ticker(relay):
            found = await bridge.wait_for("tick", lambda tick: tick.index >= 20, timeout=10)
            assert found.index >= 20
            with pytest.raises(
                cwire.WaitTimeout, match=r"no tick matched in 0.05 s \([\d,]+ seen\)"
            ):
                await bridge.wait_for("tick", lambda tick: False, timeout=0.05)
            table = await bridge.record_to_dataframe("tick", frames=100)
            short = await bridge["lab"].record_to_dataframe("tick", "index", seconds=0.05)
        assert len(table) == 100
        assert list(short.columns) == ["index"]
        assert len(await bridge.history("tick", 7)) == 7
        assert len(await bridge["lab"].history("tick", seconds=2)) == 3
        with pytest.raises(cwire.WaitTimeout):
            await bridge.record_to_dataframe("rare", frames=1, timeout=0.05)
