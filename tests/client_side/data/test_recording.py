"""Recording live data, through a bridge."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest

import cwire
from support import schemas
from support.fake_relay import FakeRelay, Ticker, driver, pictures
from support.processes import until


@pytest.fixture
def relay() -> Iterator[FakeRelay]:
    with FakeRelay() as relay:
        yield relay


@pytest.fixture
def bridge(relay: FakeRelay) -> Iterator[cwire.Bridge]:
    with cwire.connect(relay.url) as bridge:  # whose history is long: nothing is missed
        yield bridge


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
    relay: FakeRelay,
    bridge: cwire.Bridge,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with Ticker(relay):
        monkeypatch.setattr("cwire.kernel.progress._DELAY", 3600.0)
        bridge.record_to_dataframe("tick", "index", seconds=0.3)
        assert "recording" not in capfd.readouterr().err  # too short for a bar
        monkeypatch.setattr("cwire.kernel.progress._DELAY", 0.1)
        table = bridge.record_to_dataframe("tick", "index", seconds=0.5)
    assert (np.diff(table["index"].astype(int)) == 1).all()
    assert "recording tick" in capfd.readouterr().err


def test_recording_without_tqdm(
    relay: FakeRelay,
    bridge: cwire.Bridge,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    monkeypatch.setattr("cwire.kernel.progress._DELAY", 0.0)
    assert len(bridge.record_to_dataframe("rare", seconds=0.2)) == 0
    assert capfd.readouterr().err == ""


def test_recordings_that_cannot_be(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    with pytest.raises(ValueError, match="seconds=… or frames=…"):
        bridge.record_to_dataframe("tick")
    with pytest.raises(ValueError, match="a recording takes .*, at least 0, not -1"):
        bridge.record_to_dataframe("tick", seconds=-1)
    with pytest.raises(ValueError, match="a recording takes a number of frames, not -5"):
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
    feed = bridge._link.lookup.feed("rare")

    def restart() -> None:
        until(lambda: bool(feed._watches))
        relay.say("driver", event="restarted", driver=changed)

    thread = threading.Thread(target=restart)
    thread.start()
    with pytest.warns(UserWarning, match="with other structs: .* came before: 0 frames"):
        table = bridge.record_to_dataframe("rare", seconds=60)
    thread.join()
    assert list(table.columns) == ["a", "b"]
