"""A Chromium in which a notebook is opened, and then left alone while it is measured.

Playwright opens the notebook as the tests do, and goes: attached, it has every WebSocket message
copied to itself, which costs more than the scope. What is asked meanwhile goes through a connection
to the developer tools that turns on nothing.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Page, sync_playwright
from websockets.sync.client import ClientConnection, connect

from support.browser import CHROMIUM, FLAGS

__all__ = ["Chromium", "Tools", "chromium"]

_START_SECONDS = 20.0
_SIZE = "1280,900"


class Chromium:
    """A running browser with one page.

    Attributes:
        process: Its first process; the others are children.
    """

    def __init__(self, process: psutil.Process, port: int) -> None:
        self.process = process
        self._port = port

    @contextlib.contextmanager
    def by_hand(self) -> Iterator[Page]:
        """The page, for as long as something is done in it that is not measured."""
        with sync_playwright() as playwright:
            browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{self._port}")
            try:
                yield browser.contexts[0].pages[0]
            finally:
                browser.close()  # of the connection: the browser was not started by it

    @contextlib.contextmanager
    def tools(self) -> Iterator[Tools]:
        """The page's developer tools."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/json/list") as answer:
            pages = [one for one in json.load(answer) if one["type"] == "page"]
        with connect(pages[0]["webSocketDebuggerUrl"], max_size=None) as connection:
            yield Tools(connection)

    def renderer_seconds(self) -> dict[int, float]:
        """Processor time so far of each process that pages are in, with all of its threads."""
        spent = {}
        for child in self.process.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if "--type=renderer" in child.cmdline():
                    times = child.cpu_times()
                    spent[child.pid] = float(times.user + times.system)
        return spent

    def resident_bytes(self) -> tuple[int, int]:
        """Resident memory of the page's process, and of all others together."""
        page, rest = 0, self.process.memory_info().rss
        for child in self.process.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                size = child.memory_info().rss
                rest += size
                # There may be a spare renderer, a smaller one.
                if "--type=renderer" in child.cmdline():
                    page = max(page, size)
        return page, rest - page


class Tools:
    """Commands of the DevTools protocol, one after the other."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = itertools.count(1)
        self._session: str | None = None
        self._workers: dict[str, str] = {}

    def call(self, method: str, seconds: float = 60.0, **parameters: Any) -> dict[str, Any]:
        """Its result.

        Raises:
            RuntimeError: It failed.
            TimeoutError: No answer came in so many seconds.
        """
        number = next(self._numbers)
        command = {"id": number, "method": method, "params": parameters}
        if self._session is not None:
            command["sessionId"] = self._session
        self._connection.send(json.dumps(command))
        deadline = time.monotonic() + seconds
        while True:
            answer = json.loads(self._connection.recv(timeout=deadline - time.monotonic()))
            if answer.get("method") == "Target.attachedToTarget":
                of = answer["params"]
                self._workers[of["targetInfo"]["url"].rpartition("/")[2]] = of["sessionId"]
            if answer.get("id") == number:
                break
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        result: dict[str, Any] = answer["result"]
        return result

    @contextlib.contextmanager
    def in_worker(self, script: str) -> Iterator[None]:
        """Lets commands go to the page's worker that runs a script."""
        attach = {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": True}
        self.call("Target.setAutoAttach", **attach)
        self._session = self._workers[script]
        try:
            yield
        finally:
            self._session = None

    def evaluate(self, script: str, seconds: float = 60.0) -> Any:
        """The value of an expression in the page; of a promise, what it becomes."""
        result = self.call(
            "Runtime.evaluate", seconds, expression=script, returnByValue=True, awaitPromise=True
        )
        if problem := result.get("exceptionDetails"):
            raise RuntimeError(f"the page failed: {problem['exception'].get('description')}")
        return result["result"].get("value")

    def thread_seconds(self) -> float:
        """Processor time of the page's thread so far: other work on the machine is not in it."""
        self.call("Performance.enable")
        metrics = self.call("Performance.getMetrics")["metrics"]
        return float(next(one["value"] for one in metrics if one["name"] == "ThreadTime"))

    def heap_bytes(self) -> int:
        """Bytes that the page's JavaScript keeps without garbage, array buffers included."""
        self.call("HeapProfiler.collectGarbage")
        usage = self.call("Runtime.getHeapUsage")
        return int(usage["usedSize"] + usage.get("backingStorageSize", 0))


@contextlib.contextmanager
def chromium(directory: Path) -> Iterator[Chromium]:
    """A headless Chromium with an empty page and a profile of its own."""
    if CHROMIUM is None:
        raise RuntimeError("no chromium: `make browser` installs it")
    profile = directory / "chromium"
    switches = (f"--user-data-dir={profile}", f"--window-size={_SIZE}")
    process = subprocess.Popen(
        [CHROMIUM, "--headless=new", "--remote-debugging-port=0", *FLAGS, *switches, "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port = _port(profile / "DevToolsActivePort", process)
        yield Chromium(psutil.Process(process.pid), port)
    finally:
        process.terminate()
        process.wait(10)


def _port(path: Path, process: subprocess.Popen[bytes]) -> int:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        # Both lines are there: it is written whole.
        lines = path.read_text().splitlines() if path.exists() else []
        if len(lines) == 2:
            return int(lines[0])
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("chromium did not start")
        time.sleep(0.02)
