"""A display of the tests' own, without a screen: Xvfb; and what can show a page on it."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from ctypes.util import find_library
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from support.folders import short_folder

__all__ = ["Display", "display", "window_environment"]

_WIDTH, _HEIGHT = 1280, 900
_DEBIAN = Path("/usr/lib/python3/dist-packages/gi")
_CLIENT_MESSAGE = 33
_MAP_STATE = 92  # the offset in XWindowAttributes
_VIEWABLE = 2
_XWD = struct.Struct(">25I")


class Display:
    """An Xvfb that runs; whoever gets `name` as DISPLAY shows windows there."""

    def __init__(self, folder: Path) -> None:
        self._screen = folder / "Xvfb_screen0"
        read, write = os.pipe()
        # It looks for a free number itself, and writes it when it takes clients.
        self._process = subprocess.Popen(
            [
                *("Xvfb", "-displayfd", str(write), "-nolisten", "tcp", "-fbdir", str(folder)),
                *("-screen", "0", f"{_WIDTH}x{_HEIGHT}x24"),
            ],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=(write,),
        )
        os.close(write)
        with os.fdopen(read) as answer:
            self.name = f":{answer.readline().strip()}"

    def picture(self) -> npt.NDArray[np.uint8]:
        """What is on the screen: rows, columns, and red, green, blue."""
        data = self._screen.read_bytes()
        header = _XWD.unpack_from(data)
        start = header[0] + 12 * header[19]  # behind the header and the colours
        pixels = np.frombuffer(data, np.uint8, header[12] * _HEIGHT, start)
        return pixels.reshape(_HEIGHT, -1, 4)[:, :_WIDTH, 2::-1]

    def close_windows(self) -> int:
        """Asks each window to close, as a click on its cross does; returns how many."""
        x11 = _x11()
        screen = x11.XOpenDisplay(self.name.encode())
        assert screen, f"no display {self.name}"
        try:
            root = x11.XDefaultRootWindow(screen)
            windows = _children(x11, screen, root)
            return sum(_ask(x11, screen, one) for one in windows if _is_seen(x11, screen, one))
        finally:
            x11.XCloseDisplay(screen)

    def stop(self) -> None:
        """Ends it."""
        self._process.terminate()
        self._process.wait()


@pytest.fixture(scope="module")
def display() -> Iterator[Display]:
    """A display for the tests of a module."""
    if shutil.which("Xvfb") is None or find_library("X11") is None:
        pytest.skip("no Xvfb: apt-get install xvfb")
    with short_folder() as folder:
        made = Display(folder)
        yield made
        made.stop()


def window_environment(display: Display, folder: Path) -> dict[str, str]:
    """The environment in which pywebview shows a window; skips where nothing draws pages.

    Args:
        display: Where.
        folder: It may put things there.
    """
    if importlib.util.find_spec("webview") is None:
        pytest.skip("no pywebview: pip install 'cwire[desktop]'")
    shown = {"DISPLAY": display.name, "WAYLAND_DISPLAY": "", "NO_AT_BRIDGE": "1"}
    if importlib.util.find_spec("gi") is not None:
        return shown
    for binding in ("PySide6", "PyQt6"):
        if importlib.util.find_spec(binding) and importlib.util.find_spec(
            f"{binding}.QtWebEngineCore"
        ):
            return {**shown, "QTWEBENGINE_DISABLE_SANDBOX": "1"}
    # Debian's own package, if it is for this version of Python: and nothing else that is there.
    version = f"cpython-{sys.version_info.major}{sys.version_info.minor}-"
    if not list(_DEBIAN.glob(f"_gi.{version}*")) or not _has_webkit():
        pytest.skip("nothing draws pages: apt-get install python3-gi gir1.2-webkit2-4.1")
    (folder / "gi").symlink_to(_DEBIAN)
    return {**shown, "PYTHONPATH": str(folder)}


def _has_webkit() -> bool:
    return any(Path("/usr/lib").glob("*/girepository-1.0/WebKit2-4.1.typelib"))


class _Event(ctypes.Structure):
    """An XClientMessageEvent, as large as an XEvent."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("rest", ctypes.c_long * 12),
    )


def _x11() -> Any:
    x11 = ctypes.CDLL(find_library("X11"))
    pointer, number = ctypes.c_void_p, ctypes.c_ulong
    x11.XOpenDisplay.restype = pointer
    x11.XOpenDisplay.argtypes = [ctypes.c_char_p]
    x11.XDefaultRootWindow.restype = x11.XInternAtom.restype = number
    x11.XDefaultRootWindow.argtypes = x11.XCloseDisplay.argtypes = [pointer]
    x11.XInternAtom.argtypes = [pointer, ctypes.c_char_p, ctypes.c_int]
    x11.XQueryTree.argtypes = [pointer, number, *[pointer] * 4]
    x11.XGetWMProtocols.argtypes = [pointer, number, pointer, pointer]
    x11.XSendEvent.argtypes = [pointer, number, ctypes.c_int, ctypes.c_long, pointer]
    x11.XGetWindowAttributes.argtypes = [pointer, number, pointer]
    x11.XFree.argtypes = [pointer]
    return x11


def _children(x11: Any, screen: int, root: int) -> list[int]:
    ignored, list_, count = ctypes.c_ulong(), ctypes.POINTER(ctypes.c_ulong)(), ctypes.c_uint()
    by = ctypes.byref
    x11.XQueryTree(screen, root, by(ignored), by(ignored), by(list_), by(count))
    found = [list_[at] for at in range(count.value)]
    if found:
        x11.XFree(list_)
    return found


def _is_seen(x11: Any, screen: int, window: int) -> bool:
    attributes = ctypes.create_string_buffer(256)
    x11.XGetWindowAttributes(screen, window, attributes)
    return int.from_bytes(attributes.raw[_MAP_STATE : _MAP_STATE + 4], sys.byteorder) == _VIEWABLE


def _ask(x11: Any, screen: int, window: int) -> bool:
    protocols, count = ctypes.POINTER(ctypes.c_ulong)(), ctypes.c_int()
    by = ctypes.byref
    if not x11.XGetWMProtocols(screen, window, by(protocols), by(count)):
        return False
    taken = {protocols[at] for at in range(count.value)}
    x11.XFree(protocols)
    close = x11.XInternAtom(screen, b"WM_DELETE_WINDOW", 0)
    if close not in taken:
        return False
    event = _Event(type=_CLIENT_MESSAGE, window=window, format=32)
    event.message_type = x11.XInternAtom(screen, b"WM_PROTOCOLS", 0)
    event.data[0] = close
    x11.XSendEvent(screen, window, 0, 0, by(event))
    return True
