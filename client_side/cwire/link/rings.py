"""Reads the rings of drivers on this machine, where that can be, in the place of the relay.

A driver's ring brings the messages of which every frame is wanted. All else comes by the relay:
replies, what is picked out or derived, history, and what is told. The relay is told when a ring is
read, and sends no more what is in there; what comes both ways is taken once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from cwire.link.attaching import NoRingError, attach
from cwire.link.driver_ring import DriverRing
from cwire.session.drivers import Driver
from cwire.session.session import Session
from cwire_structs.frames import Header

__all__ = ["RING", "Rings"]

_log = logging.getLogger("cwire")

RING = "ring"
"""`Driver.way`, and `Driver.by`."""
_NOT_YET = "relay: its ring is not attached yet"


@dataclass(slots=True, eq=False)
class _Reader:
    """The reading of the ring of one run of a driver.

    Attributes:
        session: Of the run.
        attaching: Until the ring is there.
        ring: Once it is.
        told: The relay was told that the ring is read, and not yet that it is no more.
        asked: The last request, which waits for the relay's answer. When that comes and it is not
            told any more, this ends.
        types: The messages that are taken.
    """

    session: int | None
    attaching: asyncio.Task[None] | None = None
    ring: DriverRing | None = None
    told: bool = False
    asked: int | None = None
    types: frozenset[int] = frozenset()


class Rings:
    """The rings that a link reads.

    Args:
        session: What takes the frames.
        send: Sends a text to the relay.
        now: The time that frames come at.

    Attributes:
        session: What takes the frames.
        now: The time that frames come at.
    """

    def __init__(
        self, session: Session, send: Callable[[str], object], now: Callable[[], float]
    ) -> None:
        self.session = session
        self._send = send
        self.now = now
        self._why_not = ""
        self._readers: dict[str, _Reader] = {}
        self._failed: dict[str, tuple[int | None, str]] = {}  # session and reason
        self._requests: set[int] = set()
        session.before_end = lambda driver: self._leave(driver.name)

    def refuse(self, why: str) -> None:
        """Sets the reason why no ring is read from now on; empty: rings are read where possible."""
        self._why_not = why

    def update(self) -> None:
        """Attaches, reads and leaves, as the session asks for now.

        Call it when a subscription, a driver or the connection has changed.
        """
        wanted = self.session.whole()
        for driver in self.session.drivers.values():
            if not driver.is_relay:
                self._update(driver, frozenset(wanted.get(driver.source, ())))

    def subscribing(self) -> None:
        """Reads nothing until the relay has dealt with what it was just asked for.

        Then the history of a message has come, and the ring goes on behind it. A ring that is being
        left is read on: what is asked for behind that comes by the relay.
        """
        for name, reader in self._readers.items():
            if reader.told and reader.ring is not None:
                reader.ring.pause()
                self._ask(self.session.drivers[name], reader, read=True)

    def read_all(self) -> bool:
        """Reads what is in the rings by now: it came before what the relay says next.

        Returns:
            Whether that can be: a ring that pauses is read on behind an answer of the relay.
        """
        rings = [reader.ring for reader in self._readers.values() if reader.ring is not None]
        for ring in rings:
            ring.read_all()
        return not any(ring.waits for ring in rings)

    def close(self) -> None:
        """Reads what is in the rings, and gives all of them back."""
        for name in tuple(self._readers):
            self._leave(name)
        self._requests.clear()

    def abandon(self) -> None:
        """Closes what a forked child has of the rings' sockets."""
        for reader in self._readers.values():
            if reader.ring is not None:
                reader.ring.abandon()

    # What the relay says

    def answered(self, id: int) -> None:
        """Takes the relay's answer to the request with this number."""
        self._requests.discard(id)
        for name, reader in tuple(self._readers.items()):
            if reader.asked == id:
                reader.asked = None
                if not reader.told:
                    self._leave(name)

    def refused(self, id: int, why: str) -> bool:
        """Takes the relay's refusal; returns whether it is of a request that was made here."""
        ours = id in self._requests
        self._requests.discard(id)
        for name, reader in tuple(self._readers.items()):
            if reader.asked != id:
                continue
            if reader.told:  # whatever it sends by now, it is to send all
                self._failed[name] = reader.session, why
                self._ask(self.session.drivers[name], reader, read=False)
            else:
                self._leave(name)
        return ours

    # Inside

    def _update(self, driver: Driver, types: frozenset[int]) -> None:
        reader = self._readers.get(driver.name)
        why = self._why_not_this(driver)
        wanted = bool(types) and not why
        driver.by = f"relay: {why or 'nothing is wanted of which every frame is to come'}"
        if reader is None:
            if wanted:
                self._readers[driver.name] = reader = _Reader(driver.session)
                reader.attaching = asyncio.get_running_loop().create_task(
                    self._attach(driver, reader), name=f"attaching to {driver.name}"
                )
                driver.by = _NOT_YET
            return
        reader.types = types
        ring = reader.ring
        if ring is None:
            if wanted:
                driver.by = _NOT_YET
            else:
                self._leave(driver.name)
            return
        if wanted:
            driver.by = RING if reader.told and reader.asked is None else _NOT_YET
        # It is left behind all answers: what comes before the last may be in the ring only.
        if reader.asked is None:
            if not wanted:
                self._ask(driver, reader, read=False)
            elif not reader.told:
                self._ask(driver, reader, read=True)
            else:
                ring.read()
        ring.want(types)

    def _why_not_this(self, driver: Driver) -> str:
        """Says why a driver's ring cannot be read; empty if it can."""
        if self._why_not:
            return self._why_not
        if not self.session.connected or driver.session is None or driver.socket is None:
            return "the driver is not up"
        if driver.way != RING:
            return f"the relay reads the driver by its {driver.way}"
        session, why = self._failed.get(driver.name, (None, ""))
        return why if session == driver.session else ""

    def _ask(self, driver: Driver, reader: _Reader, *, read: bool) -> None:
        reader.told = read
        reader.asked, text = self.session.ring(driver, read)
        self._requests.add(reader.asked)
        self._send(text)

    async def _attach(self, driver: Driver, reader: _Reader) -> None:
        try:
            wanted = self.session.whole().get(driver.source, ())
            attached = await attach(driver.socket or "", driver.run, wanted)
            reader.ring = DriverRing(attached, _Taker(self, driver, reader))
        except NoRingError as error:
            self._cannot_attach(driver, reader, str(error))
        except Exception as error:  # a bug of ours: go on by the relay
            _log.exception("cannot attach to driver %s", driver.name)
            self._cannot_attach(driver, reader, f"a fault of this client: {error!r}")
        finally:
            reader.attaching = None
        self.update()

    def _cannot_attach(self, driver: Driver, reader: _Reader, why: str) -> None:
        self._failed[driver.name] = reader.session, why
        self._readers.pop(driver.name, None)

    def ended(self, driver: Driver, reader: _Reader, error: Exception) -> None:
        """Goes on by the relay: if the driver lives, that sends what comes from now on."""
        if self._readers.get(driver.name) is reader:
            self._failed[driver.name] = reader.session, f"its ring was read until {error}"
            self._ask(driver, reader, read=False)
            self.update()

    def _leave(self, name: str) -> None:
        """Reads what is in a ring, and gives it back."""
        reader = self._readers.pop(name, None)
        if reader is None:
            return
        if reader.attaching is not None:
            reader.attaching.cancel()
        if reader.ring is not None:
            reader.ring.finish()
            reader.ring.close()


class _Taker:
    """Takes what is read from the ring of one driver."""

    def __init__(self, rings: Rings, driver: Driver, reader: _Reader) -> None:
        self._rings = rings
        self._session = rings.session
        self._driver = driver
        self._reader = reader

    def wants(self, type: int) -> bool:
        return type in self._reader.types

    def reserve(self, header: Header) -> memoryview | None:
        return self._session.reserve(self._driver, header)

    def commit(self, place: memoryview) -> None:
        self._session.commit(self._driver, place, self._rings.now())

    def take(self, data: memoryview) -> None:
        self._session.receive_ring(self._driver, self._reader.types, data, self._rings.now())

    def end(self, error: Exception) -> None:
        self._rings.ended(self._driver, self._reader, error)
