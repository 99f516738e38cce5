"""Finds the relay whose pages a window shows; starts one, and a driver, where none runs."""

from __future__ import annotations

import asyncio
import re
import socket
import sys
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import ProxyHandler, build_opener

from cwire.bridge.connect import ConnectOptions, open_link
from cwire.errors import InvalidArgument, NotConnected, UnknownDriver
from cwire.process.driver_process import DriverProcess
from cwire.process.relay_process import RelayProcess
from cwire_structs.frames import RELAY_NAME
from cwire_structs.relays import living_relays
from cwire_structs.runtime import RuntimeDirError, runtime_dir

__all__ = ["Backend"]

_DEMO = "demo"
_SECONDS = 5.0


class Backend:
    """A relay with pages: one that runs, else one that is started and ends with this process.

    As a context manager, it ends what it has started; if this process is killed, that ends, too.

    Args:
        relay: As for `connect`; None: this account's, else one of its own.
        token: As for `connect`.
        driver: The driver that the relay must serve; None: any. A relay that is started serves the
            drivers that listen here; where none does, a demo driver is started.
        timeout: Seconds for each wait.

    Attributes:
        origin: ``http://HOST:PORT`` of the relay.
        started: What was started, for people: empty if a relay ran.
    """

    def __init__(
        self,
        relay: str | None = None,
        token: str | None = None,
        driver: str | None = None,
        timeout: float = _SECONDS,
    ) -> None:
        self._options = ConnectOptions(
            url=relay,
            token=token,
            subscribe=None,
            history_bytes=0,
            timeout=timeout,
            window=None,
            reconnect=False,
            driver=driver,
            ring=False,
        )
        self._stack = ExitStack()
        self._token = ""
        self.origin = ""
        self.started: list[str] = []

    def __enter__(self) -> Self:
        try:
            if self._options.url is None and not _living():
                self._start()
            else:
                self.origin, self._token = asyncio.run(self._find())
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def link(self, page: str) -> str:
        """The link to a page, with the token.

        Args:
            page: Its path without the first slash; empty for the overview.

        Raises:
            InvalidArgument: The relay has no such page.
            NotConnected: The relay does not answer.
        """
        path = f"/{quote(page.lstrip('/'))}"
        # No proxy: the relay listens on loopback.
        opener = build_opener(ProxyHandler({}))
        try:
            opener.open(self.origin + path, timeout=self._options.timeout).close()
        except HTTPError as error:
            with error:
                raise InvalidArgument(f"page {page!r}: {error.read().decode()}") from None
        except (URLError, OSError) as error:
            raise NotConnected(f"the relay at {self.origin} sends no pages: {error}") from None
        return f"{self.origin}{path}#token={self._token}"

    def _start(self) -> None:
        drivers = _listening()
        wanted = self._options.driver
        if wanted not in (None, RELAY_NAME, *drivers):
            raise UnknownDriver(
                f"no driver {wanted!r} listens in {runtime_dir()}, and no relay runs; "
                f"there listen: {', '.join(drivers) or 'none'}"
            )
        if not drivers:
            path = runtime_dir() / f"{_DEMO}.sock"
            command = ("-m", "cwire.demo.driver", "--socket", path)
            demo = DriverProcess(sys.executable, *command, name="demo driver")
            self._stack.enter_context(demo).wait_until("listening")
            self.started.append("the demo driver")
            drivers = [_DEMO]
        process = self._stack.enter_context(RelayProcess(*drivers))
        self.started.append(f"a relay for {', '.join(drivers)}")
        link, _, self._token = process.link.partition("#token=")
        self.origin = link.rstrip("/")

    async def _find(self) -> tuple[str, str]:
        link, choice = await open_link(self._options)
        try:
            address = choice.address
            if address.driver is not None:
                raise InvalidArgument(
                    f"{address} is a driver, and pages come from a relay: "
                    f"start one with `cwire serve --driver NAME={address.driver}`"
                )
            origin = _origin(address.url)
            if address.unix is None:
                return origin, address.token or ""
            return origin, (await link.allow_origin(origin))[1]
        finally:
            await link.shut()


def _living() -> bool:
    try:
        return bool(living_relays())
    except RuntimeDirError as error:
        raise NotConnected(str(error)) from error


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{'https' if parts.scheme == 'wss' else 'http'}://{parts.netloc}"


def _listening() -> list[str]:
    """The names of the drivers that listen in the runtime directory."""
    return sorted(
        path.stem
        for path in runtime_dir().glob("*.sock")
        if re.fullmatch(r"[^\W\d][\w-]*", path.stem) and _listens(path)
    )


def _listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_SECONDS)
        try:
            probe.connect(str(path))
        except BlockingIOError:  # its queue is full
            return True
        except OSError:
            return False
    return True
