"""A relay in this process, on real sockets, with drivers made of Python."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from cwire_server import DriverAddress, Relay, RelayConfig
from cwire_server.config import Address
from cwire_server.limits import Limits
from cwire_structs import control, frames
from support.fake_driver import FakeDriver
from support.raw_client import RawClient

StartRelay = Callable[..., Awaitable[Relay]]


@pytest.fixture
async def start_relay(runtime: Path) -> AsyncIterator[StartRelay]:
    """Starts relays: ``await start_relay("lab")`` looks for a driver at <runtime>/lab.sock.

    With ``await start_relay(address)`` it is at an address.
    """
    async with AsyncExitStack() as stack:

        async def start(
            *names: str | Address, limits: Limits | None = None, **options: Any
        ) -> Relay:
            drivers = tuple(
                DriverAddress(name, runtime / f"{name}.sock") if isinstance(name, str) else name
                for name in names
            )
            relay = Relay(RelayConfig(drivers, port=0, limits=limits or Limits(), **options))
            stack.push_async_callback(relay.stop)
            await relay.start()
            return relay

        yield start


@asynccontextmanager
async def client(relay: Relay) -> AsyncIterator[RawClient]:
    url = f"ws://127.0.0.1:{relay.port}/ws"
    async with RawClient(url, Authorization=f"Bearer {relay.config.token}") as connected:
        yield connected


def frames_payload(frame: bytes) -> bytes:
    return frame[frames.HEADER_SIZE : frames.unpack_header(frame).size]


async def up(start_relay: StartRelay, driver: FakeDriver, **options: Any) -> Relay:
    relay = await start_relay(driver.path.stem, **options)
    await driver.connected()
    assert await driver.control() == frames_payload(control.answer(ring=True))
    while relay.hub.drivers[1].state != "up":
        await asyncio.sleep(0)
    return relay


async def driver_event(connected: RawClient, event: str) -> dict[str, Any]:
    operation = await connected.text("driver")
    assert operation["event"] == event, operation
    driver: dict[str, Any] = operation["driver"]
    return driver


async def subscribed(connected: RawClient, *messages: str, id_: int = 1) -> list[dict[str, Any]]:
    await connected.say("subscribe", id=id_, driver=None, messages=list(messages) or None)
    operation = await connected.text("subscribed")
    assert operation["id"] == id_
    streams: list[dict[str, Any]] = operation["streams"]
    return streams


def command(
    hello: dict[str, Any], type_: int, payload: bytes, *, request: int = 1, source: int = 1
) -> bytes:
    session = hello["drivers"][0]["session"] or 0
    return frames.pack(type_, payload, source=source, sequence=session, request=request)


def refusal(frame: tuple[frames.Header, bytes]) -> tuple[str, str]:
    header, payload = frame
    assert header.flags == frames.REPLY | frames.ERROR
    assert header.source == frames.RELAY_SOURCE
    code, text = frames.parse_error(payload)
    return frames.code_name(code), text
