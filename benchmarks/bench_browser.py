"""browser: frames from a C program to typed arrays in a page, decoded by client.mjs in Chromium.

Beside it a bare WebSocket in the same page, which decodes nothing: the ceiling. The page posts its
own figures: seen through the developer tools it would be several times slower.
"""

from __future__ import annotations

import contextlib
import json
import queue
import shutil
import statistics
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import processes
from processes import HERE, Programs
from result import Result

__all__ = ["bench_browser"]

_LIMIT_SECONDS = 60.0
_FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
_QUIET = ("--disable-background-networking", "--no-first-run", "--disable-component-update")
# By frame size: the message, its id, frames per batch, frames of one run.
_PLAN = {
    64: ("sample", 1, 64, 2_000_000),
    64 << 10: ("tile", 2, 1, 6_000),
    1 << 20: ("block", 3, 1, 500),
}
# Programs of the page, by subject.
_SUBJECTS = {"client_mjs": "browser.mjs", "bare_websocket": "bare.mjs"}
_WEB = HERE.parent / "client_side" / "web"
_PAGE = '<!doctype html><script type="module" src="/page.mjs"></script>'


def bench_browser(programs: Programs, repeats: int, step: Callable[[str], None]) -> list[Result]:
    """Each frame size so often; the medians. Without Chromium, rows that say so.

    Args:
        programs: The publishers.
        repeats: How often.
        step: Told what is measured now.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        note = "absent: no chromium; `make browser` installs it"
        return [Result("browser", name, size, note=note) for size in _PLAN for name in _SUBJECTS]
    results = []
    for size in _PLAN:
        runs: dict[str, list[dict[str, Any]]] = {name: [] for name in _SUBJECTS}
        for _ in range(repeats):
            for name, made in runs.items():
                step(f"browser, {name}, {size} B")
                made.append(_run(programs, chromium, size, _SUBJECTS[name]))
        results += [_row(name, size, made) for name, made in runs.items()]
    return results


def _row(name: str, size: int, runs: list[dict[str, Any]]) -> Result:
    rates = [run["frames"] / run["seconds"] for run in runs]
    rate = statistics.median(rates)
    count = _PLAN[size][3]
    note = f"{count / statistics.median(run['messages'] for run in runs):,.1f} frames a message"
    decode = statistics.median(run["decode_s"] for run in runs) / count
    if decode:
        note += f", columns {decode * 1e9:,.0f} ns a frame"
    return Result(
        "browser",
        name,
        size,
        rate,
        rate * size,
        lost=sum(run["lost"] for run in runs),
        published=count * len(runs),
        spread=(max(rates) - min(rates)) / rate,
        note=note,
    )


def _run(programs: Programs, chromium: str, size: int, script: str) -> dict[str, Any]:
    message, number, batch, count = _PLAN[size]
    order: dict[str, Any] = {"message": message, "number": number, "batch": batch, "count": count}
    with contextlib.ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cwire-bench-")))
        page = stack.enter_context(_serve(order, script))
        path = stack.enter_context(processes.driver(programs.load, directory))
        relay = stack.enter_context(processes.relay(path, directory, allow_origin=page.origin))
        order |= {"url": relay.url, "token": relay.token}
        profile = f"--user-data-dir={directory / 'chromium'}"
        browser = subprocess.Popen(
            [chromium, *_FLAGS, *_QUIET, profile, page.origin],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            result = page.posted.get(timeout=_LIMIT_SECONDS)
        except queue.Empty:
            raise RuntimeError(f"the page took longer than {_LIMIT_SECONDS:.0f} s") from None
        finally:
            browser.terminate()
            browser.wait(10)
    if "error" in result:
        raise RuntimeError(f"the page failed: {result['error']}")
    return result


class _Page:
    """Serves the page, and takes what it posts."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.posted: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()


@contextlib.contextmanager
def _serve(order: dict[str, Any], script: str) -> Iterator[_Page]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.lstrip("/")
            if name == "order.json":
                self._answer("application/json", json.dumps(order))
            elif name == "page.mjs":
                self._answer("text/javascript", (HERE / "receivers" / script).read_text())
            elif name.endswith(".mjs"):
                self._answer("text/javascript", (_WEB / name).read_text())
            else:
                self._answer("text/html", _PAGE)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer("text/plain", "")
            page.posted.put(json.loads(body))

        def _answer(self, kind: str, text: str) -> None:
            body = text.encode()
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        page = _Page(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield page
        finally:
            server.shutdown()
            thread.join()
