"""Pages of another origin: let in with the token while a client that asked for it is there."""

from __future__ import annotations

import asyncio
import logging
import threading

import pytest
from tornado.httpclient import HTTPClientError

import cwire
from cwire.link.address import resolve
from cwire.link.link import Link
from cwire.session.session import Session
from cwire_server import Relay
from support.raw_client import RawClient

from ..conftest import StartRelay

PAGE = "http://localhost:8888"


async def linked() -> Link:
    """A client on the Unix socket of this account's relay, as a kernel has one."""
    link = Link(resolve().address, Session(1 << 20, lock=threading.Lock()))
    await link.open(10)
    return link


async def status(relay: Relay, origin: str = PAGE, token: str | None = None) -> int:
    """The relay's answer to the handshake of a page: 101 lets it in."""
    offered = ("cwire.v1", f"cwire.token.{token or relay.config.token}")
    url = f"ws://127.0.0.1:{relay.port}/ws"
    try:
        async with RawClient(url, subprotocols=offered, Origin=origin) as page:
            assert page.selected == "cwire.v1"
            return 101
    except HTTPClientError as error:
        return error.code


async def test_a_page_comes_in_while_the_client_that_asked_is_there(
    start_relay: StartRelay, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    relay = await start_relay("lab")
    assert await status(relay) == 403
    link, other = await linked(), await linked()
    assert await link.allow_origin(PAGE) == (
        f"ws://127.0.0.1:{relay.port}/ws",
        relay.config.token,
    )
    await other.allow_origin(PAGE)
    assert await status(relay) == 101
    assert await status(relay, token="0" * 64) == 401
    assert await status(relay, "http://localhost:8889") == 403
    await link.shut()
    assert await status(relay) == 101  # another client still wants it
    await other.shut()
    while relay.hub.clients:
        await asyncio.sleep(0)
    assert await status(relay) == 403
    assert relay.config.token not in caplog.text


async def test_a_page_that_is_in_stays(start_relay: StartRelay) -> None:
    relay = await start_relay("lab")
    link = await linked()
    url, token = await link.allow_origin(PAGE)
    async with RawClient(url, Authorization=f"Bearer {token}", Origin=PAGE) as page:
        await link.shut()
        while len(relay.hub.clients) > 1:
            await asyncio.sleep(0)
        await page.say("status")
        assert (await page.text("status"))["clients"] == 1
    assert await status(relay) == 403


@pytest.mark.parametrize(
    "origin", [None, 7, "", "null", "*", "localhost:8888", f"{PAGE}/", "http://[::1", "http://x:"]
)
async def test_what_is_no_origin_is_refused(start_relay: StartRelay, origin: object) -> None:
    relay = await start_relay("lab")
    async with RawClient("ws://localhost/ws", unix=str(resolve().address.unix)) as client:
        await client.say("origin", id=5, origin=origin)
        error = await client.text("error")
        assert (error["id"], error["code"]) == (5, "bad_request")
        assert f"{str(origin)!r} is not an origin" in error["text"]
        await client.say("origin", origin=PAGE)
        assert "id must be a whole number" in (await client.text("error"))["text"]
    assert await status(relay) == 403


async def test_the_client_says_why_not(start_relay: StartRelay) -> None:
    await start_relay("lab")
    link = await linked()
    for port in range(16):
        await link.allow_origin(f"http://localhost:{port}")
    await link.allow_origin("http://localhost:0")
    with pytest.raises(cwire.CwireError, match=r"pages of 'http://localhost:16' .* 16 origins"):
        await link.allow_origin("http://localhost:16")
    await link.shut()
    with pytest.raises(cwire.NotConnected):
        await link.allow_origin(PAGE)
