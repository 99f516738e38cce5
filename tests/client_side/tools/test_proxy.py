"""cwire proxy, as a shell calls it."""

from __future__ import annotations

import signal
import socket
import sys
from pathlib import Path

import pytest

import cwire
from cwire import cli
from support.examples import examples as examples
from support.processes import Driver, Relay, Running, until


def test_a_relay_finds_it_as_another_driver(runtime: Path, built_driver: None) -> None:
    with Driver(runtime / "demo.sock"), Relay() as relay:
        command = (sys.executable, "-m", "cwire", "proxy", "demo", "--delay", "20ms", "--seed", "3")
        with Running(*command) as proxy:
            proxy.wait_for(
                f"{runtime / 'demo_proxy.sock'} leads to {runtime / 'demo.sock'}; Ctrl-C"
            )
            relay.wait_for_drivers(2)
            with cwire.connect() as bridge:
                until(lambda: "demo_proxy" in bridge.drivers)
                bridge.latest("driver_status", driver="demo_proxy", timeout=20)
            proxy.process.send_signal(signal.SIGUSR1)
            proxy.wait_for("1 connections reset")
            proxy.process.send_signal(signal.SIGUSR2)
            proxy.wait_for("connections stalled")
            assert proxy.stop(signal.SIGTERM) == 0
            assert " connections, 0 refused by the target, " in proxy.output[-1]
    assert not (runtime / "demo_proxy.sock").exists()


def test_the_example(runtime: Path, built_driver: None, examples: list[str]) -> None:
    with Driver(runtime / "demo.sock"):
        for line in examples[0].splitlines():
            words = line.partition("#")[0].split()
            with Running(sys.executable, "-m", *words) as proxy:
                proxy.wait_for("leads to")
                assert proxy.stop(signal.SIGTERM) == 0


def test_the_python_example(examples: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as target:
        place = f"127.0.0.1:{target.getsockname()[1]}"
        exec("".join(examples), {"target": place})


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["none"], 2, "none.sock: start the driver, or name another"),
        (["ftp://x:1"], 2, "a proxy knows no ftp://"),
        (["127.0.0.1:1", "--listen", "0.0.0.0:0"], 2, "listens on this machine only"),
        (["127.0.0.1:1", "--reset", "soon"], 2, "no size and no time after which to reset"),
        (["127.0.0.1:1", "--lose", "2"], 2, "lose is the probability of a byte, 0 to 1"),
    ],
)
def test_what_it_cannot_do(
    runtime: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    status: int,
    message: str,
) -> None:
    assert cli.main(["proxy", *words]) == status
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--delay", "5"], "argument --delay: '5' is no time: give 20ms or 1.5s"),
        (["--rate", "fast"], "argument --rate: 'fast' is no size: give 64KiB or 1MB"),
        (["--reset", "5s", "--stall", "5s"], "not allowed with argument"),
    ],
)
def test_arguments(capsys: pytest.CaptureFixture[str], words: list[str], message: str) -> None:
    with pytest.raises(SystemExit):
        cli.main(["proxy", "127.0.0.1:1", *words])
    assert message in capsys.readouterr().err
