"""Panels with the demo driver behind a real relay."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ipywidgets
import pytest

import cwire
from cwire_structs import frames
from cwire_structs.schema.layout_hash import layout_hash
from support import schemas
from support.fake_relay import FakeRelay
from support.fake_relay import driver as described
from support.processes import Driver, Relay, until
from support.widgets import open_widgets


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    assert open_widgets() == []
    until(lambda: not [t for t in threading.enumerate() if t.name.startswith("cwire")])


@pytest.fixture
def bridge(relay: Relay) -> Iterator[cwire.Bridge]:
    with cwire.connect(subscribe=None) as bridge:
        until(lambda: bridge["demo"].state == "up")
        yield bridge


def control(panel: Any, command: str, field: str) -> Any:
    inputs = panel[command].inputs.inputs
    return next(one.control for one in inputs if one.name == field)


def test_from_the_header_to_the_driver_and_back(bridge: cwire.Bridge) -> None:
    bridge.send.set_waveform(channel=0, frequency=33.0, shape="SQUARE")
    panel = bridge.panel()
    assert repr(panel) == f"<panel of demo: {', '.join(bridge.schema.commands)}>"
    form = panel["set_waveform"]
    now = {"frequency": 33.0, "shape": "SQUARE"}  # what the driver has
    until(lambda: now.items() <= form.values().items())
    control(panel, "set_waveform", "frequency").value = 44.0
    control(panel, "set_waveform", "shape").value = "NOISE"
    form.send.click()
    until(lambda: "frequency <b>44</b> Hz" in form.status.value and not form.send.disabled)
    assert bridge.send.get_status().channels[0]["frequency"] == 44.0  # type: ignore[union-attr]
    test = panel["self_test"]
    control(panel, "set_waveform", "amplitude").value = 10.0
    control(panel, "set_waveform", "offset").value = 10.0
    form.send.click()
    until(lambda: "amplitude <b>10</b> V" in form.status.value)
    test.send.click()
    until(lambda: "channel 0 clips" in test.status.value)
    with pytest.raises(cwire.UnknownCommand, match="this panel has no command 'set_wave'"):
        panel["set_wave"]
    panel.close()


def test_a_click_records_everything_and_another_one_ends_it(
    bridge: cwire.Bridge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    panel = bridge.panel(commands="set_waveform")
    record = panel.record
    assert record.widget is panel.widget.children[-1]
    record.button.click()
    until(lambda: record.button.description == "Stop" and " frames, " in record.text.value)
    panel["set_waveform"].send.click()
    until(lambda: len(bridge.history("relay_answer", driver="relay")) >= 1)
    record.button.click()
    until(lambda: record.button.description == "Record" and not record.button.disabled)
    (path,) = tmp_path.glob("cwire-*.mcap")
    assert "recorded " in record.text.value
    assert path.name in record.text.value
    with cwire.open(path) as file:
        assert file.whole
        assert file["demo/scope_block"].count > 0
        assert [one.name for one in file.commands] == ["set_waveform"]
    panel.close()


def test_live_with_a_real_driver(bridge: cwire.Bridge) -> None:
    panel = bridge.panel(commands="set_waveform")
    form = panel["set_waveform"]
    form.live.click()
    before = bridge.send.get_status().commands  # type: ignore[union-attr]
    for number in range(1, 301):
        control(panel, "set_waveform", "frequency").value = float(number)
    until(lambda: "frequency <b>300</b> Hz" in form.status.value)
    assert 2 <= bridge.send.get_status().commands - before <= 300  # type: ignore[union-attr]
    panel.close()


def test_a_driver_that_goes_and_comes_back(driver: Driver, bridge: cwire.Bridge) -> None:
    panel = bridge.panel(commands=["set_waveform", "start"])
    form = panel["start"]
    driver.stop()
    until(lambda: form.send.disabled)
    section = panel._sections["demo"]
    until(lambda: "driver &#x27;demo&#x27; is down: " in section._state.value)
    assert "start it; it is found within seconds" in section._state.value
    with Driver(driver.path):
        until(lambda: not form.send.disabled)
        until(lambda: section._state.value == "")
        form.send.click()
        until(lambda: "OK (" in form.status.value)
    panel.close()


def test_a_relay_that_goes(relay: Relay, bridge: cwire.Bridge) -> None:
    panel = bridge.panel(commands="start")
    relay.stop()
    until(lambda: panel["start"].send.disabled)
    assert "trying to reach it again" in panel._note.value
    bridge.close()
    until(lambda: "the bridge was closed" in panel._note.value)
    panel["start"].send.click()
    until(lambda: "the bridge was closed" in panel["start"].status.value)
    panel.close()


def test_a_slow_driver_does_not_hold_up_the_kernel() -> None:
    asked = threading.Event()

    def answer(data: bytes) -> None:
        asked.set()  # and never an answer

    with FakeRelay() as relay, cwire.connect(relay.url) as bridge:
        relay.on_binary = answer
        panel = bridge.panel(commands="set")
        panel["set"].send.click()  # comes back at once
        assert asked.wait(10)
        assert "waiting for the answer" in panel["set"].status.value
        bridge.close()
        until(
            lambda: (
                "outcome is unknown" in panel["set"].status.value
                or "closed" in panel["set"].status.value
            )
        )
        panel.close()


def test_other_structs_make_other_forms() -> None:
    with FakeRelay() as relay, cwire.connect(relay.url) as bridge:
        panel = bridge.panel()
        control(panel, "set", "x").value = 3.0
        old = panel["set"]
        changed = schemas.document(extra_field=True)
        relay.say("driver", event="schema_changed", driver=described(session=8, schema=changed))
        until(lambda: panel["set"] is not old)
        assert panel["set"].values() == {"x": 3.0}
        panel.close()


def test_another_unit_or_range_makes_other_forms() -> None:
    """The layout is the same; the user would type volts, and millivolts were sent."""
    with FakeRelay() as relay, cwire.connect(relay.url) as bridge:
        panel = bridge.panel(commands="set")
        old, section = panel["set"], panel._sections["lab"]
        before = section._schema
        assert before is not None
        changed = schemas.document()
        changed["types"]["set"]["fields"][0] |= {"unit": "mV", "range": [0, 5]}
        assert layout_hash(changed) == schemas.document()["layout_hash"]
        relay.say("driver", event="restarted", driver=described(session=8, schema=changed))
        until(lambda: panel["set"] is not old)
        assert panel["set"]["x"].max == 5
        again = panel["set"]
        news = described(session=9, epoch="2", schema=changed)
        relay.say("driver", event="restarted", driver=news)
        until(lambda: panel._page.forms[again.id]["run"] == "2")
        assert panel["set"] is again, "the same schema"
        # As a form does that is made anew only after its click.
        said: list[Any] = []
        section._send(before, "set", {"x": 1.0}, said.append)
        assert "come back with other structs, units or ranges" in str(said)
        panel.close()


def test_a_page_knows_the_run_that_a_form_is_of() -> None:
    """Also of two relays that give the driver's runs the same number."""
    with FakeRelay() as relay, cwire.connect(relay.url) as bridge:
        panel = bridge.panel(commands="set")
        assert panel._page.forms[panel["set"].id]["run"] == "1"
        relay.say("driver", event="restarted", driver=described(session=7, epoch="2"))
        until(lambda: panel._page.forms[panel["set"].id]["run"] == "2")
        panel.close()


