"""A relay inside this process, for one driver and one client: connects to a driver without another.

It is the relay's own code, without its listeners: so whatever a relay does to frames and commands
is done here, too. It lives in the link's event loop, and as long as the connection to it.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cwire.errors import NotConnected
from cwire.link.address import Address
from cwire.link.opening import Opened
from cwire_structs.frames import RELAY_NAME

if TYPE_CHECKING:
    from cwire_server.core import RelayCore

__all__ = ["driver_name", "open_own_relay"]

_running: weakref.WeakSet[RelayCore] = weakref.WeakSet()


async def open_own_relay(address: Address, timeout: float) -> Opened:
    """Connects to the driver at an address, and to a relay here that serves it.

    Args:
        address: Of a driver.
        timeout: Seconds for the driver to say hello.

    Raises:
        NotConnected: No driver does; the text says why.
    """
    # Here: who connects to a relay elsewhere needs none of it.
    from cwire_server.clients.transport import SocketTransport
    from cwire_server.config import DriverAddress
    from cwire_server.core import RelayCore
    from cwire_server.limits import Limits

    path = Path(str(address.driver))
    core = RelayCore([DriverAddress(driver_name(path), path)], Limits(), alone=False)
    _running.add(core)
    core.start()
    closing: list[Callable[[], object]] = []
    try:
        await core.first_look(timeout)
        (driver,) = core.hub.drivers.served
        if driver.state == "down":
            raise NotConnected(f"cannot read {address}: {driver.problem or _silent(path, timeout)}")
        theirs, ours = socket.socketpair()
        closing += theirs.close, ours.close
        theirs.setblocking(False)
        ours.setblocking(False)
        loop = asyncio.get_running_loop()
        wire, _ = await loop.create_unix_connection(asyncio.Protocol, sock=ours)
        closing[:] = theirs.close, wire.abort
        wire.pause_reading()
        core.connect(core.services(None), SocketTransport(theirs))
        running = loop.create_task(_run(core), name="cwire relay")
        closing[:] = running.cancel, wire.abort
        await asyncio.sleep(0)  # cancelled before it has begun, it would end nothing
    except BaseException:
        for close in closing:
            close()
        await core.stop()
        raise
    return Opened(wire, b"", running)


async def _run(core: RelayCore) -> None:
    """Waits until this is cancelled, and ends the relay."""
    try:
        await asyncio.Event().wait()
    finally:
        await core.stop()


def driver_name(path: Path) -> str:
    """The name of a driver by its socket's, as `cwire serve --driver NAME` looks for NAME.sock."""
    name = re.sub(r"[^\w-]", "_", path.stem)
    if name.replace("-", "_").isidentifier() and name != RELAY_NAME:
        return name
    return f"driver_{name}"


def _silent(path: Path, timeout: float) -> str:
    return (
        f"what listens at {path} says nothing for {timeout:g} s; is it a cwire driver, and does it "
        "call cwire_poll?"
    )


def _abandon() -> None:
    """Closes what a forked child has of its parent's drivers, which would wait for it."""
    for core in _running:
        core.abandon()


os.register_at_fork(after_in_child=_abandon)
