"""cwire info: the relay, its drivers, their messages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import cwire
from cwire import cli
from cwire.session import drivers
from cwire.tools.info import overview_tables
from cwire_structs.schema import Schema
from support.fake_relay import FakeRelay, driver
from support.own_relay import driver_url
from support.processes import ROOT, Driver, Relay, until
from support.schemas import schema


def shown(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    assert cli.main(["info", *words]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    return [" ".join(line.split()) for line in out.splitlines()]


def test_everything(driver: Driver, relay: Relay, capsys: pytest.CaptureFixture[str]) -> None:
    until(lambda: any("demo 1 up" in line for line in shown(capsys)))
    lines = shown(capsys)
    assert lines[0].startswith("relay at /")
    assert "demo 1 up messages 8 8 ring" in lines
    assert "relay 255 up relay_messages 6 0" in lines
    assert "16 set_waveform command → waveform" in " ".join(lines)
    assert any(line.startswith("1 scope_block 4120 bytes One block of") for line in lines)
    assert any(line.startswith("3 relay_message 136 bytes One message of a") for line in lines)
    # With a URL and a token, the same.
    assert shown(capsys, "--url", relay.url, "--token", relay.token)[2:] == lines[2:]


def test_without_a_relay(
    built_driver: None, driver: Driver, capsys: pytest.CaptureFixture[str]
) -> None:
    url = driver_url(driver.path)
    lines = shown(capsys, "--relay", url)
    assert lines[0].startswith(f"relay in this process for {url} (cwire); at most: frame 64 MiB")
    assert "demo 1 up messages 8 8 ring" in lines
    assert cli.main(["send", "--relay", url, "echo", "number=5"]) == 0
    assert capsys.readouterr().out.startswith("echo -> echo(number=5")
    assert cli.main(["send", "--relay", f"{url}x", "echo"]) == 3
    assert capsys.readouterr().err.startswith(f"cwire send: cannot read {url}x: nothing is at ")


def test_a_driver_without_a_ring(
    driver: Driver, runtime: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Relay(f"demo={driver.path}", options=("--no-ring",)):
        until(lambda: any("demo 1 up" in line for line in shown(capsys)))
        text = " ".join(shown(capsys))
    assert "demo 1 up messages 8 8 socket: the relay was started with --no-ring" in text


def test_a_driver_that_is_down(capsys: pytest.CaptureFixture[str]) -> None:
    down = driver("off", 2, state="down", session=None, schema=None, problem="nothing is there")
    with FakeRelay(driver(), down) as fake:
        lines = shown(capsys, "--url", fake.url)
        assert "off 2 down nothing is there" in lines
        one = shown(capsys, "--url", fake.url, "--driver", "off")
        assert not any("tick" in line for line in one)


def test_the_relay_goes_meanwhile() -> None:
    gone = drivers.Driver("lab", 1, state="unknown", schema=schema())
    (overview, *_) = overview_tables([gone])
    assert [cell.plain for cell in overview.columns[2].cells] == ["unknown"]  # type: ignore[union-attr]


def test_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    with FakeRelay(driver(), driver("other", 2)) as fake:
        lines = shown(capsys, "set", "--url", fake.url)
        assert "set of lab (command → state): The set." in lines
        assert "set of other (command → state): The set." in lines
        assert lines.count("0 8 x double 0 to 10, default 1") == 2
        lines = shown(capsys, "picture", "--driver", "lab", "--url", fake.url)
        assert "picture of lab (8 + n * 2 bytes): The picture." in lines
        assert not any("other" in line for line in lines)


def test_nested_fields_are_shown_with_their_paths(capsys: pytest.CaptureFixture[str]) -> None:
    table = json.loads((ROOT / "tests/paths.json").read_text())
    nested = Schema.from_json(json.dumps(table["schema"])).json
    with FakeRelay(driver(schema=nested)) as fake:
        lines = shown(capsys, "status", "--url", fake.url)
        assert any(line.startswith("4 4 axis[0].mode ") for line in lines)
        assert any(line.startswith("56 8 acquisition.level ") for line in lines)
        with cwire.connect(fake.url) as bridge:
            assert "axis[0].flags.level" in repr(bridge.schema["status"])
            assert "axis[0].flags.level" in bridge.schema["status"]._repr_html_()


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    table = json.loads((ROOT / "tests/paths.json").read_text())
    nested = driver("rig", 2, schema=Schema.from_json(json.dumps(table["schema"])).json)
    down = driver("off", 3, state="down", session=None, schema=None, problem="nothing is there")
    with FakeRelay(driver(), nested, down) as fake:
        (text,) = shown(capsys, "--json", "--url", fake.url)
        told = json.loads(text)
        assert told["relay"]["limits"]["frame"] == 1 << 26
        assert [one["name"] for one in told["drivers"]] == ["lab", "rig", "off"]
        assert told["drivers"][0]["commands"] == ["set", "go"]
        assert (told["drivers"][2]["problem"], told["drivers"][2]["schema"]) == (
            "nothing is there",
            None,
        )
        (command,) = json.loads(shown(capsys, "set", "--json", "--url", fake.url)[0])
        assert (command["kind"], command["reply"]) == ("command", "state")
        (x,) = command["fields"]
        assert (x["name"], x["range"], x["default"], x["enum"]) == ("x", [0, 10], 1, None)
        (status,) = json.loads(shown(capsys, "status", "--json", "--url", fake.url)[0])
        fields = {one["name"]: one for one in status["fields"]}
        assert fields["axis[0].mode"]["offset"] == 4
        assert "MODE_RUN" in fields["axis[0].mode"]["enum"]


@pytest.mark.parametrize(
    ("words", "status", "text"),
    [
        (["tik"], 6, "driver 'lab' has no message 'tik'; did you mean 'tick'?"),
        (["tick", "--driver", "nope"], 5, "no driver 'nope'"),
    ],
)
def test_failures(
    capsys: pytest.CaptureFixture[str], words: list[str], status: int, text: str
) -> None:
    with FakeRelay() as fake:
        assert cli.main(["info", *words, "--url", fake.url]) == status
    assert text in capsys.readouterr().err
