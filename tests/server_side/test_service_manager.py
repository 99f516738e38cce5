"""What systemd is told, at a real socket, and the units of docs/howto/service.md."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from cwire_server.service_manager import notify
from support.examples import examples
from support.processes import SECONDS, Relay

__all__ = ["examples"]


@pytest.fixture(params=["path", "abstract"])
def manager(
    request: pytest.FixtureRequest, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[socket.socket]:
    path = str(runtime / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.settimeout(SECONDS)
        sock.bind(path if request.param == "path" else f"\0{path}")
        monkeypatch.setenv("NOTIFY_SOCKET", path if request.param == "path" else f"@{path}")
        yield sock


def test_a_relay_tells_when_it_serves_and_when_it_stops(
    manager: socket.socket, runtime: Path
) -> None:
    with Relay("bench") as relay:
        ready = manager.recv(1024).decode().splitlines()
        assert ready[0] == "READY=1"
        assert ready[1] == f"STATUS=serves at port {relay.url.rpartition(':')[2].split('/')[0]}"
        relay.process.send_signal(signal.SIGTERM)
        assert manager.recv(1024) == b"STOPPING=1"
        assert relay.wait_for_end() == 0


@pytest.mark.parametrize("address", ["", "vsock:2:1234", "relative", "/nobody/listens"])
def test_where_nobody_wants_to_know_nothing_happens(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    notify("READY=1")


def _verify(folder: Path, *scope: str) -> str:
    units = sorted(map(str, folder.iterdir()))
    done = subprocess.run(
        ["systemd-analyze", *scope, "--man=no", "verify", *units],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "XDG_RUNTIME_DIR": str(folder)},
    )
    mine = [line for line in done.stderr.splitlines() if str(folder) in line or "cwire-" in line]
    return "\n".join(mine) or ("" if done.returncode == 0 else done.stderr)


def test_systemd_finds_no_fault_in_the_units(examples: list[str], tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze: Debian's package systemd has it")
    assert len(examples) == 4
    there = {"/opt/bench/driver": "/bin/true", "/opt/cwire/bin/cwire": "/bin/true"}
    for number, scope in enumerate(("--user", "--system")):
        folder = tmp_path / scope
        folder.mkdir()
        for name, one in zip(("driver", "relay"), examples[2 * number :], strict=False):
            text = one
            for path, program in there.items():
                text = text.replace(path, program)
            (folder / f"cwire-{name}.service").write_text(text)
        assert _verify(folder, scope) == ""
    # It looks: a word that it does not know is told.
    (tmp_path / "--user" / "cwire-relay.service").write_text("[Service]\nExecStrat=/bin/true\n")
    assert "ExecStrat" in _verify(tmp_path / "--user", "--user")
