"""A proxy between programs and a socket, whose faults are chosen while it runs."""

from __future__ import annotations

import asyncio
import random
import socket
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Self

from cwire.link.loop_thread import LoopThread
from cwire.proxy.connection import Connection, Counts, reset
from cwire.proxy.faults import NO_FAULTS, Faults, Kind
from cwire.proxy.flow import Flow
from cwire.proxy.listener import Listener
from cwire.proxy.places import Place

__all__ = ["Proxy"]


class Proxy:
    """Takes connections, and carries their bytes to a target and back, with faults.

    It runs in a thread of its own. Descriptors that come with bytes of a Unix socket, such as a
    driver's shared ring, do not pass, unless it is told so: what they lead to would not meet the
    faults. Relay and driver then go on by the socket.

    Args:
        target: Where to: a socket's path, ``"HOST:PORT"`` or ``"ws://HOST:PORT"``.
        listen: Where to listen, of the same forms, on this machine; port 0 is any free one.
        up: Faults of what goes to the target.
        down: Faults of what comes from it.
        descriptors: Whether descriptors pass.
        seed: The same seed, and the same bytes at the same times, make the same faults.

    Attributes:
        place: Where it listens: a path, or ``HOST:PORT``.

    Raises:
        InvalidArgument: A place is none, or nothing can listen there.

    Example:
        with Proxy("/run/lab.sock", "/run/slow.sock", down=Faults(delay=0.05)) as proxy:
            ...
            proxy.cut()
    """

    def __init__(
        self,
        target: str,
        listen: str = "127.0.0.1:0",
        *,
        up: Faults = NO_FAULTS,
        down: Faults = NO_FAULTS,
        descriptors: bool = False,
        seed: int = 0,
    ) -> None:
        self._target = Place.parse(target)
        self._up, self._down = up, down
        self._descriptors = descriptors
        self._chance = random.Random(seed)  # noqa: S311 - it decides faults
        self._counts = Counts()
        self._connections: set[Connection] = set()
        self._accepting: asyncio.Task[None] | None = None
        self._listener = Listener(Place.parse(listen))
        self.place = str(self._listener.place)
        self._thread = LoopThread("cwire proxy")
        self._thread.call(self._open())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Cuts all connections, and listens no more."""
        self._thread.stop(self._close)
        self._listener.close()

    @property
    def counts(self) -> Counts:
        """What has passed until now."""
        return self._thread.call(self._count())

    def set(self, *, up: Faults | None = None, down: Faults | None = None) -> None:
        """Chooses other faults, for all connections, and what comes from now on."""
        self._thread.call(self._set(up, down))

    def cut(self) -> int:
        """Resets all connections, and returns how many. New ones are taken as before."""
        return self._thread.call(self._end_all("reset"))

    def stall(self) -> int:
        """Reads nothing any more from the connections that there are, and leaves them open.

        Returns:
            How many there are.
        """
        return self._thread.call(self._end_all("stall"))

    # In the loop

    async def _open(self) -> None:
        self._accepting = asyncio.ensure_future(self._accept())

    async def _close(self) -> None:
        assert self._accepting is not None
        tasks = [self._accepting, *(one.end("reset") for one in self._connections)]
        self._accepting.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _count(self) -> Counts:
        for one in self._connections:
            one.count()
        return replace(self._counts)

    async def _set(self, up: Faults | None, down: Faults | None) -> None:
        self._up, self._down = up or self._up, down or self._down
        for one in self._connections:
            one.set(self._up, self._down)

    async def _end_all(self, kind: Kind) -> int:
        for one in self._connections:
            one.end(kind)
        return len(self._connections)

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            near, _ = await loop.sock_accept(self._listener.socket)
            try:
                far = await self._connect()
            except OSError:
                self._counts.refused += 1
                reset(near)
                continue
            self._counts.connections += 1
            for sock in (near, far):
                if sock.family != socket.AF_UNIX:
                    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            up, down = self._flow(self._up), self._flow(self._down)
            passes = self._descriptors and near.family == far.family == socket.AF_UNIX
            one = Connection(near, far, up, down, self._counts, descriptors=passes)
            self._connections.add(one)
            one.start().add_done_callback(partial(self._forget, one))

    def _forget(self, one: Connection, _: asyncio.Task[None]) -> None:
        self._connections.discard(one)

    def _flow(self, faults: Faults) -> Flow:
        return Flow(faults, random.Random(self._chance.getrandbits(64)))  # noqa: S311 - as above

    async def _connect(self) -> socket.socket:
        loop, target = asyncio.get_running_loop(), self._target
        if target.path:
            far = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            address: object = target.path
        else:
            found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
            far = socket.socket(found[0][0], socket.SOCK_STREAM)
            address = found[0][4]
        try:
            far.setblocking(False)
            await loop.sock_connect(far, address)  # type: ignore[arg-type]
        except BaseException:
            far.close()
            raise
        return far
