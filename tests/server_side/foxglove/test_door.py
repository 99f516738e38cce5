"""The door: which requests come in, and what they are told of the drivers."""

from __future__ import annotations

import logging

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPClientError
from websockets.exceptions import InvalidStatus

from cwire_server import Relay
from support.raw_client import RawClient
from support.viewer import Viewer

from ..conftest import StartRelay

PAGE = "https://app.foxglove.dev"
SDK, OLD = "foxglove.sdk.v1", "foxglove.websocket.v1"


async def status(relay: Relay, path: str, *offered: str, origin: str | None = None) -> int:
    path = path.replace("TOKEN", relay.config.token)
    try:
        async with Viewer(relay, path, offered=offered or (SDK,), origin=origin):
            return 101
    except InvalidStatus as error:
        return error.response.status_code


@pytest.mark.parametrize("path", ["/", "/foxglove", "/foxglove/"])
@pytest.mark.parametrize(
    ("offered", "selected"),
    [((SDK,), SDK), ((OLD,), OLD), ((OLD, SDK), OLD), (("other", SDK), SDK)],
)
async def test_both_protocols_are_spoken(
    start_relay: StartRelay, path: str, offered: tuple[str, ...], selected: str
) -> None:
    relay = await start_relay("lab", foxglove=True)
    path = f"{path}?token={relay.config.token}"
    async with Viewer(relay, path, offered=offered) as viewer:
        assert viewer.connection.subprotocol == selected
        assert viewer.info["name"] == "cwire"
        assert viewer.info["supportedEncodings"] == ["cdr", "json"]


async def test_the_rules_are_those_of_all_clients(
    start_relay: StartRelay, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    relay = await start_relay("lab", foxglove=True, allowed_origins=frozenset({PAGE}))
    assert await status(relay, "/foxglove") == 401
    assert await status(relay, "/foxglove?token=" + "0" * 64) == 401
    assert await status(relay, "/foxglove?token=TOKEN", "cwire.v1") == 400
    assert await status(relay, "/foxglove?token=TOKEN", origin="https://evil.example") == 403
    assert await status(relay, "/foxglove?token=TOKEN", origin="file://") == 403
    assert await status(relay, "/foxglove?token=TOKEN", origin=PAGE) == 101
    assert await status(relay, "/foxglove", SDK, f"cwire.token.{relay.config.token}") == 101
    logged = [one.getMessage() for one in caplog.records if not one.name.startswith("websockets")]
    assert any("GET /foxglove" in line for line in logged)
    assert not any(relay.config.token in line for line in logged)


async def test_a_desktop_app_is_let_in_by_the_user_alone(start_relay: StartRelay) -> None:
    relay = await start_relay("lab", foxglove=True, allowed_origins=frozenset({"file://"}))
    assert await status(relay, "/foxglove?token=TOKEN", origin="file://") == 101
    assert await status(relay, "/foxglove?token=TOKEN", origin="null") == 403


async def test_a_token_in_a_query_opens_nothing_else(start_relay: StartRelay) -> None:
    relay = await start_relay("lab", foxglove=True)
    url = f"ws://127.0.0.1:{relay.port}/ws?token={relay.config.token}"
    with pytest.raises(HTTPClientError, match="401"):
        async with RawClient(url):
            pass
    page = await AsyncHTTPClient().fetch(f"http://127.0.0.1:{relay.port}/")
    assert b"<html" in page.body


@pytest.mark.parametrize("path", ["/", "/foxglove"])
async def test_it_is_off_by_default(start_relay: StartRelay, path: str) -> None:
    relay = await start_relay("lab")
    assert relay.foxglove_link == ""
    assert await status(relay, f"{path}?token=TOKEN") in (200, 404)


async def test_each_run_of_the_relay_is_a_session(start_relay: StartRelay) -> None:
    sessions = []
    for _ in range(2):
        relay = await start_relay("lab", foxglove=True)
        for _ in range(2):
            async with Viewer(relay) as viewer:
                sessions.append(viewer.info["sessionId"])
        await relay.stop()
    assert sessions[0] == sessions[1] != sessions[2] == sessions[3]
