"""The packages that viewers are made of, `@foxglove/ws-protocol` among them, at the real relay."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import cwire
from cwire.data.frame_array import frame_of
from cwire_structs.frames import HEADER_SIZE, unpack_header
from support.node import NODE, npm_packages
from support.processes import ROOT, SECONDS, Driver, Relay, until

MESSAGES = ("scope_block", "camera_tile", "driver_status")
PROGRAM = ROOT / "tests" / "web" / "foxglove.mjs"


@pytest.fixture
def viewed(driver: Driver) -> Iterator[Relay]:
    with Relay(f"demo={driver.path}", options=("--foxglove",)) as relay:
        relay.wait_for_drivers()
        yield relay


def values_of(record: cwire.Record) -> Any:
    """The numbers of a frame, as numpy reads its bytes by cwire's schema."""
    message = record.message
    frame = np.asarray(frame_of(record)).view(np.uint8).tobytes()
    payload = frame[HEADER_SIZE : unpack_header(frame).size]
    tail = (len(payload) - message.size) // message.tail_size if message.tail else 0
    return plain(np.frombuffer(payload, message.dtype(tail))[0])


def plain(value: Any) -> Any:
    """A value as the program prints it: an array in one piece, text as its bytes."""
    match value:
        case np.void():
            return {name: plain(value[name]) for name in value.dtype.names or ()}
        case np.ndarray():
            return [plain(entry) for entry in value.reshape(-1)]
        case np.bytes_():  # without the zeros behind it
            return list(value)
    return value.item()


def time_of(record: cwire.Record) -> int:
    return int(record.time.astype(int))


def frames_until(bridge: cwire.Bridge, name: str, time_ns: int) -> list[cwire.Record]:
    """All frames that have come; it waits for those of this time."""
    until(lambda: any(time_of(one) >= time_ns for one in bridge.latest(name)))
    return list(bridge.history(name))


def alike(seen: Any, known: Any) -> bool:
    """Whether values are the same; padding is seen by the viewer alone, and zeros behind text."""
    if isinstance(known, dict):
        fields = {name: value for name, value in seen.items() if not name.startswith("padding")}
        return fields.keys() == known.keys() and all(alike(fields[k], known[k]) for k in known)
    if isinstance(known, list):
        while len(seen) > len(known) and seen[-1] == 0:
            seen = seen[:-1]
        return len(seen) == len(known) and all(map(alike, seen, known))
    return float(seen) == float(known)


def test_what_a_viewer_sees_is_what_a_notebook_sees(viewed: Relay) -> None:
    npm_packages()
    link = viewed.wait_for("foxglove: ").split()[1]
    with cwire.connect(subscribe=None, history_bytes=256 << 20) as bridge:
        for name in MESSAGES:  # all that the viewer can be sent: also what came before it
            bridge.subscribe(name, history=1000)
        done = subprocess.run(
            [NODE, PROGRAM, link], capture_output=True, text=True, timeout=SECONDS, check=False
        )
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        for name in MESSAGES:
            seen = told["messages"][f"/demo/{name}"]
            assert len(seen) == 3
            frames = frames_until(bridge, name, int(seen[-1]["time"]))
            for message in seen:
                # A picture's tiles have the same time.
                known = [values_of(one) for one in frames if time_of(one) == int(message["time"])]
                assert any(alike(message["fields"], one) for one in known), (message, known)
    assert told["errors"] == []
    assert [one["message"] for one in told["statuses"]] == [
        "there is no parameter '/demo/none'; getParameters without names tells which there are",
        "parameter /demo/waveform[1].frequency can be read only: to set it, call the service "
        "/demo/set_waveform",
    ]
    assert {"/demo/scope_block", "/demo/waveform", "/relay/relay_status"} <= {*told["channels"]}
    times = [int(time) for time in told["times"]]
    assert times == sorted(times)
    calls = told["calls"]
    wave = {"channel": 1, "shape": 2, "frequency": 50.5, "amplitude": 2, "offset": -1}
    assert calls["set"] == wave
    assert calls["refused"]["op"] == calls["broken"]["op"] == "serviceCallFailure"
    text = "/demo/set_waveform: CWIRE_ERANGE: channel 7 is out of range: 0 to 1"
    assert calls["refused"]["message"] == text
    assert "write it as little-endian CDR" in calls["broken"]["message"]
    assert calls["empty"] == {"empty": 0}
    assert "well" in calls["json"]["verdict"]
    frequency = {"name": "/demo/waveform[1].frequency", "value": 50.5, "type": "float64"}
    assert frequency in told["parameters"]["all"]
    names = {one["name"] for one in told["parameters"]["all"]}
    assert {"/demo/waveform[0].shape", "/demo/acquisition.sample_rate"} <= names
    assert told["parameters"]["one"] == told["parameters"]["set"] == [frequency]
