"""Defaults of the tour's JupyterLab, below what users set in theirs."""

from __future__ import annotations

import json
from pathlib import Path

from cwire_server.launch.part import LaunchError

__all__ = ["write_lab_settings"]

_OVERRIDES = {
    # Else it asks over the first plot whether to fetch news, also where it has no address of any.
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
}


def write_lab_settings(folder: Path) -> Path:
    """Writes them.

    Args:
        folder: Where the tour's copies are.

    Returns:
        What JupyterLab takes as its ``app_settings_dir``.

    Raises:
        LaunchError: They cannot be written.
    """
    settings = folder / ".lab"
    try:
        settings.mkdir(exist_ok=True)
        (settings / "overrides.json").write_text(json.dumps(_OVERRIDES))
    except OSError as error:
        raise LaunchError(f"cannot write {error.filename}: {error.strerror}") from error
    return settings
