"""Live figures: drawn into memory here, and by a real kernel."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import time
import weakref
from collections import Counter
from collections.abc import Iterator
from typing import Any

import nbclient
import nbformat
import numpy as np
import pytest

import cwire
from support import schemas
from support.fake_relay import FakeRelay, driver, ticks


@pytest.fixture(autouse=True)
def agg(monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib

    matplotlib.use("agg")


@pytest.fixture
def relay() -> Iterator[FakeRelay]:
    with FakeRelay() as relay:
        yield relay


@pytest.fixture
def bridge(relay: FakeRelay) -> Iterator[cwire.Bridge]:
    with cwire.connect(relay.url) as bridge:
        yield bridge


def test_a_figure_follows_its_message(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    plot = bridge.plot("tick", y="values")
    assert plot.axes.get_title("left") == "tick: The tick. (nothing received yet)"
    assert (plot.axes.get_ylabel(), plot.axes.get_xlabel()) == ("values [V]", "index")
    assert len(plot.axes.lines) == 0
    relay.send(ticks(0, 3))
    bridge.latest("tick", 3, timeout=10)
    plot.update()
    assert plot.axes.get_title("left") == "tick: The tick."
    (line,) = plot.axes.lines
    assert len(np.asarray(line.get_ydata())) == 4
    assert repr(plot) == "<plot of tick: values, live>"


def test_run_draws_what_comes(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    plot = bridge.plot("tick", y="index", fps=100)
    relay.send(ticks(0, 3))
    begun = time.monotonic()
    plot.run(0.2)
    assert 0.15 < time.monotonic() - begun < 5
    (line,) = plot.axes.lines
    assert np.asarray(line.get_xdata()).tolist() == [-2, -1, 0]
    assert plot.axes.get_xlim() == (-10, 0)


def test_nothing_new_is_not_drawn(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    plot = bridge.plot("tick", y="index")
    assert plot.drawn == 1
    plot.update()
    assert plot.drawn == 1
    relay.send(ticks(0, 1))
    bridge.latest("tick", 1, timeout=10)
    plot.update()
    plot.update()
    assert plot.drawn == 2


def test_it_stops_when_the_bridge_closes(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    plot = bridge.plot("tick", y="index")
    bridge.close()
    plot.run(60)
    assert not plot.running
    assert "not connected any more" in plot.axes.get_title("left")
    plot.update()
    plot.stop()


def test_it_goes_on_after_the_structs_changed(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    plot = bridge.plot("rare", y=["a", "b"])
    changed = driver(session=8, schema=schemas.document(extra_field=True))
    relay.say("driver", event="schema_changed", driver=changed)
    relay.send(ticks(0, 1))
    bridge.latest("tick", 1, timeout=10)
    plot.update()
    assert plot.running
    away = schemas.document(extra_field=True)
    del away["messages"][str(schemas.RARE)]
    from cwire_structs.layout_hash import layout_hash

    away["layout_hash"] = layout_hash(away)
    relay.say("driver", event="schema_changed", driver=driver(session=9, schema=away))
    relay.send(ticks(0, 2))
    bridge.latest("tick", 2, timeout=10)
    plot.update()
    assert "no message 'rare'" in plot.axes.get_title("left")


def test_a_driver_that_goes_down_is_told(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    plot = bridge.plot("tick", y="index")
    down = driver(state="down", session=None)
    relay.say("driver", event="down", driver=down)
    deadline = time.monotonic() + 10
    while bridge["lab"].state != "down":
        assert time.monotonic() < deadline
    plot.update()
    assert "(driver lab is down)" in plot.axes.get_title("left")


def test_dollars_are_text(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    plot = bridge.plot("tick", y="index")
    plot.stop("cost: $x_{")
    plot.figure.canvas.draw()


def test_only_the_thread_that_made_it_draws(bridge: cwire.Bridge) -> None:
    plot = bridge.plot("tick", y="index")
    caught: list[BaseException] = []

    def draw() -> None:
        for use in (plot.update, lambda: plot.run(1)):
            try:
                use()
            except cwire.CwireError as error:
                caught.append(error)

    thread = threading.Thread(target=draw)
    thread.start()
    thread.join()
    assert len(caught) == 2
    assert "one thread only" in str(caught[0])


def test_wrong_names(bridge: cwire.Bridge) -> None:
    with pytest.raises(cwire.UnknownMessage):
        bridge.plot("nope")
    with pytest.raises(cwire.UnknownField):
        bridge.plot("tick", y="nope")
    with pytest.raises(ValueError, match="above zero"):
        bridge.plot("tick", fps=0)


def test_figures_are_not_kept(bridge: cwire.Bridge) -> None:
    from matplotlib import pyplot

    plot = bridge.plot("tick", y="index")
    figure = weakref.ref(plot.figure)
    plot.close()
    del plot
    gc.collect()
    assert figure() is None
    assert pyplot.get_fignums() == []


def test_running_a_cell_again_ends_its_earlier_plots(
    bridge: cwire.Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cwire.cell.cell_of_now", lambda: ("cell", 1))
    first, second = bridge.plot("tick", y="index"), bridge.plot("tick", y="values")
    monkeypatch.setattr("cwire.cell.cell_of_now", lambda: ("other", 2))
    other = bridge.plot("tick")
    assert first.running
    assert second.running
    monkeypatch.setattr("cwire.cell.cell_of_now", lambda: ("cell", 3))
    again = bridge.plot("tick")
    assert [plot.running for plot in (first, second, other, again)] == [False, False, True, True]
    assert "its cell was run again" in first.axes.get_title("left")


def test_the_client_needs_no_matplotlib() -> None:
    program = "import sys, cwire; print(*{'matplotlib', 'pandas', 'IPython'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "\n"


class Kernel(nbclient.NotebookClient):
    """Executes a notebook and counts what the kernel sends during each cell."""

    def __init__(self, *cells: str) -> None:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
        super().__init__(notebook, timeout=60, kernel_name="python3")
        self.counts: list[Counter[str]] = [Counter() for _ in cells]
        self.running = 0

    async def async_start_new_kernel_client(self) -> Any:
        client = await super().async_start_new_kernel_client()
        get = client.iopub_channel.get_msg

        async def counted(*args: Any, **kwargs: Any) -> Any:
            message = await get(*args, **kwargs)
            self.counts[self.running][message["msg_type"]] += 1
            return message

        client.iopub_channel.get_msg = counted
        return client

    async def async_execute_cell(
        self,
        cell: Any,
        cell_index: int,
        execution_count: int | None = None,
        store_history: bool = True,
    ) -> Any:
        self.running = cell_index
        return await super().async_execute_cell(cell, cell_index, execution_count, store_history)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_in_a_kernel(relay: FakeRelay) -> None:
    """The picture appears once and is replaced in place: while idle, and by run()."""
    sending = threading.Event()

    def send() -> None:
        first = 0
        while not sending.wait(0.02):
            relay.send(ticks(first, 1))
            first += 1

    thread = threading.Thread(target=send)
    thread.start()
    kernel = Kernel(
        f"import asyncio, time, cwire; bridge = cwire.connect({relay.url!r})",
        "plot = bridge.plot('tick', y='values'); other = bridge.plot('tick', y='index')",
        "await asyncio.sleep(1)",  # the kernel's loop is idle
        "plot.run(1)",
        "time.sleep(0.5)",  # the kernel is busy
        "bridge.close(); await asyncio.sleep(0.5); print(plot, other)",
        "names = [task.get_name() for task in asyncio.all_tasks()]; 'cwire plot' in names",
    )
    try:
        kernel.execute()
    finally:
        sending.set()
        thread.join()
    counts = kernel.counts
    assert counts[1]["display_data"] == 2
    assert counts[2]["update_display_data"] >= 4
    assert counts[3]["update_display_data"] >= 4
    assert sum(count["display_data"] for count in counts) == 2
    assert sum(count["clear_output"] for count in counts) == 0
    assert counts[6]["update_display_data"] == 0
    ended = "<plot of tick: values, not connected any more> <plot of tick: index, not"
    assert kernel.nb.cells[5].outputs[0].text.startswith(ended)
    assert kernel.nb.cells[6].outputs[0].data["text/plain"] == "False"
    for output in kernel.nb.cells[1].outputs:
        assert output.data["image/png"].startswith("iVBOR")
