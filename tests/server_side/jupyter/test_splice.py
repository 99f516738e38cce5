"""Messages go through the splice as they are; it ends as either side does."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import psutil
import pytest
from tornado.httpclient import HTTPClientError

from cwire.errors import NotConnected
from cwire_server.jupyter import splice as splice_module
from cwire_structs import frames
from support.jupyter import Lab
from support.processes import Driver, Relay
from support.raw_client import RawClient
from support.websocket_cases import FORBIDDEN_CODES

from .conftest import splice


async def end(page: RawClient) -> tuple[int | None, str | None]:
    while await page.read() is not None:
        pass
    return page.close_code, page.close_reason


async def test_frames_and_commands_pass(server: Lab, relay: Relay) -> None:
    async with splice(server) as page:
        demo = page.hello["drivers"][0]
        ids = {entry["name"]: int(id) for id, entry in demo["schema"]["messages"].items()}
        await page.say("subscribe", id=1, driver="demo", messages=["scope_block"])
        await page.text("subscribed")
        (tally,) = frames.scan(await page.binary()).tallies
        assert (tally.type, tally.source) == (ids["scope_block"], 1)
        await page.say("unsubscribe", id=1)
        while isinstance(message := await page.read(), bytes):
            pass
        assert message is not None
        assert "unsubscribed" in message
        payload = bytes(demo["schema"]["types"]["get_status"]["size"])
        await page.send(
            frames.pack(ids["get_status"], payload, source=1, sequence=demo["session"], request=7)
        )
        header, _ = await page.frame()
        assert (header.request, header.flags) == (7, frames.REPLY)


async def test_the_page_gets_the_relay_that_it_names(server: Lab, relay: Relay) -> None:
    with Relay("other=/nowhere.sock") as newer:
        for query, name in (
            ("", "demo"),  # the driver of a relay that Jupyter would start
            (f"?relay={relay.name}", "demo"),
            (f"?relay={newer.name}", "other"),
        ):
            async with splice(server, query) as page:
                assert page.hello["drivers"][0]["name"] == name
        # One that is gone is not replaced: another may have other instruments.
        with pytest.raises(HTTPClientError) as gone:
            async with splice(server, "?relay=relay-1-abcdef"):
                pass
        assert gone.value.code == 503
        assert gone.value.response is not None
        assert b"relay-1-abcdef is gone" in gone.value.response.body
    assert server.call("GET", "cwire/relay") == {"relay": relay.name}


async def test_a_stopped_relay_says_so(server: Lab, relay: Relay) -> None:
    async with splice(server) as page:
        relay.stop()
        assert await end(page) == (1001, "the relay is stopping")


async def test_a_relay_that_crashes_is_told_of(server: Lab, driver: Driver, relay: Relay) -> None:
    gone = relay.name
    async with splice(server, f"?relay={gone}") as page:
        relay.stop(signal.SIGKILL)
        assert await end(page) == (1012, "the relay is gone: it was stopped or has crashed")
    # The page comes again, and gets one with the same drivers: here Jupyter's own.
    with Relay("demo=/elsewhere.sock"):
        async with splice(server, f"?relay={gone}") as page:
            demo = page.hello["drivers"][0]
            assert (demo["name"], demo["socket"]) == ("demo", str(driver.path))


@pytest.mark.parametrize("ends", [False, True])
async def test_a_relay_that_does_not_answer_is_no_fault_of_jupyter(
    short_dir: Path, monkeypatch: pytest.MonkeyPatch, ends: bool
) -> None:
    """Stopped by a debugger, or killed in the handshake; the page is told so with a 503."""
    monkeypatch.setattr(splice_module, "_CONNECT_SECONDS", 0.2)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if not ends:
            await reader.read()
        writer.close()

    path = short_dir / "relay-1-abcdef.sock"
    async with await asyncio.start_unix_server(answer, path):
        with pytest.raises(NotConnected, match="does not answer"):
            await splice_module._connect(path)


def test_a_close_code_that_may_not_be_sent_is_not_passed_on() -> None:
    assert splice_module._closing(4000, "why") == (4000, "why")
    for code in (None, *FORBIDDEN_CODES):
        assert splice_module._closing(code, "why") == ()


async def test_the_relay_sees_the_page_go(server: Lab, relay: Relay) -> None:
    async with RawClient(relay.url, Authorization=f"Bearer {relay.token}") as other:
        async with splice(server):
            await other.say("status")
            assert (await other.text("status"))["clients"] == 2
        clients = 2
        while clients != 1:
            await other.say("status")
            clients = (await other.text("status"))["clients"]


async def test_a_message_that_the_relay_would_not_take_is_not_carried(
    server: Lab, relay: Relay
) -> None:
    async with splice(server) as page:
        await page.send(bytes(page.hello["limits"]["command"] + 1))
        assert (await end(page))[0] == 1009


@pytest.mark.parametrize("size", [1, 1 << 20])
async def test_what_the_relay_refuses_comes_back(server: Lab, relay: Relay, size: int) -> None:
    async with splice(server) as page:
        await page.send(bytes(size))
        assert (await page.text("error"))["code"] == "bad_frame"


async def test_a_page_that_does_not_read_costs_jupyter_nothing(
    server: Lab, built_driver: None, runtime: Path
) -> None:
    process = psutil.Process(server.process.process.pid)
    fast = Driver(runtime / "demo.sock", "--rate", "9765")  # 80 MB/s
    with fast, Relay(f"demo={fast.path}") as relay:
        relay.wait_for_drivers()
        async with RawClient(relay.url, Authorization=f"Bearer {relay.token}") as other:
            async with splice(server) as page:
                before = process.memory_info().rss
                await page.say("subscribe", id=1, driver="demo", messages=None)
                await page.text("subscribed")
                page.pause()
                # When the relay drops for this page, all that is before it is full.
                await other.say(
                    "subscribe", id=2, driver="relay", messages=["relay_driver"], format="json"
                )
                await other.text("subscribed")
                while (await other.text("message"))["fields"]["dropped"] == 0:
                    pass
                assert process.memory_info().rss - before < 16 << 20
                page.resume()
                while not isinstance(message := await page.read(), str):
                    pass
                assert "dropped" in message
