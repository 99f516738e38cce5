"""A schema, as it is printed and shown."""

from __future__ import annotations

import pytest

import cwire
from cwire.view.schema import SchemaView
from cwire_structs.schema import Schema
from support.processes import ROOT


def test_the_schema_of_the_demo() -> None:
    folder = ROOT / "c_driver" / "generated"
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
