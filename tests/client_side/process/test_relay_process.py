"""A relay that a notebook starts."""

from __future__ import annotations

from pathlib import Path

import pytest

import cwire
from support.processes import Driver


def test_a_relay_of_this_notebook(driver: Driver, runtime: Path) -> None:
    with cwire.RelayProcess("demo") as relay, cwire.connect() as bridge:
        assert len(bridge.latest("scope_block", 2, timeout=10)) == 2
        with cwire.connect(relay.link) as other:  # over TCP, with the token
            assert other.drivers.keys() == {"demo", "relay"}
        token = relay.link.partition("#token=")[2]
        assert len(token) >= 32
        assert token not in relay.output + repr(relay) + relay._repr_html_()
    assert relay.state == "stopped"


def test_a_relay_that_cannot_start(runtime: Path) -> None:
    with pytest.raises(cwire.CwireError, match=r"(?s)failed with status 2.*driver name 'no/name'"):
        cwire.RelayProcess("no/name=x").start()


def test_a_token_that_comes_in_pieces_is_not_shown() -> None:
    line = b"started\ncwire relay: http://127.0.0.1:1/#token=0123456789abcdef\nnext"
    for cut in range(len(line) + 1):
        relay = cwire.RelayProcess()
        shown = relay._visible(line[:cut]) + relay._visible(line[cut:])
        assert shown == b"started\ncwire relay: http://127.0.0.1:1/#token=(see link)\nnext"
        assert relay.link == "http://127.0.0.1:1/#token=0123456789abcdef"
