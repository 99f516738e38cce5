"""The options of a subscription, as the relay reads them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import cwire
from cwire.session.options import POLICIES, Options, check_window
from cwire.session.session import Session
from cwire_server.errors import RequestError
from cwire_server.hub import policies
from cwire_server.hub.subscription import HistoryRequest, parse_subscription

# Numbers of numpy are as good as Python's.
NUMPYS: list[Any] = [np.float32(20), np.int16(5)]


def test_what_is_as_usual_is_not_said() -> None:
    assert Options().request() == {}
    assert not Options().past


@pytest.mark.parametrize(
    ("options", "history"),
    [
        (Options("latest", 20, history=5), HistoryRequest(frames=5)),
        (Options("latest", *NUMPYS), HistoryRequest(frames=5)),
        (Options("latest", 20, history_seconds=1.5), HistoryRequest(seconds=1.5)),
    ],
)
def test_the_relay_understands_them(options: Options, history: HistoryRequest) -> None:
    assert options.past
    parsed = parse_subscription(json.loads(json.dumps(options.request())), 1).options
    assert (parsed.policy, parsed.max_rate, parsed.history) == (policies.LATEST, 20.0, history)
    assert parse_subscription(Options(decimate=16).request(), 1).options.decimate == 16
    for key in ("x", ["x"], ("x",), iter("x")):
        asked = Options("latest", key=key).request()
        assert parse_subscription(json.loads(json.dumps(asked)), 1).options.key == ("x",)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"history": 3, "history_seconds": 1}, "not both"),
        ({"history": 1.5}, "history must be a whole number, not 1.5"),
        ({"history": "5s"}, "history must be a whole number, not '5s'"),
        ({"decimate": True}, "decimate must be a whole number"),
        ({"max_rate": float("nan")}, "max_rate must be a number, not nan"),
        ({"history_seconds": [1]}, "history_seconds must be a number"),
        ({"policy": 3}, "queue, latest"),
        ({"key": 3}, "key is the name of a field, or several: 3"),
        ({"key": ["x", 3]}, "key is the name of a field"),
    ],
)
def test_what_cannot_be(options: dict[str, Any], text: str) -> None:
    with pytest.raises(cwire.InvalidSubscription, match=text):
        Options(**options)


@pytest.mark.parametrize(
    "options",
    [
        *(Options("newest"), Options(max_rate=-1), Options(decimate=1), Options(key="x")),
    ],
)
def test_values_are_the_relays_to_judge(options: Options) -> None:
    with pytest.raises(RequestError):
        parse_subscription(options.request(), 1)


def test_the_relay_has_the_same_policies() -> None:
    assert tuple(policies.POLICIES) == POLICIES
    with pytest.raises(RequestError, match=", ".join(POLICIES)):
        parse_subscription(Options("newest").request(), 1)


def test_windows() -> None:
    assert check_window(None) is None
    assert check_window(1 << 20) == 1 << 20
    for wrong in (0, -5, True, "1M", 1 << 31):
        with pytest.raises(cwire.InvalidSubscription, match="number of bytes from 1 to"):
            check_window(wrong)  # type: ignore[arg-type]


def test_names_may_come_in_lists() -> None:
    session = Session()
    wrong: Any = ["rare", ("picture",)]
    _, text = session.subscribe(["tick", wrong])
    assert json.loads(text)["messages"] == ["tick", "rare", "picture"]
    for wrong in (5, None, b"tick", [["tick", 5]]):
        with pytest.raises(cwire.InvalidArgument, match="messages have names, such as"):
            session.subscribe([wrong])
    wrong = 5
    with pytest.raises(cwire.InvalidSubscription, match="or None for all: 5"):
        session.subscribe(["tick"], wrong)
