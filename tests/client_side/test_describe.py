"""Tables for people. What a driver says of itself must never become markup."""

from __future__ import annotations

from pathlib import Path

import pytest

import cwire
from cwire.describe import SchemaView, html_table, text_table
from cwire_structs.layout_hash import layout_hash
from cwire_structs.schema import Schema
from support import schemas
from support.fake_relay import FakeRelay, driver, ticks

EVIL = '<img src=x onerror="alert(1)">'


def test_text_table() -> None:
    table = text_table(("a", "bb"), [("ccc", "1"), ("d", "22")], right=[1])
    assert table == "a    bb\nccc   1\nd    22"


def test_html_is_escaped() -> None:
    assert EVIL not in html_table((EVIL,), [(EVIL,)])
    assert "&lt;img" in html_table((EVIL,), [(EVIL,)])


def test_a_schema_from_a_stranger() -> None:
    document = schemas.document()
    document["types"]["tick"]["doc"] = EVIL
    document["types"]["tick"]["fields"][0]["doc"] = EVIL
    document["types"]["tick"]["fields"][0]["unit"] = EVIL
    document["types"]["tick"]["fields"][0]["c_type"] = EVIL
    document["layout_hash"] = layout_hash(document)
    stranger = driver(EVIL, schema=document)
    with FakeRelay(stranger) as relay, cwire.connect(relay.url) as bridge:
        relay.send(ticks(0, 1))
        bridge.latest("tick", 1, timeout=10)
        for thing in (bridge, bridge.schema, bridge.schema["tick"], bridge.health):
            shown = thing._repr_html_()
            assert "<img" not in shown
            assert "&lt;img" in shown or thing is bridge.health or "tick" in shown


def test_the_schema_of_the_demo() -> None:
    folder = Path(__file__).parents[2] / "c_driver" / "generated"
    view = SchemaView(Schema.from_json((folder / "messages.schema.json").read_bytes()))
    text = repr(view)
    assert "scope_block (4120 bytes): One block of samples" in text
    assert "set_waveform (command → waveform): Sets what" in text
    assert "camera_tile (16 + n * 2 bytes)" in text
    assert "0.01 to 1e+06" in text
    one = view["scope_block"]
    assert "camera_tile" not in repr(one) + one._repr_html_()
    assert "samples" in one._repr_html_()
    assert view._ipython_key_completions_() == list(view.messages)
    with pytest.raises(cwire.UnknownMessage, match="no message 'x'; there are: scope_block"):
        view["x"]
