"""A relay with two drivers for tests of its pages: the demo's, and one that means no good."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page

import cwire
from cwire_structs.schema.layout_hash import layout_hash
from support.folders import short_folder
from support.node import npm_packages
from support.processes import ROOT, Driver, Relay

__all__ = ["HOSTILE", "Bench", "barriers", "bench", "fragment", "open_page"]

HOSTILE = "hostile"
"""The name of the other driver, which has the demo's messages, with HTML in every text."""

_EVIL = "<img src=x onerror=\"document.title='pwned'\"></script><script>alert(1)</script>"
_PERIOD = 0.02  # s between two blocks


@dataclass
class Bench:
    """What runs for the tests of a module."""

    relay: Relay
    driver: Driver
    hostile: str
    """The hostile driver's socket."""

    def link(self, path: str = "/", state: dict[str, Any] | None = None) -> str:
        """The link to a page, with the token, and with what it is to show."""
        origin = self.relay.link.split("/#")[0]
        return f"{origin}{path}#token={self.relay.token}{fragment(state or {})}"


def fragment(state: dict[str, Any]) -> str:
    """The state as the rest of a link."""
    texts = (value if isinstance(value, str) else json.dumps(value) for value in state.values())
    return "".join(f"&{name}={text}" for name, text in zip(state, texts, strict=True))


@pytest.fixture(scope="module")
def bench(built_driver: None) -> Iterator[Bench]:
    """A relay that has met both drivers."""
    with pytest.MonkeyPatch.context() as patch, short_folder() as folder:
        runtime = folder / "run"
        runtime.mkdir(mode=0o700)
        patch.setenv("CWIRE_RUNTIME_DIR", str(runtime))
        hostile = runtime / "hostile.sock"
        with Driver(runtime / "demo.sock") as driver, _publishing(str(hostile)):
            with Relay(f"demo={driver.path}", f"{HOSTILE}={hostile}") as relay:
                relay.wait_for_drivers(2)
                yield Bench(relay, driver, str(hostile))


def open_page(page: Page, bench: Bench, path: str = "/", **state: Any) -> None:
    """Opens a page, and waits until it has the drivers."""
    page.goto(bench.link(path, state))
    page.wait_for_function("() => document.querySelector('#condition').hidden")


def barriers(page: Page) -> list[str]:
    """What keeps people from using the page: the serious findings of axe-core."""
    page.evaluate((npm_packages() / "axe-core" / "axe.min.js").read_text())
    looked, found = page.evaluate(
        """async () => {
            const {passes, violations} = await axe.run();
            return [passes.map(({id}) => id), violations
                .filter(({impact}) => impact === "serious" || impact === "critical")
                .flatMap(({id, nodes}) => nodes.map((one) =>
                    `${id}: ${one.html.slice(0, 200)} ${one.failureSummary}`))];
        }"""
    )
    assert {"button-name", "color-contrast", "label"} <= set(looked)
    return list(found)


@contextmanager
def _publishing(path: str) -> Iterator[None]:
    """Runs the hostile driver: its series hold NaN and infinities, its texts are HTML."""
    schema = json.loads((ROOT / "c_driver" / "generated" / "messages.schema.json").read_text())
    for struct in schema["types"].values():
        struct["doc"] = _EVIL
        for field in struct["fields"]:
            field["doc"] = _EVIL
            if "unit" in field:
                field["unit"] = "<i>V</i>"
    schema["layout_hash"] = layout_hash(schema)
    samples = np.sin(np.linspace(0, 20, 1024)).astype("f4")
    samples[0] = samples[512] = np.nan
    samples[100], samples[200] = np.inf, -np.inf
    signs = np.array([1, -1], "f4")
    ended = threading.Event()
    with cwire.Driver(HOSTILE, schema, path) as driver:

        def publish() -> None:
            first = 0
            while not ended.wait(_PERIOD):
                for channel in range(2):
                    driver.publish(
                        "scope_block",
                        signs[channel] * samples,
                        first_sample=first,
                        dt=1e-5,
                        channel=channel,
                    )
                driver.publish("driver_status", temperature=float("nan"), uptime=float("inf"))
                first += 1024

        thread = threading.Thread(target=publish)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
