"""A server of actions, by the protocol alone: what it does, and what it says of bad input."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import numpy as np
import pytest

from cwire_server import ConfigError, Server
from cwire_structs import frames
from cwire_structs.action_values import ARRAY_TYPE
from support.action_caller import Caller
from support.actions import API, Counter, Crash, count_up, gates
from support.folders import short_folder
from support.processes import alive, until

OWNER = "an owner's own token"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One for all tests here, in a thread."""
    with short_folder() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CWIRE_RUNTIME_DIR", str(folder))
        folder.chmod(0o700)
        with Server(API, {"port": 0, "streams": 8, "keep": 30.0, "owner": OWNER}) as made:
            yield made
            gates.open.set()


@pytest.fixture
async def caller(server: Server) -> AsyncIterator[Caller]:
    gates.seen.clear()
    gates.open.clear()
    async with Caller(server) as client:
        yield client


async def test_a_function_is_called_and_its_result_comes(caller: Caller) -> None:
    await caller.call(1, "math.add", {"a": 3})
    assert await caller.next() == {"op": "end", "id": 1, "data": 5}


VALUES = {
    "nan": [float("nan"), float("inf"), -float("inf")],
    "large": 2**63 - 1,
    "$array": {"$int": "text"},
    "bytes": b"\x00\xff",
    "array": np.arange(100_000, dtype=">f4").reshape(100, -1),
    "empty": np.zeros((0, 3), "i8"),
}


async def test_values_arrive_as_what_they_are_both_ways(caller: Caller) -> None:
    told = (await caller.done("echo", VALUES))["data"]
    np.testing.assert_array_equal(told.pop("array"), VALUES["array"])
    assert told.pop("empty").shape == (0, 3)
    wanted = {name: one for name, one in VALUES.items() if name not in ("array", "empty")}
    assert repr(told) == repr(wanted)


async def test_a_stream_has_progress_results_and_an_end(caller: Caller) -> None:
    await caller.call("s", "scan", {"stop": 1, "steps": 2})
    told = [await caller.next() for _ in range(5)]
    assert [one["op"] for one in told] == ["result", "progress", "result", "progress", "end"]
    assert told[1] == {
        "op": "progress", "id": "s", "done": 1, "total": 2, "text": "step 1"
    }  # fmt: skip
    assert told[2]["data"]["counts"].tolist() == [1, 2, 3]
    assert told[4]["data"] == "all measured"


@pytest.mark.parametrize("action", ["generate", "agenerate"])
async def test_generators_send_what_they_yield(caller: Caller, action: str) -> None:
    await caller.call(0, action, {"count": 300})
    results = [(await caller.next())["data"] for _ in range(300)]
    assert results == list(range(300))
    assert (await caller.end(0))["op"] == "end"


async def test_many_streams_at_once_are_not_mixed_up(caller: Caller) -> None:
    for id in range(8):
        await caller.call(id, "send", [[id, n] for n in range(20)])
    came: dict[int, list[Any]] = {id: [] for id in range(8)}
    ended = 0
    while ended < 8:
        told = await caller.next()
        if told["op"] == "end":
            ended += 1
        else:
            came[told["id"]].append(told["data"])
    assert came == {id: [[id, n] for n in range(20)] for id in range(8)}


async def test_what_is_always_there(caller: Caller) -> None:
    names = (await caller.done("list"))["data"]
    assert {"math.add", "describe", "shutdown"} <= set(names)
    (told,) = (await caller.done("describe", {"name": "math.add"}))["data"]
    assert (told["doc"], told["kind"]) == ("Adds two numbers.", "function")
    assert told["arguments"]["properties"]["b"]["default"] == 2
    assert len((await caller.done("describe"))["data"]) == len(names)
    assert (await caller.done("describe", {"name": "math.ad"}))["code"] == "unknown_action"


