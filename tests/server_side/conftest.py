"""A relay in this process, on real sockets, with drivers made of Python."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from cwire_server import DriverAddress, Relay, RelayConfig
from cwire_server.config import Limits

StartRelay = Callable[..., Awaitable[Relay]]


@pytest.fixture
async def start_relay(runtime: Path) -> AsyncIterator[StartRelay]:
    """Starts relays: ``await start_relay("lab")`` looks for a driver at <runtime>/lab.sock."""
    async with AsyncExitStack() as stack:

        async def start(*names: str, limits: Limits | None = None) -> Relay:
            drivers = tuple(DriverAddress(name, runtime / f"{name}.sock") for name in names)
            relay = Relay(RelayConfig(drivers, port=0, limits=limits or Limits()))
            stack.push_async_callback(relay.stop)
            await relay.start()
            return relay

        yield start
