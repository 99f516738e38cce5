"""A real JupyterLab or Notebook 7 with settings of its own, and a page's hands in it.

Import the fixtures `runtime`, `labs`, `lab` (and those of `support.browser`) where they are used;
with `driver` and `relay` of the conftest they are a whole installation::

    from support.browser import browser, needs_chromium, page, picture
    from support.jupyter import Lab, lab, labs, open_notebook, run_cell, runtime, write_notebook

    def test_it(page: Page, lab: Lab, relay: Relay) -> None:
        write_notebook(lab.folder / "a.ipynb", "import cwire", "bridge = cwire.connect()")
        open_notebook(page, lab, "a.ipynb")

A module's tests share a server, which takes seconds to start; each test has kernels of its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import quote

import nbformat
import pytest
from playwright.sync_api import Locator, Page

from support.folders import short_folder
from support.processes import Running, until

__all__ = [
    "Lab",
    "cell",
    "cell_text",
    "for_each_app",
    "lab",
    "labs",
    "open_notebook",
    "restart_kernel",
    "run_cell",
    "runtime",
    "save",
    "start_cell",
    "wait_cell",
    "wait_idle",
    "write_notebook",
]

App = Literal["lab", "notebook", "server"]
_SECONDS = 60.0
# The readonly manager does not ask package registries for extensions.
_COMMANDS: dict[App, tuple[str, ...]] = {
    "lab": (
        *("jupyterlab", "--LabApp.expose_app_in_browser=True"),
        "--LabApp.extension_manager=readonly",
    ),
    "notebook": (
        *("notebook", "--JupyterNotebookApp.expose_app_in_browser=True"),
        "--LabApp.extension_manager=readonly",
    ),
    "server": ("jupyter_server",),
}
_NEWS = "lab/user-settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"


class Lab:
    """A running Jupyter server that shows one folder.

    Args:
        folder: The notebooks' folder.
        app: ``lab`` or ``notebook``; ``server`` has no pages and starts faster.
        base_url: The path before all others, as JupyterHub sets it.
        config: Settings of cwire's extension.
        runtime: cwire's runtime directory for the server and its kernels, if not the environment's.

    Attributes:
        url: Ends with ``/``.
        token: What its API and a first visit need.
        places: Where Jupyter's own files are, as environment variables.
        process: Its output is kept.
    """

    def __init__(
        self,
        folder: Path,
        app: App = "lab",
        base_url: str = "/",
        *,
        config: dict[str, Any] | None = None,
        runtime: Path | None = None,
    ) -> None:
        self.folder = folder
        self.app = app
        self.token = secrets.token_hex(16)
        # Beside the notebooks there is nothing of the user's: neither settings nor history.
        self._home = Path(tempfile.mkdtemp(prefix="jup-", dir="/tmp"))
        places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
        self.places = {name: str(self._home / name.lower()) for name in places}
        env = dict(self.places)
        for name in ("IPYTHONDIR", "MPLCONFIGDIR"):
            env[name] = str(self._home / name.lower())
        if runtime is not None:
            env["CWIRE_RUNTIME_DIR"] = str(runtime)
        settings = Path(env["JUPYTER_CONFIG_DIR"])
        (settings / _NEWS).parent.mkdir(parents=True)
        (settings / _NEWS).write_text('{"fetchNews": "false", "checkForUpdates": false}')
        extensions = {"cwire_server.jupyter": True}
        if app == "server":
            extensions |= dict.fromkeys(("jupyterlab", "notebook", "notebook_shim"), False)
        enabled = {"jpserver_extensions": extensions}
        (settings / "jupyter_server_config.json").write_text(
            json.dumps({"ServerApp": enabled, "CwireExtension": config or {}})
        )
        self.process = Running(
            sys.executable,
            *("-m", *_COMMANDS[app], "--no-browser", "--ip=127.0.0.1", "--port=0"),
            *("--ServerApp.port_retries=0", f"--ServerApp.base_url={base_url}"),
            *(f"--ServerApp.root_dir={folder}", "--ServerApp.terminals_enabled=False"),
            *(["--allow-root"] if os.geteuid() == 0 else []),
            env={**env, "JUPYTER_TOKEN": self.token},
        )
        try:
            line = self.process.wait_for("http://127.0.0.1:", _SECONDS)
            address = line[line.index("http://") :].split()[0]
            self.url = f"http://{address.split('/')[2]}{base_url}"
            # It says so before it listens.
            until(self._answers, _SECONDS)
        except BaseException:
            self.stop()
            raise

    def _answers(self) -> bool:
        try:
            self.call("GET", "api/status")
        except ConnectionError:
            return False
        except urllib.error.URLError as error:
            if isinstance(error.reason, ConnectionError):
                return False
            raise
        return True

    def call(self, method: str, path: str) -> Any:
        """Asks the server, such as ``call("GET", "api/status")``, and returns its JSON."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            headers={"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=_SECONDS) as response:
            body = response.read()
        return json.loads(body) if body else None

    def end_kernels(self) -> None:
        """Ends all kernels: they outlive the page that started them."""
        for session in self.call("GET", "api/sessions"):
            self.call("DELETE", f"api/sessions/{session['id']}")

    def stop(self) -> None:
        """Ends the kernels, the server, and its traces."""
        if self.process.process.poll() is None and hasattr(self, "url"):
            with contextlib.suppress(OSError):
                self.end_kernels()
        self.process.stop()
        shutil.rmtree(self._home, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


@pytest.fixture(scope="module")
def runtime() -> Iterator[Path]:
    """The conftest's `runtime`, but of the whole module: a server's kernels all have the same."""
    with short_folder() as home, pytest.MonkeyPatch.context() as patch:
        path = home / "run"
        path.mkdir(mode=0o700)
        patch.setenv("CWIRE_RUNTIME_DIR", str(path))
        yield path


class Labs:
    """The servers of a module's tests, each started when the first test needs it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[App, Lab] = {}

    def __getitem__(self, app: App) -> Lab:
        if app not in self._running:
            self._running[app] = Lab(self._folder, app)
        return self._running[app]

    def stop(self) -> None:
        """Stops them all."""
        for running in self._running.values():
            running.stop()


@pytest.fixture(scope="module")
def labs(runtime: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Labs]:
    """The servers that `lab` gives out."""
    labs = Labs(tmp_path_factory.mktemp("notebooks"))
    yield labs
    labs.stop()


@pytest.fixture
def lab(request: pytest.FixtureRequest, labs: Labs) -> Iterator[Lab]:
    """A JupyterLab; ``for_each_app`` makes it a Notebook 7, too."""
    running = labs[getattr(request, "param", "lab")]
    yield running
    running.end_kernels()


for_each_app = pytest.mark.parametrize("lab", ["lab", "notebook"], indirect=True)
"""Runs a test with JupyterLab and with Notebook 7."""


def write_notebook(path: Path, *sources: str) -> None:
    """Writes a notebook with these code cells."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in sources])
    # Without it, Jupyter asks which kernel it shall be.
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, path)