async def test_plain_messages_are_understood_and_answered_as_such(caller: Caller) -> None:
    await caller.send('{"streamId": 7, "action": "send", "data": [1, 2.5]}')
    told = [json.loads(str(await caller.read())) for _ in range(3)]
    same = {"streamId": 7, "action": "send"}
    assert told == [{**same, "data": 1}, {**same, "data": 2.5}, {**same, "end": True}]
    await caller.send('{"action": "math.add", "data": {"a": "x"}}')
    failed = json.loads(str(await caller.read()))
    assert (failed["streamId"], failed["error"]["code"]) == (None, "invalid_data")
    await caller.send('{"streamId": 8, "action": "wait"}{}'[:-2])
    await caller.send('{"streamId": 8, "action": "cancel"}')
    failed = json.loads(str(await caller.read()))
    assert (failed["streamId"], failed["error"]["code"]) == (8, "cancelled")
    await caller.send('{"streamId": [], "action": "wait"}')
    assert json.loads(str(await caller.read()))["error"]["code"] == "bad_request"


# Bad input -----------------------------------------------------------------------------------

BAD = {
    "an unknown action": ("scna", None, "unknown_action", "did you mean 'scan'?"),
    "a dunder name": ("__class__", None, "unknown_action", ""),
    "a path of attributes": ("math.add.__globals__", None, "unknown_action", ""),
    "a part of a name": ("math", None, "unknown_action", ""),
    "a wrong type": ("math.add", {"a": "x"}, "invalid_data", "a: Input should be"),
    "an argument too many": ("math.add", {"a": 1, "c": 1}, "invalid_data", "c: Extra inputs"),
    "a name of the context": ("who", {"client": 1}, "invalid_data", "client: Extra inputs"),
    "an error": ("boom", {"text": "no light"}, "raised", "RuntimeError: no light"),
    "an error that has no text": ("mute", None, "raised", "Mute: (its text cannot be had"),
    "an end that is none": ("give_up", None, "raised", "CancelledError"),
    "an end that is none, async": ("agive_up", None, "raised", "CancelledError"),
    "a code of its own": ("no_sample", None, "no_sample", "no sample in the holder"),
    "what cannot be sent": ("unsendable", None, "unsendable", "a set cannot be sent"),
    "100 MB": ("zeros", {"size": 100 << 20}, "too_large", "67,108,864 are the most"),
    "100 MB in a result": ("flood", {"size": 100 << 20, "count": 1}, "too_large", "several"),
    "more time than it has": ("slow", None, "deadline", "its time is over"),
    "a process that dies": ("die", None, "raised", "has ended by itself"),
    "an error in a process": ("raise_there", None, "raised", "KeyError: 'there'"),
    "shutdown without a token": ("shutdown", None, "invalid_data", "owner: Field required"),
    "shutdown with a wrong one": ("shutdown", {"owner": "x"}, "denied", "not the owner's"),
}


@pytest.mark.parametrize("case", BAD)
async def test_an_error_has_the_id_a_code_and_a_text(
    caller: Caller, case: str, caplog: pytest.LogCaptureFixture
) -> None:
    action, data, code, says = BAD[case]
    with caplog.at_level(logging.CRITICAL):
        told = await caller.done(action, data)
    assert (told["op"], told["id"], told["code"]) == ("failed", "done", code)
    assert says in told["text"]
    assert "Traceback" not in told["text"]
    assert (await caller.done("math.add", {"a": 1}))["data"] == 3


