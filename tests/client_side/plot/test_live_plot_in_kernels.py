"""Live figures in real kernels: pictures in place, and ipympl."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import nbclient
import nbformat
import pytest

from support.fake_relay import FakeRelay, ticks

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


# Cells that end when there were four more pictures.
IDLE = "before = plot.drawn\nwhile plot.drawn < before + 4:\n    await asyncio.sleep(0.01)"
RUN = "before = plot.drawn\nwhile plot.drawn < before + 4:\n    plot.run(0.1)"


@pytest.fixture
def relay() -> Iterator[FakeRelay]:
    """A relay that publishes a tick every 10 ms."""
    sending = threading.Event()
    with FakeRelay() as relay:

        def send() -> None:
            first = 0
            while not sending.wait(0.01):
                relay.send(ticks(first, 1))
                first += 1

        thread = threading.Thread(target=send)
        thread.start()
        yield relay
        sending.set()
        thread.join()


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
        send = client.shell_channel.send

        def named(message: Any) -> None:  # as JupyterLab does it
            message["metadata"]["cellId"] = self.nb.cells[self.running]["id"]
            send(message)

        client.shell_channel.send = named
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


def shown(kernel: Kernel, index: int) -> str:
    """The text that a cell printed."""
    return "".join(one.text for one in kernel.nb.cells[index].outputs if "text" in one)


def test_inline(relay: FakeRelay) -> None:
    """The picture appears once and is replaced in place: while idle, and by run()."""
    kernel = Kernel(
        f"import asyncio, time, cwire; bridge = cwire.connect({relay.url!r})",
        "plot = bridge.plot('tick', y='values'); other = bridge.plot('tick', y='index')",
        IDLE,
        RUN,
        "time.sleep(0.5)",  # the kernel is busy
        "bridge.close()\nwhile plot.running or other.running:\n    await asyncio.sleep(0.01)\n"
        "print(plot, other)",
        "names = [task.get_name() for task in asyncio.all_tasks()]; 'cwire plot' in names",
    )
    kernel.execute()
    counts = kernel.counts
    assert counts[1]["display_data"] == 2
    assert counts[2]["update_display_data"] >= 4
    assert counts[3]["update_display_data"] >= 4
    assert sum(count["display_data"] for count in counts) == 2
    assert sum(count["clear_output"] for count in counts) == 0
    assert counts[6]["update_display_data"] == 0
    ended = "<plot of tick: values, not connected any more> <plot of tick: index, not"
    assert shown(kernel, 5).startswith(ended)
    assert kernel.nb.cells[6].outputs[0].data["text/plain"] == "False"
    for output in kernel.nb.cells[1].outputs:
        assert output.data["image/png"].startswith("iVBOR")


def test_ipympl(relay: FakeRelay) -> None:
    """Drawn into the widget while idle and while a cell runs, in the main thread; nothing stays."""
    kernel = Kernel(
        f"%matplotlib widget\nimport asyncio, threading, time, cwire; "
        f"bridge = cwire.connect({relay.url!r})",
        "plot = bridge.plot('tick', y='values')",
        IDLE,
        RUN,
        "class Drawn:\n"
        "    def __call__(self, axes, frames):\n"
        "        self.thread = threading.current_thread()\n"
        "drawn = Drawn(); custom = bridge.plot('tick', update=drawn)\n"
        "while custom.drawn < 2:\n    await asyncio.sleep(0.01)\n"
        "print(drawn.thread is threading.main_thread())",
        "from matplotlib import pyplot; pyplot.close('all')\n"
        "while plot.running or custom.running:\n    await asyncio.sleep(0.01)\n"
        "print(plot, custom)",
        "calls = iter([1])\n"
        "failing = bridge.plot('tick', update=lambda axes, frames: next(calls))\n"
        "while failing.running:\n    await asyncio.sleep(0.01)",
        "print(failing); failing.close(); bridge.close()\n"
        "print([t.name for t in threading.enumerate() if t.name.startswith('cwire')],"
        " pyplot.get_fignums(),"
        " [t for t in asyncio.all_tasks() if t.get_name() == 'cwire plot'])",
    )
    kernel.execute()
    assert kernel.counts[2]["comm_msg"] >= 4
    assert kernel.counts[3]["comm_msg"] >= 4  # pictures, while the cell runs
    assert kernel.counts[3]["display_data"] == 0
    assert shown(kernel, 4) == "True\n"
    closed = "<plot of tick: values, its figure was closed> <plot of tick: update, its figure"
    assert shown(kernel, 5).startswith(closed)
    (told,) = shown(kernel, 6).splitlines()
    assert told == "tick: the plot has stopped: update failed in line 2: StopIteration"
    assert shown(kernel, 7).endswith("StopIteration>\n[] [] []\n")


def test_a_cell_that_is_run_again(relay: FakeRelay) -> None:
    """The earlier figure of the cell is gone, and so is its task."""
    kernel = Kernel(
        f"%matplotlib widget\nimport asyncio, cwire; bridge = cwire.connect({relay.url!r})",
        "plot = bridge.plot('tick')\nplots = [*globals().get('plots', []), plot]",
        "plot = bridge.plot('tick')\nplots = [*globals().get('plots', []), plot]",
        "from matplotlib import pyplot\nprint(*plots, len(pyplot.get_fignums()))",
    )
    kernel.nb.cells[2]["id"] = kernel.nb.cells[1]["id"]
    kernel.execute()
    first, again = "its cell was run again", "live"
    line = f"<plot of tick: values, {first}> <plot of tick: values, {again}> 1\n"
    assert shown(kernel, 3) == line
