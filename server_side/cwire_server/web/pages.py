"""Pages: files that a browser loads from the relay. A further one is a line of `PAGES`."""

from __future__ import annotations

from importlib.resources import files
from pathlib import PurePosixPath

from cwire_server.web.handlers import BaseHandler
from cwire_server.web.rules import Rules

__all__ = ["PAGES", "PageHandler"]

PAGES = {
    "/": "status.html",
    "/status.mjs": "status.mjs",
    "/status.css": "status.css",
}
"""By path: a file of the folder `pages`."""

_TYPES = {".html": "text/html", ".mjs": "text/javascript", ".css": "text/css"}


class PageHandler(BaseHandler):
    """Sends one file. It needs no token since it holds no data; what its script asks for does."""

    def initialize(self, rules: Rules, file: str) -> None:  # type: ignore[override]
        """Takes what the application gives to each handler."""
        super().initialize(rules)
        self._file = file

    def get(self) -> None:
        """Sends the file."""
        content_type = _TYPES[PurePosixPath(self._file).suffix]
        self.set_header("Content-Type", f"{content_type}; charset=utf-8")
        self.finish(files("cwire_server").joinpath("pages", self._file).read_bytes())
