"""Parameters and results of handlers: fields of a command and of its reply."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pytest

import cwire
from cwire.driver.handlers import Handler, Signature, is_async
from cwire.errors import InvalidArgument, Refused
from cwire_structs.errors import FieldError, SchemaError
from cwire_structs.schema.message_class import MessageObject
from cwire_structs.schema.written import Written


class Shape(enum.IntEnum):
    SINE = 0
    NOISE = 3


@dataclass
class Point:
    x: float = 0.0
    y: float = 0.0


@cwire.command(reply=Point)
class Move:
    """Moves it."""

    to: Point
    via: Annotated[list[Point], cwire.array(2)]
    shape: Shape
    speed: Annotated[float, cwire.range(0, 5)]
    taps: Annotated[np.int16, cwire.array(3)]
    name: Annotated[str, cwire.text(8)]


WRITTEN = Written("lab")
WRITTEN.add(Move)
SCHEMA = WRITTEN.schema()
MOVE, POINT = SCHEMA.messages["move"], SCHEMA.messages["point"]
VALUES = {
    "to": {"x": 1, "y": 2},
    "via": [{"x": 3}, {"x": 4}],
    "shape": "NOISE",
    "speed": 2.5,
    "taps": [1, 2, 3],
    "name": "ab",
}


def handler(function: Any) -> Handler:
    return Handler(function, Signature(function), MOVE, POINT)


def called(function: Any) -> Any:
    return handler(function).call(MOVE.encode(VALUES))


def test_fields_are_arguments_of_their_names() -> None:
    def move(speed, taps, name, shape, extra=5):  # type: ignore[no-untyped-def]
        return speed, taps.tolist(), name, shape, extra

    assert called(move) == (2.5, [1, 2, 3], "ab", 3, 5)


def test_annotations_say_what_an_argument_is() -> None:
    def move(shape: Shape, to: Point, via: list[Point], taps: list[int]) -> None:
        assert (type(shape), shape) == (Shape, Shape.NOISE)
        assert (to, via, taps) == (Point(1, 2), [Point(3), Point(4)], [1, 2, 3])

    called(move)

    def by_name(*, shape: str, speed: Annotated[float, "m/s"], **rest: Any) -> Any:
        return shape, speed, sorted(rest)

    assert called(by_name) == ("NOISE", 2.5, ["name", "taps", "to", "via"])


def test_elements_of_a_tail_are_what_the_annotation_says() -> None:
    class Path:
        count: int
        points: Annotated[list[Point], cwire.tail()]

    written = Written("lab")
    written.add(cwire.command()(Path))
    path = written.schema().messages["path"]
    values = {"count": 2, "points": [{"x": 1, "y": 2}, {"x": 3}]}

    def walk(points: list[Point]) -> None:
        assert points == [Point(1, 2), Point(3)]

    Handler(walk, Signature(walk), path, None).call(path.encode(values))


def test_the_whole_message_is_the_only_argument() -> None:
    def annotated(request: Move) -> Any:
        return type(request), request.to, request.shape, request.name

    def bare(request):  # type: ignore[no-untyped-def]
        return type(request), request.speed

    def of_class(request: MOVE.type) -> Any:  # type: ignore[name-defined]
        return type(request), request.speed

    assert called(annotated) == (Move, Point(1, 2), Shape.NOISE, "ab")
    assert called(bare) == (MOVE.type, 2.5)
    of_class.__annotations__ = {"request": MOVE.type}
    assert called(of_class) == (MOVE.type, 2.5)
    assert issubclass(MOVE.type, MessageObject)


def test_methods_and_objects_are_handlers() -> None:
    class Stage:
        def move(self, speed: float) -> float:
            return speed

        def __call__(self, name: str) -> str:
            return name

    assert called(Stage().move) == 2.5
    assert called(Stage()) == "ab"


def test_what_no_command_may_have_is_refused_before_the_call() -> None:
    def move(speed: float) -> None:
        pytest.fail("called")

    checked = handler(move)
    fast = bytearray(MOVE.encode(VALUES))
    at = MOVE.struct.by_name["speed"].offset
    fast[at : at + 8] = np.float64(99).tobytes()
    with pytest.raises(Refused, match=r"speed: 99.0 is out of range.*\(CWIRE_ERANGE\)"):
        checked.call(bytes(fast))
    odd = bytearray(MOVE.encode(VALUES))
    at = MOVE.struct.by_name["shape"].offset
    odd[at] = 77
    with pytest.raises(Refused, match="shape: "):
        checked.call(bytes(odd))


@pytest.mark.parametrize(
    "result", [{"x": 1, "y": 2}, Point(1, 2), np.array((1, 2), POINT.dtype()), POINT.type(x=1, y=2)]
)
def test_a_result_is_the_reply(result: object) -> None:
    assert handler(lambda: None).reply(result) == POINT.encode({"x": 1, "y": 2})
    assert handler(lambda: None).reply(None) == b""


def test_a_result_that_is_no_reply_is_refused() -> None:
    with pytest.raises(FieldError, match=r"point\.z"):
        handler(lambda: None).reply({"z": 1})
    without = Handler(lambda: None, Signature(lambda: None), MOVE, None)
    with pytest.raises(InvalidArgument, match="returned int, but the schema gives the command no"):
        without.reply(3)


def test_a_parameter_that_is_no_field_is_refused() -> None:
    def move(sped) -> None: ...  # type: ignore[no-untyped-def]

    with pytest.raises(InvalidArgument, match="move has no field 'sped'; did you mean 'speed'"):
        handler(move)


def test_parameters_become_fields_of_a_new_command() -> None:
    def go(rate: Annotated[float, cwire.unit("Hz")], steps=3, shape=Shape.NOISE) -> Point:  # type: ignore[no-untyped-def]
        """Goes."""
        return Point()

    signature = Signature(go)
    made = Written("lab")
    made.add_command("go", signature.fields(), signature.doc, signature.reply)
    command = made.schema().messages["go"]
    assert (command.doc, command.reply) == ("Goes.", "point")
    values = command.type.from_bytes(command.encode({}))
    assert (values.rate, values.steps, values.shape) == (0.0, 3, 3)
    assert command.struct.by_name["rate"].unit == "Hz"


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ("a", "annotate its parameter 'a'"),
        ("a=None", "annotate its parameter 'a'"),
        ("*a", r"\*a has no layout"),
        ("**a", r"\*a has no layout"),
        ("a: Missing", "its annotations cannot be read"),
    ],
)
def test_parameters_that_are_no_fields_are_refused(parameters: str, reason: str) -> None:
    names: dict[str, Any] = {}
    exec(f"from __future__ import annotations\ndef go({parameters}): ...", names)
    with pytest.raises(SchemaError, match=reason):
        Signature(names["go"]).fields()


def test_async_functions_are_told() -> None:
    async def later() -> None: ...

    class Later:
        async def __call__(self) -> None: ...

    assert is_async(later)
    assert is_async(Later())
    assert not is_async(lambda: None)
