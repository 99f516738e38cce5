from typing import Any

import pytest

from cwire_server.errors import RequestError
from cwire_server.hub.policies import LATEST
from cwire_server.hub.subscription import HistoryRequest, SubscribeOptions, parse_subscription


def options(**request: Any) -> SubscribeOptions:
    return parse_subscription({"op": "subscribe", "id": 1, **request}, 1).options


def test_what_is_not_said_is_everything_whole() -> None:
    subscription = parse_subscription({"op": "subscribe", "id": 4}, 4)
    assert (subscription.id, subscription.driver, subscription.messages) == (4, None, None)
    assert subscription.options == SubscribeOptions()
    assert subscription.options.every_frame


def test_all_options() -> None:
    assert options(policy="latest", max_rate=5) == SubscribeOptions(policy=LATEST, max_rate=5.0)
    assert options(history={"frames": 10}).history == HistoryRequest(frames=10)
    assert options(history={"seconds": 0.5}).history == HistoryRequest(seconds=0.5)
    assert options(decimate=16).decimate == 16
    assert options(policy="latest", key=["x", "y", "x"]).key == ("x", "y")
    assert options(format="json") == SubscribeOptions(json=True, max_rate=10.0)
    assert options(format="json", max_rate=60).max_rate == 60
    assert not parse_subscription({"op": "subscribe", "id": 4}, 4).later
    assert parse_subscription({"op": "subscribe", "id": 4, "later": True}, 4).later
    assert options(policy=None, max_rate=None, history=None, format=None) == SubscribeOptions()


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        ({"policy": "oldest"}, "policy is 'oldest'; it can be: queue, latest"),
        ({"policy": ["queue"]}, "policy is"),
        ({"format": "xml"}, "format is 'xml'; it can be: binary, json"),
        ({"max_rate": -1}, "max_rate must be a number above 0"),
        ({"max_rate": 0}, "max_rate"),
        ({"max_rate": 1e300}, "at most 1e"),
        ({"max_rate": float("nan")}, "max_rate"),
        ({"max_rate": "5"}, "max_rate"),
        ({"max_rate": True}, "max_rate"),
        ({"format": "json", "max_rate": 61}, "JSON goes at 60 per second"),
        ({"history": 5}, 'history must be {"frames": N}'),
        ({"history": {}}, "history must be"),
        ({"history": {"frames": 1, "seconds": 1}}, "history must be"),
        ({"history": {"frames": -1}}, "history must be a number of frames"),
        ({"history": {"frames": 1e9}}, "history must be a number of frames"),
        ({"history": {"seconds": 1e9}}, "seconds must be"),
        ({"decimate": 1}, "decimate must be"),
        ({"decimate": 2.0}, "decimate must be"),
        ({"decimate": 1 << 40}, "decimate must be"),
        ({"decimate": 4, "history": {"frames": 1}}, "history is of binary messages"),
        (
            {"policy": "latest", "key": "x"},
            'key must be a list of 1 to 16 names of fields, not "x"',
        ),
        ({"policy": "latest", "key": []}, "key must be a list"),
        ({"policy": "latest", "key": [1]}, "key must be a list"),
        ({"policy": "latest", "key": ["x"] * 17}, "key must be a list"),
        ({"key": ["x"]}, "key is for policy latest"),
        ({"policy": "latest", "key": ["x"], "max_rate": 5}, "without max_rate"),
        (
            {"policy": "latest", "key": ["x"], "format": "json"},
            "key is for policy latest in binary",
        ),
        ({"policies": "latest"}, "subscribe has no field 'policies'"),
        ({"messages": [1]}, "messages must be"),
        ({"later": "yes"}, 'later must be true or false, not "yes"'),
    ],
)
def test_what_cannot_be_is_named(request_: dict[str, Any], reason: str) -> None:
    import re

    with pytest.raises(RequestError, match=re.escape(reason)) as error:
        options(**request_)
    assert error.value.code == "bad_request"
