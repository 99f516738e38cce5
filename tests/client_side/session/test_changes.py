"""Commands that keep what is not given: what is asked, what is sent, what is refused."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, get_type_hints

import numpy as np
import pytest

import cwire
from cwire import errors
from cwire.data.frame_array import FrameArray, Record, record_of
from cwire.session.changes import Change, getter_of
from cwire.session.drivers import Driver
from cwire_structs import frames
from cwire_structs.schema.written import Written
from cwire_structs.schema.written_class import Parameter


class Shape(enum.IntEnum):
    SINE = 0
    SQUARE = 1


class Point:
    x: float
    y: float


class Wave:
    channel: np.uint8
    shape: Shape
    volts: float
    label: Annotated[str, cwire.text(8)]
    path: Annotated[Point, cwire.array(2)]
    big: np.uint64


class Status:
    waves: Annotated[Wave, cwire.array(2)]


class Axis:
    axis: np.uint8
    speed: Annotated[float, cwire.unit("mm/s")]


class Gain:
    gain: Annotated[float, cwire.unit("dB"), cwire.range(0, 60)]
    tilt: Annotated[float, cwire.unit("deg")]


class Lamp:
    brightness: float


class Lamps:
    lamps: Annotated[Lamp, cwire.array(2)]


class Level:
    level: float


def _kinds(cls: type) -> Iterable[tuple[str, Any]]:
    return get_type_hints(cls, include_extras=True).items()


def schema() -> Any:
    written = Written("lab")
    for one in (Wave, Status, Axis, Gain, Lamp, Lamps, Level):
        written.add(one)
    wave = {name: Parameter(kind) for name, kind in _kinds(Wave)}
    wave["volts"] = Parameter(Annotated[float, cwire.range(0, 10)], 1.0)
    written.add_command("set_wave", wave, "", "wave")
    written.add_command("get_status", {}, "", "status")
    # The axis is asked for by the same name.
    speed = Annotated[float, cwire.unit("mm/s")]
    axis = {"axis": Parameter(np.uint8, 3), "speed": Parameter(speed)}
    written.add_command("set_axis", axis, "", None)
    written.add_command("get_axis", {"axis": Parameter(np.uint8)}, "", "axis")
    # One field is not told, another in another unit.
    other = {
        "gain": Parameter(Annotated[float, cwire.unit("dB")]),
        "tilt": Parameter(Annotated[float, cwire.unit("rad")]),
        "mode": Parameter(np.uint8),
    }
    written.add_command("set_gain", other, "", None)
    written.add_command("get_gain", {}, "", "gain")
    # Which of two is meant, nothing says.
    written.add_command("set_lamp", {"brightness": Parameter(float)}, "", "lamp")
    written.add_command("get_lamps", {}, "", "lamps")
    written.add_command("set_level", {"level": Parameter(float)}, "", None)
    return written.schema()


SCHEMA = schema()


def lab() -> Driver:
    return Driver("lab", 1, state="up", session=1, schema=SCHEMA)


def change(command: str, given: Mapping[str, object], driver: Driver | None = None) -> Change:
    return Change.of(driver or lab(), SCHEMA.commands[command], given)


def told(message: str, values: Mapping[str, object]) -> Record:
    one = SCHEMA.messages[message]
    payload = one.encode(values)
    frame = bytearray(frames.pack(one.id, payload, source=1))
    return record_of(FrameArray.from_frames(frame, one.frame_dtype(len(payload)), one))


PATH = [{"x": 1.0, "y": 2.0}, {"x": 3.0, "y": 4.0}]
FIRST = {"channel": 0, "shape": "SQUARE", "volts": 2.5, "label": "a", "path": PATH, "big": 2**63}
SECOND = {**FIRST, "channel": 1, "volts": 7.0, "label": b"\xff\x00\x01"}
STATUS = {"waves": [FIRST, SECOND]}


@pytest.mark.parametrize(
    ("given", "kept", "changes"),
    [
        ({}, FIRST, {}),
        ({"volts": 3}, FIRST, {"volts": 3.0}),
        ({"channel": 1, "shape": 0}, SECOND, {"shape": "SINE"}),
        ({"path[1].x": 9}, FIRST, {"path": [PATH[0], {"x": 9.0, "y": 4.0}]}),
        ({"path": [{"x": 5}, PATH[1]]}, FIRST, {"path": [{"x": 5.0, "y": 0.0}, PATH[1]]}),
        ({"label": "new"}, FIRST, {"label": "new"}),
    ],
)
def test_what_is_not_given_is_kept(
    given: dict[str, object], kept: dict[str, object], changes: dict[str, object]
) -> None:
    made = change("set_wave", given)
    assert (made.getter.command, made.request) == ("get_status", {})
    sent = made.fields(told("status", STATUS))
    expected = {**kept, **changes}
    if isinstance(expected["label"], bytes):
        expected["label"] = expected["label"].ljust(8, b"\0")
    assert sent == expected
    # It can be sent as it is.
    wave = SCHEMA.commands["set_wave"]
    assert wave.encode(sent) == wave.encode(expected)


def test_the_getter_is_asked_for_what_both_name() -> None:
    made = change("set_axis", {"axis": 2})
    assert made.request == {"axis": 2}
    assert made.fields(told("axis", {"axis": 2, "speed": 4.5})) == {"axis": 2, "speed": 4.5}
    assert change("set_axis", {}).request == {"axis": 3}  # the default of the one that is sent
    with pytest.raises(errors.InvalidCommand, match="get_axis was asked for axis 2, .* told of 1"):
        made.fields(told("axis", {"axis": 1, "speed": 4.5}))


@pytest.mark.parametrize(
    ("command", "given", "text"),
    [
        ("set_level", {"level": 1}, "no command tells .* can have a command get_level whose reply"),
        ("get_status", {}, "no command tells"),
        ("set_wave", {"volts": 11}, "volts: .*out of range"),
        ("set_wave", {"volt": 1}, "volt: there is no such field; did you mean 'volts'"),
        ("set_wave", {"path[1].z": 1}, "path"),
        (
            "set_gain",
            {},
            "not tell 'tilt', .* another unit: give tilt=…, mode=…, too",
        ),
        ("set_gain", {"tilt": 1, "gain": 2}, "does not tell 'mode'.* give mode=…, too"),
    ],
)
def test_what_cannot_be_kept(command: str, given: dict[str, object], text: str) -> None:
    with pytest.raises(errors.InvalidCommand, match=text):
        change(command, given)


def test_all_that_is_not_told_is_given() -> None:
    made = change("set_gain", {"tilt": 0.5, "mode": 1})
    assert made.fields(told("gain", {"gain": 3.0})) == {"gain": 3.0, "tilt": 0.5, "mode": 1}


def test_what_the_driver_has_and_nobody_may_send() -> None:
    status = {"waves": [{**FIRST, "volts": 12.0}, SECOND]}
    with pytest.raises(errors.InvalidCommand, match=r"volts: 12\.0 is out of range"):
        change("set_wave", {}).fields(told("status", status))


@pytest.mark.parametrize("channels", [(2, 3), (5, 5)])
def test_an_element_that_the_driver_does_not_tell_of(channels: tuple[int, int]) -> None:
    waves = [{**FIRST, "channel": channel} for channel in channels]
    known = ", ".join(map(str, channels))
    with pytest.raises(errors.InvalidCommand, match=f"nothing of channel 1; it tells of: {known} "):
        change("set_wave", {"channel": 1}).fields(told("status", {"waves": waves}))


def test_nothing_says_which_element_is_meant() -> None:
    with pytest.raises(errors.InvalidCommand, match="which of the 2 lamps of get_lamps is meant"):
        change("set_lamp", {}).fields(told("lamps", {}))


def test_an_empty_answer() -> None:
    with pytest.raises(errors.InvalidCommand, match="get_status was answered without values"):
        change("set_wave", {}).fields(None)


def test_other_structs_meanwhile() -> None:
    driver = lab()
    made = change("set_wave", {}, driver)
    driver.schema = _other()
    with pytest.raises(errors.LayoutMismatch, match="other structs, units or ranges"):
        made.fields(told("status", STATUS))


def _other() -> Any:
    written = Written("lab")
    written.add(Level)
    return written.schema()


def test_fields_that_are_no_names() -> None:
    with pytest.raises(errors.InvalidArgument, match="by their names"):
        Change.of(lab(), SCHEMA.commands["set_wave"], ["volts"])  # type: ignore[arg-type]


def test_a_driver_whose_commands_are_not_known() -> None:
    with pytest.raises(errors.DriverDown):
        getter_of(Driver("lab", 1), SCHEMA.commands["set_wave"])
