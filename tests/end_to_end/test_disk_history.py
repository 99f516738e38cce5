"""The history on disk: a real driver, a real relay in a process of its own, and bridges."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import pytest

import cwire
from support.examples import examples
from support.own_relay import connect_alone
from support.processes import Driver, Relay, until

BEGIN = 1_700_000_000 * 10**9
MILLISECOND = 10**6


__all__ = ["examples"]  # a fixture


class Tick:
    index: int
    values: Annotated[float, cwire.array(16)]


class Blob:
    number: int
    data: Annotated[np.uint8, cwire.tail()]


class TickBefore:
    index: int


@pytest.fixture
def driver(runtime: Path) -> Iterator[cwire.Driver]:
    with cwire.Driver("lab", [Tick, Blob]) as driver:
        yield driver


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "disk"
    path.mkdir()
    return path


@pytest.fixture
def relay(driver: cwire.Driver, folder: Path) -> Iterator[Relay]:
    options = ("--history-disk", "10min", "--history-folder", str(folder))
    with Relay(f"lab={driver.path}", options=options) as relay:
        relay.wait_for_drivers()
        yield relay


def publish(driver: cwire.Driver, first: int, count: int, *, step: int = MILLISECOND) -> None:
    """Ticks, a millisecond apart, that the relay has when this returns."""
    ticks = np.zeros(count, driver.schema.messages["tick"].dtype())
    ticks["index"] = np.arange(first, first + count)
    for begin in range(0, count, 1000):
        part = ticks[begin : begin + 1000]
        stamps = BEGIN + part["index"].astype(np.int64) * step
        driver.publish("tick", part, time_ns=stamps)
        until(lambda: driver.pending == 0)


def indices(found: cwire.FrameArray | list[cwire.Record]) -> npt.NDArray[np.int64]:
    assert isinstance(found, cwire.FrameArray)
    return np.asarray(found["index"])


def small(**options: object) -> cwire.Bridge:
    """A bridge whose memory has the last 100 ticks."""
    return cwire.connect(history_bytes=100 * 160, **options)  # type: ignore[arg-type]


def test_what_memory_has_not_is_read_from_disk_without_doubles(
    driver: cwire.Driver, relay: Relay, folder: Path
) -> None:
    publish(driver, 0, 5000)
    with small() as bridge:
        # Before anything has come to this bridge.
        assert (indices(bridge.history("tick", seconds=1.0)) == np.arange(3999, 5000)).all()
        publish(driver, 5000, 1000)
        until(lambda: indices(bridge.latest("tick", 1))[-1] == 5999)
        assert len(bridge.history("tick")) == len(bridge.history("tick", 200, disk=False)) < 200
        assert (indices(bridge.history("tick", 700)) == np.arange(5300, 6000)).all()
        found = bridge.history("tick", seconds=2.0)
        assert isinstance(found, cwire.FrameArray)
        assert (indices(found) == np.arange(3999, 6000)).all()
        assert (found.sequence == np.arange(3999, 6000)).all()
        assert found.time[0] == np.datetime64(BEGIN + 3999 * MILLISECOND, "ns")
        assert (indices(bridge.history("tick", disk=True)) == np.arange(6000)).all()
        assert (indices(bridge["lab"].history("tick", 6000)) == np.arange(6000)).all()
        # What is within memory waits for nobody.
        assert (indices(bridge.history("tick", 10)) == np.arange(5990, 6000)).all()
        row = bridge.health.of("tick")
        assert (row.lost, row.skipped) == (0, 0)

    async def by_async() -> npt.NDArray[np.int64]:
        async with await cwire.aconnect(history_bytes=100 * 160) as bridge:
            of_driver = indices(await bridge["lab"].history("tick", 150))
            assert (of_driver == np.arange(5850, 6000)).all()
            return indices(await bridge.history("tick", seconds=3.0))

    assert (asyncio.run(by_async()) == np.arange(2999, 6000)).all()
    # The files have no names: nothing is left, however the relay ends.
    assert list(folder.iterdir()) == []
    assert open_in(relay, folder)
    relay.process.send_signal(signal.SIGKILL)
    relay.wait_for_end()
    assert list(folder.iterdir()) == []


def open_in(relay: Relay, folder: Path) -> int:
    """Counts the files in a folder that a relay has open."""
    files = Path(f"/proc/{relay.process.pid}/fd").iterdir()
    return sum(str(one.readlink()).startswith(str(folder.resolve())) for one in files)


@pytest.mark.parametrize("step", [0, -MILLISECOND])
def test_equal_and_backward_stamps_lose_and_double_nothing(
    driver: cwire.Driver, relay: Relay, step: int
) -> None:
    publish(driver, 0, 1000, step=step)
    with small() as bridge:
        bridge.history("tick")
        publish(driver, 1000, 500, step=step)
        until(lambda: indices(bridge.latest("tick", 1))[-1] == 1499)
        for count in (150, 1500):
            found = indices(bridge.history("tick", count))
            assert (found == np.arange(1500 - count, 1500)).all()
        assert (indices(bridge.history("tick", disk=True)) == np.arange(1500)).all()


def test_messages_of_any_size_and_another_run_of_the_driver(
    driver: cwire.Driver, relay: Relay, runtime: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(300):
        driver.publish("blob", number=number, data=np.full(number, number % 256, np.uint8))
    until(lambda: driver.pending == 0)
    with small() as bridge:
        found = bridge.history("blob", 250)
        assert isinstance(found, list)
        assert [record.number for record in found] == [*range(50, 300)]
        assert all((one.data == one.number % 256).all() for one in found)
        before = bridge["lab"].driver.run
        driver.close()
        with cwire.Driver("lab", [Tick, Blob]) as again:
            until(lambda: bridge["lab"].state == "up" and bridge["lab"].driver.run != before)
            again.publish("blob", number=300, data=np.zeros(3, np.uint8))
            until(lambda: again.pending == 0)
            found = bridge.history("blob", disk=True)
            assert [record.number for record in found] == [*range(301)]
        assert caplog.messages == []
        # With other structs the bytes of before mean nothing any more.
        with cwire.Driver("lab", {"blob": TickBefore}) as other:
            until(
                lambda: bridge["lab"].state == "up" and "tick" not in bridge["lab"].schema.published
            )
            other.publish("blob", index=7)
            until(lambda: other.pending == 0)
            assert indices(bridge.history("blob", disk=True)).tolist() == [7]
            assert "301 frames of blob on the relay's disk are left out" in caplog.text


def test_the_relay_without_and_the_bridge_without_relay_say_how_to_turn_it_on(
    driver: cwire.Driver,
) -> None:
    publish(driver, 0, 10)
    with Relay(f"lab={driver.path}") as relay, cwire.connect() as bridge:
        relay.wait_for_drivers()
        with pytest.raises(cwire.CwireError, match="keeps none: start it with `cwire serve --hist"):
            bridge.history("tick", disk=True)
        assert len(bridge.history("tick", seconds=600)) == 0, "as ever, what is in memory"
    with connect_alone(Path(driver.path)) as alone:
        with pytest.raises(cwire.CwireError, match="this bridge has no relay: start one"):
            alone.history("tick", 5, disk=True)


def test_a_relay_that_goes_while_it_is_asked_is_told(driver: cwire.Driver, relay: Relay) -> None:
    publish(driver, 0, 1000)
    with small() as bridge:
        bridge.history("tick")
        relay.process.send_signal(signal.SIGSTOP)
        done: list[Exception] = []

        async def ask() -> None:
            from cwire.bridge import past

            link = bridge._link
            feed = link.lookup.feed("tick")
            _, query = past.look(link, feed, 500, None, None)
            assert query is not None
            asking = asyncio.ensure_future(link.past(query))
            await asyncio.sleep(0)
            relay.process.send_signal(signal.SIGKILL)
            try:
                await asking
            except Exception as error:
                done.append(error)

        bridge._thread.call(ask())
        assert isinstance(done[0], cwire.NotConnected)
        assert "is gone" in str(done[0])
        with pytest.raises(cwire.CwireError, match="no history of tick on disk: the relay"):
            bridge.history("tick", 500, disk=True)


def test_the_examples(built_driver: None, runtime: Path, examples: list[str]) -> None:
    (code,) = examples
    with (
        Driver(runtime / "demo.sock") as driver,
        Relay(f"demo={driver.path}", options=("--history-disk", "10min")) as relay,
    ):
        relay.wait_for_drivers()
        with cwire.connect() as bridge:
            # A bridge that comes later finds what it has missed.
            bridge.latest("driver_status", 2, timeout=30)
            bridge.latest("scope_block", 20, timeout=30)
            with cwire.connect() as late:
                found: dict[str, Any] = {"bridge": late}
                exec(code, found)
                assert len(found["status"]) >= 2


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--history-disk", "soon"), "'soon' is no time; give 10min"),
        (("--history-disk", "0.1s"), "0.1 s is too short"),
        (("--history-disk-bytes", "many"), "'many' is no size; give 2GiB"),
        (("--history-disk-bytes", "1kB"), "1,000 bytes are too few"),
        (("--history-folder", "/nowhere"), "/nowhere is no folder"),
    ],
)
def test_options_that_cannot_be_are_refused(
    runtime: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], text: str
) -> None:
    from cwire_server.main import main

    assert main([*options]) == 2
    assert text in capsys.readouterr().err
