"""Commands of all clients are in the file with their answers, and a replay answers by these."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import cwire
from cwire.errors import CommandError
from cwire.recording.player import Player
from support.own_relay import connect_alone
from support.processes import Relay, until
from support.recordings import by_rosbags

NAMES = ["set_waveform", "start", "self_test", "get_status"]


@pytest.fixture
def path(relay: Relay, tmp_path: Path) -> Path:
    """A recording of one client, while another one sends commands and goes."""
    path = tmp_path / "run.mcap"
    with (
        cwire.connect(relay.url, token=relay.token, subscribe=None) as recording,
        recording.record(path, "driver_status") as recorder,
    ):
        with cwire.connect(relay.url, token=relay.token, subscribe=None) as other:
            other.send.set_waveform(channel=1, frequency=5.0, amplitude=9.0, offset=9.0)
            other.send.start()
            with pytest.raises(CommandError, match="clips"):
                other.send.self_test(channel=1)
            status: Any = other.send.get_status()
            assert status.channels[1].frequency == 5.0
        until(lambda: len(recording.history("relay_answer", driver="relay")) == 4)
        until(lambda: recorder.commands == 4 and recorder.frames > 0)
    return path


def test_they_are_in_the_file_and_a_replay_answers_by_them(path: Path, short_dir: Path) -> None:
    with cwire.open(path) as file:
        found = file.commands
        assert [one.name for one in found] == NAMES
        assert [one.outcome for one in found] == ["DONE", "DONE", "REFUSED", "DONE"]
        waveform, start, test, status = found
        assert {one.driver for one in found} == {"demo"}
        assert len({one.client for one in found}) == 1
        assert waveform.fields is not None
        assert waveform.reply is not None
        assert (waveform.fields.channel, waveform.fields.frequency) == (1, 5.0)
        assert (waveform.reply.frequency, waveform.reply.offset) == (5.0, 9.0)
        assert (start.reply, start.error, start.code) == (None, "", 0)
        assert "clips" in test.error
        assert test.reply is None
        assert all(one.seconds is not None and one.seconds >= 0 for one in found)
        assert [one.time_ns for one in found] == sorted(one.time_ns for one in found)
        assert "relay" not in {one.driver for one in file.messages.values()}
        topics = by_rosbags(path)
        told = [message for _, message in topics["/relay/relay_command"]]
        assert [bytes(one.name).rstrip(b"\0").decode() for one in told] == NAMES
        assert [bytes(one.payload) for one in told] == [one.payload for one in found]
        assert len(topics["/relay/relay_answer"]) == 4

        assert status.reply is not None
        socket = short_dir / "demo.sock"
        with Player(file, None, str(socket), speed=1e-3), connect_alone(socket) as bridge:
            again: Any = bridge.send.set_waveform(
                channel=1, frequency=5.0, amplitude=9.0, offset=9.0
            )
            assert bytes(again) == waveform.answer
            assert bridge.send.start() is None
            with pytest.raises(CommandError, match="clips"):
                bridge.send.self_test(channel=1)
            answer: Any = bridge.send.get_status()
            assert bytes(answer) == status.answer
            with pytest.raises(CommandError, match="no answer to this set_waveform"):
                bridge.send.set_waveform(channel=1, frequency=6.0)
