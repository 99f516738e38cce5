"""Links: ports that are free, and whether a browser is opened."""

from __future__ import annotations

import socket

import pytest

from cwire_server.launch.links import connects, free_port, wants_browser


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, False),
        ({"DISPLAY": ":0"}, True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, True),
        ({"BROWSER": "firefox"}, True),
        ({"DISPLAY": ":0", "CWIRE_NO_BROWSER": "1"}, False),
    ],
)
def test_a_browser_is_opened_where_there_is_a_display(
    environment: dict[str, str], expected: bool
) -> None:
    assert wants_browser(environment) is expected


def test_a_port_that_is_taken_is_not_given() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert connects(port)
        assert free_port(port) != port
