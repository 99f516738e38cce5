"""cwire record and cwire recover, as a shell calls them."""

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
from support.recordings import by_rosbags


def recording(*words: object) -> Running:
    return Running(sys.executable, "-m", "cwire", "record", *map(str, words))


def in_file(path: Path, message: str = "demo/scope_block") -> int:
    """How many frames of one message are in a file's whole chunks."""
    if not path.exists() or not path.stat().st_size:
        return 0
    with cwire.open(path) as file:
        return file[message].count if message in file.messages else 0


def test_until_it_is_told_to_end(relay: Relay, tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    with recording("-o", path, "--messages", "scope_block") as process:
        until(lambda: in_file(path) > 0)
        assert process.stop(signal.SIGTERM) == 0
        assert f"{path}: " in process.output[-1]
        assert " frames, " in process.output[-1]
    with cwire.open(path) as file:
        assert file.whole
        assert list(file.messages) == ["demo/scope_block"]
        count = file["scope_block"].count
    assert len(by_rosbags(path)["/demo/scope_block"]) == count > 0


def test_the_examples(relay: Relay, tmp_path: Path, examples: list[str]) -> None:
    (block,) = examples
    tools = Path(sys.executable).parent
    for number, line in enumerate(block.splitlines(), 1):
        command = f'cd "$0" && PATH="$1:$PATH" && exec {line}'
        with Running("sh", "-c", command, tmp_path, tools) as process:
            until(lambda count=number: len(list(tmp_path.glob("*.mcap"))) == count)  # type: ignore[misc]
            assert process.stop(signal.SIGINT) == 0, process.output
    for path in tmp_path.glob("*.mcap"):
        with cwire.open(path) as file:
            assert file.whole


def test_killed_and_recovered(
    relay: Relay, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.mcap"
    with recording("-o", path) as process:
        until(lambda: in_file(path) > 0)
        process.stop(signal.SIGKILL)
    with cwire.open(path) as file:
        assert not file.whole
        assert "not finished" in repr(file)
        counts = {name: one.count for name, one in file.messages.items()}
        assert counts["demo/scope_block"] == len(file["scope_block"].read()) > 0
    mended = tmp_path / "mended.mcap"
    assert cli.main(["recover", str(path), "-o", str(mended)]) == 0
    assert f"{sum(counts.values()):,} frames" in capsys.readouterr().out
    assert cli.main(["recover", str(path), "-o", str(mended)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert cli.main(["recover", str(path)]) == 0
    assert mended.read_bytes() == path.read_bytes()
    assert cli.main(["recover", str(path)]) == 0
    assert "is whole: nothing to do" in capsys.readouterr().out
    topics = by_rosbags(path)
    assert {topic: len(some) for topic, some in topics.items() if "/demo/" in topic} == {
        f"/{name}": count for name, count in counts.items()
    }


def test_a_relay_that_is_away_for_a_while(relay: Relay, tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    with recording("-o", path) as process:
        until(lambda: in_file(path) > 0)
        relay.stop()
        with Relay("demo") as other:
            other.wait_for_drivers()
            before = in_file(path)
            until(lambda: in_file(path) > before)
            assert process.stop(signal.SIGINT) == 0
    with cwire.open(path) as file:
        blocks = file["scope_block"].read()
        assert isinstance(blocks, cwire.FrameArray)
        steps = (blocks.sequence[1:] - blocks.sequence[:-1]).astype(int) - 1
        told = sum(
            sum(one["frames"].values())
            for one in file.events
            if one["event"] == "lost" and one["message"] == "scope_block"
        )
        assert steps.sum() == told  # none, if its ring had them all


def test_arguments(relay: Relay, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.mcap"
    assert cli.main(["record", "-o", str(path), "--seconds", "0.2"]) == 0
    assert cli.main(["record", "-o", str(path), "--seconds", "0.2"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert cli.main(["record", "-o", str(path), "--messages", "block"]) == 6
    assert "no message 'block'" in capsys.readouterr().err
    assert cli.main(["record", "--split", "often"]) == 2
    assert "give 1GiB, 500MB or 10min" in capsys.readouterr().err


def test_a_disk_that_is_full(relay: Relay, tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    shell = 'ulimit -f 5000; exec "$@"'  # blocks of 512 bytes, of dash
    words = (sys.executable, "-m", "cwire", "record", "-o", str(path))
    with Running("sh", "-c", shell, "sh", *words) as process:
        assert process.wait_for_end() == 1
        process.wait_for("there is no more room; what was recorded before is whole")
    with cwire.open(path) as file:
        assert file["scope_block"].count > 0


def test_around_a_trigger_of_a_driver(relay: Relay, tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    words = ("--when", "driver_status.channels[0].frequency == 7", "--before", 0.2, "--after", 0.3)
    with recording("-o", path, *words) as process, cwire.connect() as bridge:
        process.wait_for("waits for driver_status.channels[0].frequency == 7")
        bridge.send.set_waveform(channel=0, frequency=7.0)
        bridge.wait_for("driver_status", lambda one: one.channels[0].frequency == 7, timeout=60)
        bridge.send.set_waveform(channel=0, frequency=8.0)
        until(lambda: in_file(path) > 0)
        assert process.stop(signal.SIGINT) == 0
        assert ", 1 trigger" in process.output[-1]
    with cwire.open(path) as file:
        (event,) = [one for one in file.events if one["event"] == "trigger"]
        assert event["values"] == {"driver_status.channels[0].frequency": 7}
        status, blocks = file["driver_status"].read(), file["scope_block"].read()
        assert isinstance(status, cwire.FrameArray)
        assert isinstance(blocks, cwire.FrameArray)
        assert 7 in status["channels"]["frequency"][:, 0]
        stamps = blocks.time.astype("int64") - event["time_ns"]
        assert stamps[0] >= -0.2e9
        assert (stamps < 0).any()
        assert (stamps > 0).any()


def test_a_condition_in_a_shell(
    relay: Relay, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / "a.mcap")
    wrong = ["record", "-o", path, "--when", "driver_status.temprature > 80"]
    assert cli.main(wrong) == 2
    assert "did you mean 'temperature'?: column 1 of" in capsys.readouterr().err
    assert cli.main(["record", "-o", path, "--before", "3"]) == 2
    assert "give when, too" in capsys.readouterr().err
    never = ["record", "-o", path, "--when", "driver_status.temperature > 1e9", "--seconds", "0.1"]
    assert cli.main(never) == 0
    assert "0 frames, 0.0 MB, 0 triggers" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_replayed_file_triggers_by_its_own_time(runtime: Path, tmp_path: Path) -> None:
    path = record(tmp_path / "run.mcap", ticks(100, 20), count=20)
    replay = (sys.executable, "-m", "cwire", "replay", str(path), "--speed", "20")
    found = tmp_path / "found.mcap"
    words = ("--messages", "tick", "--when", "tick.index == 110", "--before", 3, "--after", 2)
    with Relay("lab") as relay, Running(*replay) as driver:
        driver.wait_for("lab: 19.0 s of")
        relay.wait_for_drivers()
        with recording("-o", found, *words) as process:
            process.wait_for(f"tick.index == 110: {found}")
            until(lambda: in_file(found, "lab/tick") == 6)
            assert process.stop(signal.SIGINT) == 0
    with cwire.open(found) as file:
        ticked = file["tick"].read()
        assert isinstance(ticked, cwire.FrameArray)
        assert ticked["index"].tolist() == list(range(107, 113))
        assert [one["time_ns"] for one in file.events if one["event"] == "trigger"] == [110 * 10**9]


def test_the_examples_of_a_trigger(relay: Relay, tmp_path: Path, examples: list[str]) -> None:
    line = "".join(examples).replace("driver_status.temperature > 80", "driver_status.blocks >= 0")
    tools = Path(sys.executable).parent
    command = f'cd "$0" && PATH="$1:$PATH" && exec {line.strip()}'
    with Running("sh", "-c", command, tmp_path, tools) as process:
        process.wait_for("driver_status.blocks >= 0: hot.mcap")
        assert process.stop(signal.SIGINT) == 0
    with cwire.open(tmp_path / "hot.mcap") as file:
        (event,) = [one for one in file.events if one["event"] == "trigger"]
        assert event["short"] == "the recording had just begun"
