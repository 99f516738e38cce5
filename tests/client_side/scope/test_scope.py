"""The kernel's half of the scope: a real kernel and relay, and a test in the place of the page."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager

import cwire
from cwire.plot.curves import Curve
from cwire.scope.curves import pack
from support.fake_relay import FakeRelay
from support.processes import ROOT, Driver, Relay

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
Message = dict[str, Any]


class Kernel:
    """A kernel, and what a page would say to its widgets and hear of them."""

    def __init__(self) -> None:
        self._manager = KernelManager(kernel_name="python3")
        self._manager.start_kernel()
        self.client: BlockingKernelClient = self._manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)
        self.heard: list[Message] = []

    def stop(self) -> None:
        self.client.stop_channels()
        self._manager.shutdown_kernel(now=True)
        self._manager.cleanup_resources()

    def run(self, code: str) -> str:
        """Runs a cell and returns what it printed."""
        id = self.client.execute(code)
        printed = ""
        while True:
            message = self.next(lambda message: True)
            if message["parent_header"].get("msg_id") != id:
                continue
            if message["msg_type"] == "stream":
                printed += message["content"]["text"]
            if message["msg_type"] == "error":
                raise AssertionError("\n".join(message["content"]["traceback"]))
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return printed.strip()

    def next(self, wanted: Callable[[Message], bool]) -> Message:
        """The next message on the channel that all hear; those before are kept in `heard`."""
        while True:
            message = self.client.get_iopub_msg(timeout=30)
            self.heard.append(message)
            if wanted(message):
                return message

    def told(self, type: str) -> Message:
        """The next message of the kernel to the page of this type."""

        def is_it(message: Message) -> bool:
            data = message["content"].get("data", {})
            said = data.get("content", {}).get("type") if message["msg_type"] == "comm_msg" else ""
            return bool(said == type)

        return self.next(is_it)

    def widget(self) -> Message:
        """The scope's widget, as it was opened last."""
        opened = [one for one in self.heard if one["msg_type"] == "comm_open"]
        found: list[Message] = [one["content"] for one in opened]
        return [one for one in found if "recipe" in one["data"]["state"]][-1]

    def say(self, content: dict[str, Any], *buffers: bytes) -> None:
        """Says something as the page."""
        comm = self.widget()["comm_id"]
        data = {"comm_id": comm, "data": {"method": "custom", "content": content}}
        message = self.client.session.msg("comm_msg", data)
        self.client.session.send(self.client.shell_channel.socket, message, buffers=list(buffers))


@pytest.fixture
def kernel(relay: Relay) -> Iterator[Kernel]:
    kernel = Kernel()
    try:
        kernel.run("import cwire; bridge = cwire.connect()")
        yield kernel
    finally:
        kernel.stop()


def test_the_page_is_told_how_to_reach_the_relay(kernel: Kernel, relay: Relay) -> None:
    kernel.run("scope = bridge.scope('scope_block')")
    state = kernel.widget()["data"]["state"]
    assert state["recipe"]["y"] == ["samples"]
    assert state["recipe"]["first"] == "first_sample"
    assert state["relay"].startswith("relay-")
    kernel.say({"type": "ready", "origin": "http://127.0.0.1:1"})
    (route,) = kernel.told("routes")["content"]["data"]["content"]["routes"]
    assert route["kind"] == "direct"
    # The token went by message: nothing that a notebook file can keep has it.
    kept = [one for one in kernel.heard if one["msg_type"] in ("comm_open", "display_data")]
    assert route["token"] not in json.dumps(kept, default=str)
    assert "data-cwire-scope" in json.dumps(kept, default=str)


def test_the_picture_comes_into_the_notebook(kernel: Kernel) -> None:
    kernel.run("scope = bridge.scope('scope_block')")
    shown = next(one for one in kernel.heard if one["msg_type"] == "display_data")
    kernel.say({"type": "picture", "width": 1, "height": 1, "figures": {"fps": 60}}, PNG)
    update = kernel.next(lambda one: one["msg_type"] == "update_display_data")
    id = shown["content"]["transient"]["display_id"]
    assert update["content"]["transient"]["display_id"] == id
    assert base64.b64decode(update["content"]["data"]["image/png"]) == PNG
    assert "<img" in update["content"]["data"]["text/html"]
    for one in (shown, update):  # to a second person it is a picture only, until they trust it
        assert "a notebook that you trust" in one["content"]["data"]["text/html"]
    kernel.told("saved")
    assert kernel.run("print(len(scope.picture()), scope.figures)") == f"{len(PNG)} {{'fps': 60}}"


