"""Serves the modules of client.mjs, and a test's own files beside them, at an origin of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from support.processes import ROOT

__all__ = ["serve_web"]

_WEB = ROOT / "client_side" / "web"
_TYPES = {"html": "text/html; charset=utf-8", "mjs": "text/javascript"}


@contextmanager
def serve_web(files: Mapping[str, str]) -> Iterator[str]:
    """Serves until the end of the block.

    Args:
        files: By name; what is not among them comes from client_side/web. `/` is an empty page.

    Yields:
        The origin.
    """
    pages = {"": "<!doctype html><title>cwire</title>", "favicon.ico": "", **files}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.lstrip("/")
            text = pages.get(name)
            if text is None and name.endswith(".mjs") and (_WEB / name).is_file():
                text = (_WEB / name).read_text()
            body = (text or "").encode()
            self.send_response(404 if text is None else 200)
            self.send_header("Content-Type", _TYPES.get(name.rpartition(".")[2], _TYPES["html"]))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
