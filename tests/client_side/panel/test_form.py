"""A command as a form, with a sender that the test answers for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import cwire
from cwire.data.frame_array import frame_of, record_of
from cwire.panel.form import CommandForm
from cwire.session.drivers import Driver
from cwire_structs import frames
from cwire_structs.schema.getters import Getter
from support import schemas
from support.widgets import open_widgets

SCHEMA = schemas.schema()


class Sender:
    """Keeps what was sent, until the test answers it."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.waiting: list[Any] = []

    def __call__(self, name: str, fields: Any, done: Any) -> None:
        self.sent.append((name, dict(fields)))
        self.waiting.append(done)

    def answer(self, answer: Any) -> None:
        self.waiting.pop(0)(answer)


@pytest.fixture
def sender() -> Sender:
    return Sender()


@pytest.fixture
def form(sender: Sender) -> Iterator[CommandForm]:
    form = CommandForm(SCHEMA.messages["set"], Getter("get"), sender)
    yield form
    form.close()
    assert open_widgets() == []


def state(x: float) -> cwire.Record:
    message = SCHEMA.messages["state"]
    frame = frames.pack(message.id, message.encode({"x": x}), source=1)
    array = cwire.FrameArray.from_frames(bytearray(frame), message.frame_dtype(8), message)
    return record_of(array)


def slider(form: CommandForm) -> Any:
    control: Any = form.inputs.inputs[0]
    return control.control


def test_a_click_and_its_reply(form: CommandForm, sender: Sender) -> None:
    assert form.values() == {"x": 1.0}
    slider(form).value = 2.5
    assert sender.sent == []
    form.send.click()
    assert sender.sent == [("set", {"x": 2.5})]
    assert form.send.disabled
    assert "waiting for the answer" in form.status.value
    form.send.click()
    assert len(sender.sent) == 1
    assert "not sent: the last one has not been answered yet" in form.status.value
    sender.answer(state(2.5))
    assert not form.send.disabled
    assert "state (" in form.status.value
    assert "x <b>2.5</b>" in form.status.value
    form.send.click()
    sender.answer(None)
    assert "OK (" in form.status.value


def clicked(button: Any, control: Any, value: object) -> None:
    """A click in the page, whose message comes before that of the value."""
    content = {"event": "click", "shown": {control.model_id: value}}
    button._handle_custom_msg(content, [])


def test_a_click_that_overtakes_a_value_brings_it_along(form: CommandForm, sender: Sender) -> None:
    control = slider(form)
    assert form.send.carries == {control.model_id: "value"}
    clicked(form.send, control, 2.5)
    assert sender.sent == [("set", {"x": 2.5})]
    sender.answer(None)
    clicked(form.live, control, 3.5)
    assert form.live.value
    assert sender.sent[1:] == [("set", {"x": 3.5})]
    clicked(form.live, control, 4.5)
    assert not form.live.value
    sender.answer(None)
    assert len(sender.sent) == 2


def test_what_a_page_changes_it_sends_itself(form: CommandForm, sender: Sender) -> None:
    """A message of `live` says when it cannot; what Python changes is sent from here."""
    control = slider(form)
    form.live.click()
    sender.answer(None)
    control.set_state({"value": 2.5})  # as ipywidgets takes a page's message
    assert form.values() == {"x": 2.5}
    assert len(sender.sent) == 1
    form.live._handle_custom_msg({"event": "change", "shown": {control.model_id: 3.5}}, [])
    assert form.live.value
    assert sender.sent[1:] == [("set", {"x": 3.5})]
    sender.answer(None)
    control.value = 4.5
    assert sender.sent[2:] == [("set", {"x": 4.5})]


def test_a_page_knows_what_the_form_is(form: CommandForm) -> None:
    reply = SCHEMA.messages["state"]
    recipe = form.recipe(Driver("lab", 1, run="77"), reply)
    (control,) = recipe["controls"]
    assert recipe["carries"] == {control["model"]: "value"}
    assert (recipe["driver"], recipe["run"], recipe["command"]) == ("lab", "77", "set")
    assert control["path"] == "x"
    assert recipe["getter"] == {"command": "get", "field": None, "key": None, "shared": ()}
    assert [part["name"] for part in recipe["reply"]] == list(
        SCHEMA.messages["state"].struct.by_name
    )
    assert json.dumps(recipe, allow_nan=False)


def test_a_value_by_its_path(form: CommandForm) -> None:
    assert form["x"] is slider(form)
    with pytest.raises(cwire.UnknownField, match="set has no field 'y'"):
        form["y"]
    assert form._ipython_key_completions_() == ["x"]


def test_what_the_driver_refuses_is_one_line(form: CommandForm, sender: Sender) -> None:
    form.send.click()
    sender.answer(cwire.CommandError("lab", "set", -5, "no <power>"))
    assert form.status.value == (
        '<span style="color:#b3261e">no &lt;power&gt; (CWIRE_ERANGE)</span>'
    )
    form.send.click()
    sender.answer(cwire.NotConnected("the relay is gone"))
    assert "the relay is gone" in form.status.value


def test_live_sends_the_newest_only_and_one_at_a_time(form: CommandForm, sender: Sender) -> None:
    form.live.click()
    assert sender.sent == [("set", {"x": 1.0})]
    for value in range(2, 10):
        slider(form).value = float(value)
    assert len(sender.sent) == 1
    sender.answer(state(1.0))
    assert sender.sent[1:] == [("set", {"x": 9.0})]
    sender.answer(cwire.CommandError("lab", "set", -5, "no"))
    assert len(sender.sent) == 2
    form.live.click()
    slider(form).value = 3.0
    assert len(sender.sent) == 2


def test_values_of_the_driver_are_shown_and_not_sent_back(
    form: CommandForm, sender: Sender
) -> None:
    form.live.click()
    sender.answer(None)
    form.refresh.click()
    assert sender.sent[-1] == ("get", {})
    sender.answer(state(7.0))
    assert form.values() == {"x": 7.0}
    assert [name for name, _ in sender.sent] == ["set", "get"]
    form.fetch()
    sender.answer(cwire.CommandError("lab", "get", -14, "down"))
    assert "down" in form.status.value


def test_what_the_user_has_touched_stays(form: CommandForm, sender: Sender) -> None:
    form.fetch(unless_touched=True)
    slider(form).value = 4.0
    sender.answer(state(7.0))
    assert form.values() == {"x": 4.0}
    other = CommandForm(SCHEMA.messages["set"], None, sender)
    other.carry(form)
    assert other.values() == {"x": 4.0}
    other.close()


def test_disabled_means_silent(form: CommandForm) -> None:
    form.live.click()
    form.enable(False)
    assert form.send.disabled
    assert form.live.disabled
    assert not form.live.value


def test_a_plain_record_is_a_form_s_values() -> None:
    from cwire.panel.form import _plain

    record = state(3.0)
    assert _plain(record) == {"x": 3.0}
    assert np.asarray(frame_of(record)).nbytes == 32
