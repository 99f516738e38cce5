"""The quickstart notebook, executed against the real driver and relay."""

from __future__ import annotations

from collections import Counter
from typing import Any

import nbclient
import nbformat
import pytest

from support.processes import ROOT, Relay


class Client(nbclient.NotebookClient):
    """Counts the messages of each kind."""

    counts: Counter[str]

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        self.counts[msg["msg_type"]] += 1
        return super().process_message(msg, cell, cell_index)


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
def test_quickstart(relay: Relay) -> None:
    notebook = nbformat.read(ROOT / "notebooks" / "01_quickstart.ipynb", 4)
    client = Client(notebook, timeout=100, kernel_name="python3")
    client.counts = Counter()
    client.execute()
    assert client.counts["update_display_data"] >= 10
    cells = {cell["id"]: cell for cell in notebook.cells}
    assert "demo" in cells["connect"].outputs[0].data["text/html"]
    assert "image/png" in cells["plot"].outputs[0].data
    assert "(100, 1024) float32" in cells["numpy-more"].outputs[0].text
    assert "image/png" in cells["camera"].outputs[0].data
    assert "out of range: allowed is 0.01 to 1000000.0 Hz" in cells["errors"].outputs[0].text
    assert "CWIRE_EFAILED - channel 1 clips" in cells["errors-more"].outputs[0].text
    assert "scope_block" in cells["end"].outputs[0].data["text/plain"]
