"""Handlers of plain requests: the base of all, `/health` and `/metrics`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tornado.web import RequestHandler

from cwire_server.access import origin_is_allowed, token_is_right
from cwire_server.hub.hub import Hub
from cwire_server.statistics import Snapshot
from cwire_server.web.metrics import CONTENT_TYPE, exposition
from cwire_server.web.rules import Rules, check_host, refuse
from cwire_structs.frames import PROTOCOL

__all__ = ["POLICY", "BaseHandler", "HealthHandler", "MetricsHandler"]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types cwire-worker"
)
"""What pages may do: Content-Security-Policy."""

_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class BaseHandler(RequestHandler):
    """Answers a request whose Host header names the relay, with headers that protect pages."""

    def initialize(self, rules: Rules) -> None:
        """Takes what the application gives to each handler."""
        self._rules = rules

    def prepare(self) -> None:
        """Refuses a request under another name."""
        check_host(self, self._rules)

    def set_default_headers(self) -> None:
        """Sets the headers of every answer, errors included."""
        for name, value in _HEADERS.items():
            self.set_header(name, value)
        self.clear_header("Server")

    def head(self, *path: str) -> Awaitable[None] | None:
        """Answers as to a GET: Tornado sends the headers only."""
        answer: Awaitable[None] | None = self.get(*path)
        return answer

    def write_error(self, status_code: int, **_: Any) -> None:
        """Says in plain text what Tornado would put into HTML."""
        refuse(self, status_code, self._reason)


class HealthHandler(BaseHandler):
    """Tells scripts whether the relay runs: without a token, so without names."""

    def initialize(self, rules: Rules, hub: Hub) -> None:  # type: ignore[override]
        """Takes what the application gives to each handler."""
        super().initialize(rules)
        self._hub = hub

    def get(self) -> None:
        """Says ok, how many drivers are up, and whether an origin and a token may connect."""
        drivers = self._hub.drivers.served
        health = {
            "status": "ok",
            "protocol": PROTOCOL,
            "port": self._rules.port,
            "drivers": len(drivers),
            "drivers_up": sum(driver.state == "up" for driver in drivers),
        }
        # No header tells it: browsers send no Origin with what a page asks of its own server.
        origin = self.get_query_argument("origin", None)
        if origin is not None:
            health["origin_allowed"] = origin_is_allowed(origin, self._rules.origins)
        authorization = self.request.headers.get("Authorization")
        if authorization is not None:
            token = self._rules.token
            health["token_accepted"] = token is None or token_is_right(authorization, (), token)
        self.finish(health)


class MetricsHandler(BaseHandler):
    """Sends Prometheus the counters. They name drivers, so a TCP client needs the token."""

    def initialize(self, rules: Rules, take: Callable[[], Snapshot]) -> None:  # type: ignore[override]
        """Takes what the application gives to each handler."""
        super().initialize(rules)
        self._take = take

    def prepare(self) -> None:
        """Refuses a request that may not have data."""
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
