import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path

from cwire_server.clients.pinger import Pinger
from support.fake_driver import FakeDriver
from support.fake_relay import pictures
from support.foreign import masked_frame
from support.raw_connection import RawConnection
from support.websocket_cases import BINARY, FIN, TEXT

from ..conftest import StartRelay, client, up


@dataclass(eq=False)
class Connection:
    answered: bool = True
    heard: list[str] = field(default_factory=list)

    def send_ping(self) -> None:
        self.heard.append("ping")

    def cut_off(self) -> None:
        self.heard.append("cut off")


def test_who_answers_stays_and_who_does_not_is_cut_off() -> None:
    awake, asleep = Connection(), Connection()
    pinger = Pinger([awake, asleep])
    pinger.round()
    awake.answered = True
    pinger.round()
    assert awake.heard == ["ping", "ping"]
    assert asleep.heard == ["ping", "cut off"]


async def test_a_client_that_hangs_is_cut_off(start_relay: StartRelay, runtime: Path) -> None:
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        pinger = Pinger(relay.core.connections)
        async with client(relay) as good, client(relay) as hung:
            hung.pause()
            pinger.round()
            for _ in range(2):  # before the second request comes its answer to the ping
                await good.say("status")
                await good.text("status")
            pinger.round()
            await good.say("status")
            assert (await good.text("status"))["clients"] == 1
            hung.resume()
            while await hung.read() is not None:
                pass


async def test_who_reads_a_large_frame_slowly_is_not_cut_off(
    start_relay: StartRelay, runtime: Path
) -> None:
    part, parts = 12 << 20, 5  # more than the system keeps for a socket
    async with FakeDriver(runtime / "lab.sock") as driver:
        relay = await up(start_relay, driver)
        pinger = Pinger(relay.core.connections)
        async with await RawConnection.open(relay) as slow:
            wanted = {"op": "subscribe", "id": 1, "driver": None, "messages": ["picture"]}
            slow.writer.write(masked_frame(FIN | TEXT, json.dumps(wanted).encode()))
            while b'"subscribed"' not in (await slow.message())[1]:
                pass
            sending = asyncio.create_task(driver.send(pictures(0, part * parts // 2)))
            assert (await slow.reader.readexactly(10))[0] == FIN | BINARY
            for _ in range(parts):
                pinger.round()  # it cannot answer: the ping lies behind the frame
                await slow.reader.readexactly(part)
            await sending
