"""The routes of a listener: every path that the relay answers, and its handler."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tornado.web import RequestHandler

from cwire_server.hub.hub import Hub
from cwire_server.statistics import Snapshot
from cwire_server.web.handlers import HealthHandler, MetricsHandler
from cwire_server.web.handshake import ClientHandler
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

__all__ = ["Route", "routes"]

Route = tuple[str, type[RequestHandler], dict[str, Any]]
"""A pattern of paths, the handler, and what its `initialize` takes."""


def routes(
    rules: Rules,
    hub: Hub,
    take: Callable[[], Snapshot],
    make_client: Callable[..., Any],
    folder: Path | None,
) -> list[Route]:
    """Lists the routes, as Tornado's `Application` takes them.

    Args:
        rules: Who may use the listener.
        hub: Of the relay.
        take: Reads the relay's counters.
        make_client: Makes a client's connection, once the handshake is over.
        folder: Of the user's own pages.
    """
    own = [] if folder is None else [{"rules": rules, "folder": folder}]
    return [
        ("/ws", ClientHandler, {"rules": rules, "make_client": make_client}),
        ("/health", HealthHandler, {"rules": rules, "hub": hub}),
        ("/metrics", MetricsHandler, {"rules": rules, "take": take}),
        (STATIC, StaticHandler, {"rules": rules}),
        (CLIENT, ClientFileHandler, {"rules": rules}),
        ("/favicon.ico", IconHandler, {"rules": rules}),
        *((f"{OWN_PAGES}(.*)", OwnPageHandler, one) for one in own),
        *((re.escape(path), PageHandler, {"rules": rules, "path": path}) for path in PAGES),
        (".*", ElsewhereHandler, {"rules": rules}),
    ]