def test_a_picture_that_the_page_has_kept_is_not_put_there_again(kernel: Kernel) -> None:
    kernel.run("scope = bridge.scope('scope_block')")
    still = kernel.widget()["data"]["state"]["recipe"]["still"]
    assert "__PNG__" in still
    assert "data-cwire-scope" in still
    kernel.say({"type": "picture", "width": 1, "height": 1, "figures": {}, "kept": True}, PNG)
    kernel.told("saved")
    assert kernel.run("print(len(scope.picture()))") == str(len(PNG))
    assert not [one for one in kernel.heard if one["msg_type"] == "update_display_data"]


def test_curves_go_through_the_kernel_while_it_sleeps(kernel: Kernel, tmp_path: Path) -> None:
    go_on = tmp_path / "go-on"
    kernel.run("scope = bridge.scope('scope_block', window=1)")
    kernel.say({"type": "curves", "on": True})
    kernel.told("curves")
    # Nobody acknowledges, and the cell could not hear it: some go all the same.
    sleeps = f"import os, time\nwhile not os.path.exists({str(go_on)!r}): time.sleep(0.05)"
    id = kernel.client.execute(sleeps)
    kernel.next(lambda one: one["msg_type"] == "execute_input")
    begun = len(kernel.heard)
    message = kernel.told("curves")
    lines = message["content"]["data"]["content"]["lines"]
    assert [one["label"] for one in lines] == ["channel 0", "channel 1"]
    x, y = (np.frombuffer(one, "<f8") for one in message["buffers"][:2])
    assert len(x) == len(y) > 1000
    assert np.all(np.diff(x) >= 0)
    assert x[-1] <= 1e-9
    kernel.told("curves")
    go_on.touch()
    kernel.next(
        lambda one: (
            one["parent_header"].get("msg_id") == id
            and one["content"].get("execution_state") == "idle"
        )
    )
    sent = [one for one in kernel.heard[begun:] if one["msg_type"] == "comm_msg"]
    assert len(sent) < 20
    kernel.say({"type": "curves", "on": False})


def test_it_ends_with_its_cell_and_its_bridge(kernel: Kernel, driver: Driver) -> None:
    kernel.run("scope = bridge.scope('driver_status', ['temperature'], window=60)")
    assert kernel.run("print(scope)") == "<scope of driver_status: temperature, live>"
    kernel.run("bridge.close()")
    assert "the bridge was closed" in kernel.run("print(scope)")
    assert kernel.run("print(scope.running, bridge._link.on_change)") == "False []"
    text = "print([t.name for t in __import__('threading').enumerate() if 'cwire' in t.name])"
    assert kernel.run(text) == "[]"


def test_outside_of_a_notebook_it_says_what_to_use() -> None:
    with FakeRelay() as relay, cwire.connect(relay.url) as bridge:
        with pytest.raises(cwire.CwireError, match="use bridge.plot"):
            bridge.scope("tick")
        with pytest.raises(cwire.UnknownMessage):
            bridge.scope("nope")


def test_without_anywidget_it_says_what_to_install() -> None:
    program = """
import sys
sys.modules["anywidget"] = None
import cwire
from support.fake_relay import FakeRelay
with FakeRelay() as relay, cwire.connect(relay.url) as bridge:
    try:
        bridge.scope("tick")
    except cwire.CwireError as error:
        print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT / "tests",
    )
    assert done.stdout == "a scope needs anywidget: pip install 'cwire[notebook]'\n"


def test_curves_are_packed_as_doubles() -> None:
    curve = Curve("channel 0", np.arange(3, dtype=np.int32), np.arange(3, dtype=np.float32))
    lines, buffers = pack([curve], ["V"])
    assert lines == [{"label": "channel 0", "unit": "V", "note": "", "number": 0}]
    assert [np.frombuffer(one).tolist() for one in buffers] == [[0, 1, 2], [0, 1, 2]]
