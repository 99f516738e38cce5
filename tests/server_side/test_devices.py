"""Where drivers are that have no Unix socket."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cwire_server.devices import SerialDevice, TcpDevice, parse_device


@pytest.mark.parametrize(
    ("text", "device"),
    [
        ("tcp://127.0.0.1:5000", TcpDevice("127.0.0.1", 5000)),
        ("tcp://board.local:1/", TcpDevice("board.local", 1)),
        ("tcp://[::1]:65535", TcpDevice("::1", 65535)),
        ("serial:/dev/ttyUSB0", SerialDevice("/dev/ttyUSB0", 115200)),
        ("serial:/dev/ttyUSB0?baud=921600", SerialDevice("/dev/ttyUSB0", 921600)),
        ("serial:COM?baud=50", SerialDevice("COM", 50)),
        ("/tmp/a.sock", None),
        ("tcp", None),
        ("udp://x:1", None),
        ("./serial:x", None),
    ],
)
def test_what_is_read(text: str, device: TcpDevice | SerialDevice | None) -> None:
    assert parse_device(text) == device
    if device is not None:
        assert parse_device(str(device)) == device


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("tcp://x", "is not tcp://HOST:PORT, such as tcp://127.0.0.1:5000"),
        ("tcp:x:5", "is not tcp://HOST:PORT"),
        ("tcp://x:0", "is not tcp://HOST:PORT"),
        ("tcp://x:65536", "is not tcp://HOST:PORT"),
        ("tcp://:5", "is not tcp://HOST:PORT"),
        ("tcp://me@x:5", "is not tcp://HOST:PORT"),
        ("tcp://x:5/y", "is not tcp://HOST:PORT"),
        ("tcp://x:5?y=1", "is not tcp://HOST:PORT"),
        ("tcp://[x:5", "is not tcp://HOST:PORT"),
        ("serial:", "is not serial:PATH.baud=RATE, such as serial:/dev/ttyUSB0"),
        ("serial://dev/x", "is not serial:PATH"),
        ("serial:/dev/x?parity=e", "has no 'parity'; only baud"),
        ("serial:/dev/x?baud=", "baud is '', and must be a number from 50 to 50,000,000"),
        ("serial:/dev/x?baud=49", "baud is '49'"),
        ("serial:/dev/x?baud=50000001", "baud is '50000001'"),
        ("serial:/dev/x?baud=1e6", "baud is '1e6'"),
        ("serial:/dev/x?baud=\N{SUPERSCRIPT TWO}00", "baud is"),
    ],
)
def test_what_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_device(text)


@given(st.sampled_from(["tcp:", "tcp://", "serial:", ""]), st.text())
def test_no_text_is_a_fault(scheme: str, text: str) -> None:
    try:
        device = parse_device(scheme + text)
    except ValueError:
        return
    if device is not None:
        assert parse_device(str(device)) == device
