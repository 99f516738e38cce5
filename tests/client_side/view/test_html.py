"""HTML for notebooks. What a driver says of itself must never become markup."""

from __future__ import annotations

from typing import Any

import cwire
from cwire import FrameArray
from cwire.data.frame_array import record_of
from cwire.view.html import html_table, record_html
from cwire_structs.frames import pack
from cwire_structs.schema import Schema
from cwire_structs.schema.layout_hash import layout_hash
from support import schemas
from support.fake_relay import FakeRelay, driver, ticks
from support.processes import ROOT

EVIL = '<img src=x onerror="alert(1)">'


def test_html_is_escaped() -> None:
    assert EVIL not in html_table((EVIL,), [(EVIL,)])
    assert "&lt;img" in html_table((EVIL,), [(EVIL,)])


def test_a_schema_from_a_stranger() -> None:
    document = schemas.document()
    document["types"]["tick"]["doc"] = EVIL
    document["types"]["set"].update(doc=EVIL)
    document["types"]["set"]["fields"][0].update(doc=EVIL, unit=EVIL, c_type=EVIL)
    document["types"]["tick"]["fields"][0]["doc"] = EVIL
    document["types"]["tick"]["fields"][0]["unit"] = EVIL
    document["types"]["tick"]["fields"][0]["c_type"] = EVIL
    document["layout_hash"] = layout_hash(document)
    stranger = driver(EVIL, schema=document)
    with FakeRelay(stranger) as relay, cwire.connect(relay.url) as bridge:
        relay.send(ticks(0, 1))
        bridge.latest("tick", 1, timeout=10)
        record = next(iter(bridge.latest("tick")))
        things: dict[str, Any] = {
            "bridge": bridge,
            "driver": bridge[EVIL],
            "schema": bridge.schema,
            "message": bridge.schema["tick"],
            "health": bridge.health,
            "commands": bridge.send,
            "command": bridge.send.set,
            "frames": bridge.latest("tick"),
            "record": record,
        }
        for name, thing in things.items():
            shown = thing._repr_html_()
            assert "<img" not in shown, name
            assert "&lt;img" in shown, name
            assert "color" not in shown, name  # of a light theme, unreadable in a dark one


def test_what_a_notebook_shows() -> None:
    folder = ROOT / "c_driver" / "generated"
    schema = Schema.from_json((folder / "messages.schema.json").read_bytes())
    with (
        FakeRelay(driver("demo", schema=schema.json), driver("lab", 2)) as relay,
        cwire.connect(relay.url) as bridge,
    ):
        relay.send(ticks(0, 3, source=2))
        frames = bridge.latest("tick", 3, timeout=10)
        assert isinstance(frames, cwire.FrameArray)
        assert "The tick." in bridge._repr_html_()
        demo = bridge["demo"]._repr_html_()
        assert "One block of samples" in demo
        assert "<b>set_waveform</b> → waveform: Sets what" in demo
        assert "0.01 to 1e+06" in demo
        assert "SINE | SQUARE" in demo
        assert "<b>tick</b>" not in demo
        assert ">3<" in bridge["lab"]._repr_html_()
        assert "3 frames of tick" in frames._repr_html_()
        assert "0 … 2" in frames._repr_html_()
        assert "no frames of tick" in frames[:0]._repr_html_()
        record = frames[2]
        assert "<b>tick, 1970-01-01T00:00:02.000 UTC</b>" in record._repr_html_()
        assert "[0.0, 0.0, 0.0, 0.0]" in record._repr_html_()
        assert "set_waveform" in bridge["demo"].send._repr_html_()
        one = bridge.send.set_waveform._repr_html_()
        assert "in Hz" in one
        relay.set_drivers()
    message = schema.messages["driver_status"]
    data = bytearray(pack(message.id, message.encode({"acquisition": {"level": 2.5}})))
    status = record_of(FrameArray.from_frames(data, message.frame_dtype(message.size), message))
    assert "acquisition.level" in status._repr_html_()
    assert status.acquisition._repr_html_().startswith("<div><b>acquisition")


def test_a_nested_struct_is_seen_by_its_type() -> None:
    folder = ROOT / "c_driver" / "generated"
    schema = Schema.from_json((folder / "messages.schema.json").read_bytes())
    struct = schema.messages["driver_status"].struct
    inner = dict.fromkeys(struct.by_name["acquisition"].type.struct.by_name, 7)  # type: ignore[union-attr]
    values = {**dict.fromkeys(struct.by_name, 1), "acquisition": inner}
    shown = record_html("<now>", struct, values)
    assert shown.startswith("<div><b>&lt;now&gt;</b></div>")
    assert 'acquisition.level</td><td style="text-align:left">7<' in shown
