"""Writes the golden files: bytes that every implementation must read and write alike.

`python tests/golden/make_golden.py [DIRECTORY]`. It knows PROTOCOL.md and the layout of messages.h
on x86-64, and nothing of the code under test. Each NAME.bin has a NAME.json beside it:

    {"about": text, "frames": [{"size", "type", "flags", "source", "sequence", "request",
     "time_ns": decimal text, "payload": hex, "message"?: name, "values"?: {field: value}}],
     "fault"?: "short" | "large" | "flags"}   # what is wrong with what follows the frames
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TIME = 1_700_000_000_123_456_789
LIMIT = 64 << 20
REPLY, ERROR, SHARED = 1, 2, 4


class Golden:
    """One pair of files in the making."""

    def __init__(self, about: str) -> None:
        self.data = b""
        self.notes: dict[str, Any] = {"about": about, "frames": []}

    def frame(
        self,
        type_: int,
        payload: bytes = b"",
        *,
        flags: int = 0,
        source: int = 0,
        sequence: int = 0,
        request: int = 0,
        time_ns: int = TIME,
        message: str | None = None,
        values: dict[str, Any] | None = None,
    ) -> None:
        size = 24 + len(payload)
        head = struct.pack("<IHBBIIQ", size, type_, flags, source, sequence, request, time_ns)
        self.data += head + payload + bytes(-size % 8)
        note: dict[str, Any] = {
            "size": size,
            "type": type_,
            "flags": flags,
            "source": source,
            "sequence": sequence,
            "request": request,
            "time_ns": str(time_ns),
            "payload": payload.hex(),
        }
        if message is not None:
            note |= {"message": message, "values": values or {}}
        self.notes["frames"].append(note)

    def write(self, name: str, directory: Path) -> None:
        (directory / f"{name}.bin").write_bytes(self.data)
        (directory / f"{name}.json").write_text(json.dumps(self.notes, indent=1) + "\n")


def headers() -> Golden:
    golden = Golden("Headers and padding: every length of padding, every field at its limits.")
    for length in range(10):
        golden.frame(1, bytes(range(1, length + 1)), sequence=length)
    golden.frame(0xEFFF, b"\xff" * 3, source=255, sequence=2**32 - 1, request=2**32 - 1)
    golden.frame(0xFFFF, flags=SHARED, source=1, time_ns=2**64 - 1)
    golden.frame(0x0102, b"\0", source=3, sequence=0x04050607, request=0x08090A0B, time_ns=0)
    return golden


def control() -> Golden:
    golden = Golden("The control frames: hello, answer, heartbeat, interest, bye.")
    name, schema = b"demo", b'{"schema":"cwire-schema/1"}'
    magic = b"cwire\0\0\0"
    hello = struct.pack(
        "<II8sQIIII", 1, 1, magic, 0x0123456789ABCDEF, 4 << 20, 1000, len(name), len(schema)
    )
    golden.frame(0, hello + name + schema)
    golden.frame(0, struct.pack("<II8sII", 2, 1, magic, 0, 0))
    golden.frame(0, struct.pack("<II", 3, 0))
    golden.frame(0, struct.pack("<II3H", 4, 3, 1, 2, 0xEFFF))
    golden.frame(0, struct.pack("<II", 4, 0))
    golden.frame(0, struct.pack("<Ii", 5, -12) + "too slow: 5 µs".encode())
    return golden


def replies() -> Golden:
    golden = Golden("Commands and their answers: OK, a payload, errors.")
    golden.frame(18, struct.pack("<Q", 0), sequence=7, request=1)
    golden.frame(18, flags=REPLY, request=1)
    golden.frame(22, bytes(40), request=2**32 - 1)
    golden.frame(22, bytes(40), flags=REPLY, request=2**32 - 1)
    text = "frequency 0 Hz is out of range: 0.01 to 1e+06 Hz"
    golden.frame(16, struct.pack("<i", -5) + text.encode(), flags=REPLY | ERROR, request=3)
    golden.frame(99, struct.pack("<i", -3), flags=REPLY | ERROR, request=4)
    golden.frame(17, struct.pack("<i", -10) + "µ→∞".encode(), flags=REPLY | ERROR, request=5)
    return golden


def messages() -> Golden:
    golden = Golden("Messages of c_driver/messages.h as x86-64 lays them out, with their values.")
    wave = {"channel": 1, "shape": 2, "frequency": 180.0, "amplitude": 0.5, "offset": -0.25}
    acquisition = {"sample_rate": 61440.0, "level": 0.125, "trigger": 1, "channel": 1}

    def pack_wave(w: dict[str, Any]) -> bytes:
        return struct.pack("<IIddd", *w.values())

    samples = [i / 1024 for i in range(1024)]
    golden.frame(
        1,
        struct.pack("<QdIi1024f", 2**60 + 1, 1 / 61440, 1, -1, *samples),
        sequence=41,
        message="scope_block",
        values={
            "first_sample": str(2**60 + 1),
            "dt": 1 / 61440,
            "channel": 1,
            "trigger": -1,
            "samples": samples,
        },
    )
    pixels = [0, 1, 255, 256, 65534, 65535]
    golden.frame(
        2,
        struct.pack("<I6H6H", 9, 1, 16, 64, 0, 3, 2, *pixels),
        sequence=42,
        message="camera_tile",
        values={
            "image": 9,
            "tile": 1,
            "tiles": 16,
            "x": 64,
            "y": 0,
            "width": 3,
            "height": 2,
            "pixels": pixels,
        },
    )
    other = wave | {"channel": 0, "shape": 0}
    status = struct.pack(
        "<?BHfQQd16s6f", True, 7, 2, 36.5, 1000, 3, 12.5, b"demo 0.1.0", 1.5, 0, 0, 0.5, 0, 2
    )
    golden.frame(
        3,
        status + struct.pack("<ddII", *acquisition.values()) + pack_wave(other) + pack_wave(wave),
        sequence=43,
        message="driver_status",
        values={
            "running": True,
            "cpu_load": 7,
            "peers": 2,
            "temperature": 36.5,
            "blocks": 1000,
            "commands": 3,
            "uptime": 12.5,
            "firmware": "demo 0.1.0",
            "calibration": [[1.5, 0.0, 0.0], [0.5, 0.0, 2.0]],
            "acquisition": acquisition,
            "channels": [other, wave],
        },
    )
    golden.frame(4, pack_wave(wave), sequence=0, message="waveform", values=wave)
    golden.frame(16, pack_wave(wave), request=1, message="set_waveform", values=wave)
    golden.frame(17, b"\1", request=2, message="get_status", values={"reset_counters": True})
    echo = {"number": str(2**64 - 1), "values": [1.0, -2.0, 0.5, 1e300]}
    golden.frame(
        22,
        struct.pack("<Q4d", 2**64 - 1, 1.0, -2.0, 0.5, 1e300),
        request=3,
        message="echo",
        values=echo,
    )
    return golden


def malformed() -> dict[str, Golden]:
    faults = {
        "short": struct.pack("<IHBBIIQ", 23, 1, 0, 0, 0, 0, 0),
        "large": struct.pack("<IHBBIIQ", LIMIT + 1, 1, 0, 0, 0, 0, 0),
        "flags": struct.pack("<IHBBIIQ", 24, 1, 8, 0, 0, 0, 0),
    }
    made = {}
    for fault, data in faults.items():
        golden = Golden(f"One good frame, then a malformed one: {fault}.")
        golden.frame(1, b"12345678")
        golden.data += data
        golden.notes["fault"] = fault
        made[f"malformed_{fault}"] = golden
    return made


def write_all(directory: Path) -> None:
    """Writes every pair of files to the directory."""
    pairs = {
        "headers": headers(),
        "control": control(),
        "replies": replies(),
        "messages": messages(),
        **malformed(),
    }
    for name, golden in pairs.items():
        golden.write(name, directory)


if __name__ == "__main__":
    write_all(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
