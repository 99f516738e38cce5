"""Tells a relay that answers at a port, of whatever runtime directory, from anything else."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

import cwire
from cwire.link import jupyter_relay
from cwire.tools import doctor
from cwire_structs.relays import answers_as_relay
from support.processes import Relay


def test_a_relay_with_another_runtime_directory(
    runtime: Path, short_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Relay() as relay:
        port = int(relay.url.split(":")[2].removesuffix("/ws"))
        assert answers_as_relay(port)
        monkeypatch.setenv("CWIRE_RUNTIME_DIR", str(short_dir / "other"))
        monkeypatch.delenv("JPY_PARENT_PID", raising=False)
        monkeypatch.setattr(jupyter_relay, "answers_as_relay", lambda: answers_as_relay(port))
        why = rf"its runtime directory is another one \({short_dir}/other here\).*the link that"
        with pytest.raises(cwire.NotConnected, match=f"no relay runs here: .*{why}"):
            cwire.connect()
        monkeypatch.setattr(doctor, "DEFAULT_PORT", port)
        monkeypatch.setattr(doctor, "answers_as_relay", lambda: answers_as_relay(port))
        (finding,) = [one for one in doctor.examine() if "a cwire relay answers" in one.text]
        assert finding.level == "warning"


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.0 200 OK\r\n\r\n{}", b"\xff" * 9])
def test_something_else_is_no_relay(said: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            peer, _ = server.accept()
            with peer:
                peer.recv(1000)
                peer.sendall(said)

        thread = threading.Thread(target=answer)
        thread.start()
        assert not answers_as_relay(server.getsockname()[1])
        thread.join()
