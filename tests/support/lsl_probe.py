"""Reads what `cwire lsl` offers, in a network of its own; what it finds is a line of JSON.

python -m support.lsl_probe SOCKET MESSAGE STREAM …
"""

from __future__ import annotations

import fcntl
import json
import signal
import socket
import struct
import subprocess
import sys
import time
from typing import Any

import pylsl

_UP, _SET_FLAGS = 0x1 | 0x40, 0x8914  # IFF_UP, IFF_RUNNING; SIOCSIFFLAGS
_SAMPLES = 20


def _loopback() -> None:
    with socket.socket() as one:
        fcntl.ioctl(one, _SET_FLAGS, struct.pack("16sh", b"lo", _UP))


def _read(name: str) -> dict[str, Any]:
    (found,) = pylsl.resolve_byprop("name", name, timeout=20)
    inlet = pylsl.StreamInlet(found)
    info = inlet.info(timeout=20)
    channels = []
    one = info.desc().child("channels").child("channel")
    while not one.empty():
        channels.append({key: one.child_value(key) for key in ("label", "unit", "enum")})
        one = one.next_sibling()
    samples: list[Any] = []
    stamps: list[float] = []
    while len(samples) < _SAMPLES:
        # It waits until it has as many as it can take, or this long.
        some, times = inlet.pull_chunk(timeout=0.1)
        samples += some
        stamps += times
    apart = time.time() - pylsl.local_clock()
    inlet.close_stream()
    return {
        "format": info.channel_format(),
        "rate": info.nominal_srate(),
        "channels": channels,
        "samples": samples,
        "unix": [one + apart for one in stamps],
    }


def main() -> None:
    """Runs the tool and reads from it."""
    _loopback()
    path, message, *streams = sys.argv[1:]
    words = [sys.executable, "-m", "cwire", "lsl", message, "--relay", f"unix://{path}"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as tool:
        assert tool.stdout is not None
        said = [tool.stdout.readline() for _ in streams]
        found = {name: _read(name) for name in streams}
        tool.send_signal(signal.SIGINT)
        status = tool.wait(20)
    print(json.dumps({"said": said, "status": status, "streams": found}))


if __name__ == "__main__":
    main()
