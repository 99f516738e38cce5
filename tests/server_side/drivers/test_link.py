"""A link goes on, or says why not, when things around it fail."""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from cwire_server.drivers import link as driver_link
from cwire_server.drivers.greeting import LinkError
from cwire_server.hub.batch import Batch
from cwire_structs import control, frames
from support.fake_driver import FakeDriver, ticks
from support.schemas import GO, TICK

from ..conftest import StartRelay, client, up


async def test_without_descriptors_it_tries_again(
    start_relay: StartRelay, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = [OSError(errno.EMFILE, os.strerror(errno.EMFILE)), RuntimeError("a fault of ours")]

    def failing(*arguments: Any) -> socket.socket:
        if refusals:
            raise refusals.pop(0)
        return socket.socket(*arguments)

    monkeypatch.setattr(driver_link, "_new_socket", failing)
    async with FakeDriver(runtime / "lab.sock") as driver:
        await up(start_relay, driver)
    assert not refusals


async def test_why_a_driver_cannot_be_had_is_logged_once(
    start_relay: StartRelay, runtime: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (runtime / "lab.sock").write_text("not a socket")
    with caplog.at_level(logging.INFO, "cwire.driver"):
        relay = await start_relay("lab")
        while relay.hub.drivers[1].problem is None:
            await asyncio.sleep(0.001)
    (line,) = [record.message for record in caplog.records if record.name == "cwire.driver"]
    assert "lab" in line
    assert "is not a socket; give the path" in line


async def test_a_driver_that_goes_as_the_relay_stops_leaves_no_complaint(
    start_relay: StartRelay, runtime: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        link = relay.core.links[1]
        link.lost(LinkError("gone"))
        await relay.stop()
    link._broken = None  # as when the program ends
    gc.collect()
    assert "never retrieved" not in caplog.text


async def test_a_buffer_is_charged_once_however_many_batches_share_it(
    start_relay: StartRelay, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    routed: list[Batch] = []
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        route = relay.hub.route

        def spy(batch: Batch, now: float) -> bool:
            routed.append(batch)
            return route(batch, now)

        monkeypatch.setattr(relay.hub, "route", spy)
        async with client(relay) as connected:
            await connected.say("subscribe", id=1)
            await connected.text("subscribed")
            stale = frames.pack(GO, flags=frames.REPLY, request=999)
            await driver.send(b"".join(ticks(first, 1) + stale for first in range(2000)))
            received = 0
            while received < 2000:
                received += len(await connected.binary()) // 64
    buffers = {id(batch.buffer): len(batch.buffer) for batch in routed}
    assert len(routed) > 100
    assert sum(batch.pinned for batch in routed) <= sum(buffers.values())


async def test_what_came_with_a_goodbye_is_not_written_over(
    start_relay: StartRelay, runtime: Path
) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        state = relay.hub.drivers[1]
        # One read shall have all of it: a history takes less than half a buffer as a copy.
        sock = driver.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        await driver.send(ticks(0, 3000) + control.bye(0, "it is over"))
        await driver.connected()
        while state.state != "up":
            await asyncio.sleep(0.001)
        await driver.send(ticks(3000, 1000))
        while state.frames < 4000:
            await asyncio.sleep(0.001)
    kept = b"".join(bytes(batch.view) for batch in state.history.since(TICK, 0.0))
    found = [frames.unpack_header(kept, at).sequence for at in range(0, len(kept), 64)]
    assert found == list(range(4000))
