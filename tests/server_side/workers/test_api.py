"""An API as a flat table: names that cannot be are refused when the relay starts."""

from __future__ import annotations

import types
from typing import Any

import pytest

from cwire_server import ActionError, ApiError, action, flatten
from cwire_server.workers.loading import load_api
from cwire_server.workers.registry import Registry


def create() -> None: ...


@action(name="events.remove", deadline=2.0)
def remove() -> None: ...


def test_a_nested_dict_becomes_dotted_names() -> None:
    flat = flatten({"events": {"create": create, "log": {"read": remove}}, "scan": create})
    assert flat == {"events.create": create, "events.log.read": remove, "scan": create}


def test_another_separator_can_be_had() -> None:
    assert list(flatten({"events": {"create": create}}, separator="/")) == ["events/create"]


@pytest.mark.parametrize("separator", ["", 1, None])
def test_a_separator_that_is_none_is_refused(separator: Any) -> None:
    with pytest.raises(ApiError, match="it is a text, such as"):
        flatten({"a": {"b": create}}, separator)


def test_a_list_takes_names_of_functions_or_of_their_marks() -> None:
    assert flatten([create, remove]) == {"create": create, "events.remove": remove}


def test_a_module_gives_its_marked_functions_only() -> None:
    module = types.ModuleType("lab")

    def own() -> None: ...

    own.__module__ = "lab"
    vars(module).update(own=action(own), foreign=remove, plain=create)
    assert flatten(module) == {"own": own}


itself: dict[str, Any] = {"create": create}
itself["inner"] = {"again": itself}
twice = {"create": create}
deep: dict[str, Any] = {"create": create}
for _ in range(5000):
    deep = {"a": deep}


def test_one_dict_in_two_places_is_no_circle() -> None:
    assert list(flatten({"a": twice, "b": twice})) == ["a.create", "b.create"]


@pytest.mark.parametrize(
    ("api", "says"),
    [
        ({"a": {"b": create}, "a.b": create}, "two actions are called 'a.b'"),
        ([create, create], "two actions are called 'create'"),
        (itself, "the dict 'inner.again' contains itself"),
        ({"__class__": create}, "'__class__' has the part '__class__'"),
        ({"a": {"_b": create}}, "'a._b' has the part '_b'"),
        ({"a..b": create}, "has the part ''"),
        ({"": create}, "has the part ''"),
        ({"a b": create}, "has the part 'a b'"),
        ({1: create}, "1 is no name"),
        ({"a": 1}, "a is 1: an action is a function"),
        (deep, "more than 64 deep"),
        ({"a" * 201: create}, "aaa… is a name of more than 200 characters"),
        ({"list": create}, "'list' is the name of an action that is always there"),
        ({"shutdown": create}, "rename yours"),
        ([1], "1 is no function"),
        ("create", "'create' is no API"),
        (None, "None is no API"),
        (types.ModuleType("lab"), "no function with @cwire_server.action"),
    ],
)
def test_an_api_that_cannot_be_is_refused(api: object, says: str) -> None:
    with pytest.raises(ApiError) as caught:
        flatten(api)
    assert says in str(caught.value)


@pytest.mark.parametrize("options", [{"runs": "gpu"}, {"deadline": 0}, {"deadline": -1}])
def test_a_mark_that_cannot_be_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ApiError):
        action(**options)


def test_a_code_of_its_own_has_1_to_64_characters() -> None:
    assert ActionError("no sample", "no_sample").code == "no_sample"
    with pytest.raises(ValueError, match="64 characters"):
        ActionError("no sample", "")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no_such_module_here:API", "there is no module 'no_such_module_here'"),
        ("math:API", "module 'math' has no 'API'"),
        (":API", "names no module"),
    ],
)
def test_a_module_that_is_not_there_is_told(text: str, says: str) -> None:
    with pytest.raises(ApiError) as caught:
        load_api(text)
    assert says in str(caught.value)


def by_position(a: int, /) -> None: ...
def any_number(*values: int) -> None: ...
def whole_and_more(data: int, more: int) -> None: ...
def unknown_annotation(a: NoSuchType) -> None: ...  # type: ignore[name-defined] # noqa: F821


@action(runs="process")
async def async_in_a_process() -> None: ...


@action(runs="process")
def drivers_in_a_process(drivers: Any) -> None: ...


local = action(runs="process")(lambda: None)


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (by_position, "by position"),
        (any_number, "by position"),
        (whole_and_more, "takes data, which is all that its caller gives, and more"),
        (unknown_annotation, "cannot be read: name 'NoSuchType' is not defined"),
        (async_in_a_process, "cannot be async"),
        (drivers_in_a_process, "there is no drivers"),
        (local, "at the top level of a module"),
    ],
)
def test_a_function_that_cannot_be_an_action_is_refused(function: Any, says: str) -> None:
    with pytest.raises(ApiError) as caught:
        Registry({"one": function})
    assert says in str(caught.value)