def test_a_command_that_is_gone() -> None:
    with FakeRelay() as relay, cwire.connect(relay.url) as bridge:
        panel = bridge.panel(commands="set")
        changed = schemas.document(extra_field=True)
        changed["messages"] = {
            id: one for id, one in changed["messages"].items() if one["name"] != "set"
        }
        changed["layout_hash"] = layout_hash(changed)
        relay.say("driver", event="schema_changed", driver=described(session=8, schema=changed))
        state = panel._sections["lab"]._state
        until(lambda: "has no command set any more: run the cell again" in state.value, 10)
        panel.close()


def test_a_command_in_the_place_of_the_driver() -> None:
    with FakeRelay() as relay, cwire.connect(relay.url) as bridge:
        panels = [bridge.panel("set"), bridge["lab"].panel("set"), bridge.panel(["go", "set"])]
        assert list(map(repr, panels)) == [
            *("<panel of lab: set>", "<panel of lab: set>", "<panel of lab: go, set>"),
        ]
        for panel in panels:
            panel.close()
        with pytest.raises(cwire.UnknownDriver, match="the relay has no driver 'nothing'"):
            bridge.panel("nothing")


def test_several_drivers() -> None:
    two = described("two", 2, schema=schemas.document("two"))
    with FakeRelay(described(), two) as relay, cwire.connect(relay.url) as bridge:
        panel = bridge.panel()
        assert repr(panel) == "<panel of lab: set, go; two: set, go>"
        one = bridge["two"].panel("go")
        assert repr(one) == "<panel of two: go>"
        sent = threading.Event()
        sources: list[int] = []

        def answer(data: bytes) -> None:
            sources.append(frames.unpack_header(data).source)
            sent.set()

        relay.on_binary = answer
        one["go"].send.click()
        assert sent.wait(10)
        assert sources == [2]
        with pytest.raises(cwire.UnknownCommand):
            bridge.panel("two", commands=["nope"])
        with pytest.raises(cwire.UnknownDriver):
            bridge.panel("three")
        bridge.close()
        panel.close()
        one.close()


