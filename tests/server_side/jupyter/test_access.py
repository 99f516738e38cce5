"""Exactly those get through whom Jupyter lets in."""

from __future__ import annotations

from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

from support.jupyter import Lab
from support.processes import Relay

from .conftest import BASE, splice

WEBSOCKET = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol": "cwire.v1",
}
ROUTES = [("GET", "cwire/ws", WEBSOCKET), ("GET", "cwire/relay", {}), ("POST", "cwire/relay", {})]
every_route = pytest.mark.parametrize(("method", "path", "own"), ROUTES)


async def status(
    server: Lab, method: str, path: str, own: dict[str, str], **headers: str
) -> tuple[int, str]:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    request = HTTPRequest(
        server.url + path,
        method,
        own | given,
        body="" if method == "POST" else None,
        follow_redirects=False,
    )
    response = await AsyncHTTPClient().fetch(request, raise_error=False)
    return response.code, response.body.decode() if response.body else ""


def cookies(server: Lab) -> str:
    """The cookies of a browser that followed the link with the token."""
    jar = CookieJar()
    with build_opener(HTTPCookieProcessor(jar)).open(f"{server.url}api?token={server.token}"):
        pass
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


@every_route
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "token 0123456789abcdef"},
        {"Authorization": "Bearer "},
        {"Cookie": "username=ann"},
        {"Sec_WebSocket_Protocol": "cwire.v1, cwire.token.0123456789abcdef"},
    ],
)
async def test_no_token_no_entry(
    server: Lab, runtime: Path, method: str, path: str, own: dict[str, str], headers: dict[str, str]
) -> None:
    code, text = await status(server, method, path, own, **headers)
    assert code == 403
    assert str(runtime) not in text
    assert list(runtime.iterdir()) == []  # nothing was started for a stranger


@every_route
async def test_a_rebound_name_is_refused_even_with_the_token(
    server: Lab, runtime: Path, method: str, path: str, own: dict[str, str]
) -> None:
    headers = {"Authorization": f"token {server.token}", "Host": "evil.com"}
    assert (await status(server, method, path, own, **headers))[0] == 403
    assert list(runtime.iterdir()) == []


async def test_a_page_of_elsewhere_is_refused_with_the_users_cookie(
    server: Lab, runtime: Path
) -> None:
    for origin in ("http://evil.com", "http://127.0.0.1:1", "null"):
        headers = {"Cookie": cookies(server), "Origin": origin}
        assert (await status(server, "GET", "cwire/ws", WEBSOCKET, **headers))[0] == 403
        assert (await status(server, "POST", "cwire/relay", {}, **headers))[0] in (403, 404)
    assert list(runtime.iterdir()) == []


async def test_its_own_page_gets_in_with_the_cookie(server: Lab, relay: Relay) -> None:
    origin = f"http://{urlsplit(server.url).netloc}"
    async with splice(server, Authorization="", Cookie=cookies(server), Origin=origin) as page:
        assert page.selected == "cwire.v1"
        assert [driver["name"] for driver in page.hello["drivers"]] == ["demo", "relay"]


async def test_the_path_is_below_the_base_url_only(server: Lab, relay: Relay) -> None:
    headers = {"Authorization": f"token {server.token}"}
    root = server.url.removesuffix(BASE) + "/"
    async with splice(server):
        pass
    for path in ("cwire/ws", "cwire/relay"):
        response = await AsyncHTTPClient().fetch(root + path, raise_error=False, headers=headers)
        assert response.code == 404


@pytest.mark.parametrize(
    "name",
    [
        "",
        "relay-",
        "relay-0",
        "relay-1",
        "relay-1-abcdeg",
        "../relay-1-abcdef",
        "relay-1-abcdef%0a",
        "%00",
    ],
)
async def test_what_is_no_name_of_a_relay_is_refused(server: Lab, relay: Relay, name: str) -> None:
    with pytest.raises(HTTPClientError) as error:
        async with splice(server, f"?relay={name}"):
            pass
    assert error.value.code == 400


async def test_the_protocol_must_be_offered(server: Lab, relay: Relay) -> None:
    headers = {"Authorization": f"token {server.token}", "Sec_WebSocket_Protocol": "chat"}
    code, text = await status(server, "GET", "cwire/ws", WEBSOCKET, **headers)
    assert (code, "offer the protocol cwire.v1" in text) == (400, True)
