"""Replay: a recording is a driver like any other, with its stamps, and commands that steer it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cwire
from cwire.errors import CommandError, InvalidArgument, InvalidCommand, UnknownDriver
from cwire.recording.player import Player
from support import schemas
from support.fake_relay import FakeRelay, driver, pictures, record, ticks
from support.own_relay import connect_alone
from support.processes import until

SECOND = 1_000_000_000


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty seconds: a tick each second, and three pictures."""
    return record(
        tmp_path_factory.mktemp("recording") / "run.mcap",
        ticks(100, 20),
        pictures(105, 3, 3, 0),
        count=23,
    )


@pytest.fixture
def play(path: Path, short_dir: Path) -> Iterator[Any]:
    """Plays the file, and connects to the player."""
    opened: list[Any] = []

    def run(**options: Any) -> tuple[Player, cwire.Bridge]:
        file = cwire.open(path)
        player = Player(file, None, str(short_dir / "lab.sock"), **options)
        opened.extend([file, player])
        player.start()
        bridge = connect_alone(Path(player.driver.path))
        opened.append(bridge)
        return player, bridge

    yield run
    for one in reversed(opened):
        one.close()


def numbers(bridge: cwire.Bridge, message: str = "tick") -> list[int]:
    return [int(one) // SECOND for one in stamps(bridge, message)]


def stamps(bridge: cwire.Bridge, message: str) -> list[int]:
    found = bridge.history(message)
    if isinstance(found, list):
        return [int(one.time.astype(int)) for one in found]
    return [int(one) for one in found.time.astype(int)]


def test_everything_comes_with_its_stamps(play: Any, path: Path) -> None:
    player, bridge = play(speed=0)
    until(player.ended.is_set)
    until(lambda: len(bridge.history("tick")) == 20)
    recorded = cwire.open(path)
    ticks_ = recorded["tick"].read()
    played = bridge.history("tick")
    assert isinstance(played, cwire.FrameArray)
    assert isinstance(ticks_, cwire.FrameArray)
    assert played["index"].tolist() == ticks_["index"].tolist()
    assert numbers(bridge) == list(range(100, 120))
    assert numbers(bridge, "picture") == [105, 106, 107]
    pixels = [list(one.pixels) for one in bridge.history("picture")]
    assert pixels == [list(one.pixels) for one in recorded["picture"].read()]
    assert player.frames == 23
    until(lambda: not bridge.latest("replay_status")[-1].playing)
    status = bridge.latest("replay_status")[-1]
    assert (status.position, status.duration, status.frames) == (19, 19, 23)


def test_it_is_steered_by_commands(play: Any) -> None:
    player, bridge = play(speed=1e-3)
    until(lambda: numbers(bridge) == [100])
    assert bridge.send.replay_pause().playing is False
    assert bridge.send.replay_step(frames=3).frames == 1
    until(lambda: numbers(bridge) == [100, 101, 102, 103])
    assert bridge.send.replay_seek(position=15.0).position == 15.0
    bridge.send.replay_step()
    until(lambda: numbers(bridge)[-1] == 115)
    bridge.send.replay_speed(speed=100.0)
    bridge.send.replay_pause(paused=False)
    until(player.ended.is_set)
    until(lambda: numbers(bridge)[-5:] == [115, 116, 117, 118, 119])
    assert player.frames == 4 + 5
    bridge.send.replay_seek()  # it goes on from there
    until(lambda: player.frames == 9 + 23)


def test_what_cannot_be_is_refused(play: Any) -> None:
    _, bridge = play(speed=1e-3)
    with pytest.raises(
        CommandError,
        match=r"run\.mcap, which has no answer to this set: it is not carried .* replay_p",
    ):
        bridge.send.set(x=1)
    with pytest.raises(CommandError, match=r"the recording has 19\.000 s"):
        bridge.send.replay_seek(position=20.0)
    with pytest.raises(InvalidCommand, match="speed"):
        bridge.send.replay_speed(speed=-1.0)


def test_from_a_place_and_again(play: Any) -> None:
    player, bridge = play(speed=1000, start=18.0, loop=True)
    until(lambda: len(numbers(bridge)) > 30)
    assert numbers(bridge)[:4] == [118, 119, 100, 101]
    assert not player.ended.is_set()


def test_it_waits_until_somebody_reads(path: Path, short_dir: Path) -> None:
    with cwire.open(path) as file, Player(file, None, str(short_dir / "a.sock"), speed=0) as player:
        player.driver.publish("replay_status")  # it listens
        assert player.frames == 0
        with connect_alone(Path(player.driver.path)) as bridge:
            until(lambda: len(bridge.history("tick")) == 20)


def test_a_replay_that_was_recorded_is_played(play: Any, tmp_path: Path, short_dir: Path) -> None:
    player, bridge = play(speed=0)
    second = tmp_path / "again.mcap"
    with bridge.record(second) as recorder:
        bridge.send.replay_seek()
        until(lambda: recorder.frames >= 23)
    with cwire.open(second) as file, Player(file, None, str(short_dir / "b.sock"), speed=0) as one:
        assert list(one.driver.schema.messages) == list(player.driver.schema.messages)
        with connect_alone(Path(one.driver.path)) as other:
            until(lambda: len(other.history("tick")) >= 20)


def test_which_driver(tmp_path: Path, short_dir: Path) -> None:
    path = tmp_path / "two.mcap"
    with (
        FakeRelay(driver("left", 1), driver("right", 2)) as relay,
        cwire.connect(relay.url) as bridge,
        bridge.record(path) as recorder,
    ):
        relay.send(ticks(0, 3, source=1) + ticks(0, 4, source=2))
        until(lambda: recorder.frames == 7)
    with cwire.open(path) as file:
        with pytest.raises(InvalidArgument, match=r"several drivers \(left, right\): choose one"):
            Player(file)
        with pytest.raises(UnknownDriver, match="did you mean 'right'"):
            Player(file, "rigth")
        player = Player(file, "right", str(short_dir / "r.sock"), speed=0)
        assert player.driver.name == "right"
        with player, connect_alone(Path(player.driver.path)) as bridge:
            until(lambda: len(bridge.history("tick")) == 4)


def test_a_file_with_nothing_to_play(tmp_path: Path) -> None:
    path = tmp_path / "none.mcap"
    with FakeRelay() as relay, cwire.connect(relay.url) as bridge:
        bridge.record(path).stop()
    with cwire.open(path) as file, pytest.raises(UnknownDriver, match="no frames of cwire's"):
        Player(file)


def test_two_layouts_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "two.mcap"
    with (
        FakeRelay() as relay,
        cwire.connect(relay.url) as bridge,
        bridge.record(path) as recorder,
    ):
        relay.send(ticks(0, 3))
        until(lambda: recorder.frames == 3)
        other = driver(epoch="2", session=8, schema=schemas.document("other", extra_field=True))
        relay.say("driver", event="schema_changed", driver=other)
        until(lambda: bridge.drivers["lab"].run == "2")
        relay.send(ticks(0, 2))
        until(lambda: recorder.frames == 5)
    with cwire.open(path) as file, pytest.raises(InvalidArgument, match="with other structs"):
        Player(file)
