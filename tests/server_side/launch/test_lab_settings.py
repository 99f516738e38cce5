"""Defaults of the tour's JupyterLab: written where it looks, or refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cwire_server.launch.lab_settings import write_lab_settings
from cwire_server.launch.part import LaunchError


def test_they_are_where_jupyterlab_looks(tmp_path: Path) -> None:
    for _ in range(2):  # at each start
        folder = write_lab_settings(tmp_path)
    overrides = json.loads((folder / "overrides.json").read_text())
    assert overrides["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / ".lab").write_text("")
    with pytest.raises(LaunchError, match=r"cannot write .*\.lab: File exists"):
        write_lab_settings(tmp_path)
