"""`cwire demo` where something is in its way; that it runs is tested in end_to_end."""

from __future__ import annotations

import pytest

from cwire import cli
from support.processes import ROOT, Driver, Relay


def test_a_second_start_says_what_runs_already(
    driver: Driver, capsys: pytest.CaptureFixture[str]
) -> None:
    with Relay(f"demo={driver.path}") as relay:
        assert cli.main(["demo", "--root", str(ROOT)]) == 1
        socket = driver.path.parent / f"{relay.name}.sock"
    (line,) = capsys.readouterr().err.splitlines()
    served = f"served by the relay {socket} (driver demo): `cwire.connect(driver='demo')`"
    assert line.startswith(f"cwire demo: a driver listens at {driver.path} already, {served}")
