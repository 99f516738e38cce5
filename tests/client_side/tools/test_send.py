"""cwire send: its reply and its exit status."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from cwire import cli
from cwire_structs import frames
from support import schemas
from support.fake_relay import FakeRelay, driver
from support.processes import Driver, Relay, until


@pytest.fixture
def fake() -> Iterator[FakeRelay]:
    with FakeRelay() as relay:
        yield relay


def test_a_reply(fake: FakeRelay, capsys: pytest.CaptureFixture[str]) -> None:
    def answer(data: bytes) -> bytes:
        request = frames.unpack_header(data).request
        return frames.pack(
            schemas.STATE, data[24:32], flags=frames.REPLY, source=1, request=request
        )

    fake.on_binary = answer
    assert cli.main(["send", "set", "x=2.5", "--driver", "lab", "--url", fake.url]) == 0
    assert capsys.readouterr() == ("set -> state(x=2.5)\n", "")
    assert "subscribe" not in {request["op"] for request in drain(fake)}


def drain(fake: FakeRelay) -> list[dict[str, object]]:
    found = []
    while not fake.received.empty():
        if isinstance(request := fake.received.get(), dict):
            found.append(request)
    return found


@pytest.mark.parametrize(
    ("words", "status", "text"),
    [
        (["nope"], 6, "no command 'nope'"),
        (["set", "y=1"], 6, "there is no such field; there are: x"),
        (["set", "x=99"], 6, "out of range"),
        (["set", "x"], 2, "FIELD=VALUE"),
        (["nope", "x"], 2, "FIELD=VALUE"),
        (["set", "x=1", "--driver", "nope"], 5, "no driver 'nope'"),
        (["go", "--timeout", "2"], 8, "no answer in 2 s"),
    ],
)
def test_failures(
    fake: FakeRelay,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    status: int,
    text: str,
) -> None:
    assert cli.main(["send", *words, "--url", fake.url]) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("cwire send: ")
    assert text in err
    assert len(err.splitlines()) == 1


def test_several_drivers_are_told_apart_by_an_option(
    runtime: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with FakeRelay(driver("left"), driver("right", 2)) as relay:
        assert cli.main(["send", "go", "--url", relay.url]) == 6
        assert capsys.readouterr().err.endswith(": use --driver left\n")


def test_fields_are_not_required(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["send"])
    assert capsys.readouterr().err.endswith("required: COMMAND\n")


def test_no_relay(runtime: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["send", "set"]) == 3
    # Of another account, or of another directory, there may be one on this machine.
    assert re.search("no relay runs on this account|relay answers on", capsys.readouterr().err)


def test_a_wrong_token(fake: FakeRelay, capsys: pytest.CaptureFixture[str]) -> None:
    fake.token = "right"
    assert cli.main(["send", "go", "--url", fake.url, "--token", "wrong"]) == 4
    assert "does not let you in" in capsys.readouterr().err


def test_a_driver_that_is_down(runtime: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with FakeRelay(driver(state="down", session=None)) as fake:
        assert cli.main(["send", "go", "--url", fake.url]) == 5
    assert "start it" in capsys.readouterr().err


def test_the_demo_driver(driver: Driver, relay: Relay, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["send", "set_waveform", "frequency=5", "shape=SQUARE"]
    until(lambda: cli.main(words) == 0)
    assert "set_waveform -> waveform(channel=0, shape=SQUARE (1)" in capsys.readouterr().out
    assert cli.main(["send", "set_waveform", "frequency=1e9"]) == 6
    assert cli.main(["send", "relay_status", "--driver", "relay"]) == 6
    assert cli.main(["send", "set_waveform", "amplitude=10", "offset=5"]) == 0
    assert cli.main(["send", "self_test"]) == 7  # the driver refuses: it clips
    assert "clips" in capsys.readouterr().err
    # Fields that are left out: what becomes of them is told.
    capsys.readouterr()
    assert cli.main(["send", "set_waveform", "channel=1", "frequency=7", "shape=NOISE"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[1:] == ["set to defaults: amplitude=1.0 offset=0.0; --keep leaves them as they are"]
    assert cli.main(["send", "--keep", "set_waveform", "channel=1", "offset=2"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert "shape=NOISE (3), frequency=7," in told[0]
    assert told[1:] == ["kept, as get_status has told: shape=NOISE frequency=7.0 amplitude=1.0"]
    assert cli.main(["send", "--keep", "--json", "set_waveform", "amplitude=0.5"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    found = json.loads(line)
    assert found["fields"] == found["reply"]
    assert found["fields"]["amplitude"] == 0.5
    assert (found["defaults"], found["kept"]) == (["channel"], ["shape", "frequency", "offset"])
    assert cli.main(["send", "--keep", "start"]) == 6
    assert "no command tells what the driver has now" in capsys.readouterr().err


def test_json_of_a_plain_ok(fake: FakeRelay, capsys: pytest.CaptureFixture[str]) -> None:
    fake.on_binary = lambda data: frames.pack(
        schemas.GO, flags=frames.REPLY, source=1, request=frames.unpack_header(data).request
    )
    assert cli.main(["send", "go", "--json", "--url", fake.url]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "driver": "lab",
        "command": "go",
        "fields": {"steps": 0},
        "defaults": ["steps"],
        "kept": [],
        "message": None,
        "reply": None,
    }
