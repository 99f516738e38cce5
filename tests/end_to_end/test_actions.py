"""Actions, called by the Python client: values, streams, errors, lost connections, drivers."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cwire
from cwire.cli import main
from cwire.ipython.completion import offers
from cwire_server import Server
from support.actions import API, Counter, gates
from support.fake_relay import FakeRelay, driver
from support.folders import short_folder
from support.processes import Driver, Running, until


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One for all tests here, in a thread."""
    with short_folder() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CWIRE_RUNTIME_DIR", str(folder))
        folder.chmod(0o700)
        with Server(API, {"port": 0, "keep": 30.0}) as made:
            yield made
            gates.open.set()


@pytest.fixture
def bridge(server: Server) -> Iterator[cwire.Bridge]:
    gates.seen.clear()
    gates.open.clear()
    with cwire.connect(server.link) as bridge:
        yield bridge


def cut(server: Server) -> None:
    """Breaks all connections, as a network does that is gone for a moment."""
    assert server._relay is not None
    assert server._thread is not None
    relay = server._relay

    async def break_all() -> None:
        for connection in list(relay.core.connections):
            connection.cut_off()

    server._thread.call(break_all())


def test_a_call_gives_what_its_function_returns(bridge: cwire.Bridge) -> None:
    assert bridge.call.math.add(a=1, b=5) == 6
    assert bridge.call["math.add"](a=1) == 3
    assert bridge.call["math"]["add"]({"a": 1}) == 3


def test_a_call_without_a_returned_value_gives_the_last_result(bridge: cwire.Bridge) -> None:
    assert bridge.call.send([1, 2, 3]) == 3
    assert bridge.call.send([]) is None


def test_values_arrive_as_what_they_are(bridge: cwire.Bridge) -> None:
    array = np.arange(300_000, dtype="<c8").reshape(3, -1)
    given = {"array": array, "large": 2**63, "inf": float("inf"), "bytes": b"\0", "$int": [None]}
    came = bridge.call.echo(given)
    np.testing.assert_array_equal(came.pop("array"), array)
    assert came == {"large": 2**63, "inf": float("inf"), "bytes": b"\0", "$int": [None]}


def test_a_stream_gives_each_result_as_it_comes(bridge: cwire.Bridge) -> None:
    stream = bridge.call.scan.stream(stop=3.0, steps=3)
    places = [step["place"] for step in stream]
    assert places == [0.0, 1.0, 2.0]
    assert stream.returned == "all measured"
    assert stream.progress == (3, 3, "step 3")


def test_a_slow_loop_holds_back_the_function(bridge: cwire.Bridge) -> None:
    stream = bridge.call.with_options(window=2).generate.stream(count=100_000)
    assert next(stream) == 0
    for _ in range(20):
        bridge.call.math.add(a=1)
    assert len(stream._call.results) < 4
    assert next(stream) == 1
    stream.close()
    until(lambda: gates.seen == ["generator closed"])


def test_a_stream_that_nobody_holds_is_cancelled(bridge: cwire.Bridge) -> None:
    stream = bridge.call.generate.stream(count=100_000)
    assert next(stream) == 0
    del stream
    gc.collect()
    until(lambda: gates.seen == ["generator closed"])


def test_a_with_block_ends_the_call(bridge: cwire.Bridge) -> None:
    with bridge.call.wait.stream():
        until(lambda: gates.seen == ["waits"])
    until(lambda: gates.seen == ["waits", "cancelled"])


def test_many_threads_call_at_once(bridge: cwire.Bridge) -> None:
    sums: dict[int, list[int]] = {}

    def work(number: int) -> None:
        sums[number] = [bridge.call.math.add(a=number, b=n) for n in range(20)]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sums == {number: [number + n for n in range(20)] for number in range(8)}


@pytest.mark.parametrize(
    ("name", "arguments", "kind", "says"),
    [
        ("math.ad", {}, cwire.UnknownAction, "did you mean 'math.add'?"),
        ("__class__", {}, cwire.UnknownAction, "there is no action '__class__'"),
        ("math.add", {"a": "x"}, cwire.InvalidData, "math.add: a: Input should be"),
        ("echo", {"data": {1, 2}}, cwire.InvalidData, "a set cannot be sent"),
        ("echo", {"data": "x" * 300_000}, cwire.InvalidData, "more than 261,120 characters"),
        ("no_sample", {}, cwire.ActionError, "no sample in the holder (no_sample)"),
        ("boom", {"text": "dark"}, cwire.ActionError, "RuntimeError: dark (raised)"),
        ("slow", {}, cwire.ActionTimeout, "its time is over (deadline)"),
    ],
)
def test_an_error_says_what_and_why(
    bridge: cwire.Bridge, name: str, arguments: dict[str, Any], kind: type[Exception], says: str
) -> None:
    with pytest.raises(kind) as caught:
        bridge.call[name](**arguments)
    assert says in str(caught.value)
    with pytest.raises(kind):
        list(bridge.call[name].stream(**arguments))


