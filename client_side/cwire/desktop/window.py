"""Shows pages in native windows, by pywebview.

The pages talk to the relay by their own WebSocket. pywebview's way from a page to Python is not
used: it evaluates text in the page, which the pages' Content-Security-Policy forbids.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from importlib.util import find_spec

import webview
from webview.errors import WebViewException

from cwire.errors import CwireError

__all__ = ["show"]

_TITLE = "cwire"
_WIDTH, _HEIGHT = 1200, 800
_ENGINES = "pip install 'cwire[desktop]', or Debian's python3-gi and gir1.2-webkit2-4.1"
_UNSAFE = ("QTWEBENGINE_DISABLE_SANDBOX", "QTWEBENGINE_CHROMIUM_FLAGS")


def show(links: Sequence[str]) -> None:
    """Opens a window for each link; returns when the last one is closed. For the main thread.

    Raises:
        CwireError: There is nothing that draws pages, or it does not run.
    """
    _refuse_root()
    _name_a_language()
    # It logs the traceback of each engine that is not there, before it takes the next.
    logging.getLogger("pywebview").setLevel(logging.CRITICAL)
    webview.settings["ALLOW_DOWNLOADS"] = True  # the scope's values and pictures
    for link in links:
        webview.create_window(_TITLE, link, width=_WIDTH, height=_HEIGHT)
    try:
        webview.start()
    except WebViewException as error:
        raise CwireError(f"no window can be shown: {error}; install {_ENGINES}") from None


def _refuse_root() -> None:
    """Says what QtWebEngine does not, before it ends the process."""
    if os.geteuid() == 0 and find_spec("gi") is None and not any(map(os.environ.get, _UNSAFE)):
        raise CwireError(
            "QtWebEngine shows no pages for root: run this as an ordinary user, or set "
            "QTWEBENGINE_DISABLE_SANDBOX=1 to do without its sandbox"
        )


def _name_a_language() -> None:
    """Names a language where the locale is C: WebKitGTK tells pages "C", which `Intl` refuses."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next(filter(None, map(os.environ.get, names)), "C")
    if locale.partition(".")[0] in ("C", "POSIX"):
        os.environ["LC_ALL"] = "en_US.UTF-8"
