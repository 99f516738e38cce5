"""The client against the real driver and the real relay."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest

import cwire
from support.processes import ROOT, Driver, PythonDriver, Relay, until

# What a client sees of a driver in Python is what it sees of one in C.
of_both = pytest.mark.parametrize("driver", [Driver, PythonDriver], indirect=True)


@pytest.fixture
def bridge(relay: Relay) -> Iterator[cwire.Bridge]:
    with cwire.connect() as bridge:
        until(lambda: bridge["demo"].state == "up")
        yield bridge


@of_both
def test_samples_are_what_the_generator_was_told(bridge: cwire.Bridge) -> None:
    bridge.send.set_acquisition(sample_rate=61440, trigger="RISING_EDGE")
    reply = bridge.send.set_waveform(channel=0, shape="SINE", frequency=120, amplitude=2, offset=1)
    assert reply is not None
    assert (reply.shape.name, reply.frequency, reply.offset) == ("SINE", 120.0, 1.0)
    sent = reply.time
    for block in bridge.stream("scope_block", timeout=10):
        if block.channel == 0 and block.time > sent + np.timedelta64(100, "ms"):
            break
    assert block.samples.max() == pytest.approx(3, abs=0.05)
    assert block.samples.min() == pytest.approx(-1, abs=0.05)
    spectrum = np.abs(np.fft.rfft(block.samples - block.samples.mean()))
    assert np.argmax(spectrum) / (1024 * block.dt) == pytest.approx(120, rel=0.05)


@of_both
def test_every_command_of_the_demo(bridge: cwire.Bridge) -> None:
    status = bridge.send.get_status()
    assert status is not None
    assert status.running
    assert status.firmware
    assert status.calibration.shape == (2, 3)
    assert status.channels["frequency"].shape == (2,)
    assert status.acquisition.trigger.name in {"FREE_RUN", "RISING_EDGE", "FALLING_EDGE"}
    echo = bridge.send.echo(number=(1 << 64) - 1, values=[1, 2, 3, 4.5])
    assert echo is not None
    assert (echo.number, echo.values.tolist()) == ((1 << 64) - 1, [1, 2, 3, 4.5])
    assert bridge.send.stop() is None
    assert bridge.send.start() is None
    assert bridge.send.self_test(channel=1) is not None
    bridge.send.set_waveform(channel=1, amplitude=10, offset=5)
    with pytest.raises(cwire.CommandError, match="clips"):
        bridge.send.self_test(channel=1)


@of_both
def test_nothing_is_lost(bridge: cwire.Bridge) -> None:
    blocks = bridge.latest("scope_block", 100, timeout=30)
    assert isinstance(blocks, cwire.FrameArray)
    assert (np.diff(blocks.sequence.astype(np.int64)) == 1).all()
    assert (np.diff(blocks.time).astype(np.int64) >= 0).all()
    row = bridge.health.of("scope_block")
    assert (row.lost, row.unreadable) == (0, 0)


def test_what_a_slow_client_loses_adds_up(bridge: cwire.Bridge) -> None:
    with cwire.connect(ring=False) as slow:
        _loses(slow)


def _loses(bridge: cwire.Bridge) -> None:
    bridge.send.set_acquisition(sample_rate=1e7)
    bridge.latest("scope_block", 100, timeout=30)
    go_on = threading.Event()
    bridge._thread.post(go_on.wait, 60)  # the receiving thread hangs: the relay must drop
    with cwire.connect(subscribe=None) as watcher:
        watcher["relay"].wait_for("relay_driver", lambda one: one.dropped > 0, timeout=60)
    go_on.set()
    until(lambda: bridge.health.of("scope_block").lost > 0)
    bridge.send.stop()
    bridge.send.get_status()  # its reply comes after the last block and the last `dropped`
    row = bridge.health.of("scope_block")
    assert row.lost == row.lost_at_relay + row.lost_at_driver
    sequences = [frame.sequence for frame in bridge.latest("scope_block", 1)]
    (feed,) = (
        feed for feed in bridge._link.session.feeds.values() if feed.message.name == "scope_block"
    )
    assert feed.ledger.next_sequence == sequences[0] + 1


@of_both
def test_camera_tiles(bridge: cwire.Bridge) -> None:
    tiles = list(bridge.latest("camera_tile", 40, timeout=30))
    assert all(len(tile.pixels) == tile.width * tile.height for tile in tiles)


@of_both
def test_a_driver_restart_is_a_gap(bridge: cwire.Bridge, driver: Driver) -> None:
    stream = bridge.stream("scope_block", timeout=30)
    next(stream)
    driver.stop()
    until(lambda: bridge["demo"].state == "down")
    with pytest.raises(cwire.DriverDown, match="start (it|the driver)"):
        bridge.send.get_status()
    with type(driver)(driver.path):
        until(lambda: bridge["demo"].state == "up")
        assert bridge.send.get_status() is not None
        bridge.latest("scope_block", bridge.health.of("scope_block").frames + 10, timeout=30)
        assert next(stream) is not None
        assert bridge.health.of("scope_block").lost == 0


def test_over_tcp(relay: Relay) -> None:
    with cwire.connect(relay.url, relay.token) as bridge:
        assert len(bridge.latest("scope_block", 3, timeout=30)) == 3
    with cwire.connect(relay.link) as bridge:
        assert list(bridge.drivers) == ["demo", "relay"]
    with pytest.raises(cwire.Unauthorized, match="token"):
        cwire.connect(relay.url)
    with pytest.raises(cwire.Unauthorized, match="token"):
        cwire.connect(relay.url, "0" * 64)


def test_the_relay_is_a_driver_that_must_be_named(bridge: cwire.Bridge) -> None:
    assert bridge["relay"].state == "up"
    assert bridge.schema.name == "messages"  # with one driver beside it, nothing is ambiguous
    bridge.latest("scope_block", 3, timeout=30)
    assert all(row.driver == "demo" for row in bridge.health)  # "all" did not subscribe to it
    with pytest.raises(cwire.UnknownMessage, match="driver 'demo' has no message 'relay_status'"):
        bridge.latest("relay_status")
    status = bridge["relay"].latest("relay_status", 2, timeout=10)
    assert isinstance(status, cwire.FrameArray)
    assert (np.diff(status["frames"].astype(np.int64)) > 0).all()
    assert (status["drivers_up"] == 1).all()
    record = next(bridge["relay"].stream("relay_driver", timeout=10))
    assert (record["name"], record["state"].name) == ("demo", "UP")
    assert "statistics" in repr(bridge) or "relay_status" in repr(bridge)


def test_unknown_messages(relay: Relay) -> None:
    with pytest.raises(cwire.UnknownMessage, match="nope"):
        cwire.connect(subscribe=["nope"])


def test_the_relay_stops(relay: Relay) -> None:
    with cwire.connect(reconnect=False) as bridge:
        relay.stop()
        with pytest.raises(cwire.NotConnected, match="connect again"):
            bridge.latest("scope_block", 1 << 20, timeout=30)


async def test_async(relay: Relay) -> None:
    async with cwire.aconnect() as bridge:
        assert len(await bridge.latest("scope_block", 5, timeout=30)) == 5
        assert await bridge.send.get_status() is not None
        async for block in bridge.stream("scope_block", timeout=30):
            assert block.samples.shape == (1024,)
            break


@pytest.mark.parametrize("words", [[], ["--message", "driver_status", "--count", "2"]])
def test_client_main(relay: Relay, words: list[str]) -> None:
    program = ROOT / "client_side" / "client_main.py"
    command = [sys.executable, str(program), *words, "--send", "set_waveform", "frequency=5"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "scope_block (4120 bytes)" in done.stdout
    assert "set_waveform -> waveform(channel=0, shape=SINE (0), frequency=5" in done.stdout
    assert "frames/s" in done.stdout


def test_the_notebook_is_saved_without_outputs() -> None:
    notebook = json.loads((ROOT / "notebooks" / "01_quickstart.ipynb").read_text())
    for cell in notebook["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
