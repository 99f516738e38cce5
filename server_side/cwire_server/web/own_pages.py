"""A user's own pages: the files of one folder, under the rules of the relay's pages.

The policy allows no script in HTML, so that nothing that a driver says can become one. What the
user's files have in them is named in it by its hash: a page may be one file.
"""

from __future__ import annotations

import base64
import hashlib
import os
import stat
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from cwire_server.web.handlers import POLICY, BaseHandler
from cwire_server.web.rules import Rules, refuse

__all__ = ["OWN_PAGES", "OwnPageHandler", "own_pages", "policy_of"]

OWN_PAGES = "/pages/"
"""Where they begin."""

_INDEX = "index.html"
_CHUNK = 1 << 20
_HTML_LIMIT = 4 << 20  # bytes that are searched for scripts
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
}


class OwnPageHandler(BaseHandler):
    """Sends a file of the folder. It needs no token: a page has no data, what it asks for does."""

    def initialize(self, rules: Rules, folder: Path) -> None:  # type: ignore[override]
        """Takes what the application gives to each handler."""
        super().initialize(rules)
        self._folder = folder

    async def get(self, name: str) -> None:
        """Sends the file."""
        path = PurePosixPath(name or _INDEX)
        try:
            file = _open(self._folder, path)
        except OSError as error:
            refuse(self, 404, f"there is no {path} in the folder of --pages: {_why(error)}")
            return
        with file:
            kind = _TYPES.get(path.suffix.lower(), "application/octet-stream")
            self.set_header("Content-Type", kind)
            if path.suffix.lower() == ".html":
                page = file.read(_HTML_LIMIT)
                self.set_header("Content-Security-Policy", policy_of(page))
                self.write(page)
            while chunk := file.read(_CHUNK):
                self.write(chunk)
                await self.flush()
        self.finish()


def own_pages(folder: Path) -> list[str]:
    """Returns the paths of the folder's pages, as links have them."""
    found = sorted(path.name for path in folder.glob("*.html"))
    return [OWN_PAGES + name for name in found if not name.startswith(".")]


def policy_of(page: bytes) -> str:
    """Returns the policy of the relay's pages, with the hashes of the scripts and styles of one."""
    finder = _Inline()
    # As a browser does, whose hashes are of the text, not of the file.
    finder.feed(page.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n"))
    finder.close()
    policy = POLICY
    for kind, texts in finder.texts.items():
        hashes = "".join(f" 'sha256-{_hash(text)}'" for text in texts)
        policy = policy.replace(f"{kind}-src 'self'", f"{kind}-src 'self'{hashes}")
    return policy


class _Inline(HTMLParser):
    """Finds the texts of scripts and styles."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: dict[str, list[str]] = {"script": [], "style": []}
        self._inside: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes that what follows is a script or a style."""
        # One that is loaded has a place, not a text.
        self._inside = tag if tag in self.texts and "src" not in dict(attrs) else None
        if self._inside is not None:
            self.texts[self._inside].append("")

    def handle_data(self, data: str) -> None:
        """Takes what is in one; it may come in parts."""
        if self._inside is not None:
            self.texts[self._inside][-1] += data

    def handle_endtag(self, tag: str) -> None:
        """Notes its end."""
        self._inside = None


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _open(folder: Path, path: PurePosixPath) -> BinaryIO:
    """Opens a file in the folder, and nothing else.

    Raises:
        OSError: It is not there, is hidden, is no file, or lies elsewhere.
    """
    if "\0" in str(path) or "\\" in str(path) or path.is_absolute():
        raise FileNotFoundError
    if ".." in path.parts:
        raise PermissionError("`..` is not followed")
    if any(part.startswith(".") for part in path.parts):
        raise PermissionError("hidden files are not sent")
    root = folder.resolve(strict=True)
    place = (root / path).resolve(strict=True)
    if not place.is_relative_to(root):
        raise PermissionError("it is a link out of the folder")
    if any(part.startswith(".") for part in place.relative_to(root).parts):
        raise PermissionError("it is a link to a hidden file")
    # A link that takes its place now is not followed; a pipe is not waited for.
    descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise IsADirectoryError("it is no file")
    return os.fdopen(descriptor, "rb")


def _why(error: OSError) -> str:
    return error.strerror or str(error) or "no such file"