def test_running_its_cell_again_removes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeRelay() as relay, cwire.connect(relay.url) as bridge:
        monkeypatch.setattr("cwire.kernel.cell.cell_of_now", lambda: ("cell", 1))
        bridge.panel()
        monkeypatch.setattr("cwire.kernel.cell.cell_of_now", lambda: ("cell", 2))
        count = len(ipywidgets.widgets.widget._instances)
        again = bridge.panel()
        assert len(ipywidgets.widgets.widget._instances) == count
        assert len(bridge._link.on_change) == 1
        again.close()
        assert bridge._link.on_change == []


async def test_with_an_async_bridge(relay: Relay) -> None:
    async with cwire.aconnect(subscribe=None) as bridge:
        panel = bridge.panel(commands="set_waveform")
        form = panel["set_waveform"]
        form.send.click()
        async with asyncio.timeout(30):
            while "waveform (" not in form.status.value:
                await asyncio.sleep(0.01)
        panel.close()


async def test_an_async_bridge_records_at_a_click(
    relay: Relay, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with cwire.aconnect(subscribe=None) as bridge:
        panel = bridge.panel(commands="set_waveform")
        record = panel.record
        record.button.click()
        async with asyncio.timeout(30):
            while record.button.description != "Stop":
                await asyncio.sleep(0.01)
            record.button.click()
            while record.button.description != "Record":
                await asyncio.sleep(0.01)
        panel.close()
    (path,) = tmp_path.glob("cwire-*.mcap")
    with cwire.open(path) as file:
        assert file.whole


async def test_a_click_heard_in_another_thread_waits_for_the_loop(relay: Relay) -> None:
    """As of a subshell of the kernel's, while a cell runs."""
    async with cwire.aconnect(subscribe=None) as bridge:
        panel = bridge.panel(commands="set_waveform")
        form = panel["set_waveform"]
        before = form.status.value
        thread = threading.Thread(target=form.send.click)
        thread.start()
        thread.join()  # and the loop cannot run
        assert form.status.value == before
        async with asyncio.timeout(30):
            while "waveform (" not in form.status.value:
                await asyncio.sleep(0.01)
        panel.close()


def test_the_reply_in_the_saved_notebook_is_text(tmp_path: Path) -> None:
    """A driver's texts are escaped wherever they are shown."""
    document = schemas.document()
    document["types"]["set"]["doc"] = "<script>alert(1)</script>"
    with FakeRelay(described(schema=document)) as relay, cwire.connect(relay.url) as bridge:
        panel = bridge.panel()
        states = [one.get_state() for one in ipywidgets.widgets.widget._instances.values()]
        shown = [state["value"] for state in states if state["_model_name"] == "HTMLModel"]
        assert "<script" not in json.dumps(shown)
        assert "&lt;script&gt;" in json.dumps(shown)
        panel.close()
