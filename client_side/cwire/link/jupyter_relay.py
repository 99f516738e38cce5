"""Asks the Jupyter server that started this kernel for a relay, where none runs."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from cwire.errors import NotConnected, UnknownDriver
from cwire.link.address import Choice
from cwire_structs.relays import answers_as_relay, elsewhere_text

if TYPE_CHECKING:
    from tornado.httpclient import HTTPRequest

__all__ = ["located"]

_START_SECONDS = 25.0  # the server's own limit is shorter by default, and its answer says more


async def located(find: Callable[[], Choice], driver: str | None = None) -> Choice:
    """Finds the relay; in a Jupyter kernel one is started if none runs.

    Args:
        find: Returns it, or raises NotConnected or UnknownDriver.
        driver: The driver that it is to serve; None: any.

    Raises:
        NotConnected: None runs, and this is no kernel or its server does not start one.
        UnknownDriver: Those that run do not serve the driver.
    """
    try:
        return find()
    except (NotConnected, UnknownDriver) as error:
        request = _request(driver)
        if request is None:
            if isinstance(error, NotConnected) and await asyncio.to_thread(answers_as_relay):
                raise NotConnected(f"no relay runs here: {elsewhere_text()}") from None
            raise
        from tornado.httpclient import AsyncHTTPClient  # which every kernel has, but not everybody

        client = AsyncHTTPClient(force_instance=True)
        try:
            answer = await client.fetch(request, raise_error=False)
        finally:
            client.close()
        if answer.code == 503:  # it would start one, and says why it cannot
            raise NotConnected(json.loads(answer.body)["message"]) from None
        if answer.code != 200:  # a server without cwire, or that does not trust us
            raise
        return find()


def _request(driver: str | None) -> HTTPRequest | None:
    """The request for a relay, to the server of this kernel; None if there is none to be found."""
    try:
        parent = int(os.environ["JPY_PARENT_PID"])  # first: outside of Jupyter nothing is imported
        from jupyter_core.paths import jupyter_runtime_dir
        from tornado.httpclient import HTTPRequest

        # Only this account can read it: it is how `jupyter server list` knows the token.
        entry = Path(jupyter_runtime_dir()) / f"jpserver-{parent}.json"
        server = json.loads(entry.read_text())
        query = "" if driver is None else f"?{urlencode({'driver': driver})}"
        return HTTPRequest(
            f"{server['url']}cwire/relay{query}",
            "POST",
            headers={"Authorization": f"token {server['token']}"},
            body="",
            request_timeout=_START_SECONDS,
            follow_redirects=False,
        )
    except (ImportError, LookupError, OSError, ValueError):
        return None
