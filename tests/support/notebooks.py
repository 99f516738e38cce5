"""Notebooks, executed in real kernels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbclient
import nbformat


class _Client(nbclient.NotebookClient):
    """Counts the messages of each kind."""

    counts: Counter[str]

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        self.counts[msg["msg_type"]] += 1
        return super().process_message(msg, cell, cell_index)


def execute(
    path: Path, sources: Mapping[str, str] | None = None
) -> tuple[dict[str, Any], Counter[str]]:
    """The executed cells by id, and how many messages of each kind the kernel sent.

    Args:
        path: The notebook.
        sources: Sources of cells by id, instead of what stands there.
    """
    notebook = nbformat.read(path, 4)
    for cell in notebook["cells"]:
        cell["source"] = (sources or {}).get(cell["id"], cell["source"])
    resources = {"metadata": {"path": str(path.parent)}}
    client = _Client(notebook, timeout=100, kernel_name="python3", resources=resources)
    client.counts = Counter()
    client.execute()
    return {cell["id"]: cell for cell in notebook.cells}, client.counts


def printed(cell: Any) -> str:
    """The text that a cell wrote, without colours and with one space between words."""
    text = "".join(output.text for output in cell.outputs if output.output_type == "stream")
    text = re.sub(r"\x1b\[[0-9;]*m", "", text).replace("\r\n", "\n")
    return re.sub(" +", " ", text)
