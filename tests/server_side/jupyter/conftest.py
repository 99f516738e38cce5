"""A Jupyter server as JupyterHub starts one: under a user's path."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from support.jupyter import Lab, runtime
from support.processes import Driver, Relay, until
from support.raw_client import RawClient

__all__ = ["runtime"]

BASE = "/user/ann/"


@pytest.fixture(scope="module")
def server(runtime: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A Jupyter server without pages, shared by a module's tests."""
    with Lab(tmp_path_factory.mktemp("home"), "server", BASE) as running:
        yield running


@pytest.fixture
def relay(driver: Driver) -> Iterator[Relay]:
    """A relay that has met the demo driver."""
    with Relay(f"demo={driver.path}") as process:
        wait_for_driver(process)
        yield process


def wait_for_driver(relay: Relay) -> None:
    """Waits until the relay's driver is up."""

    def is_up() -> bool:
        with urlopen(relay.link.split("#")[0] + "health") as response:
            return bool(json.load(response)["drivers_up"])

    until(is_up)


def splice(server: Lab, query: str = "", **headers: str) -> RawClient:
    """A page's WebSocket to the extension, with Jupyter's token."""
    url = f"ws{server.url.removeprefix('http')}cwire/ws{query}"
    return RawClient(url, **({"Authorization": f"token {server.token}"} | headers))
