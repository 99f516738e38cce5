"""Asks the Jupyter server that started this kernel for a relay, where none runs."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from cwire.errors import NotConnected
from cwire.link.address import Address

if TYPE_CHECKING:
    from tornado.httpclient import HTTPRequest

__all__ = ["located"]

_START_SECONDS = 25.0  # the server's own limit is shorter by default, and its answer says more


async def located(find: Callable[[], Address]) -> Address:
    """Finds the relay; in a Jupyter kernel one is started if none runs.

    Args:
        find: Returns its address, or raises NotConnected.

    Raises:
        NotConnected: None runs, and this is no kernel or its server does not start one.
    """
    try:
        return find()
    except NotConnected:
        request = _request()
        if request is None:
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


def _request() -> HTTPRequest | None:
    """The request for a relay, to the server of this kernel; None if there is none to be found."""
    try:
        from jupyter_core.paths import jupyter_runtime_dir
        from tornado.httpclient import HTTPRequest

        # Only this account can read it: it is how `jupyter server list` knows the token.
        entry = Path(jupyter_runtime_dir()) / f"jpserver-{int(os.environ['JPY_PARENT_PID'])}.json"
        server = json.loads(entry.read_text())
        return HTTPRequest(
            f"{server['url']}cwire/relay",
            "POST",
            headers={"Authorization": f"token {server['token']}"},
            body="",
            request_timeout=_START_SECONDS,
            follow_redirects=False,
        )
    except (ImportError, LookupError, OSError, ValueError):
        return None
