"""`make run`, as a newcomer types it: its links open, its notebook runs, Ctrl-C ends everything."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import nbformat
import pytest
from nbclient import NotebookClient

import cwire
from support.processes import ROOT, Running, until

# JupyterLab starts slowly on a busy machine.
pytestmark = pytest.mark.timeout(240)


def images(notebook: Any) -> list[str]:
    """The pictures in a notebook's outputs, as base64."""
    return [
        output["data"]["image/png"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]


def kill_driver(runtime: Path) -> None:
    """Kills the driver that listens in this directory."""
    word = f"--socket\0{runtime / 'demo.sock'}\0".encode()
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if entry.read_bytes().endswith(word) and b"c_driver/driver" in entry.read_bytes():
                os.kill(int(entry.parent.name), signal.SIGKILL)
                return
    raise AssertionError("no driver runs")


def test_make_run_gives_links_that_work_and_stops_on_ctrl_c(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(runtime.parent / name.lower()))
    monkeypatch.setenv("MPLCONFIGDIR", str(runtime.parent / "matplotlib"))
    changed = ["git", "-C", str(ROOT), "status", "--porcelain", "notebooks", "work"]
    before = subprocess.run(changed, capture_output=True, text=True, check=True).stdout
    with Running("make", "-C", ROOT, "run", session=True) as run:
        pages = run.wait_for("pages:", 120).split()[-1]
        lab = run.wait_for("notebook:", 120).split()[-1]
        run.wait_for("Ctrl-C stops everything")

        assert re.fullmatch(
            r"http://127\.0\.0\.1:\d+/lab/tree/01_quickstart(_\d+)?\.ipynb\?token=\w+", lab
        )
        with urlopen(lab) as response:
            assert response.status == 200
        with urlopen(lab.replace("/lab/tree/", "/api/contents/")) as response:
            assert response.status == 200
        # JupyterLab does not ask over the first plot whether to fetch news.
        settings = "/lab/api/settings/@jupyterlab/apputils-extension:notification?"
        with urlopen(re.sub(r"/lab/tree/.*\?", settings, lab)) as response:
            shown = json.load(response)["schema"]["properties"]
        assert shown["fetchNews"]["default"] == "false"
        assert shown["checkForUpdates"]["default"] is False
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/#token=\w+", pages)
        with urlopen(pages) as response:
            assert "Overview · cwire" in response.read().decode()

        with cwire.connect(pages) as bridge:
            until(lambda: bridge["demo"].state == "up")
            assert len(bridge.latest("scope_block", 10, timeout=10)) == 10

            # The end of the driver is nobody else's end, and there is a way to start it again.
            kill_driver(runtime)
            told = run.wait_for("all else goes on")
            assert "driver was ended by SIGKILL" in told
            until(lambda: "to start it again" in bridge.drivers["demo"].reason)
            again = re.search(r"kill -USR1 (\d+)", told)
            assert again is not None
            os.kill(int(again[1]), signal.SIGUSR1)
            run.wait_for("driver is started again")
            until(lambda: bridge["demo"].state == "up")

        # A second one says where the first one is.
        second = subprocess.run(
            ["make", "-C", ROOT, "run"], capture_output=True, text=True, timeout=120, check=False
        )
        assert second.returncode == 0, second.stderr
        assert "runs already" in second.stdout
        assert pages in second.stdout
        assert lab in second.stdout
        assert subprocess.run(changed, capture_output=True, text=True, check=True).stdout == before

        # The quickstart, cell by cell, in a real kernel, against what runs here.
        path = ROOT / "notebooks" / "01_quickstart.ipynb"
        notebook = nbformat.reads(path.read_text(), as_version=4)
        client = NotebookClient(
            notebook,
            timeout=60,
            kernel_name="python3",
            resources={"metadata": {"path": path.parent}},
        )
        executed = client.execute()
        pictures = images(executed)
        assert pictures
        folder = ROOT / "test-artefacts"
        folder.mkdir(exist_ok=True)
        (folder / path.name).write_text(nbformat.writes(executed))

        os.killpg(run.process.pid, signal.SIGINT)
        run.wait_for_end(60)
    assert "Traceback" not in "\n".join(run.output)
    assert [path.name for path in runtime.iterdir() if path.suffix != ".lock"] == []
