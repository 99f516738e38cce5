"""Pages: what a browser loads from the relay. A further one is a line of `PAGES`.

A page is `pages/shell.html` with its name, and the script and the style that `bundle.py` makes of
`client_side/web/pages/NAME/page.mjs` in the folder `static`.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from importlib.resources import files
from pathlib import PurePosixPath
from string import Template

from cwire_server.access import origin_is_allowed
from cwire_server.web.handlers import BaseHandler
from cwire_server.web.rules import Rules, check_host, refuse
from cwire_structs.installation import advice

__all__ = [
    "CLIENT",
    "PAGES",
    "STATIC",
    "ClientFileHandler",
    "ElsewhereHandler",
    "Page",
    "PageHandler",
    "StaticHandler",
]


@dataclass(frozen=True)
class Page:
    """One page."""

    name: str
    """Of its script and its style in the folder `static`."""
    title: str
    """For people: in the links between pages."""


PAGES = {
    "/": Page("index", "Overview"),
    "/scope": Page("scope", "Scope"),
    "/viewer": Page("viewer", "Viewer"),
    "/loader": Page("loader", "Graphs"),
}
"""By path."""

STATIC = r"/static/([a-z][\w-]*\.(?:js|css|svg|txt))"
"""A pattern of the paths of files that pages load."""

CLIENT = r"/((?:client|actions)\.(?:mjs|d\.mts))"
"""A pattern of the paths of the client for other pages, and of its types."""

_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".mts": "text/plain",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
_FOLDERS = ("static", "pages")


class PageHandler(BaseHandler):
    """Sends a page. It needs no token since it holds no data; what its script asks for does."""

    def initialize(self, rules: Rules, path: str) -> None:  # type: ignore[override]
        """Takes what the application gives to each handler."""
        super().initialize(rules)
        self._path = path

    def get(self) -> None:
        """Sends the HTML that is the same for all pages, with the name of this one."""
        page = PAGES[self._path]
        if _read(f"{page.name}.js") is None:
            refuse(self, 503, f"this page is not built: {_build()}")
            return
        shell = files("cwire_server").joinpath("pages", "shell.html").read_text("utf-8")
        links = "".join(_link(path, one, path == self._path) for path, one in PAGES.items())
        names = {"name": html.escape(page.name), "title": html.escape(page.title)}
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.finish(Template(shell).substitute(names, links=links))


class StaticHandler(BaseHandler):
    """Sends a file that pages load."""

    def get(self, name: str) -> None:
        """Sends the file."""
        body = _read(name)
        if body is None:
            refuse(self, 404, f"there is no file {name} here")
            return
        self.set_header("Content-Type", f"{_TYPES[PurePosixPath(name).suffix]}; charset=utf-8")
        self.finish(body)


class IconHandler(BaseHandler):
    """Leads to the icon: browsers ask for this path where a page names none."""

    def get(self) -> None:
        """Redirects."""
        self.redirect("/static/icon.svg")


class ElsewhereHandler(BaseHandler):
    """Answers for every path that nobody else has, under the rules of all."""

    def prepare(self) -> None:
        """Refuses, and says what there is."""
        if check_host(self, self._rules):
            refuse(
                self,
                404,
                f"there is nothing at this path; the relay's pages are {', '.join(PAGES)}, "
                "and those of a folder are at /pages/ with `cwire serve --pages FOLDER`",
            )


class ClientFileHandler(StaticHandler):
    """Sends the client: to pages of other origins, too, if these may connect."""

    def set_default_headers(self) -> None:
        """Lets allowed origins import it."""
        super().set_default_headers()
        self.set_header("Vary", "Origin")

    def prepare(self) -> None:
        """Refuses a request under another name."""
        super().prepare()
        origin = self.request.headers.get("Origin")
        if origin is not None and origin_is_allowed(origin, self._rules.origins):
            self.set_header("Access-Control-Allow-Origin", origin)
            self.set_header("Cross-Origin-Resource-Policy", "cross-origin")


def _build() -> str:
    return advice(
        "run `python client_side/web/bundle.py` where npm reaches its registry, and load it again",
        "install cwire again, from a wheel or where npm reaches its registry",
    )


def _link(path: str, page: Page, current: bool) -> str:
    mark = ' aria-current="page"' if current else ""
    return f'<a href="{html.escape(path)}"{mark}>{html.escape(page.title)}</a>'


def _read(name: str) -> bytes | None:
    """Reads a file that is built, or one that is written by hand; None: there is none."""
    if re.fullmatch(r"[\w-]+(?:\.\w+)+", name) is None:
        return None
    for folder in _FOLDERS:
        found = files("cwire_server").joinpath(folder, name)
        if found.is_file():
            return found.read_bytes()
    return None
