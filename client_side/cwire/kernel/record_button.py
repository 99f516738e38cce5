"""A button that begins a recording and ends it, with a line about how far it is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from html import escape
from time import monotonic
from typing import Protocol

import ipywidgets as widgets

__all__ = ["Begin", "RecordButton", "Recording"]

_PERIOD = 0.5  # s between two lines


class Recording(Protocol):
    """What the button shows and ends, as a `Recorder` has it."""

    problem: str

    @property
    def running(self) -> bool:
        """Whether it goes on."""

    def state(self) -> str:
        """A line about how far it is."""

    def end(self) -> None:
        """Ends it, and waits until its file is whole."""


Begin = Callable[[Callable[[Recording | Exception], object]], object]
"""Begins a recording without keeping the caller waiting; calls back with it, or with the error."""


class RecordButton:
    """A button and a line of text. A click begins a recording, the next one ends it.

    Args:
        begin: Begins a recording.

    Attributes:
        widget: The box with both.
    """

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self._recording: Recording | None = None
        self._lock = threading.Lock()
        self._ending = threading.Event()
        self.button = widgets.Button(
            description="Record",
            icon="circle",
            tooltip="Records all messages and commands into a file beside the notebook",
        )
        self.text = widgets.HTML()
        self.widget = widgets.HBox([self.button, self.text])
        self.button.on_click(lambda _: self.click())

    def click(self) -> None:
        """Begins a recording, or ends the one that goes on."""
        self.button.disabled = True
        if self._recording is None:
            self.text.value = ""
            self._begin(self._begun)
        else:
            self._ending.set()

    def close(self) -> None:
        """Ends a recording that goes on: nobody else could. The widgets are the caller's."""
        with self._lock:
            self._ending.set()
            recording = self._recording
        if recording is not None:
            recording.end()

    def _begun(self, answer: Recording | Exception) -> None:
        if isinstance(answer, Exception):
            self.text.value = f'<span style="color:#b3261e">{escape(str(answer))}</span>'
            self.button.disabled = False
            return
        with self._lock:
            closed, self._recording = self._ending.is_set(), answer
        if closed:
            answer.end()
            return
        self.button.description, self.button.icon = "Stop", "stop"
        self.button.disabled = False
        name = "cwire record button"
        threading.Thread(target=self._follow, args=(answer,), name=name, daemon=True).start()

    def _follow(self, recording: Recording) -> None:
        """Shows how far it is until it ends, and then where the file is."""
        begun = monotonic()
        while recording.running:
            self.text.value = escape(f"{monotonic() - begun:.0f} s, {recording.state()}")
            if self._ending.wait(_PERIOD):
                break
        recording.end()
        kind = "color:#b3261e" if recording.problem else ""
        self.text.value = f'<span style="{kind}">recorded {escape(recording.state())}</span>'
        with self._lock:
            self._recording = None
        self._ending.clear()
        self.button.description, self.button.icon = "Record", "circle"
        self.button.disabled = False
