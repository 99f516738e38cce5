"""Widgets of the sync and the async bridge, and how long they keep their bridge."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import ipywidgets
import pytest

import cwire
from cwire.bridge.base import link_of
from support.fake_relay import FakeRelay, driver, ticks
from support.processes import until

pytest.importorskip("matplotlib").use("agg")


@pytest.fixture
def relay() -> Iterator[FakeRelay]:
    with FakeRelay(driver("lab", 1), driver("other", 2)) as relay:
        yield relay


def test_a_plot_keeps_its_bridge(relay: FakeRelay) -> None:
    def follow() -> None:
        plot = cwire.connect(relay.url)["lab"].plot("tick")
        gc.collect()
        relay.send(ticks(0, 3))
        until(lambda: plot._feed.history.total == 3)
        plot.update()
        assert plot.running
        plot.close()

    follow()
    gc.collect()
    assert relay.gone.wait(10)


def test_a_panel_keeps_its_bridge(relay: FakeRelay) -> None:
    def follow() -> None:
        panel = cwire.connect(relay.url).panel("lab")
        gc.collect()
        assert panel._link.connected
        panel.close()

    follow()
    gc.collect()
    assert relay.gone.wait(10)


def test_a_closed_bridge_is_freed_with_its_panel(relay: FakeRelay) -> None:
    def follow() -> weakref.ref[cwire.Bridge]:
        with cwire.connect(relay.url) as bridge:
            bridge.panel("lab")
        ipywidgets.Widget.close_all()  # else ipywidgets keeps the panel
        return weakref.ref(bridge)

    def freed() -> bool:
        gc.collect()
        return bridge() is None

    bridge = follow()
    until(freed)


async def test_a_driver_of_an_async_bridge_has_widgets_too(relay: FakeRelay) -> None:
    async with cwire.aconnect(relay.url) as bridge:
        plot = bridge["other"].plot("tick")
        assert plot._feed.driver == "other"
        plot.close()
        panel = bridge["lab"].panel()
        assert "set" in panel._ipython_key_completions_()
        panel.close()


def test_the_link_behind_a_bridge_and_its_drivers(relay: FakeRelay) -> None:
    with cwire.connect(relay.url) as bridge:
        assert link_of(bridge) is link_of(bridge["lab"]) is link_of(bridge["other"])
        assert link_of(bridge).session.connected
