"""The client's own event loop, in a program that has chosen others."""

from __future__ import annotations

import subprocess
import sys

import pytest

from support.fake_relay import FakeRelay

WAYS = {
    "the policy": "asyncio.set_event_loop_policy(uvloop.EventLoopPolicy()); bridge()",
    "a running loop": "asyncio.Runner(loop_factory=uvloop.new_event_loop).run(inside())",
}


@pytest.mark.parametrize("way", WAYS)
def test_blocking_calls_work_where_the_program_has_uvloop(way: str) -> None:
    program = (
        "import asyncio, sys, uvloop, cwire\n"
        "def bridge():\n"
        "    with cwire.connect(sys.argv[1]) as bridge: print(*bridge.drivers)\n"
        "async def inside():\n"
        "    bridge()\n"
        f"{WAYS[way]}\n"
    )
    with FakeRelay() as relay:
        command = [sys.executable, "-c", program, relay.url]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("lab\n", "")
