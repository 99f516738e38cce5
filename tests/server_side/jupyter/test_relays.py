"""Which relay a page gets, by the entries in the runtime directory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cwire.errors import NotConnected
from cwire.process.relay_process import RelayProcess
from cwire_server.jupyter.relays import Relays
from cwire_structs.relays import this_machine
from support.entries import BENCH, DEMO, entry


def found(relays: Relays, name: str) -> str | None:
    one = relays.find(name)
    return None if one is None else one.unix


@pytest.mark.parametrize("change", [{"host": "container"}, {"root": "container"}])
def test_a_relay_in_another_container_does_not_take_the_place(
    runtime: Path, change: dict[str, str]
) -> None:
    """Its drivers have the same names and sockets, and are those of another instrument."""
    relays = Relays(None, [], 1)
    mine = "relay-1-aaaaaa"
    with entry(runtime, 1, started=1) as first:
        assert found(relays, mine) == first
    with entry(runtime, 2, started=2, machine=replace(this_machine(), **change)):
        assert found(relays, mine) is None
        with entry(runtime, 3, started=3, drivers=BENCH):
            assert found(relays, mine) is None
        with entry(runtime, 4, started=1, drivers=DEMO | BENCH) as again:
            assert found(relays, mine) == again
        assert found(relays, "relay-2-aaaaaa") is not None  # asked for by its own name


def test_one_without_drivers_does_not_hide_those_with_some(runtime: Path) -> None:
    relays = Relays(None, [], 1)
    with entry(runtime, 1, started=1) as demo, entry(runtime, 2, started=2, drivers={}):
        any_relay = relays.find(None)
        assert any_relay is not None
        assert any_relay.unix == demo


async def test_none_is_started_in_place_of_one_in_a_container(runtime: Path) -> None:
    def make() -> RelayProcess:
        raise AssertionError("it would not be taken")

    relays = Relays(make, ["demo=/run/demo.sock"], 1)
    there = replace(this_machine(), host="container")
    with entry(runtime, 1, started=1, machine=there):
        assert found(relays, "relay-1-aaaaaa") is not None
    with pytest.raises(NotConnected, match="relay-1-aaaaaa is gone"):
        await relays.get("relay-1-aaaaaa")
