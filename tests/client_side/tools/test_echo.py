"""cwire list, echo, hz and bw: what a driver has and publishes, for eyes and for pipes."""

from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from cwire import cli
from cwire.data.frame_array import FrameArray
from cwire.tools.echo import _print_text
from cwire.tools.following import split_path
from cwire.tools.hz import _bytes, _object, _rate, _Second
from cwire_structs import frames
from cwire_structs.schema import Schema
from support import schemas
from support.fake_relay import FakeRelay, driver, pictures, ticks
from support.processes import ROOT


@pytest.fixture
def relay() -> Iterator[FakeRelay]:
    with FakeRelay() as relay:
        yield relay


@pytest.fixture
def run(
    relay: FakeRelay, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Runs a tool; what is to be sent comes when it has subscribed."""

    def run(*words: str, send: tuple[bytes, ...] = ()) -> tuple[int, str, str]:
        subscribed = threading.Event()
        relay.on_request = lambda request: (
            subscribed.set() if request.get("op") == "subscribe" else None
        )

        def feed() -> None:
            assert subscribed.wait(30)
            for batch in send:
                relay.send(batch)

        thread = threading.Thread(target=feed)
        if send:
            thread.start()
        status = cli.main([*words, "--relay", relay.url])
        if send:
            thread.join()
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


def test_the_list(run: Callable[..., tuple[int, str, str]], relay: FakeRelay) -> None:
    status, out, _ = run("list")
    lines = out.splitlines()
    assert status == 0
    assert lines[0].split() == ["driver", "message", "kind", "bytes"]
    assert lines[1].startswith("lab     tick     message     40")
    assert any(line.split()[1:3] == ["set", "command"] for line in lines[1:])
    status, out, _ = run("list", "--json", "--driver", "lab")
    (tick,) = [one for one in json.loads(out) if one["message"] == "tick"]
    assert (tick["driver"], tick["state"], tick["bytes"]) == ("lab", "up", 40)


def test_a_driver_that_was_never_up_has_a_line() -> None:
    down = driver("lab", state="down", session=None, epoch=None, schema=None, problem="not there")
    with FakeRelay(down) as relay:
        assert cli.main(["list", "--relay", relay.url]) == 0


def test_frames_are_told_as_text(run: Callable[..., tuple[int, str, str]]) -> None:
    status, out, _ = run("echo", "tick", "-n", "2", send=(ticks(7, 3),))
    assert status == 0
    assert out.splitlines() == [
        "# 1970-01-01T00:00:07.000000 UTC, sequence 7",
        "index: 7",
        "values: [0.0, 0.0, 0.0, 0.0]",
        "# 1970-01-01T00:00:08.000000 UTC, sequence 8",
        "index: 8",
        "values: [0.0, 0.0, 0.0, 0.0]",
    ]


def test_long_arrays_are_cut(run: Callable[..., tuple[int, str, str]]) -> None:
    _, out, _ = run("echo", "picture", "-n", "1", send=(pictures(3, 20),))
    assert out.splitlines()[-1] == "pixels: [3, 3, 3, 3, 3, 3, 3, 3, … 20 in all]"
    _, out, _ = run("echo", "picture", "-n", "1", "--full", send=(pictures(3, 20),))
    assert out.splitlines()[-1] == f"pixels: {[3] * 20}"


def test_a_path(run: Callable[..., tuple[int, str, str]]) -> None:
    _, out, _ = run("echo", "tick.values[1]", "-n", "1", send=(ticks(7, 1),))
    assert out.splitlines()[1] == "values[1]: 0.0"
    _, out, _ = run("echo", "tick.index", "-n", "1", "--json", send=(ticks(7, 1),))
    assert json.loads(out) == {"time": "1970-01-01T00:00:07.000000000Z", "sequence": 7, "index": 7}
    status, _, err = run("echo", "tick.indx", "-n", "1", send=(ticks(7, 1),))
    assert status == 6
    assert "no field 'indx'; did you mean 'index'" in err


def test_json_keeps_large_numbers(run: Callable[..., tuple[int, str, str]]) -> None:
    payload = ((1 << 53) + 1).to_bytes(8, "little") + np.array([np.nan, 1, 2, 3]).tobytes()
    frame = frames.pack(schemas.TICK, payload, source=1)
    _, out, _ = run("echo", "tick", "-n", "1", "--json", send=(frame,))
    assert json.loads(out)["index"] == str((1 << 53) + 1)
    assert json.loads(out)["values"] == [None, 1, 2, 3]


def test_csv_has_a_head(run: Callable[..., tuple[int, str, str]]) -> None:
    _, out, _ = run("echo", "tick", "-n", "3", "--csv", send=(ticks(7, 3),))
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["index"] for row in rows] == ["7", "8", "9"]
    assert rows[0]["values[3]"] == "0.0"
    assert rows[0]["time"] == "1970-01-01T00:00:07.000000000Z"


def test_what_is_missed_is_told(run: Callable[..., tuple[int, str, str]]) -> None:
    _, _, err = run("echo", "tick", "-n", "4", send=(ticks(0, 2), ticks(7, 2)))
    assert "cwire echo: 5 frames were missed" in err


def test_nothing_comes(run: Callable[..., tuple[int, str, str]]) -> None:
    status, _, err = run("echo", "tick", "-n", "1", "--timeout", "0.1")
    assert status == 8
    assert "no tick in 0.1 s: `cwire list` says whether its driver is up" in err


def test_rates(run: Callable[..., tuple[int, str, str]]) -> None:
    status, out, _ = run("hz", "tick", "-n", "1", send=(ticks(0, 5), ticks(5, 5)))
    assert status == 0
    assert "Hz; ms between two: 1000.000 to 1000.000, standard deviation 0.000" in out
    status, out, _ = run("bw", "tick", "-n", "1", "--json", send=(ticks(0, 5), ticks(7, 5)))
    assert status == 0
    found = json.loads(out)
    assert found["message"] == "tick"
    assert found["bytes_per_second"] / found["frames_per_second"] == pytest.approx(64)
    assert (found["least_ms"], found["greatest_ms"], found["lost"]) == (1000.0, 3000.0, 2)


def test_structs_at_a_path_are_told_field_by_field(capsys: pytest.CaptureFixture[str]) -> None:
    paths = json.loads((ROOT / "tests/paths.json").read_text())
    message = Schema.from_json(json.dumps(paths["schema"])).messages["status"]
    payload = bytes.fromhex(paths["payload"])
    frame = bytearray(frames.pack(1, payload, source=1))
    array = FrameArray.from_frames(frame, message.frame_dtype(len(payload)), message)
    _print_text(array, "axis", full=False)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "axis[0]:"
    assert any(line.startswith("  speed: ") for line in lines)
    assert "axis[1]:" in lines


def test_a_second_in_words() -> None:
    second = _Second()
    second.add([], 0)
    assert (_rate(second, 1.0), _bytes(second, 1.0)) == ("0.00 Hz", "0.000 MB/s, 0.00 frames/s")
    second.add([], 1200)
    assert _bytes(second, 2.0) == "0.000 MB/s, 0.00 frames/s, 1,200 lost"
    assert json.loads(_object("tick", second, 2.0))["least_ms"] is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tick", ("tick", "")),
        ("tick.a.b", ("tick", "a.b")),
        ("tick[0].a", ("tick", "[0].a")),
        ("tick.axis[0].speed", ("tick", "axis[0].speed")),
    ],
)
def test_paths_are_split(text: str, expected: tuple[str, str]) -> None:
    assert split_path(text) == expected


def test_unknown_names_and_arguments(
    run: Callable[..., tuple[int, str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("echo", "tock", "-n", "1")[0] == 6
    with pytest.raises(SystemExit):
        cli.main(["echo", "tick", "-n", "0"])
    assert "no number from 1 on" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.main(["echo", "tick", "--json", "--csv"])
