"""Bags of ROS 1 and ROS 2, as `rosbags` writes them."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from rosbags.rosbag1 import Writer as Writer1
from rosbags.rosbag2 import StoragePlugin
from rosbags.rosbag2 import Writer as Writer2
from rosbags.typesys import Stores, get_typestore

import cwire
from cwire import cli
from cwire.errors import CwireError, InvalidArgument
from cwire.recording.timeline import stretches
from support.examples import examples as examples

SECOND = 1_000_000_000
POINT, TEXT = "geometry_msgs/msg/Point", "std_msgs/msg/String"


def write(folder: Path, kind: str) -> Path:
    """A bag with a point every half second and a text beside each."""
    store = get_typestore(Stores.ROS1_NOETIC if kind == "ros1" else Stores.ROS2_HUMBLE)
    serialize = store.serialize_ros1 if kind == "ros1" else store.serialize_cdr
    path = folder / ("run.bag" if kind == "ros1" else "run")
    writer: Any
    if kind == "ros1":
        writer = Writer1(path)
    else:
        writer = Writer2(path, version=9, storage_plugin=StoragePlugin[kind.upper()])
    with writer:
        point = writer.add_connection("/arm/p", POINT, typestore=store)
        text = writer.add_connection("/chatter", TEXT, typestore=store)
        for number in range(10):
            at = 100 * SECOND + number * SECOND // 2
            value: Any = store.types[POINT](x=number, y=0.5, z=-number)
            writer.write(point, at, serialize(value, POINT))
            writer.write(text, at + 1, serialize(store.types[TEXT](data="hello"), TEXT))
    return path


@pytest.mark.parametrize("kind", ["ros1", "sqlite3", "mcap"])
def test_a_bag(kind: str, tmp_path: Path) -> None:
    path = write(tmp_path, kind)
    with cwire.open(path) as file:
        assert list(file.messages) == ["/arm/p"]
        assert file["/arm/p"].count == 10
        assert file.span == (100 * SECOND, 100 * SECOND + 9 * SECOND // 2)
        points: Any = file["/arm/p"].read()
        assert points["x"].tolist() == list(range(10))
        assert points["z"].tolist() == [-one for one in range(10)]
        some: Any = file["/arm/p"].read(1.0, 2.0)
        assert some["x"].tolist() == [2, 3]
        assert len(file["/arm/p"].read(50.0)) == 0
        reason = r"/chatter cannot be read: std_msgs/msg/String.data is a string"
        with pytest.raises(InvalidArgument, match=reason):
            file["/chatter"]
        played = [int(one) for part in stretches([file["/arm/p"]]) for one in part.times]
        assert played == points.time.astype(int).tolist()
        assert [len(part) for part in file["/arm/p"].parts_of(1)] == [2]


def test_the_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, examples: list[str]) -> None:
    write(tmp_path, "sqlite3")
    monkeypatch.chdir(tmp_path)
    (block,) = examples
    names: dict[str, Any] = {}
    exec(compile(block, "record.md", "exec"), names)
    assert names["points"]["x"].tolist() == [2, 3]
    assert str(names["run"].refused) in block
    names["run"].close()


def test_another_thread_reads_it(tmp_path: Path) -> None:
    """A replay does."""
    found: list[int] = []
    with cwire.open(write(tmp_path, "sqlite3")) as file:
        thread = threading.Thread(target=lambda: found.append(len(file["/arm/p"].read())))
        thread.start()
        thread.join()
    assert found == [10]


def test_a_bag_without_definitions(tmp_path: Path) -> None:
    """Older ROS 2 wrote none: `rosbags` knows those of ROS itself."""
    path = write(tmp_path, "sqlite3")
    with sqlite3.connect(path / "run.db3") as file:
        file.execute("DROP TABLE message_definitions")
        file.execute("UPDATE topics SET type = 'lab/msg/Own' WHERE name = '/chatter'")
    file.close()
    with cwire.open(path / "run.db3") as bag:
        assert bag["/arm/p"].count == 10
        assert bag.refused == {"/chatter": "the definition of lab/msg/Own is not in the bag"}


def test_a_bag_in_several_files(tmp_path: Path) -> None:
    path = write(tmp_path, "sqlite3")
    (path / "run.db3").rename(path / "run_0.db3")
    (path / "run_1.db3").write_bytes((path / "run_0.db3").read_bytes())
    with sqlite3.connect(path / "run_1.db3") as file:
        file.execute(f"UPDATE messages SET timestamp = timestamp + {10 * SECOND}")
    file.close()
    with cwire.open(path) as bag:
        assert len(bag["/arm/p"].read()) == bag["/arm/p"].count == 20
        assert bag.span[1] - bag.span[0] == 14_500_000_000


def test_what_is_no_bag(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.bag", "a.db3"):
        with pytest.raises(InvalidArgument, match=f"cannot read .*{name}"):
            cwire.open(tmp_path / name)
        (tmp_path / name).write_text("dear diary, nothing happened today, and so on")
        with pytest.raises(InvalidArgument, match=f"cannot read .*{name}"):
            cwire.open(tmp_path / name)
    monkeypatch.setitem(__import__("sys").modules, "rosbags.rosbag1", None)
    with pytest.raises(CwireError, match=r"a\.bag needs rosbags, .*: pip install rosbags"):
        cwire.open(tmp_path / "a.bag")


def test_there_is_nothing_to_recover(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["recover", str(write(tmp_path, "sqlite3"))]) == 0
    assert "is whole" in capsys.readouterr().out