def open_notebook(page: Page, lab: Lab, path: str) -> None:
    """Opens a notebook of the folder and waits until its kernel is there."""
    # A workspace of its own: Jupyter opens again what was open in the last one.
    where = "notebooks" if lab.app == "notebook" else f"lab/workspaces/{secrets.token_hex(4)}/tree"
    page.goto(f"{lab.url}{where}/{quote(path)}?token={lab.token}")
    page.wait_for_function(
        "() => window.jupyterapp?.shell?.currentWidget?.sessionContext", timeout=_SECONDS * 1000
    )
    _done(
        page,
        """async () => {
            const {context, sessionContext, content} = jupyterapp.shell.currentWidget;
            await Promise.all([jupyterapp.restored, context.ready, sessionContext.ready]);
            await sessionContext.session.kernel.info;
        }""",
        "the notebook is open",
    )


def cell(page: Page, index: int) -> Locator:
    """A cell, in view."""
    page.evaluate(
        "index => jupyterapp.shell.currentWidget.content.scrollToItem(index, 'smart')", index
    )
    return page.locator(".jp-Notebook .jp-Cell").nth(index)


def start_cell(page: Page, index: int) -> None:
    """Runs a cell and does not wait for it; see `wait_cell`."""
    page.evaluate(
        """index => {
            const notebook = jupyterapp.shell.currentWidget.content;
            notebook.deselectAll();
            notebook.activeCellIndex = index;
            const run = {done: false};
            (window.cellRuns ??= {})[index] = run;
            jupyterapp.commands.execute("notebook:run-cell").then(
                () => { run.done = true; },
                problem => { run.done = true; run.problem = `${problem}`; });
        }""",
        index,
    )


def wait_cell(page: Page, index: int, seconds: float = _SECONDS, *, fails: bool = False) -> None:
    """Waits until a started cell has run; it must not (or, with `fails`, must) raise."""
    page.wait_for_function(
        "index => window.cellRuns[index].done", arg=index, timeout=seconds * 1000
    )
    problem = page.evaluate("index => window.cellRuns[index].problem", index)
    errors = [output for output in _outputs(page, index) if output["output_type"] == "error"]
    said = "\n".join(line for output in errors for line in output["traceback"]) or problem
    assert bool(said) == fails, said or f"cell {index} did not fail"


def run_cell(page: Page, index: int, seconds: float = _SECONDS, *, fails: bool = False) -> None:
    """Runs a cell to its end; it must not (or, with `fails`, must) raise."""
    start_cell(page, index)
    wait_cell(page, index, seconds, fails=fails)


def cell_text(page: Page, index: int) -> str:
    """The text that a cell shows below itself, widgets included."""
    return cell(page, index).locator(".jp-Cell-outputArea").inner_text()


def wait_idle(page: Page, seconds: float = _SECONDS) -> None:
    """Waits until the kernel has nothing to do."""
    page.wait_for_function(
        """() => {
            const kernel = jupyterapp.shell.currentWidget.sessionContext.session?.kernel;
            return kernel?.status === "idle" && kernel.connectionStatus === "connected";
        }""",
        timeout=seconds * 1000,
    )


def restart_kernel(page: Page) -> None:
    """Restarts the kernel and waits until it is there again."""
    _done(
        page,
        """async () => {
            const {sessionContext} = jupyterapp.shell.currentWidget;
            await sessionContext.restartKernel();
            await sessionContext.session.kernel.info;
        }""",
        "the kernel is there again",
    )
    wait_idle(page)


def save(page: Page) -> None:
    """Saves the notebook to its file."""
    _done(page, "() => jupyterapp.shell.currentWidget.context.save()", "the notebook is saved")


def _outputs(page: Page, index: int) -> list[dict[str, Any]]:
    outputs: list[dict[str, Any]] = page.evaluate(
        """index => jupyterapp.shell.currentWidget.content.widgets[index].model
            .sharedModel.toJSON().outputs ?? []""",
        index,
    )
    return outputs


def _done(page: Page, script: str, what: str) -> None:
    """Waits for a promise of the page, but not for ever, as `evaluate` would."""
    try:
        page.evaluate(
            """([script, seconds]) => Promise.race([
                (0, eval)(script)(),
                new Promise((_, reject) => setTimeout(reject, seconds * 1000, "in time")),
            ])""",
            [script, _SECONDS],
        )
    except Exception as error:
        raise AssertionError(f"not so in {_SECONDS} s: {what}") from error
