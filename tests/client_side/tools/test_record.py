"""cwire record and cwire recover, as a shell calls them."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

import cwire
from cwire import cli
from support.examples import examples as examples
from support.processes import Relay, Running, until
from support.recordings import by_rosbags


def recording(*words: object) -> Running:
    return Running(sys.executable, "-m", "cwire", "record", *map(str, words))


def in_file(path: Path) -> int:
    """How many frames of one message are in a file's whole chunks."""
    if not path.exists() or not path.stat().st_size:
        return 0
    with cwire.open(path) as file:
        return file["scope_block"].count if "demo/scope_block" in file.messages else 0


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