async def test_the_traceback_is_in_the_log(
    caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    await caller.done("boom", {"text": "no light"})
    assert "in boom" in caplog.text


@pytest.mark.parametrize(
    "text",
    [
        {"op": "call", "action": "who"},
        {"op": "call", "id": -1, "action": "who"},
        {"op": "call", "id": True, "action": "who"},
        {"op": "call", "id": "x" * 65, "action": "who"},
        {"op": "cancel"},
        {"op": "taken", "id": 1},
        {"op": "received", "count": 10},
        {"op": "session", "session": 1},
        {"op": "session", "session": None, "received": "1"},
    ],
    ids=json.dumps,
)
async def test_a_request_without_a_usable_id_is_answered_with_null(
    caller: Caller, text: dict[str, Any]
) -> None:
    await caller.send(json.dumps(text))
    told = await caller.next()
    assert (told["op"], told["id"], told["code"]) == ("failed", None, "bad_request")


@pytest.mark.parametrize(
    "options",
    [{"action": 1}, {"deadline": "x"}, {"deadline": 0}, {"window": 0}, {"window": True}],
    ids=json.dumps,
)
async def test_a_call_with_a_wrong_field_is_refused(
    caller: Caller, options: dict[str, Any]
) -> None:
    await caller.say("call", **{"id": 3, "action": "who", **options})
    told = await caller.next()
    assert (told["op"], told["id"], told["code"]) == ("failed", 3, "bad_request")


@pytest.mark.parametrize(
    "data",
    ['{"$what": 1}', '{"$array": 1, "dtype": "<f8", "shape": [1]}', f"{'[' * 80}{']' * 80}"],
)
async def test_what_is_no_value_is_refused(caller: Caller, data: str) -> None:
    await caller.send(f'{{"op": "call", "id": 1, "action": "echo", "data": {data}}}')
    told = await caller.next()
    assert (told["id"], told["code"]) == (1, "invalid_data")


async def test_an_array_that_cannot_be_is_refused_and_forgotten(caller: Caller) -> None:
    bad = frames.pack(ARRAY_TYPE, b"short", flags=frames.REPLY, source=255, request=1)
    await caller.send(bad)
    assert (await caller.text("error"))["code"] == "bad_frame"
    assert (await caller.done("echo", np.arange(2)))["data"].tolist() == [0, 1]


async def test_an_id_used_twice_ends_the_stream_once(caller: Caller) -> None:
    await caller.call(1, "sleep", {"seconds": 3600})
    await caller.call(1, "math.add", {"a": 1})
    assert (await caller.next())["code"] == "duplicate_id"
    await caller.call(1, "math.add", {"a": 1})
    assert (await caller.next())["data"] == 3
    until(lambda: gates.seen == ["sleep cancelled"])


async def test_cancel_of_nothing_is_told(caller: Caller) -> None:
    await caller.say("cancel", id=99)
    told = await caller.next()
    assert (told["id"], told["code"]) == (99, "unknown_stream")


async def test_what_is_async_and_told_to_end_before_it_begins_has_ended(
    server: Server, caller: Caller
) -> None:
    await caller.say("session", session=None)
    await caller.next()
    await caller.call("holds", "hold_loop")  # nothing async begins meanwhile
    until(lambda: gates.seen == ["holds"])
    for id in range(7):  # with that one as many as may run
        await caller.call(id, "sleep", {"seconds": 3600})
        await caller.say("cancel", id=id)
        assert (await caller.end(id))["code"] == "cancelled"
    server.add_process("never began", count_up)
    server.stop_process("never began")
    gates.open.set()
    states = [one["state"] for one in await events(caller, 2, "process")]
    assert states == ["started", "stopped"]
    while (told := await caller.done("math.add", {"a": 1}))["op"] == "failed":
        assert told["code"] == "too_many_streams"
    assert "sleep cancelled" not in gates.seen
    await caller.call(1, "sleep", {"seconds": 0})
    assert (await caller.end(1))["data"] == 0


@pytest.mark.parametrize(
    ("action", "seen"),
    [("wait", ["waits", "cancelled"]), ("sleep", ["sleep cancelled"])],
)
async def test_cancel_tells_the_function(caller: Caller, action: str, seen: list[str]) -> None:
    await caller.call(1, action, {"seconds": 3600} if action == "sleep" else None)
    if action == "wait":
        until(lambda: gates.seen == ["waits"])
    await caller.say("cancel", id=1)
    assert (await caller.next())["code"] == "cancelled"
    until(lambda: gates.seen == seen)


async def test_cancel_kills_a_process_that_computes(caller: Caller) -> None:
    await caller.call(1, "spin")
    pid = (await caller.next())["data"]
    assert alive(pid)
    await caller.say("cancel", id=1)
    assert (await caller.next())["code"] == "cancelled"
    until(lambda: not alive(pid))
    told = await caller.done("compute", {"count": 3})
    assert told["data"] not in (pid, os.getpid())


async def test_what_is_sent_after_the_end_is_told_to_the_function(caller: Caller) -> None:
    await caller.done("keep_out")
    with pytest.raises(Exception, match="the stream has ended"):
        gates.outs.pop().send(1)


async def test_who_sends_for_a_stream_that_has_ended_ends_its_own_by_the_error(
    caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    await caller.done("keep_out")
    told = await caller.done("send_for_other")
    assert (told["op"], told["code"]) == ("failed", "raised")
    assert "the stream has ended" in told["text"]


LONG = "x" * (300 << 10)


@pytest.mark.parametrize(
    ("text", "id", "code"),
    [
        (f'{{"op": "call", "id": 5, "action": "echo", "data": "{LONG}"}}', 5, "too_large"),
        (f'{{"op":"call","id":"a\\"b","action":"echo","data":"{LONG}"}}', 'a"b', "too_large"),
        ('{"op": "call", "id": 5, "action": "echo", "data": }', 5, "bad_request"),
        (f'{{"op": "call", "id": 5, "data": {"[" * 50_000}{"]" * 50_000}}}', 5, "bad_request"),
        (f'{{"streamId": 5, "action": "echo", "data": "{LONG}"}}', 5, "too_large"),
        ('{"streamId": null, "action": "echo", "data": x}', None, "bad_request"),
        (f'{{"op": "call", "id": {"9" * 300}, "data": }}', None, "bad_request"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_a_call_that_cannot_be_read_ends_its_stream(
    caller: Caller, text: str, id: object, code: str
) -> None:
    await caller.send(text)
    told = json.loads(str(await caller.read()))
    if "streamId" in text:
        assert (told["streamId"], told["action"], told["error"]["code"]) == (id, "echo", code)
    else:
        assert (told["op"], told["id"], told["code"]) == ("failed", id, code)
    assert (await caller.done("math.add", {"a": 1}))["data"] == 3


@pytest.mark.parametrize(
    "text", ['{"op": "cancel", "id": 5', f'{{"op": "call", "data": "{LONG}"}}']
)
async def test_what_does_not_begin_as_a_call_is_answered_as_ever(caller: Caller, text: str) -> None:
    await caller.send(text)
    assert (await caller.text("error"))["id"] is None


async def test_one_that_never_ends_counts_for_the_limit(caller: Caller) -> None:
    for id in range(8):
        await caller.call(id, "stubborn")
    for id in range(8):
        await caller.say("cancel", id=id)
        assert (await caller.end(id))["code"] == "cancelled"
    assert (await caller.done("math.add", {"a": 1}))["code"] == "too_many_streams"
    gates.open.set()
    until(lambda: gates.seen.count("stubborn returned") == 8)
    # The relay hears of the returns a moment later.
    while (told := await caller.done("math.add", {"a": 1}))["op"] == "failed":
        assert told["code"] == "too_many_streams"
    gates.open.clear()


async def test_a_client_that_is_gone_ends_its_streams(server: Server, caller: Caller) -> None:
    async with Caller(server) as other:
        await other.call(1, "wait")
        until(lambda: gates.seen == ["waits"])
    until(lambda: gates.seen == ["waits", "cancelled"])


async def test_a_slow_reader_holds_back_its_function_and_nobody_else(
    server: Server, caller: Caller
) -> None:
    async with Caller(server) as slow:
        slow.pause()
        await slow.call(1, "flood", {"size": 200_000, "count": 200})
        await slow.call(2, "flood", {"size": 200_000, "count": 200, "wait": False})
        for _ in range(50):
            assert (await caller.done("math.add", {"a": 1}))["data"] == 3
        slow.resume()
        results = {1: 0, 2: 0}
        ends: dict[int, int] = {}
        while len(ends) < 2:
            told = await slow.next()
            if told["op"] == "end":
                ends[told["id"]] = told["data"]
            else:
                results[told["id"]] += 1
        assert results == ends  # what was sent has come
        assert ends[1] == 200
        assert ends[2] < 200  # as it did not wait


async def test_a_window_holds_back_its_function_only(caller: Caller) -> None:
    await caller.call(1, "generate", {"count": 6}, window=2)
    assert [(await caller.next())["data"] for _ in range(2)] == [0, 1]
    assert (await caller.done("math.add", {"a": 1}))["data"] == 3
    await caller.say("taken", id=1, results=1)
    assert (await caller.next())["data"] == 2
    await caller.say("taken", id=1, results=6)
    told = await caller.next()
    assert (told["id"], told["code"]) == (None, "bad_request")
    await caller.say("taken", id=1, results=3)
    assert [(await caller.next())["data"] for _ in range(2)] == [3, 4]
    await caller.say("cancel", id=1)
    assert (await caller.end(1))["code"] == "cancelled"
    until(lambda: "generator closed" in gates.seen)


# Sessions ------------------------------------------------------------------------------------


async def test_a_session_goes_on_over_another_connection(server: Server) -> None:
    async with Caller(server) as first:
        await first.say("session", session=None)
        begun = await first.next()
        assert begun["kept"] is False
        await first.call(1, "generate", {"count": 5}, window=2)
        await first.call(2, "sleep", {"seconds": 0.0})
        seen = [await first.next() for _ in range(2)]
    async with Caller(server) as second:
        await second.say("session", session=begun["session"], received=first.count)
        told = await second.next()
        assert (told["kept"], told["client"]) == (True, begun["client"])
        assert 1 in told["streams"]
        await second.say("taken", id=1, results=2)
        await second.say("taken", id=1, results=2)
        while sum(one["op"] == "result" for one in seen) < 4:
            seen.append(await second.next())
        await second.say("taken", id=1, results=4)
        while sum(one["op"] == "end" for one in seen) < 2:
            seen.append(await second.next())
    assert [one["data"] for one in seen if one["op"] == "result"] == list(range(5))
    assert {one["id"]: one["data"] for one in seen if one["op"] == "end"} == {
        1: "generated", 2: 0.0
    }  # fmt: skip


async def test_an_unknown_key_begins_a_new_session(server: Server, caller: Caller) -> None:
    await caller.say("session", session="0" * 32, received=3)
    told = await caller.next()
    assert (told["kept"], told["streams"]) == (False, [])
    assert told["session"] != "0" * 32


async def test_a_session_is_taken_from_a_connection_that_still_lives(
    server: Server, caller: Caller
) -> None:
    await caller.say("session", session=None)
    key = (await caller.next())["session"]
    async with Caller(server) as second:
        await second.say("session", session=key, received=0)
        assert (await second.next())["kept"] is True
        assert (await caller.done("who"))["data"] != (await second.done("who"))["data"]


# Background processes ------------------------------------------------------------------------


async def events(caller: Caller, count: int, *names: str) -> list[Any]:
    """The data of the next events of these names."""
    found: list[Any] = []
    while len(found) < count:
        told = await caller.next()
        if told["op"] == "event" and told["action"] in names:
            found.append(told["data"])
    return found


async def test_processes_tell_clients_what_happens(server: Server, caller: Caller) -> None:
    await caller.say("session", session=None)
    await caller.next()
    server.add_process("counter", Counter)
    started, *counts = await events(caller, 3, "process", "counter_increment")
    assert started == {"process": "counter", "state": "started", "text": ""}
    assert [one["count"] for one in counts] == [1, 2]
    server.restart_process("counter")
    states = [one["state"] for one in await events(caller, 2, "process")]
    assert states == ["stopped", "restarted"]
    server.stop_process("counter")
    assert (await events(caller, 1, "process"))[0]["state"] == "stopped"
    server.add_process("loop", count_up)
    assert await events(caller, 1, "hello") == ["loop"]
    server.stop_process("loop")
    assert (await events(caller, 1, "process"))[0]["state"] == "stopped"


async def test_a_crash_takes_nothing_with_it(
    server: Server, caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    await caller.say("session", session=None)
    await caller.next()
    server.add_process("broken", Crash())
    told = await events(caller, 2, "process")
    assert [one["state"] for one in told] == ["started", "crashed"]
    assert told[1]["text"] == "OSError: no such device"
    assert "no such device" in caplog.text
    assert (await caller.done("math.add", {"a": 1}))["data"] == 3
    with pytest.raises(ValueError, match="runs once only: give add_process its class"):
        server.start_process("broken")


# The server itself ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"prt": 1}, "config has no field 'prt'; did you mean 'port'?"),
        ({"streams": 0}, "streams is a number from 1"),
        ({"threads": 0}, "at least one thread"),
        ({"owner": "short"}, "fewer than 16 characters"),
        ({"host": "0.0.0.0"}, "not a loopback address"),
        ({"drivers": "/tmp/x"}, "NAME=PATH"),
        ({"drivers": {"a": "tcp://x"}}, "is not tcp://HOST:PORT"),
        ({"drivers": "a=tcp://x:1", "schemas": {"a": "/gone"}}, "/gone cannot be read"),
        ({"api": {}}, "config has no field 'api'"),
    ],
)
def test_a_config_that_cannot_be_is_refused(config: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Server(API, config)
    assert says in str(caught.value)


def test_an_api_that_cannot_be_is_refused_at_once() -> None:
    with pytest.raises(ConfigError, match="these actions cannot be served: two actions"):
        Server({"a": {"b": len}, "a.b": len})


def test_an_api_is_read_once_for_each_run(runtime: object) -> None:
    class Api(dict[str, Any]):
        read = 0

        def items(self) -> Any:
            self.read += 1
            return super().items()

    api = Api(one=lambda: 1)
    server = Server(api, {"port": 0})
    server.add_process("loop", count_up)
    for run in (1, 2):
        with server:
            assert api.read == run


def test_without_pydantic_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydantic", None)
    for name in ("service", "registry", "arguments"):
        monkeypatch.delitem(sys.modules, f"cwire_server.workers.{name}", raising=False)
    with pytest.raises(ConfigError, match=r"pip install 'cwire\[actions\]'"):
        Server(API)


@pytest.mark.parametrize("process", [1, lambda: None, threading.Event()])
def test_a_process_that_cannot_run_is_refused(process: object) -> None:
    server = Server({})
    with pytest.raises(ConfigError, match="give a threading.Thread"):
        server.add_process("one", process)
    server.add_process("one", count_up)
    with pytest.raises(ConfigError, match="there is a process 'one' already"):
        server.add_process("one", count_up)


def test_without_more_it_listens_at_port_5678() -> None:
    assert Server({}).config.port == 5678
    assert Server({}, {"drivers": "demo"}).config.port == 8765
    (board,) = Server({}, {"drivers": {"mcu": "serial:/dev/x?baud=9600"}}).config.drivers
    assert (board.name, board.place) == ("mcu", "serial:/dev/x?baud=9600")


async def test_functions_that_never_end_keep_nobody_from_the_actions_that_are_always_there(
    runtime: object,
) -> None:
    gates.open.clear()
    server = Server(API, {"port": 0, "owner": OWNER, "threads": 1})
    await asyncio.to_thread(server.start)
    thread = server._thread
    assert thread is not None
    async with Caller(server) as caller:
        await caller.call(0, "stubborn")
        await caller.call(1, "math.add", {"a": 3})  # has no thread
        assert "stubborn" in (await caller.done("list"))["data"]
        (described,) = (await caller.done("describe", {"name": "stubborn"}))["data"]
        assert described["name"] == "stubborn"
        assert (await caller.done("shutdown", {"owner": OWNER}))["op"] == "end"
    until(lambda: not thread.alive)
    gates.open.set()


async def test_the_owner_ends_it_and_a_second_time_is_no_fault(runtime: object) -> None:
    server = Server(API, {"port": 0, "owner": OWNER})
    await asyncio.to_thread(server.start)
    thread = server._thread
    assert thread is not None
    async with Caller(server) as caller:
        await caller.call(0, "wait")
        await caller.call(1, "shutdown", {"owner": OWNER})
        await caller.call(2, "shutdown", {"owner": OWNER})
        told = {}
        while (message := await caller.read()) is not None:
            one = json.loads(message)
            told[one["id"]] = one
    assert told[1]["op"] == "end"
    assert told[0]["code"] == "stopping"
    assert told[2]["op"] == "end" or told[2]["code"] == "stopping"
    assert caller.close_code == 1001
    until(lambda: not thread.alive)
