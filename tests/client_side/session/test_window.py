"""Frames are acknowledged in time, and each byte once."""

from __future__ import annotations

import json

from cwire.session.window import AckWindow


def test_without_a_window_nothing_is_acknowledged() -> None:
    window = AckWindow()
    assert window.open() is None
    window.take(1 << 30)
    assert not window.due
    assert not window.urgent


def test_acknowledgements_count_from_the_windows_beginning() -> None:
    window = AckWindow(1000)
    assert json.loads(window.open() or "") == {"op": "window", "bytes": 1000}
    assert not window.due
    window.take(300)
    assert window.due
    assert not window.urgent
    window.take(200)
    assert window.urgent
    assert json.loads(window.ack()) == {"op": "ack", "bytes": 500}
    assert not window.due
    assert not window.urgent
    window.take(100)
    assert json.loads(window.ack()) == {"op": "ack", "bytes": 600}
    window.open()  # a new connection
    assert not window.due
    window.take(100)
    assert json.loads(window.ack()) == {"op": "ack", "bytes": 100}
