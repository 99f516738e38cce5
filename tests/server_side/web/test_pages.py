"""The rules of every route, and the pages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPResponse

import cwire_server
from cwire_server import Relay
from cwire_server.web.pages import PAGES
from support.raw_client import RawClient

from ..conftest import StartRelay

FOLDER = Path(cwire_server.__file__).with_name("pages")


async def fetch(relay: Relay, path: str, **headers: str) -> HTTPResponse:
    return await AsyncHTTPClient().fetch(
        f"http://127.0.0.1:{relay.port}{path}", raise_error=False, headers=headers
    )


@pytest.mark.parametrize("path", [*PAGES, "/health", "/metrics", "/ws"])
async def test_a_foreign_host_is_refused_on_every_route(start_relay: StartRelay, path: str) -> None:
    relay = await start_relay("lab")
    response = await fetch(relay, path, Host="evil.com")
    assert response.code == 403
    assert b"localhost only" in response.body


async def test_the_status_page_is_a_shell_that_loads_only_its_own(start_relay: StartRelay) -> None:
    relay = await start_relay("lab")
    page = await fetch(relay, "/")
    assert page.code == 200
    assert page.headers["Content-Security-Policy"].startswith(
        "default-src 'none'; script-src 'self'"
    )
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "Server" not in page.headers
    text = page.body.decode()
    assert relay.config.token not in text
    assert "lab" not in text
    for path in re.findall(r'(?:src|href)="([^"]+)"', text):
        assert (await fetch(relay, path)).code == 200


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_its_file(start_relay: StartRelay, path: str) -> None:
    relay = await start_relay("lab")
    page = await fetch(relay, path)
    assert page.code == 200
    assert page.body == (FOLDER / PAGES[path]).read_bytes()
    suffixes = {".html": "text/html", ".mjs": "text/javascript", ".css": "text/css"}
    kind = suffixes[Path(PAGES[path]).suffix]
    assert page.headers["Content-Type"] == f"{kind}; charset=utf-8"
    assert "Content-Security-Policy" in page.headers


def test_every_file_of_the_folder_is_a_page() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES.values())
    assert {"/", "/status.mjs", "/status.css"} <= PAGES.keys()


async def test_health_needs_no_token_and_tells_no_names(start_relay: StartRelay) -> None:
    relay = await start_relay("lab")
    health = {"status": "ok", "protocol": 1, "port": relay.port, "drivers": 1, "drivers_up": 0}
    assert json.loads((await fetch(relay, "/health")).body) == health
    for origin, allowed in ((f"localhost:{relay.port}", True), ("localhost:1", False)):
        response = await fetch(relay, f"/health?origin=http://{origin}")
        assert json.loads(response.body) == {**health, "origin_allowed": allowed}


@pytest.mark.parametrize("path", ["/nothing", "/../etc/passwd", "/pages/status.html"])
async def test_other_paths_are_not_there(start_relay: StartRelay, path: str) -> None:
    assert (await fetch(await start_relay("lab"), path)).code == 404


async def refused(url: str, **headers: str) -> tuple[int, str]:
    with pytest.raises(HTTPClientError) as error:
        async with RawClient(url, **headers):
            pass
    response = error.value.response
    return error.value.code, response.body.decode() if response else ""


@pytest.mark.parametrize("authorization", [None, "Bearer 0", "Basic x"])
async def test_no_token_no_websocket(start_relay: StartRelay, authorization: str | None) -> None:
    relay = await start_relay("lab")
    headers = {} if authorization is None else {"Authorization": authorization}
    code, text = await refused(f"ws://127.0.0.1:{relay.port}/ws", **headers)
    assert code == 401
    assert "the token is missing or wrong" in text
    assert not relay.hub.clients


async def test_a_foreign_origin_is_refused_even_with_the_token(start_relay: StartRelay) -> None:
    relay = await start_relay("lab")
    token = f"Bearer {relay.config.token}"
    url = f"ws://127.0.0.1:{relay.port}/ws"
    code, text = await refused(url, Authorization=token, Origin="http://evil.com")
    assert code == 403
    assert "--allow-origin http://evil.com" in text
    own = f"http://localhost:{relay.port}"
    async with RawClient(url, Authorization=token, Origin=own) as client:
        assert client.hello["protocol"] == 1


async def test_a_rebound_name_is_refused_even_with_the_token(start_relay: StartRelay) -> None:
    relay = await start_relay("lab")
    code, _ = await refused(
        f"ws://127.0.0.1:{relay.port}/ws",
        Authorization=f"Bearer {relay.config.token}",
        Host=f"evil.com:{relay.port}",
        Origin=f"http://evil.com:{relay.port}",
    )
    assert code == 403


async def test_the_subprotocol_is_needed_and_the_token_never_selected(
    start_relay: StartRelay,
) -> None:
    relay = await start_relay("lab")
    response = await fetch(
        relay,
        "/ws",
        Authorization=f"Bearer {relay.config.token}",
        Upgrade="websocket",
        Connection="Upgrade",
    )
    assert response.code == 400
    assert b"cwire.v1" in response.body


async def test_a_browser_offers_the_token_as_a_subprotocol(start_relay: StartRelay) -> None:
    relay = await start_relay("lab")
    token = f"cwire.token.{relay.config.token}"
    async with RawClient(
        f"ws://127.0.0.1:{relay.port}/ws", subprotocols=["cwire.v1", token]
    ) as client:
        assert client.selected == "cwire.v1"


async def test_the_unix_socket_needs_no_token_and_is_ours_alone(
    start_relay: StartRelay, runtime: Path
) -> None:
    await start_relay("lab")
    (path,) = runtime.glob("relay-*.sock")
    assert path.stat().st_mode & 0o777 == 0o600
    async with RawClient("ws://localhost/ws", unix=str(path)) as client:
        assert client.hello["drivers"][0]["name"] == "lab"
