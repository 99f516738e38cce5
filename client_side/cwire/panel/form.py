"""Makes a form of a command: its fields, a button, and the reply."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from functools import partial
from html import escape
from time import perf_counter
from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from cwire import errors
from cwire.kernel.widgets import close_all
from cwire.panel.button import FormButton
from cwire.panel.controls import NOTHING, Page
from cwire.panel.inputs import make_group
from cwire.session.drivers import unknown_text
from cwire.view.text import field_notes, shown_text
from cwire_structs.schema import shown
from cwire_structs.schema.decode import to_dict
from cwire_structs.schema.json_size import JSON_VALUES, json_values

if TYPE_CHECKING:
    from cwire.data.frame_array import Record
    from cwire.session.drivers import Driver
    from cwire_structs.schema import Message
    from cwire_structs.schema.fields import Field
    from cwire_structs.schema.getters import Getter

__all__ = ["CarryOut", "CommandForm", "Done", "Send"]

Done = Callable[["Record | Exception | None"], None]
"""Takes the reply to a command, None for a plain OK, or what went wrong."""

Send = Callable[[str, Mapping[str, Any], Done], object]
"""Sends a command by name with its fields, and does not keep the caller waiting."""

CarryOut = Callable[..., object]
"""Calls a function with arguments, in the thread that may send."""

_GOOD, _BAD, _BUSY = "#1a7f37", "#b3261e", "#666"


class CommandForm:
    """The widgets of one command.

    At most one command is under way. With `live`, a change while one is under way is sent when its
    answer has come, and only the newest one. What is clicked and changed in a page the page sends
    by itself, as `recipe` tells it; what is done in Python is sent from here.

    Args:
        message: The command.
        getter: What tells the driver's present values.
        send: Sends.
        carry_out: Calls what a click or a change asks for; without it that is done where the kernel
            hears of them.

    Attributes:
        id: Names it among all forms.
        message: The command.
        inputs: Its fields.
        widget: What is shown.
    """

    def __init__(
        self,
        message: Message,
        getter: Getter | None,
        send: Send,
        carry_out: CarryOut = lambda function, *arguments: function(*arguments),
    ) -> None:
        self.id = uuid.uuid4().hex
        self.message = message
        self._getter = getter
        self._ask = send
        self._carry_out = carry_out
        self._lock = threading.Lock()
        self._waiting = False
        self._next: dict[str, Any] | None = None
        self._writer: int | None = None
        self._touched = False
        self.inputs = make_group(message.struct)
        carries = self.inputs.carries()
        self.send = FormButton(
            partial(carry_out, self._click),
            carries,
            form=self.id,
            does="send",
            description="Send",
            primary=True,
            tooltip=message.doc or f"Send {message.name}",
            width="6em",
        )
        self.live = FormButton(
            partial(carry_out, self._toggle),
            carries,
            form=self.id,
            does="live",
            description="live",
            toggles=True,
            tooltip="Send at every change, as fast as the driver answers",
            width="5em",
        )
        self.refresh = FormButton(
            partial(carry_out, self._refetch),
            carries,
            form=self.id,
            does="read",
            description="Read",
            tooltip="Show what the driver has now" + (f" ({getter.command})" if getter else ""),
            width="5em",
        )
        self.status = widgets.HTML()
        self.live.observe(lambda _: self.inputs.follow(self.live.value), "value")
        self.inputs.observe(self._change, self._touch)
        self.write(to_dict(message.struct, message.encode({}), message.size))
        buttons = [self.send]
        if message.struct.fields:
            buttons.append(self.live)
        if getter is not None:
            buttons.append(self.refresh)
        title = widgets.HTML(
            f"<b>{escape(message.name)}</b> <span style='opacity:.7'>{escape(message.doc)}</span>"
        )
        self.widget = widgets.VBox(
            [title, self.inputs.widget, widgets.HBox([*buttons, self.status])],
            # Of any theme: what ipywidgets takes here cannot name the theme's own colours.
            layout={"border": "1px solid #80808066", "padding": "4px 10px", "margin": "0 0 6px 0"},
        )

    def __getitem__(self, path: str) -> Any:
        """The ipywidget of a value, by its path: ``form["corners[1].x"]``.

        Raises:
            UnknownField: There is none.
        """
        found = {one.path: one.control for one in self.inputs.controls()}
        if path not in found:
            raise errors.UnknownField(unknown_text("field", path, self.message.name, found))
        return found[path]

    def _ipython_key_completions_(self) -> list[str]:
        return [one.path for one in self.inputs.controls()]

    def recipe(self, driver: Driver, reply: Message | None) -> dict[str, Any]:
        """What a page needs to know to send the command by itself.

        Args:
            driver: Whom it is for, in the run that the form shows.
            reply: The message that answers the command, if one does.
        """
        small = all(json_values(one) <= JSON_VALUES for one in (self.message, reply) if one)
        return {
            "driver": driver.name,
            "run": driver.run,
            "command": self.message.name,
            "send": self.send.model_id,
            "live": self.live.model_id,
            "status": self.status.model_id,
            "carries": self.inputs.carries(),
            "controls": list(self.inputs.recipes()),
            "getter": asdict(self._getter) if self._getter else None,
            "reply": [_reply_part(field) for field in (reply.struct.fields if reply else ())],
            "small": small,
        }

    def values(self, page: Page = NOTHING) -> dict[str, Any]:
        """The values of the fields, as the command takes them.

        Args:
            page: What the page shows; it is newer than what the kernel has.

        Raises:
            ValueError: Something typed cannot be read; the text names the field.
        """
        return self.inputs.values(page)

    def write(self, values: Mapping[str, Any]) -> None:
        """Shows other values; nothing is sent for it."""
        self._writer = threading.get_ident()
        try:
            self.inputs.write(dict(values))
        finally:
            self._writer = None

    def carry(self, other: CommandForm) -> None:
        """Takes over what an earlier form of this command holds, where the fields still fit."""
        with suppress(ValueError):
            self.write(other.values())
        self._touched = other._touched

    def fetch(self, *, unless_touched: bool = False) -> None:
        """Asks the driver for its present values and shows them, when they come."""
        self._fetch(NOTHING, unless_touched)

    def _fetch(self, page: Page, unless_touched: bool) -> None:
        getter = self._getter
        if getter is None:
            return

        def asked() -> dict[str, Any]:
            try:
                return self.values(page)
            except ValueError:
                return {}

        def take(answer: Record | Exception | None) -> None:
            if isinstance(answer, Exception):
                self._say(str(answer), _BAD)
            elif answer is not None and not (unless_touched and self._touched):
                # Of a form that nobody has touched any element will do.
                present = getter.pick(_plain(answer), {} if unless_touched else asked())
                if present is None:
                    self._say(f"{getter.command} tells nothing of the one that is meant", _BAD)
                else:
                    self.write(present)

        self._ask(getter.command, getter.request(asked()), take)

    def enable(self, on: bool) -> None:
        """Allows or forbids to send."""
        for button in (self.send, self.live, self.refresh):
            button.disabled = not on
        if not on:
            self.live.value = False

    def close(self) -> None:
        """Closes all of its widgets."""
        self.inputs.close()
        close_all(self.widget)
        for button in (self.send, self.live, self.refresh):  # not all of them may be shown
            close_all(button)

    def _change(self) -> None:
        if self._writer == threading.get_ident():
            return
        self._touch()
        if self.live.value:
            self._carry_out(self._send_newest)

    def _send_newest(self) -> None:
        self._submit(newest_wins=True)

    def _touch(self) -> None:
        """Takes note of a change that a page has made, and sends itself or by a word to `live`."""
        self._touched = True

    def _click(self, page: Page) -> None:
        self._submit(page, newest_wins=False)

    def _toggle(self, page: Page) -> None:
        if self.live.value:
            self._touched = True
            self._submit(page, newest_wins=True)

    def _refetch(self, page: Page) -> None:
        self._fetch(page, unless_touched=False)

    def _submit(self, page: Page = NOTHING, *, newest_wins: bool) -> None:
        # Read under the lock: several threads hear of changes, and the last to come has the newest.
        with self._lock:
            try:
                values = self.values(page)
            except ValueError as error:
                self._say(f"not sent: {error}", _BAD)
                return
            if self._waiting:
                if newest_wins:
                    self._next = values
                    return
                waits = True
            else:
                waits, self._waiting = False, True
        if waits:
            self._say("not sent: the last one has not been answered yet", _BAD)
        else:
            self._go(values)

    def _go(self, values: dict[str, Any]) -> None:
        begun = perf_counter()
        if not self.live.value:
            self.send.disabled = True
            self._say("sent, waiting for the answer …", _BUSY)

        def take(answer: Record | Exception | None) -> None:
            self._answered(answer, perf_counter() - begun)
            with self._lock:
                values, self._next = self._next, None
                self._waiting = values is not None
            if values is not None:
                self._go(values)
            else:
                self.send.disabled = False

        self._ask(self.message.name, values, take)

    def _answered(self, answer: Record | Exception | None, seconds: float) -> None:
        if isinstance(answer, Exception):
            text = answer.text if isinstance(answer, errors.CommandError) else str(answer)
            name = f" ({answer.name})" if isinstance(answer, errors.CommandError) else ""
            self._say(text + name, _BAD)
            return
        when = f"{datetime.now():%H:%M:%S}, {1e3 * seconds:.1f} ms"
        if answer is None:
            self._say(f"OK ({when})", _GOOD)
        else:
            self._say(f"{answer.message.name} ({when})", _GOOD, _reply_html(answer))

    def _say(self, text: str, color: str, more: str = "") -> None:
        self.status.value = f'<span style="color:{color}">{escape(text)}</span>{more}'


def _reply_html(record: Record) -> str:
    """The reply's fields in one line that wraps; documentation as tooltips."""
    parts = []
    for field in record.message.struct.fields:
        value, part = record[field.name], _reply_part(field)
        text = value.name if getattr(value, "name", None) else shown_text(field, value)
        unit = f" {part['unit']}" if part["unit"] else ""
        parts.append(
            f'<span title="{escape(part["tip"])}">{escape(part["title"])} '
            f"<b>{escape(str(text))}</b>{escape(unit)}</span>"
        )
    return f'<div style="line-height:1.4">{" &middot; ".join(parts)}</div>'


def _reply_part(field: Field) -> dict[str, Any]:
    """What is known of a reply's field before it comes, for this and for the page."""
    scale, bias = shown.scaling(field) or (None, None)
    return {
        "name": field.name,
        "title": shown.title(field),
        "tip": " ".join(part for part in (field.doc, field_notes(field)) if part),
        "unit": shown.unit(field) or "",
        "real": field.element.form == "real",
        "scale": scale,
        "bias": bias,
        "time": asdict(field.time) if field.time else None,
    }


def _plain(record: Record) -> dict[str, Any]:
    data = bytes(record)
    return to_dict(record.message.struct, data, len(data))
