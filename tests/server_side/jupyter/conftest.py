"""A Jupyter server as JupyterHub starts one: under a user's path."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.jupyter import Lab, runtime
from support.raw_client import RawClient

__all__ = ["runtime"]

BASE = "/user/ann/"


@pytest.fixture(scope="module")
def server(runtime: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A Jupyter server without pages, shared by a module's tests."""
    with Lab(tmp_path_factory.mktemp("home"), "server", BASE) as running:
        yield running


def splice(server: Lab, query: str = "", **headers: str) -> RawClient:
    """A page's WebSocket to the extension, with Jupyter's token."""
    url = f"ws{server.url.removeprefix('http')}cwire/ws{query}"
    return RawClient(url, **({"Authorization": f"token {server.token}"} | headers))
