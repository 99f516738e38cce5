"""The routes of a listener: every path that the relay answers, and its handler."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tornado.httputil import HTTPServerRequest
from tornado.routing import PathMatches, Rule
from tornado.web import RequestHandler

from cwire_server.hub.hub import Hub
from cwire_server.statistics import Snapshot
from cwire_server.web.handlers import HealthHandler, MetricsHandler
from cwire_server.web.handshake import ClientHandler, MakeClient, ViewerHandler
from cwire_server.web.own_pages import OWN_PAGES, OwnPageHandler
from cwire_server.web.pages import (
    CLIENT,
    PAGES,
    STATIC,
    ClientFileHandler,
    ElsewhereHandler,
    IconHandler,
    PageHandler,
    StaticHandler,
)
from cwire_server.web.rules import Rules
from cwire_structs.websocket import SUBPROTOCOL

__all__ = ["Route", "routes"]

Route = tuple[str, type[RequestHandler], dict[str, Any]] | Rule
"""A pattern of paths, the handler, and what its `initialize` takes."""


class _Upgrades(PathMatches):
    """Matches paths where the request is for a WebSocket: the same path may have a page, too."""

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        """Returns what Tornado is to know of a request that it matches."""
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return None
        return super().match(request)


def routes(
    rules: Rules,
    hub: Hub,
    take: Callable[[], Snapshot],
    make_client: MakeClient,
    folder: Path | None,
    viewers: Mapping[str, MakeClient] | None = None,
) -> list[Route]:
    """Lists the routes, as Tornado's `Application` takes them.

    Args:
        rules: Who may use the listener.
        hub: Of the relay.
        take: Reads the relay's counters.
        make_client: Makes a client's connection, once the handshake is over.
        folder: Of the user's own pages.
        viewers: The same for Foxglove's protocol, by the subprotocols; None: it is not spoken.
    """
    clients = {"rules": rules, "clients": {SUBPROTOCOL: make_client}}
    others = [] if viewers is None else [{"rules": rules, "clients": viewers}]
    own = [] if folder is None else [{"rules": rules, "folder": folder}]
    return [
        ("/ws", ClientHandler, clients),
        *(Rule(_Upgrades("/(?:foxglove/?)?"), ViewerHandler, one) for one in others),
        ("/health", HealthHandler, {"rules": rules, "hub": hub}),
        ("/metrics", MetricsHandler, {"rules": rules, "take": take}),
        (STATIC, StaticHandler, {"rules": rules}),
        (CLIENT, ClientFileHandler, {"rules": rules}),
        ("/favicon.ico", IconHandler, {"rules": rules}),
        *((f"{OWN_PAGES}(.*)", OwnPageHandler, one) for one in own),
        *((re.escape(path), PageHandler, {"rules": rules, "path": path}) for path in PAGES),
        (".*", ElsewhereHandler, {"rules": rules}),
    ]
