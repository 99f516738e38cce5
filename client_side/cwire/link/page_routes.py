"""Tells a widget's page how it reaches the relay by itself."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any, Protocol

from cwire import errors
from cwire.link.link import Link
from cwire_structs.runtime import RuntimeDirError, runtime_dir

__all__ = ["PageRoutes", "relay_name"]

_log = logging.getLogger("cwire")


class PageWidget(Protocol):
    """A widget whose page connects to the relay."""

    relay: Any
    """The trait that `relay_name` is the value of."""

    def send(self, content: Any) -> None:
        """Sends a message to the page."""


class PageRoutes:
    """The ways to the relay, told to a page now and whenever they have changed.

    The name of the relay, by which Jupyter's server finds it, is a trait: a page has it at once. A
    token goes by message, since traits are saved with a notebook. All is called in the link's loop.
    """

    def __init__(self, link: Link, widget: PageWidget) -> None:
        self._link = link
        self._widget = widget
        self._origins: set[str] = set()
        self._relay: object = None
        self._tasks: set[asyncio.Task[None]] = set()

    def follow(self) -> None:
        """Looks whether the link has another relay, or another connection to it."""
        if not self._link.connected:
            self._relay = None
            return
        # Each connection lets origins in anew.
        relay = (str(self._link.address), self._link.session.client)
        if relay == self._relay:
            return
        self._relay = relay
        self._widget.relay = relay_name(self._link)
        self._offer()

    def welcome(self, origin: str) -> None:
        """Takes the origin of a page that is there now."""
        self._origins.add(origin)
        self._offer()

    def _offer(self) -> None:
        for origin in self._origins:
            task = self._link.loop.create_task(self._allow(origin), name="cwire page")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _allow(self, origin: str) -> None:
        routes: list[dict[str, str]] = []
        try:
            url, token = await self._link.allow_origin(origin)
        except errors.CwireError as error:
            # The page has other ways: through Jupyter, or through the kernel.
            _log.info("a page of %s cannot reach the relay directly: %s", origin, error)
        else:
            routes.append({"kind": "direct", "url": url, "token": token})
        self._widget.send({"type": "routes", "routes": routes})


def relay_name(link: Link) -> str:
    """The name by which Jupyter's server finds the relay; empty if it cannot."""
    unix = link.address.unix
    if unix is None:
        return ""
    path = Path(unix)
    try:
        here = path.parent.samefile(runtime_dir())
    except (OSError, RuntimeDirError):
        return ""
    return path.stem if here else ""
