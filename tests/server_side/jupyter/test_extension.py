"""The relay that goes with a Jupyter server: started when it is wanted, stopped with the server."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from tornado.httpclient import HTTPClientError

import cwire
from support.jupyter import Lab
from support.ports import held_port
from support.processes import Relay, until
from support.raw_client import RawClient

from .conftest import BASE, splice


def running(runtime: Path) -> list[str]:
    return sorted(path.stem for path in runtime.glob("relay-*.json"))


async def test_the_first_page_starts_one_relay_for_all(tmp_path: Path, runtime: Path) -> None:
    with Lab(tmp_path, "server", BASE) as server:
        assert server.call("GET", "cwire/relay") == {"relay": None}
        assert running(runtime) == []
        async with asyncio.TaskGroup() as group:
            pages = [group.create_task(hello(server)) for _ in range(3)]
        assert sorted(page.result()["client"] for page in pages) == [1, 2, 3]
        (name,) = running(runtime)
        assert server.call("POST", "cwire/relay") == {"relay": name}
        with cwire.connect() as one, cwire.connect() as other:
            assert one.address == other.address == str(runtime / f"{name}.sock")
        with Relay() as foreign:
            server.stop()
            assert running(runtime) == [foreign.name]
    assert not any("#token=" in line for line in server.process.output)


async def hello(server: Lab) -> dict[str, Any]:
    async with splice(server) as page:
        return page.hello


async def test_a_relay_that_runs_is_taken(tmp_path: Path, runtime: Path, relay: Relay) -> None:
    with Lab(tmp_path, "server") as server:
        name = relay.name
        assert server.call("POST", "cwire/relay") == {"relay": name}
        async with splice(server):
            assert running(runtime) == [name]
    assert running(runtime) == [name]


def test_a_relay_does_not_outlive_a_jupyter_that_was_killed(tmp_path: Path, runtime: Path) -> None:
    with Lab(tmp_path, "server") as server:
        server.call("POST", "cwire/relay")
        server.process.stop(signal.SIGKILL)
        until(lambda: running(runtime) == [])


def test_one_that_was_stopped_is_started_anew(tmp_path: Path, runtime: Path) -> None:
    with Lab(tmp_path, "server") as server:
        first = server.call("POST", "cwire/relay")["relay"]
        os.kill(int(first.split("-")[1]), signal.SIGTERM)
        until(lambda: running(runtime) == [])
        second = server.call("POST", "cwire/relay")["relay"]
        assert second != first
        assert running(runtime) == [second]


async def test_none_is_started_in_place_of_one_with_drivers_elsewhere(
    tmp_path: Path, runtime: Path
) -> None:
    """It would not be taken; a page asks again and again, and each time another was started."""
    with Lab(tmp_path, "server") as server:
        with Relay("demo=/elsewhere.sock") as foreign:
            server.call("POST", "cwire/relay")
            gone = foreign.name
        for _ in range(2):
            with pytest.raises(HTTPClientError) as refused:
                async with splice(server, f"?relay={gone}"):
                    pass
            assert refused.value.response is not None
            assert f"{gone} is gone" in refused.value.response.body.decode()
            assert running(runtime) == []


async def test_the_driver_that_is_asked_for_chooses(
    tmp_path: Path, runtime: Path, relay: Relay
) -> None:
    with Relay("bench=/nowhere.sock") as newer, Lab(tmp_path, "server") as server:
        for query, found in (("", relay), ("?driver=bench", newer), ("?driver=demo", relay)):
            assert server.call("POST", f"cwire/relay{query}") == {"relay": found.name}
            assert server.call("GET", f"cwire/relay{query}") == {"relay": found.name}
            async with splice(server, query) as page:
                assert places(page.hello) == places(await hello_of(found))
        with pytest.raises(HTTPError) as answered:
            server.call("POST", "cwire/relay?driver=x")
        assert b"no relay serves a driver 'x'; there runs: " in answered.value.read()
        answered.value.close()
        assert running(runtime) == sorted([relay.name, newer.name])


def places(hello: dict[str, Any]) -> dict[str, str | None]:
    """The sockets of a relay's drivers, by name; their states may change at any time."""
    return {driver["name"]: driver["socket"] for driver in hello["drivers"]}


async def hello_of(relay: Relay) -> dict[str, Any]:
    async with RawClient(relay.url, Authorization=f"Bearer {relay.token}") as client:
        return client.hello


async def test_settings(tmp_path: Path, runtime: Path) -> None:
    with held_port() as port:
        await follows_settings(tmp_path, runtime, port)


async def follows_settings(tmp_path: Path, runtime: Path, port: int) -> None:
    config = {
        "drivers": {"scope": str(tmp_path / "s.sock"), "camera": ""},
        "port": port,
        "arguments": ["--allow-origin", "http://localhost:9"],
    }
    with Lab(tmp_path, "server", config=config) as server:
        async with splice(server) as page:
            assert places(page.hello) == {
                "scope": str(tmp_path / "s.sock"),
                "camera": str(runtime / "camera.sock"),
                "relay": None,
            }
        (entry,) = runtime.glob("relay-*.json")
        assert f"127.0.0.1:{port}/ws" in entry.read_text()


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"start_relay": False}, "CwireExtension.start_relay is off: start one with `cwire serve`"),
        ({"drivers": {"two words": ""}}, "driver name 'two words': use letters"),
        ({"start_timeout": 0.001}, "relay has not written 'cwire relay: http' in 0.001 s"),
    ],
)
async def test_why_there_is_no_relay(
    tmp_path: Path, runtime: Path, config: dict[str, Any], reason: str
) -> None:
    with Lab(tmp_path, "server", config=config) as server:
        with pytest.raises(HTTPClientError) as refused:
            async with splice(server):
                pass
        assert refused.value.code == 503
        assert refused.value.response is not None
        assert reason in refused.value.response.body.decode()
        with pytest.raises(HTTPError) as answered:
            server.call("POST", "cwire/relay")
        assert answered.value.code == 503
        assert reason in answered.value.read().decode()
        answered.value.close()
        assert server.call("GET", "cwire/relay") == {"relay": None}
        assert running(runtime) == []
        server.process.wait_for(reason)


@pytest.mark.parametrize(
    ("config", "outcome"),
    [({}, "connected to"), ({"start_relay": False}, "NotConnected: no relay runs on this account")],
)
def test_a_kernel_that_finds_no_relay_asks_its_server(
    tmp_path: Path, runtime: Path, config: dict[str, Any], outcome: str
) -> None:
    with Lab(tmp_path, "server", BASE, config=config) as server:
        command = [sys.executable, "-c", "import cwire; print(repr(cwire.connect()))"]
        environment = {"JPY_PARENT_PID": str(server.process.process.pid), **server.places}
        said = subprocess.run(
            command, env={**os.environ, **environment}, capture_output=True, text=True, check=False
        )
        assert outcome in said.stdout + said.stderr
        assert len(running(runtime)) == (not config)
