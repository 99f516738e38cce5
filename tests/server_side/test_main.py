"""server_main.py as a user runs it: a real process."""

from __future__ import annotations

import asyncio
import errno
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from cwire_server import ConfigError, DriverAddress, RelayConfig
from cwire_server import Relay as InProcess
from support.processes import ROOT, Relay

SERVER = [sys.executable, str(ROOT / "server_side" / "server_main.py")]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SERVER, *arguments], capture_output=True, text=True, timeout=30, check=False
    )


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--driver", "/run/demo.sock"], "not NAME=PATH"),
        (["--driver", "two words"], "driver name"),
        (["--host", "0.0.0.0"], "not a loopback address"),
        (["--port", "99999"], "port 99999"),
        (["--token", "abc"], "shorter than 16"),
        (["--allow-uid", "no such"], "this machine has no such account"),
        (["--schema", "mcu=x"], "x cannot be read"),
        (["--driver", "a=serial:/x?baud=0"], "baud is '0'"),
        (["--driver", "a=/x", "--driver", "a=/y"], "two drivers"),
        (["--allow-uid", "0"], "--allow-uid is for drivers that are named"),
    ],
)
def test_wrong_arguments_get_one_line(runtime: Path, arguments: list[str], reason: str) -> None:
    result = run(*arguments)
    assert result.returncode == 2
    assert reason in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_taken_port_gets_one_line(runtime: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run("--port", str(taken.getsockname()[1]))
    assert result.returncode == 2
    assert "is in use" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_port_of_a_relay_says_whether_that_one_serves_the_driver(runtime: Path) -> None:
    with Relay("lab") as relay:
        port = relay.url.rpartition(":")[2].removesuffix("/ws")
        same, other, all_ = (
            run("--port", port, *words).stderr
            for words in (("--driver", "lab"), ("--driver", "bench"), ())
        )
    assert "of this account: use that one, stop it, or give another port" in same
    missing = "it does not serve what you want: stop it, or give another port with --port (0"
    assert missing in other
    assert missing in all_  # it was told its drivers, and watches for no more


def test_a_runtime_directory_that_is_too_deep_gets_one_line(
    short_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = short_dir / ("d" * 100)
    deep.mkdir(mode=0o700)
    monkeypatch.setenv("CWIRE_RUNTIME_DIR", str(deep))
    result = run("--port", "0")
    assert result.returncode == 2
    assert "path too long; set CWIRE_RUNTIME_DIR" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_an_address_that_is_not_here_gets_one_line(runtime: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cwire_server.app.bind_sockets", _no_address)
        with pytest.raises(ConfigError, match="this machine has no address"):
            asyncio.run(InProcess(RelayConfig((DriverAddress("a", Path("/x")),))).start())


def _no_address(*arguments: object) -> None:
    raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_and_stops_cleanly(runtime: Path, number: int) -> None:
    with Relay(options=("--token", "0123456789abcdefgh")) as relay:
        assert relay.token == "0123456789abcdefgh"
        assert f"drivers that come to {runtime} are served" in relay.wait_for("drivers that come")
        with urlopen(relay.link.split("/#")[0] + "/health") as response:
            assert json.load(response)["status"] == "ok"
        assert len(list(runtime.glob("relay-*"))) == 2
        assert relay.stop(number) == 0
    assert list(runtime.glob("relay-*")) == []
    assert not any("Traceback" in line for line in relay.output)


def test_a_name_alone_is_where_a_driver_of_that_name_listens(runtime: Path) -> None:
    with Relay("bench", "other=/tmp/other.sock") as relay:
        assert relay.wait_for("driver bench").endswith(f": {runtime / 'bench.sock'}")
        assert relay.wait_for("driver other").endswith(": /tmp/other.sock")


def test_the_token_is_in_no_log(runtime: Path) -> None:
    with Relay(options=("--verbose",)) as relay:
        address, token = relay.link.split("/#token=")
        with urlopen(f"{address}/health"):
            pass
        line = relay.wait_for("GET /health")
        assert token not in line
