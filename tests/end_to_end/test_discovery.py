"""Drivers that come, die and return while a relay watches the runtime directory."""

from __future__ import annotations

import signal
from pathlib import Path

import numpy as np
import pytest

import cwire
from support.ports import held_port
from support.processes import Driver, Relay, until


def test_drivers_come_die_and_return(built_driver: None, runtime: Path) -> None:
    with Relay() as relay, cwire.connect() as bridge:
        assert [*bridge.drivers] == ["relay"]
        with pytest.raises(cwire.UnknownDriver, match="serves no driver yet: start one"):
            bridge.send.get_status()
        first = Driver(runtime / "demo.sock")
        with first:
            until(lambda: "demo" in bridge.drivers and bridge["demo"].state == "up")
            with cwire.connect() as later:  # the entry names it, and so does the hello
                assert [*later.drivers] == ["demo", "relay"]
            assert bridge.latest("scope_block", timeout=30)
            assert bridge.send.get_status() is not None
            stream = bridge.stream("scope_block", timeout=30)
            with cwire.Driver("twin", {"scope_block": np.dtype("f8")}) as twin:
                until(lambda: "twin" in bridge.drivers and bridge["twin"].state == "up")
                with pytest.raises(cwire.Ambiguous, match="demo, twin"):
                    bridge.latest("scope_block")
                assert next(stream).sequence >= 0  # whose it was is decided
                with cwire.connect(driver="demo") as one:
                    assert "samples" in one.latest("scope_block", timeout=30)[0]
                assert [*twin.schema.messages] == ["scope_block"]
            until(lambda: bridge["twin"].state == "down")
            first.stop(signal.SIGKILL)
        until(lambda: bridge["demo"].state == "down")
        assert bridge.drivers["demo"].source == 1
        # Another program at the same socket, with other structs.
        with cwire.Driver("demo", {"count": np.dtype("u4")}) as other:
            until(lambda: bridge["demo"].state == "up")
            assert [*bridge.drivers["demo"].published] == ["count"]
            stream = bridge.stream("count", timeout=30, driver="demo")
            other.publish("count", 7)
            assert next(stream).value == 7
            assert bridge.drivers["demo"].source == 1
        assert not any("Traceback" in line for line in relay.output)


def test_a_relay_that_returns_while_one_driver_is_off(built_driver: None, runtime: Path) -> None:
    with held_port() as port:
        options = ("--port", str(port), "--token", "0123456789abcdefgh")
        known = ("left", "right")
        left, right = Driver(runtime / "left.sock"), Driver(runtime / "right.sock")
        with right, left, Relay(options=options) as relay:
            relay.wait_for_drivers(2)
            with cwire.connect() as near, cwire.connect(relay.url, relay.token) as far:
                bridges = (near, far)
                streams = [one["left"].stream("scope_block", timeout=60) for one in bridges]
                for stream in streams:
                    next(stream)
                assert all(one["right"].latest("scope_block", timeout=30) for one in bridges)
                relay.stop()
                left.stop(signal.SIGKILL)
                with Relay(options=options) as again:
                    again.wait_for_drivers()
                    for one in bridges:
                        until(lambda one=one: one.connected)  # type: ignore[misc]
                        assert one["left"].state == "down"
                        assert "does not find it; start it again" in repr(one["left"])
                        with pytest.raises(cwire.DriverDown, match="does not find it"):
                            one["left"].send.get_status()
                        with pytest.raises(cwire.Ambiguous):  # though only one of them runs
                            one.send.get_status()
                        assert one["right"].send.get_status() is not None
                    with Driver(left.path):
                        for one, stream in zip(bridges, streams, strict=True):
                            until(lambda one=one: one["left"].state == "up")  # type: ignore[misc]
                            next(stream)
                            assert one["left"].send.get_status() is not None
                            rows = [one.health.of("scope_block", name) for name in known]
                            assert all(row.lost == row.lost_while_away for row in rows)
