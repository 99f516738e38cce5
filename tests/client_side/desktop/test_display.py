"""A display is looked for before a GUI library ends the process for the want of one."""

from __future__ import annotations

import socket

import pytest

from cwire import errors
from cwire.desktop.display import check_display


@pytest.mark.parametrize("environment", [{}, {"DISPLAY": "", "WAYLAND_DISPLAY": ""}])
def test_no_display(environment: dict[str, str]) -> None:
    with pytest.raises(errors.CwireError, match="there is no display here.*cwire serve"):
        check_display(environment)


@pytest.mark.parametrize("name", ["screen", ":x", "host", ":1.2.3", "::"])
def test_no_name_of_a_display(name: str) -> None:
    with pytest.raises(errors.CwireError, match="names no display"):
        check_display({"DISPLAY": name})


def test_nothing_answers() -> None:
    with pytest.raises(errors.CwireError, match=r"no display answers at DISPLAY=:9977: "):
        check_display({"DISPLAY": ":9977"})
    with pytest.raises(errors.CwireError, match="no display answers at DISPLAY=localhost:9977.0"):
        check_display({"DISPLAY": "localhost:9977.0"})


def test_one_that_answers() -> None:
    check_display({"WAYLAND_DISPLAY": "wayland-0"})  # its path is the libraries' matter
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0/tmp/.X11-unix/X9978")
        server.listen()
        check_display({"DISPLAY": ":9978"})
        check_display({"DISPLAY": "unix:9978.0"})
