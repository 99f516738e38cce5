"""Rules of every route: the Host header, and how a request is refused."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from tornado.web import RequestHandler

from cwire_server.access import host_is_ours

__all__ = ["Rules", "check_host", "refuse"]


@dataclass(frozen=True)
class Rules:
    """The rules of one listener: who may use it."""

    host: str
    """The address that it is bound to."""
    port: int
    """Of the relay over TCP: pages from there are its own."""
    origins: Container[str] = frozenset()
    token: str | None = None
    """None: the file's mode protects the listener (a Unix socket)."""


def check_host(handler: RequestHandler, rules: Rules) -> bool:
    """Whether the Host header names this relay; if not, the request is answered with 403."""
    if host_is_ours(handler.request.host, rules.host):
        return True
    refuse(handler, 403, "this relay answers to localhost only: open it by that name")
    return False


def refuse(handler: RequestHandler, status: int, text: str) -> None:
    """Ends a request with a reason in plain text."""
    handler.set_status(status)
    handler.set_header("Content-Type", "text/plain; charset=utf-8")
    handler.finish(text + "\n")
