"""A driver in Python, behind a real relay: no client can tell it from one in C."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cwire
from cwire.demo.messages import (
    MESSAGES,
    Acquisition,
    SetAcquisition,
    SetWaveform,
    Waveform,
)
from support.processes import ROOT, Driver, Relay, until
from support.wire import Frame, Peer

SCHEMA = ROOT / "c_driver" / "generated" / "messages.schema.json"


def hello(peer: Peer) -> bytes:
    frame = peer.frame()
    assert frame is not None
    return frame.payload[:16] + frame.payload[24:]  # without the epoch


def taken(peer: Peer, types: set[int], number: int) -> list[Frame]:
    found: list[Frame] = []
    while len(found) < number or {one.type for one in found} != types:
        frame = peer.frame()
        assert frame is not None
        if frame.type in types:
            found.append(frame)
    return found


def test_its_bytes_are_those_of_the_driver_in_c(driver: Driver, short_dir: Path) -> None:
    """The same hello; and of the same values the same frames."""
    with cwire.Driver("demo", SCHEMA, short_dir / "python.sock") as python:
        with Peer(driver.path, answer=False) as one, Peer(python.path, answer=False) as other:
            assert hello(one) == hello(other)
        with Peer(driver.path) as in_c, Peer(python.path) as in_python:
            frames = taken(in_c, {1, 2, 3}, 30)
            while not python.peers:
                python.publish("waveform")
            first: dict[int, int] = {}
            for frame in frames:
                message = python.schema.by_id[frame.type]
                record = message.decode(frame.payload)
                if message.name == "camera_tile":
                    fields = {name: record[name] for name in ("image", "tile", "tiles", "x", "y")}
                    image = record["pixels"].reshape(record["height"], record["width"])
                    python.publish("camera_tile", image, time_ns=frame.time_ns, **fields)
                elif message.name == "driver_status":
                    values = message.type.from_bytes(frame.payload).to_dict()
                    python.publish("driver_status", values, time_ns=frame.time_ns)
                else:
                    python.publish_at(frame.time_ns, "scope_block", record)
                expected = frame._replace(
                    sequence=frame.sequence - first.setdefault(frame.type, frame.sequence)
                )
                assert in_python.wait_for(frame.type) == expected


def latest(bridge: cwire.Bridge, message: str, number: int) -> Any:
    return bridge.latest(message, number, timeout=20)


@pytest.fixture(params=["json", "classes"])
def lab(request: pytest.FixtureRequest, runtime: Path) -> Iterator[cwire.Driver]:
    """The demo's messages with handlers in Python."""
    driver = cwire.Driver("lab", SCHEMA if request.param == "json" else MESSAGES)
    waveforms = [Waveform(0), Waveform(1)]

    @driver.command
    def set_waveform(request: SetWaveform) -> Waveform:
        waveforms[request.channel] = Waveform(**vars(request))
        return waveforms[request.channel]

    @driver.command
    def get_status(reset_counters: bool) -> dict[str, Any]:
        return {"running": True, "firmware": "python", "channels": waveforms, "blocks": 7}

    @driver.command
    def self_test(channel: int) -> dict[str, Any]:
        raise cwire.Refused("the signal clips at 10 V", "EFAILED")

    @driver.command
    def set_acquisition(request: SetAcquisition) -> Acquisition:
        return request  # type: ignore[return-value] # the same fields

    driver.command("start")(lambda blocks: None)
    with driver:
        yield driver


@pytest.fixture
def bridge(lab: cwire.Driver) -> Iterator[cwire.Bridge]:
    with Relay(f"lab={lab.path}") as relay:
        relay.wait_for_drivers()
        with cwire.connect(relay.link) as made:
            yield made


def test_a_client_reads_and_sends(lab: cwire.Driver, bridge: cwire.Bridge) -> None:
    send: Any = bridge.send
    reply = send.set_waveform(channel=1, shape="SQUARE", frequency=5.0)
    assert (reply.channel, reply.shape.name, reply.frequency, reply.amplitude) == (
        1,
        "SQUARE",
        5,
        1,
    )
    status = send.get_status()
    assert (status.firmware, status.blocks, status.channels[1].frequency) == ("python", 7, 5.0)
    assert send.start(blocks=3) is None
    with pytest.raises(cwire.CommandError, match=r"the signal clips at 10 V \(CWIRE_EFAILED\)"):
        send.self_test()
    with pytest.raises(cwire.CommandError, match="no handler for 'stop'"):
        send.stop()
    assert send.set_acquisition(level=2.0).level == 2.0

    blocks = np.zeros(50, lab.schema.messages["scope_block"].dtype())
    blocks["first_sample"] = np.arange(50) * 1024
    stream = bridge.stream("scope_block", timeout=20)
    lab.publish("scope_block", blocks)
    for number in range(50):
        assert next(stream).first_sample == number * 1024
    assert (
        latest(bridge, "scope_block", 50)["first_sample"].tolist()
        == blocks["first_sample"].tolist()
    )
    lab.publish("driver_status", temperature=20.5)
    assert latest(bridge, "driver_status", 1)["temperature"][0] == 20.5


def test_frames_of_a_client_are_published_as_they_are(relay: Relay, runtime: Path) -> None:
    """What one driver has published, read by a client, goes out again from another."""
    with cwire.Driver("copy", SCHEMA) as copy, cwire.connect(relay.link) as bridge:
        blocks = latest(bridge, "scope_block", 5)
        status = latest(bridge, "driver_status", 1)[-1]
        with Peer(copy.path) as peer:
            while not copy.peers:
                copy.publish("waveform")
            copy.publish("scope_block", blocks)
            copy.publish("driver_status", status)
            for block in blocks:
                frame = peer.wait_for(1)
                assert frame.payload == bytes(block)
            assert peer.wait_for(3).payload == bytes(status)
            image = latest(bridge, "camera_tile", 1)[-1]
            copy.publish("camera_tile", image)
            assert peer.wait_for(2).payload == bytes(image)


def test_a_restart_is_one_of_a_driver(runtime: Path) -> None:
    def made() -> cwire.Driver:
        return cwire.Driver("lab", {"value": "f8"}).start()

    first = made()
    with Relay(f"lab={first.path}") as relay:
        relay.wait_for_drivers()
        until(lambda: not first.wanted("value"))  # a peer that has said nothing wants all
        with cwire.connect(relay.link) as bridge:
            until(lambda: first.wanted("value") > 0)
            first.publish("value", 1.0)
            assert latest(bridge, "value", 1)["value"][0] == 1.0
            first.close()
            stream = bridge.stream("value", timeout=20)
            with made() as second:
                until(lambda: second.wanted("value") > 0)
                second.publish("value", np.arange(3.0))
                assert [next(stream).value for _ in range(3)] == [0.0, 1.0, 2.0]
