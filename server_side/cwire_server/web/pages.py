"""The plain pages: `/` (status), `/health` and `/metrics`, and the rules of every route."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass
from importlib.resources import files

from tornado.web import RequestHandler

from cwire_server.access import host_is_ours, origin_is_allowed, token_is_right
from cwire_server.hub.hub import Hub
from cwire_server.statistics import Snapshot
from cwire_server.web.metrics import CONTENT_TYPE, exposition
from cwire_structs.frames import PROTOCOL

__all__ = ["HealthHandler", "MetricsHandler", "PageHandler", "Rules", "check_host", "refuse"]

_PAGES = {
    "": ("status.html", "text/html; charset=utf-8"),
    "status.mjs": ("status.mjs", "text/javascript; charset=utf-8"),
    "status.css": ("status.css", "text/css; charset=utf-8"),
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


@dataclass(frozen=True)
class Rules:
    """Who may use a listener."""

    host: str
    """The address that it is bound to."""
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


class _Page(RequestHandler):
    def initialize(self, rules: Rules) -> None:
        self._rules = rules

    def prepare(self) -> None:
        check_host(self, self._rules)

    def set_default_headers(self) -> None:
        for name, value in _HEADERS.items():
            self.set_header(name, value)
        self.clear_header("Server")


class PageHandler(_Page):
    """The status page: a shell without data, so it needs no token; its script does."""

    def get(self, name: str) -> None:
        """Sends a file of the page."""
        file, content_type = _PAGES[name]
        self.set_header("Content-Type", content_type)
        self.finish(files("cwire_server").joinpath("pages", file).read_bytes())


class HealthHandler(_Page):
    """Whether the relay runs, for scripts: no token, so no data."""

    def initialize(self, rules: Rules, hub: Hub) -> None:  # type: ignore[override]
        """Takes what the application gives to each handler."""
        super().initialize(rules)
        self._hub = hub

    def get(self) -> None:
        """Says ok, and how many drivers are up."""
        drivers = self._hub.drivers.served
        self.finish(
            {
                "status": "ok",
                "protocol": PROTOCOL,
                "drivers": len(drivers),
                "drivers_up": sum(driver.state == "up" for driver in drivers),
            }
        )


class MetricsHandler(_Page):
    """The relay's counters for Prometheus. They name drivers, so a TCP client needs the token."""

    def initialize(self, rules: Rules, take: Callable[[], Snapshot]) -> None:  # type: ignore[override]
        """Takes what the application gives to each handler."""
        super().initialize(rules)
        self._take = take

    def prepare(self) -> None:
        """Refuses whoever may not have data."""
        rules, headers = self._rules, self.request.headers
        if not check_host(self, rules):
            return
        if not origin_is_allowed(headers.get("Origin"), rules.origins):
            refuse(self, 403, f"origin {headers['Origin']} is not allowed")
        elif rules.token is not None and not token_is_right(
            headers.get("Authorization"), (), rules.token
        ):
            self.set_header("WWW-Authenticate", "Bearer")
            refuse(
                self, 401, "the token is missing or wrong: send it as `Authorization: Bearer TOKEN`"
            )

    def get(self) -> None:
        """Sends the counters as text."""
        self.set_header("Content-Type", CONTENT_TYPE)
        self.finish(exposition(self._take()))
