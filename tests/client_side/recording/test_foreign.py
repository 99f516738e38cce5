"""MCAP files that others have written, opened by cwire."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import foxglove
import pytest
from mcap.writer import CompressionType
from mcap.writer import Writer as McapWriter
from mcap_ros2.writer import Writer as Ros2Writer
from rosbags.rosbag2 import StoragePlugin
from rosbags.rosbag2 import Writer as BagWriter
from rosbags.typesys import Stores, get_typestore

import cwire
from cwire.errors import CwireError, InvalidArgument, UnknownMessage
from cwire.recording.player import Player
from support.processes import until

SECOND = 1_000_000_000
SEPARATOR = f"{'=' * 80}\n"
POSE = (
    "uint8 kind\ngeometry_msgs/Point[2] points  # [m] Where.\nuint16 end\n"
    f"{SEPARATOR}MSG: geometry_msgs/Point\nfloat64 x\nfloat32 y\n"
)
POSES = [
    {"kind": n, "points": [{"x": n + 0.5, "y": 1.5}, {"x": -n, "y": 2.5}], "end": 65535 - n}
    for n in range(5)
]


def by_mcap_ros2(path: Path) -> None:
    with path.open("wb") as file:
        writer = Ros2Writer(file)
        pose = writer.register_msgdef("lab/msg/Pose", POSE)
        text = writer.register_msgdef("std_msgs/msg/String", "string data\n")
        for number, value in enumerate(POSES):
            writer.write_message("/arm/pose", pose, value, log_time=(number + 1) * SECOND)
            writer.write_message("/chatter", text, {"data": "hello"}, log_time=SECOND)
        writer.finish()  # type: ignore[no-untyped-call]


def bodies() -> list[bytes]:
    """The same as `mcap_ros2` writes them."""
    file = BytesIO()
    writer = Ros2Writer(file)
    pose = writer.register_msgdef("lab/msg/Pose", POSE)
    found: list[bytes] = []
    writer._writer.add_message = lambda **given: found.append(given["data"])  # type: ignore[method-assign]
    for value in POSES:
        writer.write_message("/arm/pose", pose, value)
    return found


def by_foxglove(path: Path) -> None:
    context = foxglove.Context()
    schema = foxglove.Schema(name="lab/msg/Pose", encoding="ros2msg", data=POSE.encode())
    pose = foxglove.Channel("/arm/pose", schema=schema, message_encoding="cdr", context=context)
    text = foxglove.Channel("/chatter", message_encoding="json", context=context)
    with foxglove.open_mcap(path, context=context):
        for number, body in enumerate(bodies()):
            pose.log(body, log_time=(number + 1) * SECOND)
        text.log({"data": "hello"}, log_time=SECOND)


def by_mcap_without_chunks(path: Path) -> None:
    with path.open("wb") as file:
        writer = McapWriter(file, use_chunking=False, compression=CompressionType.NONE)
        writer.start("ros2", "them")
        schema = writer.register_schema("lab/msg/Pose", "ros2msg", POSE.encode())
        pose = writer.register_channel("/arm/pose", "cdr", schema)
        text = writer.register_channel("/chatter", "cdr", 0)
        for number, body in enumerate(bodies()):
            writer.add_message(pose, (number + 1) * SECOND, body, 0, 0)
        writer.add_message(text, SECOND, b"hello", 0, 0)
        writer.finish()  # type: ignore[no-untyped-call]


WRITERS: dict[str, tuple[Callable[[Path], None], str]] = {
    "mcap-ros2-support": (by_mcap_ros2, "std_msgs/msg/String.data is a string"),
    "foxglove-sdk": (by_foxglove, "its messages are json with a schema of jsonschema"),
    "mcap, no chunks": (by_mcap_without_chunks, "its messages are cdr without a schema"),
}


@pytest.mark.parametrize("name", WRITERS)
def test_structs_are_read_and_others_refused(name: str, tmp_path: Path) -> None:
    write, refused = WRITERS[name]
    path = tmp_path / "theirs.mcap"
    write(path)
    with cwire.open(path) as file:
        poses: Any = file["/arm/pose"].read()
        assert [one["kind"] for one in poses] == [0, 1, 2, 3, 4]
        assert poses["points"]["x"].tolist() == [[n + 0.5, -n] for n in range(5)]
        assert poses["points"]["y"].tolist() == [[1.5, 2.5]] * 5
        assert poses["end"].tolist() == [65535 - n for n in range(5)]
        assert (poses.time - poses.time[0]).astype(int).tolist() == [n * SECOND for n in range(5)]
        some: Any = file["arm_pose"].read(1.0, 3.0)
        assert some["kind"].tolist() == [1, 2]
        field = file["/arm/pose"].message.struct.by_name["points"]
        assert (field.unit, field.doc) == ("m", "Where.")
        with pytest.raises(InvalidArgument, match=f"/chatter cannot be read: {refused}"):
            file["/chatter"]
        with pytest.raises(UnknownMessage, match="no topic '/arm/poses'; did you mean '/arm/pose'"):
            file["/arm/poses"]
        assert f"/chatter cannot be read: {refused}" in repr(file)


def test_ros1_in_mcap(tmp_path: Path) -> None:
    store = get_typestore(Stores.ROS1_NOETIC)
    types = store.types
    stamp = types["builtin_interfaces/msg/Time"](sec=3, nanosec=4)
    data = bytes(store.serialize_ros1(types["std_msgs/msg/Time"](data=stamp), "std_msgs/msg/Time"))
    path = tmp_path / "ros1.mcap"
    with path.open("wb") as file:
        writer = McapWriter(file)
        writer.start("ros1", "them")
        schema = writer.register_schema("std_msgs/Time", "ros1msg", b"time data\n")
        channel = writer.register_channel("/clock", "ros1", schema)
        writer.add_message(channel, SECOND, data, SECOND, 0)
        writer.finish()  # type: ignore[no-untyped-call]
    clock: Any = cwire.open(path)["/clock"].read()
    assert (clock["data"]["secs"].tolist(), clock["data"]["nsecs"].tolist()) == ([3], [4])


def test_a_topic_that_has_other_structs_later(tmp_path: Path) -> None:
    path = tmp_path / "two.mcap"
    with path.open("wb") as file:
        writer = McapWriter(file)
        writer.start("ros2", "them")
        for number, text in enumerate((b"uint8 a\n", b"uint16 a\n")):
            schema = writer.register_schema("lab/msg/Some", "ros2msg", text)
            for _ in range(2):  # two publishers of it
                channel = writer.register_channel("/x", "cdr", schema)
                writer.add_message(channel, SECOND, bytes([0, 1, 0, 0, 5, *bytes(number)]), 0, 0)
        channel = writer.register_channel("/x_2", "cdr", 1)
        writer.add_message(channel, SECOND, bytes([0, 1, 0, 0, 6]), 0, 0)
        writer.finish()  # type: ignore[no-untyped-call]
    with cwire.open(path) as opened:
        found: dict[str, Any] = {key: one.read() for key, one in opened.messages.items()}
        assert {key: one["a"].tolist() for key, one in found.items()} == {
            "/x": [5, 5],
            "/x/2": [5, 5],
            "/x_2": [6],
        }
        assert len({one.message.name for one in opened.messages.values()}) == 3


def test_data_that_are_not_as_defined(tmp_path: Path) -> None:
    path = tmp_path / "short.mcap"
    with path.open("wb") as file:
        writer = McapWriter(file)
        writer.start("ros2", "them")
        schema = writer.register_schema("lab/msg/Some", "ros2msg", b"uint32 a\n")
        channel = writer.register_channel("/x", "cdr", schema)
        writer.add_message(channel, SECOND, b"\0\1\0\0\1", 0, 0)
        writer.finish()  # type: ignore[no-untyped-call]
    with cwire.open(path) as opened, pytest.raises(CwireError, match="has 5 bytes, not 8"):
        opened["/x"].read()


def test_it_is_exported_and_played(tmp_path: Path) -> None:
    path = tmp_path / "bag"
    store = get_typestore(Stores.ROS2_HUMBLE)
    point = store.types["geometry_msgs/msg/Point"]
    with BagWriter(path, version=9, storage_plugin=StoragePlugin.MCAP) as writer:
        connection = writer.add_connection("/p", "geometry_msgs/msg/Point", typestore=store)
        for number in range(3):
            data = store.serialize_cdr(point(number, 2.0, 3.0), "geometry_msgs/msg/Point")
            writer.write(connection, number * SECOND, data)
    with cwire.open(path / "bag.mcap") as file:
        file.export(tmp_path / "p.csv")
        assert (tmp_path / "p.csv").read_text().splitlines()[1].endswith(",0,0.0,2.0,3.0")
        with (
            Player(file, None, str(tmp_path / "a.sock"), speed=0) as player,
            cwire.connect(f"unix://{player.driver.path}") as bridge,
        ):
            until(lambda: len(bridge.history("p")) == 3)
            points: Any = bridge.history("p")
            assert points["x"].tolist() == [0.0, 1.0, 2.0]
