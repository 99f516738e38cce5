"""Tests the relay of a window: one that runs, else one of its own that ends with it."""

from __future__ import annotations

from pathlib import Path
from urllib.request import urlopen

import pytest

from cwire import errors
from cwire.desktop.backend import Backend
from cwire_structs.relays import living_relays
from support.processes import Driver, Relay


def test_a_relay_that_runs(relay: Relay) -> None:
    for address, token in ((None, None), (relay.link, None), (relay.url, relay.token)):
        with Backend(address, token) as backend:
            link = backend.link("scope")
            assert not backend.started
        assert link == relay.link.replace("/#", "/scope#")
        with urlopen(link) as answer:
            assert b"Scope" in answer.read()
    assert len(living_relays()) == 1  # it is not ours to end
    with Backend() as backend:
        assert backend.link("") == relay.link
        with pytest.raises(errors.InvalidArgument, match="page 'nope': .*/viewer"):
            backend.link("nope")


def test_what_cannot_be_shown(relay: Relay, driver: Driver) -> None:
    with pytest.raises(errors.InvalidArgument, match=f"serve --driver NAME={driver.path}"):
        Backend(f"unix://{driver.path}").__enter__()
    with pytest.raises(errors.UnknownDriver, match="'nope'"):
        Backend(driver="nope").__enter__()
    with pytest.raises(errors.Unauthorized):
        Backend(relay.url, "0" * 64).__enter__()


def test_a_driver_without_a_relay(driver: Driver) -> None:
    with pytest.raises(
        errors.UnknownDriver, match="no driver 'nope' listens .* there listen: demo"
    ):
        Backend(driver="nope").__enter__()
    with Backend() as backend:
        (entry,) = living_relays()
        assert entry.drivers == {"demo": str(driver.path)}
        assert backend.started == ["a relay for demo"]
        assert backend.link("viewer").startswith(f"{backend.origin}/viewer#token=")
    assert not living_relays()
    with pytest.raises(errors.NotConnected, match="sends no pages"):
        backend.link("viewer")
    assert driver.process.poll() is None


def test_nothing_runs(runtime: Path) -> None:
    with Backend() as backend:
        assert backend.started == ["the demo driver", "a relay for demo"]
        assert [entry.drivers for entry in living_relays()] == [
            {"demo": str(runtime.resolve() / "demo.sock")}
        ]
    assert not living_relays()
    assert not (runtime / "demo.sock").exists()


def test_a_runtime_directory_of_others(runtime: Path) -> None:
    runtime.chmod(0o755)
    with pytest.raises(errors.NotConnected, match="open to other accounts"):
        Backend().__enter__()
