"""cwire replay, as a shell calls it."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

import cwire
from cwire import cli
from support.examples import examples as examples
from support.fake_relay import record, ticks
from support.processes import Relay, Running, until


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A recording of twenty ticks."""
    return record(tmp_path / "run.mcap", ticks(100, 20), count=20)


def replaying(*words: object) -> Running:
    return Running(sys.executable, "-m", "cwire", "replay", *map(str, words))


def test_it_is_a_driver_to_a_relay(runtime: Path, path: Path) -> None:
    with replaying(path, "--speed", 0) as process:
        process.wait_for("lab: 19.0 s of")
        with Relay("lab") as relay:
            relay.wait_for_drivers()
            with cwire.connect() as bridge:
                until(lambda: len(bridge.latest("tick", 20)) == 20)
                bridge.send.replay_pause()
                until(lambda: bridge.latest("replay_status")[-1].position == 19)
        assert process.stop(signal.SIGTERM) == 0
        assert process.output[-1] == "lab: 20 frames"


def test_the_example(runtime: Path, path: Path, examples: list[str]) -> None:
    with Relay("lab") as relay, replaying(path, "--loop"):
        relay.wait_for_drivers()
        with cwire.connect() as bridge:
            exec("".join(examples), {"bridge": bridge})
            until(lambda: bridge.latest("replay_status")[-1].speed == 2)


def test_once(runtime: Path, path: Path) -> None:
    with (
        Relay("lab") as relay,
        cwire.connect(relay.url, relay.token),  # somebody who reads
        replaying(path, "--speed", 0, "--once", "--from", 10) as process,
    ):
        assert process.wait_for_end() == 0
        assert process.stop() == 0
        assert process.output[-1] == "lab: 10 frames"


def test_arguments(runtime: Path, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["replay", str(path), "--driver", "lib"]) == 5
    assert "no driver 'lib'; did you mean 'lab'" in capsys.readouterr().err
    assert cli.main(["replay", str(path.with_name("none"))]) == 2
    assert "cannot read" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.main(["replay", str(path), "--speed", "-1"])
    assert "no number from 0 to 1000" in capsys.readouterr().err
