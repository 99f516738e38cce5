"""The rules of every route, and the pages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPResponse

import cwire_server
from cwire_server import Relay
from cwire_server.web import pages
from cwire_server.web.handlers import POLICY
from cwire_server.web.pages import PAGES
from support.raw_client import RawClient

from ..conftest import StartRelay

PACKAGE = Path(cwire_server.__file__).parent


async def fetch(relay: Relay, path: str, **headers: str) -> HTTPResponse:
    return await AsyncHTTPClient().fetch(
        f"http://127.0.0.1:{relay.port}{path}", raise_error=False, headers=headers
    )


async def head(relay: Relay, path: str) -> HTTPResponse:
    return await AsyncHTTPClient().fetch(
        f"http://127.0.0.1:{relay.port}{path}", raise_error=False, method="HEAD"
    )


@pytest.mark.parametrize(
    "path", [*PAGES, "/static/index.js", "/health", "/metrics", "/ws", "/nothing", "/pages/"]
)
async def test_a_foreign_host_is_refused_on_every_route(start_relay: StartRelay, path: str) -> None:
    relay = await start_relay("lab")
    response = await fetch(relay, path, Host="evil.com")
    assert response.code == 403
    assert b"localhost only" in response.body


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_a_shell_that_loads_only_its_own(
    start_relay: StartRelay, path: str
) -> None:
    relay = await start_relay("bench42")
    page = await fetch(relay, path)
    assert page.code == 200
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    policy = dict(
        one.strip().split(" ", 1) for one in page.headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["worker-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert policy["trusted-types"] == "cwire-worker"
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "Server" not in page.headers
    text = page.body.decode()
    assert relay.config.token not in text
    assert "bench42" not in text
    assert f"<title>{PAGES[path].title} · cwire</title>" in text
    assert f'<a href="{path}" aria-current="page">' in text
    loaded = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert {f"/static/{PAGES[path].name}.{kind}" for kind in ("js", "css")} < set(loaded)
    assert set(PAGES) <= set(loaded)
    for one in loaded:
        assert (await fetch(relay, one)).code == 200, one


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("static/index.js", "text/javascript"),
        ("static/index.css", "text/css"),
        ("static/licences.txt", "text/plain"),
        ("pages/icon.svg", "image/svg+xml"),
    ],
)
async def test_a_static_file_is_sent_as_it_is(
    start_relay: StartRelay, name: str, kind: str
) -> None:
    relay = await start_relay("lab")
    file = await fetch(relay, f"/static/{Path(name).name}")
    assert file.code == 200
    assert file.body == (PACKAGE / name).read_bytes()
    assert file.headers["Content-Type"] == f"{kind}; charset=utf-8"
    assert "Content-Security-Policy" in file.headers


def test_the_licences_are_those_of_what_is_in_the_pages() -> None:
    text = (PACKAGE / "static" / "licences.txt").read_text()
    assert "uplot 1." in text
    assert "Permission is hereby granted" in text
    assert "esbuild" not in text, "it makes the pages and is in none"


async def test_a_page_that_is_not_built_says_what_to_do(
    start_relay: StartRelay, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = await start_relay("lab")
    monkeypatch.setattr(pages, "_FOLDERS", ("pages",))  # as where npm had no registry
    page = await fetch(relay, "/")
    assert page.code == 503
    assert b"run `python client_side/web/bundle.py`" in page.body


async def test_health_needs_no_token_and_tells_no_names(start_relay: StartRelay) -> None:
    relay = await start_relay("lab")
    health = {"status": "ok", "protocol": 1, "port": relay.port, "drivers": 1, "drivers_up": 0}
    assert json.loads((await fetch(relay, "/health")).body) == health
    for origin, allowed in ((f"localhost:{relay.port}", True), ("localhost:1", False)):
        response = await fetch(relay, f"/health?origin=http://{origin}")
        assert json.loads(response.body) == {**health, "origin_allowed": allowed}
    for token, accepted in ((relay.config.token, True), ("0123456789abcdefgh", False)):
        response = await fetch(relay, "/health", Authorization=f"Bearer {token}")
        assert json.loads(response.body) == {**health, "token_accepted": accepted}


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/../etc/passwd",
        "/pages/shell.html",
        "/static/shell.html",
        "/static/none.js",
        "/static/../web/pages.py",
        "/static/..%2Fpages.txt",
    ],
)
async def test_other_paths_are_not_there(start_relay: StartRelay, path: str) -> None:
    answer = await fetch(await start_relay("lab"), path)
    assert answer.code == 404
    expect_protected(answer)


async def test_a_wrong_path_is_told_the_right_ones(start_relay: StartRelay) -> None:
    text = (await fetch(await start_relay("lab"), "/Viewer")).body.decode()
    assert all(path in text for path in PAGES)
    assert "--pages" in text


@pytest.mark.parametrize("path", ["/", "/client.mjs", "/health", "/nothing"])
async def test_other_methods_are_refused_under_the_same_policy(
    start_relay: StartRelay, path: str
) -> None:
    relay = await start_relay("lab")
    answer = await AsyncHTTPClient().fetch(
        f"http://127.0.0.1:{relay.port}{path}", raise_error=False, method="POST", body=b""
    )
    assert answer.code == (404 if path == "/nothing" else 405)
    expect_protected(answer)


@pytest.mark.parametrize("path", [*PAGES, "/static/index.js", "/client.mjs", "/health", "/metrics"])
async def test_a_head_is_answered_as_a_get_without_its_body(
    start_relay: StartRelay, path: str
) -> None:
    relay = await start_relay("lab")
    answer, whole = await head(relay, path), await fetch(relay, path)
    assert answer.body == b""
    assert answer.code == whole.code == (401 if path == "/metrics" else 200)
    for name in ("Content-Type", "Content-Length", "Content-Security-Policy"):
        assert answer.headers[name] == whole.headers[name]


def expect_protected(answer: HTTPResponse) -> None:
    """What is refused is plain text, under the policy of all pages."""
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Server" not in answer.headers


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
