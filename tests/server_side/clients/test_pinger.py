from dataclasses import dataclass, field
from pathlib import Path

from cwire_server.clients.pinger import Pinger
from support.fake_driver import FakeDriver

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
        pinger = Pinger(relay._connections)
        async with client(relay) as good, client(relay) as hung:
            hung.pause()
            pinger.round()
            await good.say("status")
            await good.text("status")
            pinger.round()
            await good.say("status")
            assert (await good.text("status"))["clients"] == 1
            hung.resume()
            while await hung.read() is not None:
                pass
