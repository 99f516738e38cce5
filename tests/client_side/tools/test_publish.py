"""cwire publish: what is in files, as frames of a driver."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cwire
from cwire import cli
from cwire.errors import InvalidArgument
from cwire.tools.publish import read
from support.processes import Relay, Running, until
from support.wire import Frame, Peer

RECORDS = np.array([(1, 2.5), (2, 3.5)], [("n", "<u2"), ("v", ">f4")])
IMAGES = np.arange(24, dtype="u2").reshape(4, 2, 3)
SAMPLES = np.arange(10, dtype="f8")


def saved(path: Path, array: Any) -> Path:
    if path.suffix == ".npy":
        np.save(path, array)
    else:
        array.tofile(path)
    return path


def publishing(*words: object) -> Running:
    return Running(sys.executable, "-m", "cwire", "publish", *map(str, words))


def frames(peer: Peer, number: int) -> list[Frame]:
    found: list[Frame] = []
    while len(found) < number:
        frame = peer.frame()
        assert frame is not None
        found += [frame] if frame.type else []
    return found


def test_records_are_frames_as_they_are(tmp_path: Path) -> None:
    found = read(saved(tmp_path / "a.npy", RECORDS), None, 4)
    assert (found.message, found.dtype, found.left_out) == ("record", RECORDS.dtype, 0)
    assert found.records(1, 2, None).tobytes() == RECORDS[1:].tobytes()


def test_rows_count_along_the_first_axis(tmp_path: Path) -> None:
    for array in (IMAGES, np.asfortranarray(IMAGES)):
        found = read(saved(tmp_path / "a.npy", array), None, 4)
        assert found.message == "row"
        records = found.records(1, 3, None)
        assert records["row"].tolist() == [1, 2]
        assert records["values"].tolist() == IMAGES[1:3].tolist()


def test_samples_are_cut_into_blocks(tmp_path: Path) -> None:
    for path in (saved(tmp_path / "a.npy", SAMPLES), saved(tmp_path / "a.f64", SAMPLES)):
        found = read(path, None, 4)
        assert (found.message, found.left_out) == ("block", 2)
        records = found.records(0, 2, 5.0)
        assert records["first_sample"].tolist() == [0, 4]
        assert records["samples"].tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]
        assert records["dt"].tolist() == [1 / 20, 1 / 20]


@pytest.mark.parametrize(
    ("name", "dtype", "expected"),
    [("a.i16", None, "<i2"), ("a.u8", None, "u1"), ("a.bin", ">u4", ">u4"), ("a.c64", None, "<c8")],
)
def test_raw_numbers_are_what_their_name_says(
    tmp_path: Path, name: str, dtype: str | None, expected: str
) -> None:
    saved(tmp_path / name, np.zeros(4, expected))
    assert read(tmp_path / name, dtype, 4).dtype["samples"].base == np.dtype(expected)


@pytest.mark.parametrize(
    ("name", "content", "dtype", "reason"),
    [
        ("gone.npy", None, None, r"cannot read .*gone\.npy: No such file .*; check the path"),
        ("a.npy", b"text", None, r"a\.npy is no array of numbers"),
        ("a.npy", np.array([None]), None, "is no array of numbers: .*Python objects"),
        ("a.npy", np.array(["a"]), None, "<U1 is no number; give numbers, or records"),
        ("a.npy", np.zeros((0, 3)), None, r"has nothing to publish: its shape is \(0, 3\)"),
        ("a.npy", np.float64(3), None, "has nothing to publish"),
        ("a.npy", np.zeros(9), "f8", "says its dtype itself: leave out --dtype"),
        ("a.npy", np.zeros(3), None, "3 samples fill no block of 4: choose a smaller --block"),
        ("a.f64", b"", None, "has nothing to publish"),
        ("a.f64", b"123", None, "3 bytes are no whole number of float64"),
        ("a.csv", b"1,2", None, "what is in it"),
        ("a.f8", b"12", None, "there is no number f8"),
        ("a.raw", b"12", "f9", "--dtype f9: numpy knows no such type"),
        ("a.raw", b"12", "O", "--dtype O has no fixed size; f8, <i2"),
    ],
)
def test_what_has_no_rows_is_refused(
    tmp_path: Path, name: str, content: Any, dtype: str | None, reason: str
) -> None:
    path = tmp_path / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        np.save(path, content, allow_pickle=True)
    with pytest.raises(InvalidArgument, match=reason):
        read(path, dtype, 4)


@pytest.mark.parametrize(
    ("words", "status", "text"),
    [
        (["a.csv"], 2, "cwire publish: a.csv: what is in it?"),
        (["a b.npy", "--name", "a/b"], 1, "cwire publish: a/b: "),
        (["names.npy"], 2, "names.npy: record: 'a b' is no name in C"),
    ],
)
def test_failures(
    words: list[str],
    status: int,
    text: str,
    tmp_path: Path,
    runtime: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    saved(tmp_path / "a b.npy", IMAGES)
    saved(tmp_path / "names.npy", np.zeros(2, [("a b", "f8")]))
    assert cli.main(["publish", *words]) == status
    assert text in capsys.readouterr().err
    assert list(runtime.iterdir()) == []


@pytest.mark.parametrize(
    "words", [["--rate", "0"], ["--rate", "x"], ["--block", "0"], ["--block", "1.5"]]
)
def test_wrong_arguments(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["publish", "a.npy", *words])
    assert ended.value.code == 2


def test_every_frame_arrives_and_then_it_ends(tmp_path: Path, runtime: Path) -> None:
    samples = np.arange(1 << 20, dtype="f8")  # 8 MiB
    path = saved(tmp_path / "ramp.f64", samples)
    with publishing(path) as running:
        running.wait_for("waiting for a reader")
        with Relay("ramp") as relay, cwire.connect(relay.link) as bridge:
            until(lambda: bridge["ramp"].state == "up")
            stream = bridge.stream("block", timeout=20)
            found = [next(stream) for _ in range(1024)]
        assert running.wait_for_end() == 0
    assert [block.first_sample for block in found] == list(range(0, 1 << 20, 1024))
    assert found[-1].samples[-1] == samples[-1]
    running.stop()
    assert "ramp: 1024 of 1024 frames, 8.4 MB" in running.output[-1]
    assert list(runtime.iterdir()) == []


def test_a_loop_goes_on_until_ctrl_c(tmp_path: Path, runtime: Path) -> None:
    path = saved(tmp_path / "pictures.npy", IMAGES)
    with publishing(path, "--rate", 200, "--loop", "--name", "camera") as running:
        running.wait_for("waiting for a reader")
        with Peer(runtime / "camera.sock") as peer:
            rows = [int.from_bytes(one.payload[:8], "little") for one in frames(peer, 9)]
            assert rows == [0, 1, 2, 3, 0, 1, 2, 3, 0]
            assert running.stop(signal.SIGINT) == 130
            assert peer.bye()[1] == "the driver has stopped"
    assert "Traceback" not in "".join(running.output)
    assert list(runtime.iterdir()) == []
