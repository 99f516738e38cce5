"""Two instruments, each with a driver and a relay of its own: none is ever taken for the other."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

import cwire
from cwire import cli
from support.ports import held_port
from support.processes import CONTAINER, ROOT, Driver, Relay, until


@pytest.fixture
def hardware(built_driver: None, short_dir: Path) -> Iterator[Driver]:
    """The driver of the other instrument: the same program, so the same schema."""
    with Driver(short_dir / "hardware.sock") as driver:
        yield driver


def frequency(relay: Relay) -> float:
    """The frequency that the relay's instrument has, Hz."""
    with cwire.connect(relay.url, relay.token) as bridge:
        status = bridge.send.get_status()
        assert status is not None
        return float(status.channels[0].frequency)


@pytest.mark.parametrize("name", ["hardware", "demo"])
def test_a_bridge_stays_with_its_instrument(
    driver: Driver, hardware: Driver, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    with contextlib.ExitStack() as stack:
        mine = stack.enter_context(Relay(f"demo={driver.path}"))
        mine.wait_for_drivers()
        bridge = stack.enter_context(cwire.connect())
        until(lambda: bridge["demo"].state == "up")
        other = stack.enter_context(Relay(f"{name}={hardware.path}"))
        other.wait_for_drivers()
        stream = bridge.stream("scope_block", timeout=30)
        before = next(stream)
        mine.stop()
        until(lambda: "not taken: " in repr(bridge))
        assert f"had (demo at {driver.path}) runs; not taken: " in repr(bridge)
        assert f"{other.name}.sock ({name} at {hardware.path})" in repr(bridge)
        with pytest.raises(cwire.NotConnected, match="not taken"):
            bridge.send.set_waveform(frequency=666)
        # Its own relay comes back: another process, socket, port, token.
        again = stack.enter_context(Relay(f"demo={driver.path}"))
        until(lambda: bridge.connected and bridge["demo"].state == "up")
        assert again.name in bridge.address
        assert next(stream).sequence > before.sequence
        bridge.send.set_waveform(frequency=55)
        told = [one for one in caplog.records if "not taken" in one.getMessage()]
        assert len(told) == 1
        assert frequency(again) == 55
        assert frequency(other) not in (55, 666)


@pytest.fixture
def container() -> tuple[str, ...]:
    """The command for a program in a container of another name."""
    tried = subprocess.run([*CONTAINER, "true"], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"no namespaces here: {tried.stderr.strip()}")
    return CONTAINER


def test_a_bridge_by_url_stays_in_its_container(
    driver: Driver, container: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    """The port is taken over by a relay with the same names and sockets on another machine."""
    demo = f"demo={driver.path}"
    with held_port() as port:
        address = ("--port", str(port), "--token", "0123456789abcdefgh")
        with Relay(demo, options=address) as mine, cwire.connect(mine.url, mine.token) as bridge:
            mine.stop()
            with Relay(demo, options=address, inside=container):
                until(lambda: "it runs on container, and this bridge" in repr(bridge))
                with pytest.raises(cwire.NotConnected, match="not taken"):
                    bridge.send.get_status()
            with Relay(demo, options=address):
                until(lambda: bridge.connected and bridge["demo"].state == "up")
                assert bridge.send.get_status() is not None


def test_where_several_run_it_is_said_which_was_taken(
    driver: Driver, hardware: Driver, capsys: pytest.CaptureFixture[str]
) -> None:
    with Relay(f"demo={driver.path}") as older, Relay(f"bench={hardware.path}") as newer:
        older.wait_for_drivers()
        newer.wait_for_drivers()
        assert newer.wait_for("also runs: ").endswith(f"{older.name}.sock (driver demo)")
        sockets = [str(driver.path.parent / f"{one.name}.sock") for one in (newer, older)]
        taken, other = newer.process.pid, older.process.pid
        note = (
            f"2 relays run; taken is the newest, {taken} (driver bench), not {other} (driver demo)"
        )
        with pytest.warns(UserWarning, match="2 relays run") as warned, cwire.connect() as bridge:
            assert bridge.address == sockets[0]
        assert note in str(warned[0].message)
        assert warned[0].filename == __file__
        with cwire.connect(driver="demo") as bridge:
            assert bridge.address == sockets[1]
        for form in (str(older.process.pid), older.name, sockets[1], older.link):
            with cwire.connect(form) as bridge:
                assert list(bridge.drivers) == ["demo", "relay"]
        assert cli.main(["send", "get_status", "--timeout", "30"]) == 0
        said = capsys.readouterr().err
        assert f"cwire send: {note}" in said
        assert said.endswith("choose with --driver NAME or --relay PID\n")
        for words in (["--driver", "demo"], ["--relay", str(older.process.pid)]):
            for tool in (["info"], ["watch", "--once"]):
                assert cli.main([*tool, *words]) == 0
                out, err = capsys.readouterr()
                assert err == ""
                assert "demo" in out
                assert "bench" not in out


def test_what_looks_at_a_message_takes_the_relay_that_has_it(
    driver: Driver, runtime: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Relay(f"demo={driver.path}") as older, cwire.Driver("odd", {"odd": "f8"}):
        older.wait_for_drivers()
        with Relay("odd") as newer:
            newer.wait_for_drivers()
            for words in (["info", "driver_status"], ["echo", "driver_status.blocks", "-n", "1"]):
                assert cli.main([*words, "--timeout", "30"]) == 0
                out, err = capsys.readouterr()
                assert out
                relay = f"relay {older.process.pid} (driver demo)"
                assert err == f"cwire {words[0]}: driver_status is of {relay}\n"
            assert cli.main(["info", "nothing"]) == 6
            assert "2 relays run; taken is the newest" in capsys.readouterr().err


async def test_asyncio_says_it_too(driver: Driver, hardware: Driver) -> None:
    with Relay(f"demo={driver.path}"), Relay(f"bench={hardware.path}"):
        with warnings.catch_warnings(record=True, action="always") as warned:
            bridge = await cwire.aconnect()
            await bridge.close()
            async with cwire.aconnect():
                pass
        assert [one.filename for one in warned] == [__file__] * 2
        assert "2 relays run; taken is the newest" in str(warned[0].message)
        async with cwire.aconnect(driver="demo") as bridge:
            assert "demo" in bridge.drivers


def test_a_port_that_a_relay_has(driver: Driver, short_dir: Path) -> None:
    server = [sys.executable, str(ROOT / "server_side" / "server_main.py")]

    def second(**environment: str) -> str:
        done = subprocess.run(
            [*server, "--port", relay.url.split(":")[2].removesuffix("/ws")],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        return done.stderr

    with Relay(f"demo={driver.path}") as relay:
        assert f"in use by the relay {short_dir}/run/{relay.name}.sock (driver demo)" in second()
        said = second(CWIRE_RUNTIME_DIR=str(short_dir / "other"))
        assert f"its runtime directory is another one ({short_dir}/other here)" in said
