"""Calls of actions without a socket: what comes, what is acknowledged, what is said again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cwire import errors
from cwire.session.calls import Call, Calls
from cwire.session.incoming import parse_text
from cwire_structs.action_values import encode


def made(calls: Calls, action: str = "scan", **how: Any) -> Call:
    call = Call(action, **how)
    calls.make(call, encode({}))
    return call


def tell(calls: Calls, op: str, **fields: Any) -> None:
    _, said = parse_text(json.dumps({"op": op, **fields}))
    calls.take(said)  # type: ignore[arg-type]


def greet(calls: Calls, *, kept: bool = False, streams: tuple[int, ...] = ()) -> None:
    answer = {"client": 3, "session": "key", "seconds": 10.0, "limit": 8}
    tell(calls, "session", kept=kept, streams=streams, **answer)


@pytest.fixture
def calls() -> Calls:
    calls = Calls()
    calls.connected()
    assert json.loads(str(calls.greeting())) == {"op": "session", "session": None, "received": 0}
    assert calls.greeting() is None
    greet(calls)
    return calls


def test_a_call_says_what_it_wants() -> None:
    calls = Calls()
    call = Call("scan", window=4, deadline=2.5)
    *frames, text = calls.make(call, encode({"x": b"ab"}))
    assert len(frames) == 1
    assert json.loads(str(text)) == {
        "op": "call", "id": 1, "action": "scan", "deadline": 2.5, "window": 4,
        "data": {"x": {"$array": 1, "dtype": "bytes", "shape": [2]}},
    }  # fmt: skip


def test_what_is_returned_counts_more_than_what_was_sent(calls: Calls) -> None:
    one, other = made(calls), made(calls)
    for call in (one, other):
        tell(calls, "result", id=call.id, data=1)
    tell(calls, "end", id=one.id)
    tell(calls, "end", id=other.id, data=None)
    assert (one.ended, one.value) == (True, 1)
    assert (other.ended, other.value) == (True, None)


def test_results_are_kept_only_where_each_is_wanted(calls: Calls) -> None:
    every, last = made(calls, every=True), made(calls)
    for number in range(3):
        tell(calls, "result", id=every.id, data=number)
        tell(calls, "result", id=last.id, data=number)
    assert list(every.results) == [0, 1, 2]
    assert not last.results


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("unknown_action", errors.UnknownAction),
        ("invalid_data", errors.InvalidData),
        ("deadline", errors.ActionTimeout),
        ("no_sample", errors.ActionError),
    ],
)
def test_each_code_is_an_exception(calls: Calls, code: str, kind: type[Exception]) -> None:
    call = made(calls)
    tell(calls, "failed", id=call.id, code=code, text="why")
    assert type(call.error) is kind
    assert str(call.error) == f"scan: why ({code})"


def test_what_is_not_known_is_ignored(calls: Calls) -> None:
    tell(calls, "result", id=99, data=1)
    tell(calls, "end", id=99)
    tell(calls, "failed", id=None, code="bad_request", text="")
    tell(calls, "progress", id=99, done=1, total=None, text="")


def test_a_value_that_is_none_is_a_fault_of_the_relay(calls: Calls) -> None:
    call = made(calls)
    with pytest.raises(errors.ProtocolError, match="bad value"):
        tell(calls, "end", id=call.id, data={"$what": 1})


def test_messages_are_acknowledged_after_64_and_after_256_kib(calls: Calls) -> None:
    call = made(calls)
    for _ in range(63):
        tell(calls, "result", id=call.id, data=1)
    assert calls.due() == []
    tell(calls, "result", id=call.id, data=1)
    assert list(map(json.loads, calls.due())) == [{"op": "received", "count": 64}]
    assert calls.due() == []
    payload = memoryview((300_000).to_bytes(8, "little") + bytes(8 + 300_000))
    calls.take_array(1, payload)
    tell(calls, "event", action="tick", data={"$array": 1, "dtype": "bytes", "shape": [300_000]})
    assert list(map(json.loads, calls.due())) == [{"op": "received", "count": 65}]


def test_a_new_connection_goes_on_with_the_session(calls: Calls) -> None:
    known, lost = made(calls), made(calls)
    tell(calls, "result", id=known.id, data=1)
    calls.connected()
    assert json.loads(str(calls.greeting())) == {"op": "session", "session": "key", "received": 1}
    new = made(calls)  # asked for behind the greeting: the answer cannot know it
    greet(calls, kept=True, streams=(known.id,))
    assert isinstance(lost.error, errors.NotConnected)
    assert not known.ended
    assert not new.ended


def test_what_may_not_have_arrived_is_said_again(calls: Calls) -> None:
    windowed, cancelled = made(calls, window=4), made(calls)
    calls.taken(windowed, 2)
    calls.cancel(cancelled)
    calls.connected()
    calls.greeting()
    greet(calls, kept=True, streams=(windowed.id, cancelled.id))
    assert list(map(json.loads, calls.due())) == [
        {"op": "taken", "id": windowed.id, "results": 2},
        {"op": "cancel", "id": cancelled.id},
    ]


def test_a_session_that_is_over_ends_its_calls(calls: Calls) -> None:
    before = made(calls)
    tell(calls, "result", id=before.id, data=1)
    calls.connected()
    calls.greeting()
    greet(calls, kept=False, streams=(before.id,))
    assert isinstance(before.error, errors.NotConnected)
    calls.connected()
    assert json.loads(str(calls.greeting()))["received"] == 0


def test_calls_without_an_answer_to_the_greeting_end_with_the_next_one() -> None:
    calls = Calls()
    calls.connected()
    calls.greeting()
    before = made(calls)
    calls.connected()
    assert calls.used
    calls.greeting()
    greet(calls)
    assert isinstance(before.error, errors.NotConnected)


def test_a_cancelled_call_is_ended_at_once(calls: Calls) -> None:
    call = made(calls)
    assert json.loads(str(calls.cancel(call))) == {"op": "cancel", "id": call.id}
    assert calls.cancel(call) is None
    assert isinstance(call.error, errors.ActionError)
    tell(calls, "failed", id=call.id, code="cancelled", text="")


def test_when_nobody_comes_back_all_fail(calls: Calls) -> None:
    call = made(calls)
    calls.abandon("the relay is gone")
    assert str(call.error) == "scan: the relay is gone"
    assert not calls.waiting


def test_taken_is_told_for_windows_only(calls: Calls) -> None:
    plain, windowed = made(calls), made(calls, window=4)
    assert calls.taken(plain, 1) is None
    assert json.loads(str(calls.taken(windowed, 2))) == {
        "op": "taken", "id": windowed.id, "results": 2
    }  # fmt: skip
