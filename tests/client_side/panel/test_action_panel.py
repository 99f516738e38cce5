"""Forms for actions: their inputs by the functions' annotations, and calls by their buttons."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

import ipywidgets as widgets
import pytest
from pydantic import Field

import cwire
from cwire.panel.action_panel import ActionPanel
from cwire_server import Server
from support.actions import API, gates
from support.folders import short_folder
from support.processes import until
from support.widgets import open_widgets

PanelOf = Callable[..., ActionPanel]

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def every(
    count: int,
    level: Annotated[int, Field(ge=0, le=10)] = 3,
    gain: Annotated[float, Field(ge=0, le=1)] = 0.5,
    shape: Literal["SINE", "SQUARE"] = "SQUARE",
    on: bool = True,
    name: str = "x",
    places: list[float] | None = None,
) -> dict[str, Any]:
    """Takes one of each.

    More about it.
    """
    return {"count": count, "level": level, "shape": shape, "on": on, "places": places}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with short_folder() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CWIRE_RUNTIME_DIR", str(folder))
        folder.chmod(0o700)
        with Server({"every": every, **API}, {"port": 0}) as made:
            yield made


@pytest.fixture
def bridge(server: Server) -> Iterator[cwire.Bridge]:
    gates.seen.clear()
    with cwire.connect(server.link) as bridge:
        yield bridge


@pytest.fixture
def panel_of() -> Iterator[Callable[..., ActionPanel]]:
    """Makes panels, which are closed in the end: no widget is left."""
    made: list[ActionPanel] = []

    def make(bridge: cwire.Bridge | cwire.AsyncBridge, *names: str) -> ActionPanel:
        made.append(bridge.panel(actions=names))
        return made[-1]

    yield make
    for panel in made:
        panel.close()
    assert open_widgets() == []


def test_inputs_are_what_the_annotations_say(bridge: cwire.Bridge, panel_of: PanelOf) -> None:
    form = panel_of(bridge, "every")["every"]
    assert {name: type(one) for name, one in form.inputs.items()} == {
        "count": widgets.IntText,
        "level": widgets.IntSlider,
        "gain": widgets.FloatSlider,
        "shape": widgets.Dropdown,
        "on": widgets.Checkbox,
        "name": widgets.Text,
        "places": widgets.Text,
    }
    assert form.arguments() == {
        "count": 0, "level": 3, "gain": 0.5, "shape": "SQUARE", "on": True, "name": "x"
    }  # fmt: skip
    assert form.run.tooltip.startswith("Takes one of each.")


def test_run_calls_with_what_is_filled_in(bridge: cwire.Bridge, panel_of: PanelOf) -> None:
    form = panel_of(bridge, "every")["every"]
    form.inputs["count"].value = 7
    form.inputs["places"].value = "[1, 2.5]"
    form.run.click()
    until(lambda: not form.run.disabled)
    assert "&#x27;count&#x27;: 7" in form.status.value
    assert "[1.0, 2.5]" in form.status.value
    form.inputs["places"].value = "<b>no list"
    form.run.click()
    until(lambda: not form.run.disabled)
    assert "places" in form.status.value
    assert "(invalid_data)" in form.status.value


def test_progress_and_results_are_shown_and_stop_cancels(
    bridge: cwire.Bridge, panel_of: PanelOf
) -> None:
    panel = panel_of(bridge, "scan", "wait")
    form = panel["scan"]
    form.inputs["steps"].value = 3
    form.run.click()
    until(lambda: "all measured" in form.status.value)
    assert form.bar.max == 3
    waiting = panel["wait"]
    waiting.run.click()
    waiting.run.click()  # one at a time
    until(lambda: gates.seen == ["waits"])
    waiting.stop.click()
    until(lambda: "(cancelled)" in waiting.status.value)
    assert not waiting.run.disabled
    until(lambda: gates.seen == ["waits", "cancelled"])


def test_a_name_that_is_none_is_told(bridge: cwire.Bridge, panel_of: PanelOf) -> None:
    with pytest.raises(cwire.UnknownAction, match="did you mean 'scan'"):
        bridge.panel(actions="scna")
    with pytest.raises(cwire.UnknownAction, match="this panel"):
        panel_of(bridge, "scan")["every"]
    with pytest.raises(cwire.UnknownDriver):
        bridge.panel("demo", actions="scan")


async def test_the_same_in_asyncio(server: Server, panel_of: PanelOf) -> None:
    async with cwire.aconnect(server.link) as bridge:
        early, wrong = panel_of(bridge, "generate"), panel_of(bridge, "genrate")
        with pytest.raises(cwire.NotConnected, match=r"`await bridge.call.describe\(\)`"):
            early["generate"]
        await bridge.call.describe()
        assert list(early["generate"].inputs) == ["count"]
        assert "did you mean &#x27;generate&#x27;?" in wrong.widget.children[0].value
        assert "every" in dir(bridge.call)
        form = panel_of(bridge, "generate")["generate"]
        form.inputs["count"].value = 3
        form.run.click()
        while form.run.disabled:
            await asyncio.sleep(0)
        assert "generated" in form.status.value


async def test_a_click_heard_in_another_thread_waits_for_the_loop(
    server: Server, panel_of: PanelOf
) -> None:
    """As of a subshell of the kernel's, while a cell runs."""
    async with cwire.aconnect(server.link) as bridge:
        await bridge.call.describe()
        form = panel_of(bridge, "wait")["wait"]
        for button, says in ((form.run, "running"), (form.stop, "(cancelled)")):
            before = form.status.value
            thread = threading.Thread(target=button.click)
            thread.start()
            thread.join()  # and the loop cannot run
            assert form.status.value == before
            async with asyncio.timeout(30):
                while says not in form.status.value:
                    await asyncio.sleep(0.01)
