"""A notebook in a real JupyterLab in a real Chromium, before a relay: what a user would have."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

import processes
from chromium import Chromium, Tools, chromium
from processes import Programs, Relay
from support.jupyter import Lab, open_notebook, write_notebook

__all__ = ["Notebook", "notebook", "restart", "run", "start", "wait_drawn"]

_NAME = "measured.ipynb"


@dataclass(frozen=True)
class Notebook:
    """All of its processes; the notebook is open in the browser."""

    lab: Lab
    relay: Relay
    browser: Chromium

    @property
    def server(self) -> psutil.Process:
        """Jupyter's server."""
        return psutil.Process(self.lab.process.process.pid)

    @property
    def kernel(self) -> psutil.Process:
        """The notebook's kernel."""
        children = self.server.children(recursive=True)
        return next(one for one in children if "ipykernel_launcher" in one.cmdline())


@contextlib.contextmanager
def notebook(programs: Programs, rates: Mapping[str, float], *cells: str) -> Iterator[Notebook]:
    """Opens it.

    Args:
        programs: The publishers.
        rates: Drivers by name: samples per second of each of their two channels.
        cells: Its cells; none has run.
    """
    with contextlib.ExitStack() as stack:
        # Short: Unix sockets are in it.
        name = stack.enter_context(tempfile.TemporaryDirectory(prefix="cw-", dir="/tmp"))
        directory = Path(name)
        drivers = [
            stack.enter_context(processes.driver(programs.spikes, directory, str(rate), name=name))
            for name, rate in rates.items()
        ]
        relay = stack.enter_context(processes.relay(drivers[0], directory, *drivers[1:]))
        folder = directory / "notebooks"
        folder.mkdir()
        write_notebook(folder / _NAME, *cells)
        lab = stack.enter_context(Lab(folder, runtime=directory))
        browser = stack.enter_context(chromium(directory))
        with browser.by_hand() as page:
            open_notebook(page, lab, _NAME)
        yield Notebook(lab, relay, browser)


def restart(tools: Tools) -> None:
    """A new kernel."""
    tools.evaluate(
        """(async () => {
            const {sessionContext} = jupyterapp.shell.currentWidget;
            await sessionContext.restartKernel();
            await sessionContext.session.kernel.info;
        })()"""
    )


def run(tools: Tools, index: int) -> str:
    """Runs a cell to its end; returns what it printed.

    Raises:
        RuntimeError: It failed.
    """
    outputs = tools.evaluate(
        f"""(async () => {{
            {_ACTIVATE.format(index=index)}
            await jupyterapp.commands.execute("notebook:run-cell");
            return notebook.widgets[{index}].model.sharedModel.toJSON().outputs;
        }})()"""
    )
    for output in outputs:
        if output["output_type"] == "error":
            raise RuntimeError("\n".join(output["traceback"]))
    return "".join(
        "".join(output["text"]) for output in outputs if output["output_type"] == "stream"
    )


def start(tools: Tools, index: int) -> None:
    """Runs a cell and does not wait for it: the page's `cell.done` tells."""
    tools.evaluate(
        f"""(() => {{
            {_ACTIVATE.format(index=index)}
            const cell = globalThis.cell = {{done: false}};
            jupyterapp.commands.execute("notebook:run-cell").finally(() => {{ cell.done = true; }});
        }})()"""
    )


def wait_drawn(tools: Tools, scope: str, pictures: int = 30) -> None:
    """Waits until the scope of this id has drawn its lines, and so many pictures.

    It is brought into view: a scope that nobody sees draws nothing.
    """
    tools.evaluate(
        f"""new Promise((done) => {{
            const look = setInterval(() => {{
                const cell = jupyterapp.shell.currentWidget.content.activeCell;
                cell?.node.scrollIntoView({{block: "end"}});
                const figures = globalThis.__cwireScope?.["{scope}"];
                if (!figures?.firstDrawn || figures.draws < {pictures}) return;
                clearInterval(look);
                done();
            }}, 20);
        }})"""
    )


_ACTIVATE = """
            const notebook = jupyterapp.shell.currentWidget.content;
            notebook.deselectAll();
            notebook.activeCellIndex = {index};"""
