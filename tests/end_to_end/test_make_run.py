"""`make run`, as a newcomer types it: its links open, its notebook runs, Ctrl-C ends everything."""

from __future__ import annotations

import os
import re
import signal
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


def test_make_run_gives_links_that_work_and_stops_on_ctrl_c(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(runtime.parent / name.lower()))
    monkeypatch.setenv("MPLCONFIGDIR", str(runtime.parent / "matplotlib"))
    with Running("make", "-C", ROOT, "run", session=True) as run:
        lab = run.wait_for("notebook:", 120).split()[-1]
        pages = run.wait_for("pages:").split()[-1]

        assert re.fullmatch(
            r"http://127\.0\.0\.1:\d+/lab/tree/01_quickstart\.ipynb\?token=\w+", lab
        )
        with urlopen(lab) as response:
            assert response.status == 200
        with urlopen(lab.replace("/lab/tree/", "/api/contents/")) as response:
            assert response.status == 200
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/#token=\w+", pages)
        with urlopen(pages) as response:
            assert "Overview · cwire" in response.read().decode()

        with cwire.connect(pages) as bridge:
            until(lambda: bridge["demo"].state == "up")
            assert len(bridge.latest("scope_block", 10, timeout=10)) == 10

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
