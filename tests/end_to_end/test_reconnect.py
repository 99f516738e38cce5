"""A real relay that is killed and started again, under a real driver and real clients."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

import numpy as np

import cwire
from support.processes import Driver, Relay, until


def test_a_relay_that_is_killed_and_started_again(driver: Driver) -> None:
    address = f"demo={driver.path}"
    with Relay(address) as relay, cwire.connect() as bridge:
        until(lambda: bridge["demo"].state == "up")
        stream = bridge.stream("scope_block", timeout=30)
        first = next(stream)
        feed = bridge._link.lookup.feed("scope_block")
        bridge.latest("driver_status", 1, timeout=30)
        relay.stop(signal.SIGKILL)
        until(lambda: not bridge.connected)
        with Relay(address):  # another PID, another socket, a fresh token
            before = bridge.health.of("scope_block").frames
            bridge.latest("scope_block", before + 20, timeout=30)
            bridge.latest("driver_status", bridge.health.of("driver_status").frames + 2, timeout=30)
            assert bridge.connected
            assert bridge._link.lookup.feed("scope_block") is feed
            assert bridge.send.get_status() is not None
            assert next(stream).sequence == first.sequence + 1
            for message in ("scope_block", "driver_status"):
                rows = bridge.latest(message, 1 << 20)
                assert isinstance(rows, cwire.FrameArray)
                row = bridge.health.of(message)
                steps = np.diff(rows.sequence.astype(np.int64))
                # delivered + dropped = published, by the driver's own count
                assert row.lost_while_away == row.lost == int((steps - 1).sum())
            assert bridge.health.of("scope_block").lost_while_away > 0


def test_the_driver_restarts_while_the_relay_is_away(driver: Driver) -> None:
    address = f"demo={driver.path}"
    with Relay(address) as relay, cwire.connect() as bridge:
        until(lambda: bridge["demo"].state == "up")
        bridge.latest("scope_block", 10, timeout=30)
        relay.stop(signal.SIGKILL)
        driver.stop()
        with Driver(driver.path), Relay(address):
            until(lambda: bridge.connected)
            bridge.latest("scope_block", bridge.health.of("scope_block").frames + 10, timeout=30)
            assert bridge.health.of("scope_block").lost == 0  # another run


def test_many_quick_restarts(driver: Driver) -> None:
    address = f"demo={driver.path}"
    threads = threading.active_count()
    with contextlib.ExitStack() as stack:
        relay = stack.enter_context(Relay(address))
        bridge = stack.enter_context(cwire.connect())
        for _ in range(4):
            until(lambda: bridge.connected and bridge["demo"].state == "up")
            relay.stop(signal.SIGKILL)
            relay = stack.enter_context(Relay(address))
        bridge.latest("scope_block", bridge.health.of("scope_block").frames + 10, timeout=30)
    until(lambda: threading.active_count() <= threads)


async def wait_until(bridge: cwire.AsyncBridge, condition: Callable[[], bool]) -> None:
    changed = asyncio.Event()
    bridge._link.on_change.append(changed.set)
    async with asyncio.timeout(30):
        while not condition():
            await changed.wait()
            changed.clear()


async def test_async(driver: Driver) -> None:
    address = f"demo={driver.path}"
    with Relay(address) as relay:
        await outlives(relay, address)


async def outlives(relay: Relay, address: str) -> None:
    async with cwire.aconnect() as bridge:
        await wait_until(bridge, lambda: bridge["demo"].state == "up")
        stream = bridge.stream("scope_block", timeout=30)
        last = (await anext(stream)).sequence
        relay.stop(signal.SIGKILL)
        with Relay(address):
            steps: list[int] = []
            while not steps or max(steps) < 2:
                block = await anext(stream)
                steps.append(block.sequence - last)
                last = block.sequence
            assert bridge.connected
            assert bridge.health.of("scope_block").lost_while_away > 0


def test_a_program_that_ends_while_it_tries(driver: Driver) -> None:
    relay = Relay(f"demo={driver.path}")
    program = """
import threading
import cwire
bridge = cwire.connect()
changed = threading.Event()
bridge._link.on_change.append(changed.set)
print("connected", flush=True)
while bridge.connected:
    changed.wait(30)
    changed.clear()
print(bridge.connected)
"""
    command = [sys.executable, "-W", "error", "-c", program]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "connected\n"
        relay.stop(signal.SIGKILL)
        output, problems = process.communicate(timeout=30)
        assert (output, problems, process.returncode) == ("False\n", "", 0)
