"""foxglove-sdk's own Python API: foxglove_publisher.py FRAME_BYTES COUNT WINDOW.

Prints its port. Its server drops what a slow client has not read, so at most WINDOW frames are
under way: the reader writes how many it has (u64) to standard input.
"""

from __future__ import annotations

import os
import struct
import sys
import time

import foxglove
from foxglove import Channel, Schema


def main(frame_bytes: int, count: int, window: int) -> None:
    """Publishes as soon as there is a subscriber, then waits to be ended."""
    server = foxglove.start_server(
        host="127.0.0.1", port=0, message_backlog_size=min(window + 64, 1 << 20)
    )
    schema = Schema(name="frame", encoding="raw", data=b"")
    channel = Channel("/frame", message_encoding="raw", schema=schema)
    print(server.port, flush=True)
    while not channel.has_sinks():
        time.sleep(0.005)
    rest = bytes(frame_bytes - 8)
    received = 0
    for index in range(1, count + 1):
        channel.log(index.to_bytes(8, "little") + rest)
        while index - received > window:
            (received,) = struct.unpack("<Q", os.read(sys.stdin.fileno(), 8))
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
