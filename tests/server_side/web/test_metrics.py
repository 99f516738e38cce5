"""/metrics: who may read it, and whether Prometheus' own parser understands it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from cwire_server import Relay
from cwire_server.statistics import DriverCount, MessageCount, RelayCount, Snapshot
from cwire_server.web.metrics import exposition
from support.fake_driver import FakeDriver, ticks

from ..conftest import StartRelay


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Values by name and labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def fetch(relay: Relay, **headers: str) -> HTTPResponse:
    url = f"http://127.0.0.1:{relay.port}/metrics"
    return await AsyncHTTPClient().fetch(url, raise_error=False, headers=headers)


def bearer(relay: Relay) -> dict[str, str]:
    return {"Authorization": f"Bearer {relay.config.token}"}


def test_every_counter_is_there() -> None:
    snapshot = Snapshot(
        RelayCount(uptime=3, loop_lag=0.5, sent_bytes=77, queue_bytes=9, clients=2),
        (
            DriverCount(1, "a", "up", 1, 30, 1920, 4, 5, 6, 7, 8),
            DriverCount(2, "b", "stale"),
        ),
        (MessageCount("a", 1, 1, "tick", 20, 1280, 3, 2),),
    )
    found = samples(exposition(snapshot).decode())
    assert found == {
        ("cwire_clients",): 2,
        ("cwire_queue_bytes",): 9,
        ("cwire_sent_bytes_total",): 77,
        ("cwire_loop_lag_seconds",): 0.5,
        ("cwire_uptime_seconds",): 3,
        ("cwire_driver_up", "a"): 1,
        ("cwire_driver_up", "b"): 0,
        ("cwire_commands_total", "a"): 6,
        ("cwire_commands_total", "b"): 0,
        ("cwire_pending_commands", "a"): 7,
        ("cwire_pending_commands", "b"): 0,
        ("cwire_damaged_frames_total", "a"): 8,
        ("cwire_damaged_frames_total", "b"): 0,
        ("cwire_frames_total", "a"): 30,
        ("cwire_frames_total", "b"): 0,
        ("cwire_bytes_total", "a"): 1920,
        ("cwire_bytes_total", "b"): 0,
        ("cwire_lost_total", "a"): 4,
        ("cwire_lost_total", "b"): 0,
        ("cwire_dropped_frames_total", "a"): 5,
        ("cwire_dropped_frames_total", "b"): 0,
        ("cwire_message_frames_total", "a", "tick"): 20,
        ("cwire_message_bytes_total", "a", "tick"): 1280,
        ("cwire_message_lost_total", "a", "tick"): 3,
        ("cwire_message_dropped_frames_total", "a", "tick"): 2,
    }


async def test_a_scrape(start_relay: StartRelay, runtime: Path) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await start_relay("lab")
        await driver.connected()
        await driver.send(ticks(0, 20))
        found: dict[tuple[str, ...], float] = {}
        while found.get(("cwire_frames_total", "lab")) != 20:
            response = await fetch(relay, **bearer(relay))
            assert response.code == 200
            assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")
            found = samples(response.body.decode())
        assert found["cwire_driver_up", "lab"] == 1
        assert found["cwire_message_bytes_total", "lab", "tick"] == 20 * 64
        assert not any("relay" in key[1:] for key in found)
        assert relay.config.token not in response.body.decode()


@pytest.mark.parametrize(
    ("headers", "code", "text"),
    [
        ({}, 401, "Authorization: Bearer TOKEN"),
        ({"Authorization": "Bearer 0123"}, 401, "missing or wrong"),
        ({"Host": "evil.com"}, 403, "localhost only"),
        ({"Origin": "http://evil.com"}, 403, "http://evil.com is not allowed"),
        ({"Sec-WebSocket-Protocol": "cwire.token.TOKEN"}, 401, "missing or wrong"),
    ],
)
async def test_refused(
    start_relay: StartRelay, headers: dict[str, str], code: int, text: str
) -> None:
    relay = await start_relay("lab")
    given = {name: value.replace("TOKEN", relay.config.token) for name, value in headers.items()}
    if code == 403:
        given |= bearer(relay)
    response = await fetch(relay, **given)
    assert response.code == code
    assert text in response.body.decode()
    assert b"cwire_" not in response.body
    assert (response.headers.get("WWW-Authenticate") == "Bearer") == (code == 401)


async def test_the_unix_socket_needs_no_token(start_relay: StartRelay, runtime: Path) -> None:
    await start_relay("lab")
    (path,) = runtime.glob("relay-*.sock")
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    answer = (await reader.read()).decode()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith("HTTP/1.1 200")
    assert 'cwire_driver_up{driver="lab"} 0.0' in answer
