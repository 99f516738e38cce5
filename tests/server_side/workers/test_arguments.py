"""What callers give is checked by annotations, and described."""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import pytest
from pydantic import BaseModel, Field

from cwire_server.workers.arguments import CONTEXT, Arguments, InvalidDataError


class Event(BaseModel):
    name: str
    level: int = 0


@dataclasses.dataclass
class Place:
    x: float
    y: float


def scan(
    out: Any,
    start: float,
    stop: Annotated[float, Field(le=10, description="The last place.")],
    steps: int = 11,
    copy: bool = False,
    *,
    progress: Any,
) -> list[float]:
    """Moves and measures."""
    raise NotImplementedError


def whole(out: Any, data: Event, **context: Any) -> None: ...
def anything(out: Any, data: Any, **context: Any) -> None: ...
def array(values: npt.NDArray[np.float64], weights: np.ndarray[Any, Any] | None = None) -> None: ...
def place(data: Place) -> None: ...
def nothing() -> None: ...


def test_arguments_are_checked_and_made_what_they_are_to_be() -> None:
    checked = Arguments("scan", scan).check({"start": 1, "stop": 2.5})
    assert checked == {"start": 1.0, "stop": 2.5}
    assert type(checked["start"]) is float


def test_what_the_relay_gives_is_no_argument() -> None:
    arguments = Arguments("scan", scan)
    assert arguments.context == {"out", "progress"}
    assert set(arguments.schema["properties"]) == {"start", "stop", "steps", "copy"}
    assert Arguments("whole", whole).context == set(CONTEXT)


def test_the_schema_has_defaults_and_descriptions() -> None:
    arguments = Arguments("scan", scan)
    assert arguments.schema["required"] == ["start", "stop"]
    assert arguments.schema["properties"]["steps"]["default"] == 11
    assert arguments.schema["properties"]["stop"]["description"] == "The last place."
    assert arguments.schema["properties"]["stop"]["maximum"] == 10
    assert arguments.returns == {"items": {"type": "number"}, "type": "array"}
    assert Arguments("nothing", nothing).returns == {"type": "null"}


def test_data_is_all_that_the_caller_gives() -> None:
    assert Arguments("whole", whole).check({"name": "a"}) == {"data": Event(name="a")}
    assert Arguments("anything", anything).check([1, None]) == {"data": [1, None]}
    assert Arguments("place", place).check({"x": 1, "y": 2}) == {"data": Place(1, 2)}


def test_arrays_are_taken_as_they_are() -> None:
    values = np.zeros(3)
    assert Arguments("array", array).check({"values": values})["values"] is values


def test_without_data_there_are_no_arguments() -> None:
    assert Arguments("nothing", nothing).check(None) == {}


@pytest.mark.parametrize(
    ("function", "data", "says"),
    [
        (scan, {"start": "x", "stop": 1}, "start: Input should be a valid number"),
        (scan, {"start": 1}, "stop: Field required"),
        (scan, {"start": 1, "stop": 11}, "stop: Input should be less than or equal to 10"),
        (scan, {"start": 1, "stop": 1, "stps": 2}, "stps: Extra inputs are not permitted"),
        (scan, {"start": 1, "stop": 1, "out": 2}, "out: Extra inputs are not permitted"),
        (scan, [1, 2], "data: Input should be a valid dictionary"),
        (scan, None, "start: Field required; stop: Field required"),
        (whole, {"level": "high"}, "name: Field required; level: Input should be"),
        (array, {"values": [1, 2]}, "values: Input should be an instance of ndarray"),
        (nothing, {f"x{n}": n for n in range(8)}, "and 3 more"),
    ],
)
def test_what_does_not_fit_is_told_by_its_name(function: Any, data: Any, says: str) -> None:
    with pytest.raises(InvalidDataError) as caught:
        Arguments("one", function).check(data)
    assert says in str(caught.value)
