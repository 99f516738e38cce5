"""A relay that has no descriptors left."""

from __future__ import annotations

import resource
import socket
from contextlib import ExitStack
from pathlib import Path

import cwire
from support.processes import Relay, until


def test_without_descriptors_it_rests_and_says_so_once(runtime: Path) -> None:
    with Relay(f"lab={runtime}/none.sock") as relay:
        open_files = Path(f"/proc/{relay.process.pid}/fd")
        limit = len(list(open_files.iterdir())) + 8
        resource.prlimit(relay.process.pid, resource.RLIMIT_NOFILE, (limit, limit))
        port = int(relay.url.rpartition(":")[2].removesuffix("/ws"))
        with ExitStack() as stack:
            for _ in range(20):  # they need no token for that
                stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            relay.wait_for("cannot accept connections: Too many open files")
            # It may hold one for a moment, to look for its driver.
            until(lambda: len(list(open_files.iterdir())) == limit)
        with cwire.connect(relay.url, token=relay.token, timeout=30) as bridge:
            assert bridge.connected
    assert sum("cannot accept connections" in line for line in relay.output) == 1
    assert not any("Traceback" in line for line in relay.output)
