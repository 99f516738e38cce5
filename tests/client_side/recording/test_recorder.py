"""Recording: what comes is in the file, with what was lost, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cwire
from cwire.errors import CwireError, InvalidArgument, UnknownMessage
from cwire.recording.file import RecordedFile
from cwire.recording.recorder import Recorder
from cwire_structs.schema.layout_hash import layout_hash
from support import schemas
from support.fake_relay import FakeRelay, driver, pictures, ticks
from support.processes import until
from support.recordings import by_rosbags


@pytest.fixture
def relay() -> Iterator[FakeRelay]:
    """A relay that does what a test tells it, with one driver, `lab`."""
    with FakeRelay() as relay:
        yield relay


@pytest.fixture
def bridge(relay: FakeRelay) -> Iterator[cwire.Bridge]:
    with cwire.connect(relay.url) as bridge:
        yield bridge


def have(recorder: Recorder, frames: int) -> None:
    until(lambda: recorder.frames >= frames or bool(recorder.problem))
    assert recorder.frames == frames


def in_file(path: Path) -> int:
    with cwire.open(path) as file:
        return sum(one.count for one in file.messages.values())


def events(file: RecordedFile, kind: str) -> list[dict[str, Any]]:
    return [one for one in file.events if one["event"] == kind]


def test_frames_are_read_as_they_came(
    relay: FakeRelay, bridge: cwire.Bridge, tmp_path: Path
) -> None:
    path = tmp_path / "run.mcap"
    with bridge.record(path) as recorder:
        relay.send(ticks(5, 100))
        relay.send(pictures(0, 3, 3, 3))
        relay.send(pictures(3, 0, 8))
        have(recorder, 105)
        assert recorder.running
    assert not recorder.running
    with cwire.open(path) as file:
        assert file.whole
        assert list(file.messages) == ["lab/tick", "lab/picture"]
        found = file["tick"].read()
        live = bridge.latest("tick", 100)
        assert isinstance(found, cwire.FrameArray)
        assert isinstance(live, cwire.FrameArray)
        assert found.dtype == live.dtype
        assert np.array_equal(found["index"], live["index"])
        assert np.array_equal(found["values"], live["values"])
        assert found.time.tolist() == live.time.tolist()
        assert found.sequence.tolist() == list(range(5, 105))
        records = file["lab/picture"].read()
        assert [len(one.pixels) for one in records] == [3, 3, 3, 0, 8]
        assert [bytes(one) for one in records] == [
            bytes(one) for one in bridge.latest("picture", 5)
        ]
        assert file.lost == 0
    topics = by_rosbags(path)
    assert [raw[4:] for raw, _ in topics["/lab/tick"]] == [bytes(one) for one in live]
    assert [list(one.pixels) for _, one in topics["/lab/picture"]] == [
        list(one.pixels) for one in records
    ]


def test_times_cut_out(relay: FakeRelay, bridge: cwire.Bridge, tmp_path: Path) -> None:
    with bridge.record(tmp_path / "a.mcap") as recorder:
        relay.send(ticks(100, 50))
        have(recorder, 50)
    with cwire.open(recorder.path) as file:
        tick = file["tick"]

        def numbers(start: Any = None, stop: Any = None) -> list[int]:
            return [int(one) for one in tick.read(start, stop).sequence]  # type: ignore[union-attr]

        assert numbers(10, 12.5) == [110, 111, 112]
        assert numbers("1970-01-01T00:01:41", np.datetime64(103, "s")) == [101, 102]
        assert numbers(49) == [149]
        assert numbers(1000) == []
        assert tick.read(1000).dtype == tick.read().dtype  # type: ignore[union-attr]
        assert file.time == (np.datetime64(100, "s"), np.datetime64(149, "s"))
        wrong: Any
        for wrong in ("yesterday", "NaT", [1], True, float("nan")):
            with pytest.raises(InvalidArgument, match="is no"):
                tick.read(wrong)


def test_only_what_is_wanted(relay: FakeRelay, bridge: cwire.Bridge, tmp_path: Path) -> None:
    with bridge.record(tmp_path / "a.mcap", "picture", driver="lab") as recorder:
        relay.send(ticks(0, 5))
        relay.send(pictures(0, 1))
        have(recorder, 1)
        relay.send(ticks(5, 5))
    with cwire.open(recorder.path) as file:
        assert list(file.messages) == ["lab/picture"]
    with pytest.raises(UnknownMessage, match="did you mean 'picture'"):
        bridge.record(tmp_path / "b.mcap", "pictures")
    assert not (tmp_path / "b.mcap").exists()


def test_what_came_before_is_not_of_it(
    relay: FakeRelay, bridge: cwire.Bridge, tmp_path: Path
) -> None:
    relay.send(ticks(0, 5))
    bridge.latest("tick", 5, timeout=30)
    with bridge.record(tmp_path / "a.mcap") as recorder:
        relay.send(ticks(5, 1))
        have(recorder, 1)


def test_losses_are_in_the_file(relay: FakeRelay, tmp_path: Path) -> None:
    with (
        cwire.connect(relay.url, history_bytes=64 * 100) as bridge,
        bridge.record(tmp_path / "a.mcap") as recorder,
    ):
        relay.send(ticks(0, 10))
        have(recorder, 10)
        relay.send(ticks(15, 10))  # five are missing
        have(recorder, 20)
        relay.send(ticks(25, 50_000))  # in one batch: more than the bridge keeps
        until(lambda: recorder.frames + recorder.lost == 25 + 50_000)
        recorder.stop()
    with cwire.open(recorder.path) as file:
        assert file["tick"].count == recorder.frames < 25 + 50_000
        assert file.lost == recorder.lost == 25 + 50_000 - recorder.frames
        lost = [one["frames"] for one in events(file, "lost")]
        assert sum(one.get("recorder", 0) for one in lost) == recorder.lost - 5
        assert sum(one.get("unknown", 0) for one in lost) == 5
        assert f"{recorder.lost:,} frames lost" in repr(file)


def test_a_driver_that_comes_back_with_other_structs(
    relay: FakeRelay, bridge: cwire.Bridge, tmp_path: Path
) -> None:
    with bridge.record(tmp_path / "a.mcap") as recorder:
        relay.send(ticks(0, 3))
        have(recorder, 3)
        other = driver(epoch="2", session=8, schema=schemas.document("other", extra_field=True))
        relay.say("driver", event="schema_changed", driver=other)
        until(lambda: bridge.drivers["lab"].run == "2")
        relay.send(ticks(0, 2))
        have(recorder, 5)
    with cwire.open(recorder.path) as file:
        assert {name: one.count for name, one in file.messages.items()} == {
            "lab/tick": 3,
            "lab/tick/2": 2,
        }
        assert [one["run"] for one in events(file, "driver")] == ["1", "2"]
        with pytest.raises(InvalidArgument, match="several 'tick'.*lab/tick, lab/tick/2"):
            file["tick"]
        assert len(file["lab/tick/2"].read()) == 2


def test_notes(relay: FakeRelay, bridge: cwire.Bridge, tmp_path: Path) -> None:
    with bridge.record(tmp_path / "a.mcap") as recorder:
        recorder.note("the pump is on")
    with cwire.open(recorder.path) as file:
        assert [one["text"] for one in events(file, "note")] == ["the pump is on"]
        assert set(file.about) >= {"cwire", "host", "started", "relay"}


@pytest.mark.parametrize("compression", [None, "zstd", "lz4"])
def test_a_file_follows_the_other(
    relay: FakeRelay, bridge: cwire.Bridge, tmp_path: Path, compression: str | None
) -> None:
    path = tmp_path / "run.mcap"
    recorder = bridge.record(path, split="64KiB", compression=compression)
    count = 0
    while len(recorder.files) < 3:
        relay.send(ticks(count, 500))
        count += 500
        have(recorder, count)
    assert recorder.stop() == tmp_path / "run-3.mcap"
    assert [one.name for one in recorder.files] == ["run.mcap", "run-2.mcap", "run-3.mcap"]
    numbers: list[int] = []
    for one in recorder.files:
        with cwire.open(one) as file:
            assert file.whole
            if "lab/tick" in file.messages:
                numbers += file["tick"].read().sequence.tolist()  # type: ignore[union-attr]
    assert numbers == list(range(count))


def test_a_file_that_is_there_is_kept(bridge: cwire.Bridge, tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    path.write_text("mine")
    with pytest.raises(InvalidArgument, match=r"a\.mcap is there already: give another name"):
        bridge.record(path)
    assert path.read_text() == "mine"
    bridge.record(path, overwrite=True).stop()
    with cwire.open(path) as file:
        assert file.messages == {}
    with pytest.raises(InvalidArgument, match="cannot write .*: No such file"):
        bridge.record(tmp_path / "nowhere" / "a.mcap")


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"split": "5"}, "'5' is no size and no time"),
        ({"split": "1kB"}, "at least 64KiB or 1s"),
        ({"split": "0s"}, "give 1GiB, 500MB or 10min"),
        ({"compression": "gzip"}, "there is no compression 'gzip'; there are: zstd, lz4"),
    ],
)
def test_wrong_options(
    bridge: cwire.Bridge, tmp_path: Path, options: dict[str, Any], text: str
) -> None:
    with pytest.raises(InvalidArgument, match=text):
        bridge.record(tmp_path / "a.mcap", **options)
    assert not list(tmp_path.iterdir())


def test_a_disk_that_is_full_ends_the_recording_only(
    relay: FakeRelay, bridge: cwire.Bridge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = bridge.record(tmp_path / "a.mcap")
    relay.send(ticks(0, 10))
    have(recorder, 10)
    until(lambda: in_file(recorder.path) == 10)  # a second has passed

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.writev", full)
    relay.send(ticks(10, 10))
    until(lambda: not recorder.running)
    monkeypatch.undo()
    assert "there is no more room; what was recorded before is whole" in repr(recorder)
    with pytest.raises(CwireError, match="no more room"):
        recorder.stop()
    relay.send(ticks(20, 1))
    until(lambda: bool(bridge.latest("tick")["index"] == [20]))  # type: ignore[call-overload]
    with cwire.open(recorder.path) as file:
        assert not file.whole
        assert file["tick"].count == 10


def test_a_bridge_that_is_given_up_completes_the_file(relay: FakeRelay, tmp_path: Path) -> None:
    bridge = cwire.connect(relay.url)
    recorder = bridge.record(tmp_path / "a.mcap")
    relay.send(ticks(0, 3))
    have(recorder, 3)
    bridge.close()
    assert recorder.running, "frames may come by another way; it says that it goes on"
    recorder.stop()
    recorder.stop()
    with cwire.open(recorder.path) as file:
        assert file["tick"].count == 3


async def test_with_asyncio(relay: FakeRelay, tmp_path: Path) -> None:
    async with cwire.aconnect(relay.url) as bridge:
        recorder = await bridge.record(tmp_path / "a.mcap", "tick")
        relay.send(ticks(0, 3))
        await bridge.latest("tick", 3, timeout=30)
        recorder.stop()
        assert recorder.frames == 3


def sequences(path: Path, message: str = "tick") -> list[int]:
    with cwire.open(path) as file:
        assert file.whole
        return [int(one) for one in file[message].read().sequence]  # type: ignore[union-attr]


def test_around_a_trigger(relay: FakeRelay, bridge: cwire.Bridge, tmp_path: Path) -> None:
    path = tmp_path / "a.mcap"
    with bridge.record(path, when="20 <= tick.index < 23", before=2, after=3) as recorder:
        relay.send(ticks(10, 8))
        relay.send(ticks(18, 4))
        relay.send(pictures(21, 1))
        relay.send(ticks(22, 20))
        until(lambda: recorder.frames == 9 and recorder.running and "waits for" in repr(recorder))
    assert recorder.files == [path]
    assert recorder.triggers == 1
    assert sequences(path) == list(range(18, 26))
    with cwire.open(path) as file:
        assert file["picture"].count == 1
        (event,) = events(file, "trigger")
        assert event["expression"] == "20 <= tick.index < 23"
        assert event["values"] == {"tick.index": 20}
        assert event["before"] == 2
        assert "short" not in event
        assert event["time_ns"] == 20 * 10**9


def test_each_trigger_has_a_file_and_those_that_overlap_have_one(
    relay: FakeRelay, bridge: cwire.Bridge, tmp_path: Path
) -> None:
    expression = "tick.index == 10 or tick.index == 14 or tick.index == 30"
    with bridge.record(tmp_path / "a.mcap", when=expression, before=2, after=2) as recorder:
        for number in range(0, 40, 3):
            relay.send(ticks(number, 3))
        until(lambda: recorder.frames == 14)
    assert [one.name for one in recorder.files] == ["a.mcap", "a-2.mcap"]
    assert [sequences(one) for one in recorder.files] == [
        list(range(8, 17)),
        list(range(28, 33)),
    ]
    with cwire.open(recorder.files[0]) as file:
        assert [one["values"]["tick.index"] for one in events(file, "trigger")] == [10, 14]


def test_a_condition_over_several_messages_of_which_one_is_recorded(
    relay: FakeRelay, bridge: cwire.Bridge, tmp_path: Path
) -> None:
    when = "tick.index > 5 and any(picture.pixels == 3)"
    with bridge.record(tmp_path / "a.mcap", "tick", when=when, before=0, after=1) as recorder:
        relay.send(ticks(0, 10) + pictures(3, 2) + pictures(8, 0))
        until(lambda: recorder.frames == 3)
        relay.send(ticks(10, 3))
    assert sequences(recorder.path) == [6, 7, 8]
    with cwire.open(recorder.path) as file:
        assert list(file.messages) == ["lab/tick"]
        (event,) = events(file, "trigger")
        assert event["values"] == {"tick.index": 6, "picture.pixels": [3, 3]}


def test_a_clock_that_steps(relay: FakeRelay, bridge: cwire.Bridge, tmp_path: Path) -> None:
    when = "tick.index == 102"
    with bridge.record(tmp_path / "a.mcap", "tick", when=when, before=3, after=3) as recorder:
        relay.send(ticks(5000, 3))
        relay.send(ticks(100, 10))  # more than an hour back
        until(lambda: recorder.frames == 8)
    assert sequences(recorder.path) == [5001, 5002, 100, 101, 102, 103, 104, 105]


def test_other_structs(relay: FakeRelay, bridge: cwire.Bridge, tmp_path: Path) -> None:
    other = driver(epoch="2", session=8, schema=schemas.document("other", extra_field=True))
    gone = schemas.document("third")
    gone["types"]["tick"]["fields"][0]["name"] = "number"
    gone["layout_hash"] = layout_hash(gone)
    when = "tick.index == 102"
    with bridge.record(tmp_path / "a.mcap", "tick", when=when, before=2, after=0) as recorder:
        relay.send(ticks(90, 10))
        relay.say("driver", event="schema_changed", driver=other)
        until(lambda: bridge.drivers["lab"].run == "2")
        relay.send(ticks(100, 5))
        until(lambda: recorder.frames == 3)
        third = driver(epoch="3", session=9, schema=gone)
        relay.say("driver", event="schema_changed", driver=third)
        until(lambda: "no field 'index'" in repr(recorder))
        relay.send(ticks(101, 5))
        relay.say("driver", event="schema_changed", driver=driver(epoch="4", session=10))
        until(lambda: "no field" not in repr(recorder))
        relay.send(ticks(102, 1))
        until(lambda: recorder.frames > 5)
    assert [sequences(one)[-1] for one in recorder.files] == [102, 102]
    assert sequences(recorder.files[0]) == [100, 101, 102]
    with cwire.open(recorder.files[0]) as file:
        told = [one for one in events(file, "trigger") if "problem" in one]
        assert ["no field 'index'" in one["problem"] for one in told] == [True]


def test_a_condition_that_does_not_fit(
    relay: FakeRelay, bridge: cwire.Bridge, tmp_path: Path
) -> None:
    with pytest.raises(InvalidArgument, match=r"did you mean 'index'\?: column 1 of"):
        bridge.record(tmp_path / "a.mcap", when="tick.idex > 3")
    with pytest.raises(InvalidArgument, match=r"did you mean 'tick'"):
        bridge.record(tmp_path / "a.mcap", when="lab/tik.index > 3")
    with pytest.raises(InvalidArgument, match=r"go with a condition: give when, too"):
        bridge.record(tmp_path / "a.mcap", before=3)
    wrong: Any = 3
    with pytest.raises(InvalidArgument, match=r"an expression is a text"):
        bridge.record(tmp_path / "a.mcap", when=wrong)
    (tmp_path / "b.mcap").touch()
    with pytest.raises(InvalidArgument, match=r"b\.mcap is there already"):
        bridge.record(tmp_path / "b.mcap", when="tick.index > 3")
    with pytest.raises(InvalidArgument, match=r"No such file"):
        bridge.record(tmp_path / "no" / "b.mcap", when="tick.index > 3")
    with bridge.record(tmp_path / "a.mcap", when="tick.index > 3") as recorder:
        assert "0 triggers; waits for tick.index > 3" in repr(recorder)
    assert recorder.stop() == tmp_path / "a.mcap"
    assert [one.name for one in tmp_path.iterdir()] == ["b.mcap"]
