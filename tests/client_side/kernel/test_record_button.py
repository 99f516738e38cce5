"""The button that begins a recording and ends it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cwire.kernel.record_button import RecordButton
from cwire.kernel.widgets import close_all
from support.processes import until


class Recorded:
    """A recording that goes on until it is ended."""

    def __init__(self) -> None:
        self.problem = ""
        self.running = True

    def state(self) -> str:
        return "a<b.mcap: 3 frames"

    def end(self) -> None:
        self.running = False


Done = Callable[[Any], object]


@pytest.fixture
def waiting() -> list[Done]:
    """Whom to tell that a recording has begun."""
    return []


@pytest.fixture
def button(waiting: list[Done]) -> Iterator[RecordButton]:
    made = RecordButton(waiting.append)
    yield made
    made.close()
    close_all(made.widget)


def test_it_begins_and_ends_and_says_so(button: RecordButton, waiting: list[Done]) -> None:
    button.button.click()
    assert button.button.disabled  # until it is known what becomes of it
    recording = Recorded()
    waiting.pop()(recording)
    until(lambda: "a&lt;b.mcap" in button.text.value)
    assert button.button.description == "Stop"
    button.button.click()
    until(lambda: button.button.description == "Record")
    assert not recording.running
    assert "recorded a&lt;b.mcap" in button.text.value
    until(lambda: not button.button.disabled)
    button.button.click()
    waiting.pop()(Recorded())  # and again
    until(lambda: button.button.description == "Stop")


def test_one_that_ends_by_itself_says_why(button: RecordButton, waiting: list[Done]) -> None:
    button.button.click()
    waiting.pop()(OSError("no <room>"))
    assert "no &lt;room&gt;" in button.text.value
    assert not button.button.disabled
    button.button.click()
    assert button.text.value == ""
    recording = Recorded()
    recording.problem = "the disk is full"
    waiting.pop()(recording)
    recording.running = False
    until(lambda: button.button.description == "Record" and "recorded" in button.text.value)
    assert "color" in button.text.value


def test_what_begins_behind_the_end_is_ended(button: RecordButton, waiting: list[Done]) -> None:
    button.button.click()
    button.close()
    recording = Recorded()
    waiting.pop()(recording)
    assert not recording.running
    assert not [one for one in threading.enumerate() if one.name == "cwire record button"]