def test_a_timeout_stops_the_function(bridge: cwire.Bridge) -> None:
    with pytest.raises(cwire.ActionTimeout):
        bridge.call.with_options(timeout=0.05).wait()
    until(lambda: gates.seen == ["waits", "cancelled"])


def test_a_relay_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cwire.actions.running._GRACE", 0.01)
    with FakeRelay(driver("demo", 1)) as relay, cwire.connect(relay.url) as bridge:
        with pytest.raises(cwire.ActionTimeout, match=r"has not answered in 0.01 s"):
            bridge.call.with_options(timeout=0.01).math.add(a=1)


async def test_a_relay_that_does_not_answer_is_given_up_in_asyncio(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cwire.actions.running._GRACE", 0.01)
    with FakeRelay(driver("demo", 1)) as relay:
        async with cwire.aconnect(relay.url) as bridge:
            with pytest.raises(cwire.ActionTimeout, match=r"has not answered in 0.01 s"):
                await bridge.call.with_options(timeout=0.01).math.add(a=1)


def test_names_signatures_and_documentation_come_from_the_relay(bridge: cwire.Bridge) -> None:
    assert {"math", "scan", "describe", "shutdown"} <= set(dir(bridge.call))
    assert dir(bridge.call.math) == ["add", "stream", "with_options"]
    assert str(bridge.call.math.add.__signature__) == "(*, a: int, b: int = 2)"
    assert bridge.call.math.add.__doc__ == "Adds two numbers."
    assert repr(bridge.call.math.add) == "math.add(*, a: int, b: int = 2)\nAdds two numbers."
    assert "math.add(*, a: int, b: int = 2)\n    Adds two numbers." in repr(bridge.call)
    for name in ("__wrapped__", "_repr_html_", "__deepcopy__"):
        assert not hasattr(bridge.call, name)


@pytest.mark.parametrize(
    ("code", "offered"),
    [
        ("bridge.call.mat", ["math"]),
        ("bridge.call.math.a", ["add"]),
        ("bridge.call.math.add(", ["a=", "b="]),
        ("bridge.call.math.add(a=1, ", ["b="]),
        ("bridge.call.scan.stream(st", ["stop=", "steps="]),
        ("bridge.call.flood(wait=", ["True", "False"]),
        ("bridge.call.no_such(", []),
    ],
)
def test_tab_completes_names_and_arguments(
    bridge: cwire.Bridge, code: str, offered: list[str]
) -> None:
    found = [offer.text for offer in offers(code, "", {"bridge": bridge})]
    assert found == offered


@pytest.mark.parametrize(
    ("misuse", "says"),
    [
        (lambda call: call(a=1), "bridge.call is no action"),
        (lambda call: call.math.add(1, 2), "by name, or one value"),
        (lambda call: call.math.add({"a": 1}, b=2), "by name, or one value"),
        (lambda call: call.with_options(window=0), "at least 1"),
        (lambda call: call.with_options(timeout="soon"), "a number of seconds"),
    ],
)
def test_misuse_is_told(bridge: cwire.Bridge, misuse: Any, says: str) -> None:
    with pytest.raises(cwire.InvalidArgument) as caught:
        misuse(bridge.call)
    assert says in str(caught.value)


def test_a_short_disconnect_loses_nothing(server: Server, bridge: cwire.Bridge) -> None:
    stream = bridge.call.generate.stream(count=3000)
    came = []
    for value in stream:
        came.append(value)
        if value in (10, 500, 1500):
            cut(server)
    assert came == list(range(3000))
    assert stream.returned == "generated"


def test_a_call_outlives_a_short_disconnect(server: Server, bridge: cwire.Bridge) -> None:
    asked = bridge.call.stubborn.stream()
    bridge.call.math.add(a=1)
    cut(server)
    gates.open.set()
    assert list(asked) == []
    gates.open.clear()


def test_a_closed_bridge_ends_its_calls(server: Server) -> None:
    gates.seen.clear()
    gates.open.clear()
    bridge = cwire.connect(server.link)
    stream = bridge.call.wait.stream()
    until(lambda: gates.seen == ["waits"])
    bridge.close()
    with pytest.raises(cwire.NotConnected, match="the bridge was closed"):
        next(stream)
    with pytest.raises(cwire.NotConnected):
        bridge.call.math.add(a=1)


async def test_the_same_in_asyncio(server: Server) -> None:
    gates.seen.clear()
    gates.open.clear()
    async with cwire.aconnect(server.link) as bridge:
        assert await bridge.call.math.add(a=1) == 3
        assert [value async for value in bridge.call.agenerate.stream(count=300)] == list(
            range(300)
        )
        with pytest.raises(cwire.InvalidData):
            await bridge.call.math.add(a="x")
        stream = bridge.call.generate.stream(count=100_000)
        assert await anext(stream) == 0
        await stream.aclose()
        dir(bridge.call)  # asks for them
        while "math" not in dir(bridge.call):
            await bridge.call.math.add(a=1)
        assert str(bridge.call.math.add.__signature__) == "(*, a: int, b: int = 2)"


async def test_events_come_to_who_asks_for_them(server: Server, bridge: cwire.Bridge) -> None:
    server.add_process("counter", Counter)
    events = bridge.events("counter_increment", timeout=10)
    first, second = next(events), next(events)
    assert second.data["count"] == first.data["count"] + 1
    events.close()
    async with cwire.aconnect(server.link) as other:
        assert (await anext(other.events("counter_increment", timeout=10))).data["count"] > 1
    server.stop_process("counter")
    with pytest.raises(cwire.WaitTimeout, match="no event nothing in 0.01 s"):
        next(bridge.events("nothing", timeout=0.01))


def test_the_command_line_calls(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    there = ["--relay", server.link]
    assert main(["call", "math.add", "a=1", "b=4", *there]) == 0
    assert capsys.readouterr().out == "5\n"
    assert main(["call", "scan", "stop=1", "steps=1", *there]) == 0
    assert capsys.readouterr().out == '{"place": 0.0, "counts": [0, 1, 2]}\nall measured\n'
    assert main(["call", *there]) == 0
    assert "math.add(*, a: int, b: int = 2)" in capsys.readouterr().out
    for words, status in (
        (["math.add", "a=x"], 6),
        (["math.ad"], 6),
        (["no_sample"], 7),
        (["slow"], 8),
        (["math.add", "a"], 2),
    ):
        assert main(["call", *words, *there]) == status
        assert capsys.readouterr().err.startswith("cwire call: ")


LAB = '''
import cwire_server

@cwire_server.action
def calibrate(drivers, frequency: float):
    """Sets the frequency, and gives what the driver says of it."""
    drivers.send.set_waveform(frequency=frequency)
    return drivers["demo"].latest("scope_block", 1, timeout=10)["samples"][0]

@cwire_server.action
async def acalibrate(drivers, frequency: float):
    """The same in asyncio."""
    await drivers.send.set_waveform(frequency=frequency)
    return (await drivers["demo"].latest("scope_block", 1, timeout=10))["samples"][0]
'''


def test_an_action_commands_a_driver_and_reads_its_messages(
    driver: Driver, runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lab.py").write_text(LAB)
    monkeypatch.chdir(tmp_path)
    command = ("-m", "cwire", "serve", "--actions", "lab", "--driver", "demo", "--port", "0")
    owner = {"CWIRE_OWNER_TOKEN": "a token of the owner's"}
    with Running(sys.executable, *command, env=owner) as relay:
        assert "calibrate" in relay.wait_for("actions:")
        with cwire.connect() as bridge:
            for call in (bridge.call.calibrate, bridge.call.acalibrate):
                samples = call(frequency=7.0)
                assert (samples.dtype, samples.shape) == (np.float32, (1024,))
            with pytest.raises(cwire.ActionError, match="InvalidCommand"):
                bridge.call.calibrate(frequency=-1.0)
            with pytest.raises(cwire.ActionError, match="denied"):
                bridge.call.shutdown(owner="somebody else's")
            bridge.call.shutdown(owner="a token of the owner's")
        assert relay.wait_for_end() == 0


def test_a_relay_without_actions_says_so(relay: Any) -> None:
    with cwire.connect() as bridge:
        with pytest.raises(cwire.ActionError, match=r"no actions: start it with .*--actions"):
            bridge.call.math.add(a=1)
        assert len(bridge.latest("scope_block", timeout=10)) == 1
