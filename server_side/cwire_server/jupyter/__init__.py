"""The extension of Jupyter Server: `cwire/ws` under its base URL leads to this account's relay.

A wheel enables it: ``etc/jupyter/jupyter_server_config.d/cwire.json``. Jupyter Server itself
brings all that the relay needs beside cwire.

May import: access, config, limits, web.
"""

from __future__ import annotations

from typing import Any

__all__: list[str] = []


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tells Jupyter where the extension is."""
    from cwire_server.jupyter.extension import CwireExtension

    return [{"module": __name__, "app": CwireExtension}]
