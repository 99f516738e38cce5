"""Opening recorded files: names, errors, files of others."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from mcap.writer import Writer

import cwire
from cwire.errors import InvalidArgument, UnknownDriver, UnknownMessage
from cwire.recording.file import RecordedFile
from support.fake_relay import record, ticks


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording of ten ticks."""
    return record(tmp_path_factory.mktemp("recording") / "run.mcap", ticks(0, 10), count=10)


@pytest.fixture
def file(path: Path) -> RecordedFile:
    return cwire.open(path)


def test_it_says_what_is_in_it(file: RecordedFile, path: Path) -> None:
    assert repr(file).splitlines() == [
        f"{path}: 9.0 s from 1970-01-01 00:00:00 UTC",
        "message   frames  struct",
        "lab/tick      10  struct tick",
    ]
    assert repr(file["tick"]) == "<lab/tick: 10 frames>"
    assert len(file["tick"]) == 10
    assert file._ipython_key_completions_() == ["lab/tick"]


def test_unknown_names(file: RecordedFile) -> None:
    with pytest.raises(UnknownMessage, match="no message 'tock'; did you mean 'tick'"):
        file["tock"]
    with pytest.raises(UnknownDriver, match="no driver 'lib'; did you mean 'lab'"):
        file["lib/tick"]
    with pytest.raises(UnknownMessage, match="no message 'lab/tock'"):
        file["lab/tock"]


def test_what_was_read_outlives_the_file(path: Path) -> None:
    with cwire.open(path) as file:
        found = file["tick"].read()
    assert found["index"].tolist() == list(range(10))  # type: ignore[call-overload]
    assert file.messages == {}


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="cannot read .*: No such file"):
        cwire.open(tmp_path / "none.mcap")
    with pytest.raises(
        InvalidArgument, match="cannot read .*: it is a folder, and no bag of ROS 2"
    ):
        cwire.open(tmp_path)
    empty = tmp_path / "empty.mcap"
    empty.touch()
    with pytest.raises(InvalidArgument, match="is empty"):
        cwire.open(empty)
    text = tmp_path / "notes.txt"
    text.write_text("dear diary")
    with pytest.raises(InvalidArgument, match="no MCAP file: it begins with b'dear dia'"):
        cwire.open(text)


def test_a_file_of_others_has_no_messages_of_ours(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    writer = Writer(buffer)
    writer.start("ros2", "them")
    writer.add_message(writer.register_channel("/x", "json", 0), 0, b"{}", 0, 0)
    writer.finish()  # type: ignore[no-untyped-call]
    path = tmp_path / "theirs.mcap"
    path.write_bytes(buffer.getvalue())
    assert cwire.open(path).messages == {}
