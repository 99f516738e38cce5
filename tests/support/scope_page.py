"""A plain page with a scope in it: the bundle's own code, without Jupyter around it."""

from __future__ import annotations

import json
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from playwright.sync_api import Page

from support.processes import ROOT, Relay

__all__ = ["RECIPE", "ScopePage"]

STATIC = ROOT / "client_side" / "cwire" / "static"

RECIPE: dict[str, Any] = {
    "id": "test",
    "title": "scope_block",
    "message": "scope_block",
    "driver": "demo",
    "kind": "block",
    "y": ["samples"],
    "types": ["<f4"],
    "units": ["V"],
    "x": "dt",
    "x_kind": "step",
    "by": "channel",
    "first": "first_sample",
    "decimate": None,
    "window": None,
    "height": 260,
    "fps": 60,
    "x_label": "time",
    "x_unit": "s",
    "y_label": "samples [V]",
    "axes": [
        {"label": "samples [V]", "pane": 0, "side": "left", "lines": [0], "names": [], "height": 1}
    ],
}
"""What `Scope` says of the demo driver's blocks."""

_HTML = """<!doctype html><meta charset="utf-8"><title>scope</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/scope.css"><body><div id="place"></div>
<script type="module">
import {mount} from "/scope.js";
window.start = (recipe, routes) => {
  window.scope = mount(document.getElementById("place"), recipe, routes);
};
</script>"""


class _Handler(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path != "/":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(_HTML.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


class ScopePage:
    """A server on a free port of this machine; its origin is known before a relay starts."""

    def __init__(self) -> None:
        handler = partial(_Handler, directory=str(STATIC))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def show(self, page: Page, relay: Relay, **changes: Any) -> None:
        """Opens the page and starts a scope in it."""
        page.goto(self.origin)
        page.wait_for_function("() => window.start")
        routes = [{"kind": "direct", "url": relay.url, "token": relay.token}]
        page.evaluate(f"start({json.dumps({**RECIPE, **changes})}, {json.dumps(routes)})")
