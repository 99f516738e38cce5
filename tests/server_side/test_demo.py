"""`cwire demo` where something is in its way; that it runs is tested in end_to_end."""

from __future__ import annotations

from pathlib import Path

import pytest

from cwire import cli
from cwire_server.launch.demo_place import PARTS
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


@pytest.mark.parametrize("here", ["notebooks", "client_side/web"])
def test_the_checkout_is_found_from_the_package(
    here: str, driver: Driver, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT / here)
    assert cli.main(["demo"]) == 1
    assert "a driver listens at" in capsys.readouterr().err  # so its own was found


def test_the_checkout_in_which_it_is_run_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for part in PARTS:
        (tmp_path / part).parent.mkdir()
        (tmp_path / part).touch()
    monkeypatch.chdir(tmp_path)
    assert cli.main(["demo"]) == 1
    told = f"cwire demo: {tmp_path}/c_driver/driver is not built: make -C {tmp_path}/c_driver\n"
    assert capsys.readouterr().err == told


def test_a_folder_that_is_no_checkout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["demo", "--root", str(tmp_path)]) == 1
    told = f"cwire demo: {tmp_path} is no checkout of cwire: it has no c_driver/Makefile\n"
    assert capsys.readouterr().err == told
