"""Every public call with every argument that cannot be: a sentence that says what can be.

A new public call, or a new parameter of one, needs its wrong values in `CALLS`.
"""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cwire
from cwire.actions.names import Actions
from cwire.actions.running import ActionStream
from cwire.bridge.aio import AsyncDriver
from cwire.bridge.stream import AsyncStream, Stream
from cwire.bridge.sync import BridgeDriver
from cwire.recording.file import RecordedFile, RecordedMessage
from cwire.recording.recorder import Recorder
from cwire_structs.schema.paths import PathError
from support.fake_relay import FakeRelay, record, ticks

Values = tuple[Any, ...]

NAN = float("nan")
HUGE = 10**400
THING = object()
ODD: Values = (THING, b"\xff")

ANY: Values = ()  # whatever is given is shown as its text, or only the relay knows what can be
NAME: Values = (5, NAN, "", "tik", *ODD)
NAMES: Values = (5, NAN, "", "tik", [5], *ODD)
ASKED: Values = (5, NAN, [5], *ODD)  # of others the relay says that it has none
FIELD: Values = (5, NAN, "", "tik", THING)
TEXT: Values = (5, NAN, *ODD)
TAG_TEXT: Values = (5, NAN, *ODD, [])
CHOICE: Values = (5, NAN, "", "nope", [], *ODD)
COUNT: Values = ("5", "", NAN, 1.5, -1, b"5", THING, [])
SECONDS: Values = ("5", "", NAN, -1, b"5", THING, [])
ABOVE_ZERO: Values = (*SECONDS, 0, HUGE)
WHOLE: Values = (*COUNT, 0, HUGE)
OPTION: Values = ("5", "", NAN, HUGE, b"5", THING, [])  # a number whose range the relay knows
NUMBER: Values = ("5", "", NAN, HUGE, b"5", THING, [])
PAIR: Values = (5, "5x5", (5,), (5, NAN), (-1, 5), (5, "5"), HUGE, THING, [])
FUNCTION: Values = (5, "x > 5", b"x", NAN, [])
PATH: Values = (5, NAN, "", [], *ODD)
SAVED: Values = (*PATH, "x.nope")
MOMENT: Values = ("noon", "", NAN, HUGE, b"1", THING, [])
QUANTITY: Values = ("5 parsecs", "", 5, NAN, -1, b"1GiB", THING, [])
CONDITION: Values = ("", "tik.index >", "tick.nope > 5", 5, NAN, *ODD)
STAMP: Values = ("5", "", NAN, 1.5, -1, 1 << 64, HUGE, b"5", THING, [])
ID: Values = ("5", NAN, 1.5, b"5", THING, True)
ENVIRONMENT: Values = (5, "x", THING, {"a": 5}, [1])

_OF_MESSAGE = {"message": NAME, "driver": NAME}
_OF_CONNECT = {
    "url": (5, NAN, "nope://", *ODD),
    "token": TEXT,
    "subscribe": ASKED,
    "history_bytes": ("5", "", NAN, -1, HUGE, b"5", THING, []),
    "timeout": SECONDS,
    "window": WHOLE,
    "driver": NAME,
}
_OF_BRIDGE: dict[str, dict[str, Values]] = {
    "[]": {"driver": NAME},
    "alarm": {"expression": CONDITION, "callback": FUNCTION},
    "command": {
        "driver": NAME,
        "name": NAME,
        "fields": (5, "x", NAN, THING, [1], {"nope": 1}),
        "timeout": SECONDS,
    },
    "events": {"action": TEXT, "timeout": SECONDS},
    "history": {**_OF_MESSAGE, "n": COUNT, "seconds": SECONDS},
    "latest": {**_OF_MESSAGE, "n": COUNT, "timeout": SECONDS},
    "panel": {"driver": NAMES, "commands": NAMES, "actions": ASKED},
    "plot": {
        **_OF_MESSAGE,
        "y": NAMES,
        "x": FIELD,
        "by": FIELD,
        "kind": CHOICE,
        "update": FUNCTION,
        "cmap": CHOICE,
        "vmin": NUMBER,
        "vmax": NUMBER,
        "figsize": PAIR,
        "window": ABOVE_ZERO,
        "fps": ABOVE_ZERO,
    },
    "record": {
        "path": PATH,
        "messages": NAMES,
        "driver": NAME,
        "compression": CHOICE,
        "split": QUANTITY,
        "when": CONDITION,
        "before": SECONDS,
        "after": SECONDS,
        "memory": QUANTITY,
    },
    "record_to_dataframe": {
        **_OF_MESSAGE,
        "fields": NAMES,
        "seconds": SECONDS,
        "frames": COUNT,
        "arrays": CHOICE,
        "timeout": SECONDS,
    },
    "scope": {
        **_OF_MESSAGE,
        "y": NAMES,
        "x": FIELD,
        "by": FIELD,
        "window": ABOVE_ZERO,
        "decimate": WHOLE,
        "height": WHOLE,
        "fps": ABOVE_ZERO,
    },
    "stream": {**_OF_MESSAGE, "timeout": SECONDS},
    "subscribe": {
        "messages": ASKED,
        "driver": TEXT,
        "policy": (5, NAN, THING, []),
        "max_rate": OPTION,
        "history": (*OPTION, 1.5),
        "history_seconds": OPTION,
        "decimate": (*OPTION, 1.5),
        "key": (5, NAN, THING, [5]),
    },
    "unsubscribe": {"id": ("5", "", NAN, *ODD, [])},
    "wait_for": {**_OF_MESSAGE, "predicate": FUNCTION, "timeout": SECONDS},
}
_OF_DRIVER = ("history", "latest", "panel", "record_to_dataframe", "stream", "wait_for")
_OF_PROCESS: dict[str, dict[str, Values]] = {
    "lines": {"n": COUNT},
    "listen": {"call": FUNCTION},
    "stop": {"grace": SECONDS, "reason": ANY},
    "wait": {"timeout": SECONDS},
    "wait_until": {"text": TEXT, "timeout": SECONDS},
}


def _of(owner: str, calls: Mapping[str, dict[str, Values]], *left_out: str) -> dict[str, Any]:
    """The calls of an owner, of which some parameters are left out."""
    return {
        f"{owner}.{name}": {key: bad for key, bad in of.items() if key not in left_out}
        for name, of in calls.items()
    }


CALLS: dict[str, dict[str, Values]] = {
    "connect": _OF_CONNECT,
    "aconnect": _OF_CONNECT,
    **_of("Bridge", _OF_BRIDGE),
    **_of("AsyncBridge", _OF_BRIDGE),
    **_of("BridgeDriver", {name: _OF_BRIDGE[name] for name in _OF_DRIVER}, "driver", "actions"),
    **_of("AsyncDriver", {name: _OF_BRIDGE[name] for name in _OF_DRIVER}, "driver", "actions"),
    **_of("BridgeDriver", {name: {"message": NAME, "y": NAMES} for name in ("plot", "scope")}),
    **_of("AsyncDriver", {name: {"message": NAME, "y": NAMES} for name in ("plot", "scope")}),
    "Stream.wait_for": {"predicate": FUNCTION, "timeout": SECONDS},
    "AsyncStream.wait_for": {"predicate": FUNCTION, "timeout": SECONDS},
    "Actions.with_options": {"timeout": SECONDS, "window": (*COUNT, 0)},
    "Actions.stream": {"whole": ANY},
    "ActionStream.watch_progress": {"call": ANY},
    "LivePlot.run": {"seconds": SECONDS},
    "LivePlot.stop": {"reason": ANY},
    "LivePlot.close": {"reason": ANY},
    "Recorder.note": {"text": ANY},
    "Driver": {
        "name": (5, NAN, "", *ODD),
        "schema": (5, NAN, "", "nope.h", [5], {"volts": "zz"}, *ODD),
        "socket": (5, NAN, THING, []),
        "ring_bytes": WHOLE,
        "frame_bytes": WHOLE,
        "reply_bytes": WHOLE,
        "peers": WHOLE,
        "heartbeat": ABOVE_ZERO,
        "group": (NAN, "", "nope", [], -1, *ODD),
    },
    "Driver.command": {"target": (5, NAN, [], *ODD)},
    "Driver.poll": {"timeout": SECONDS},
    "Driver.publish": {
        "message": NAME,
        "value": ("x", THING, {"nope": 1}, b"\xff", np.array("x"), HUGE),
        "time_ns": STAMP,
    },
    "Driver.publish_at": {"message": NAME, "value": ("x", THING), "time_ns": STAMP},
    "Driver.wanted": {"message": NAME},
    "FrameArray.[]": {"key": ("tik", "", "values[9]", "values[", ["index", "nope"])},
    "FrameArray.copy": {"order": (5, "", THING)},
    "FrameArray.from_frames": {
        "buffer": (5, "", NAN, THING, b"123"),
        "dtype": (5, "", NAN, THING, "zz"),
        "message": (5, "", THING),
    },
    "FrameArray.save": {"path": SAVED, "fields": NAMES},
    "FrameArray.to_pandas": {"fields": NAMES, "arrays": CHOICE},
    "FrameArray.to_pyarrow": {"fields": NAMES},
    "FrameArray.to_xarray": {"fields": NAMES},
    "Record.[]": {"name": (5, NAN, "", "tik", "values[9]", "values[", THING)},
    "open": {"path": PATH},
    "RecordedFile.[]": {"name": NAME},
    "RecordedFile.export": {
        "path": SAVED,
        "messages": NAMES,
        "fields": NAMES,
        "start": MOMENT,
        "stop": MOMENT,
    },
    "RecordedFile.moment": {"given": MOMENT, "default": ANY},
    "RecordedFile.span_of": {"messages": (5, NAN, "tik", THING, [5])},
    "RecordedMessage.parts": {"start": MOMENT, "stop": MOMENT},
    "RecordedMessage.parts_of": {"chunk": (*COUNT, 99), "start": ("5", "", NAN, 1.5, THING, [])},
    "RecordedMessage.read": {"start": MOMENT, "stop": MOMENT},
    "DriverProcess": {
        "command": (5, NAN, "", [], *ODD),
        "arguments": ANY,
        "name": ANY,
        "cwd": (5, NAN, *ODD),
        "env": ENVIRONMENT,
    },
    **_of("DriverProcess", _OF_PROCESS),
    "RelayProcess": {
        "drivers": (5, NAN, *ODD),
        "port": ("5", "", NAN, 1.5, -1, 70000, THING),
        "arguments": (5, "--port 0", THING, [5]),
        "name": ANY,
        "env": ENVIRONMENT,
    },
    **_of("RelayProcess", _OF_PROCESS),
    "RelayProcess.start": {"timeout": SECONDS},
    "array": {"shape": (*COUNT, 0, HUGE)},
    "tail": {"row": (*COUNT, 0, HUGE)},
    "text": {"length": (*COUNT, 0, HUGE)},
    "channels": {"names": TAG_TEXT},
    "label": {"text": TAG_TEXT},
    "unit": {"text": TAG_TEXT},
    "tile": {"role": CHOICE},
    "time": {"unit": CHOICE, "epoch": CHOICE},
    "range": {"low": NUMBER, "high": NUMBER},
    "scale": {"factor": (*NUMBER, 0), "offset": NUMBER},
    "message": {"id": ID, "name": TEXT},
    "command": {"id": ID, "name": TEXT, "reply": ANY},
    "field_bytes": {"message": (5, NAN, "", THING), "path": FIELD},
}
"""By call and parameter: values that cannot be."""

GOOD: dict[str, dict[str, Any]] = {
    ".command": {"driver": "lab", "name": "set"},
    ".wait_for": {"message": "tick", "predicate": bool},
    ".record_to_dataframe": {"message": "tick", "frames": 1},
    ".alarm": {"expression": "tick.index < 0"},
    ".record": {"path": Path("new.mcap")},
    ".save": {"path": Path("new.csv")},
    ".export": {"path": Path("new.csv")},
    ".moment": {"default": 0},
    ".parts_of": {"chunk": 0},
    ".publish": {"message": "volts", "value": 1.0},
    ".publish_at": {"time_ns": 5, "message": "volts", "value": 1.0},
    ".wait_until": {"text": "x"},
    **{f".{name}": {"message": "tick"} for name in ("history", "latest", "plot", "scope")},
    ".stream": {"message": "tick"},
    "Stream.wait_for": {"predicate": bool},
    "AsyncStream.wait_for": {"predicate": bool},
    "Driver.command": {},
    "Driver": {"name": "other", "schema": {"volts": "f8"}},
    "DriverProcess": {"command": "sleep 1"},
    "range": {"low": 0, "high": 1},
    "scale": {"factor": 1},
}
"""What a call needs beside the wrong argument: by its name, or by what follows its owner's."""

_ERRORS = (cwire.CwireError, cwire.SchemaError, cwire.FieldError, PathError)
_NUMPY = {"FrameArray.copy": (TypeError, ValueError)}  # numpy's own words

_CLASSES: tuple[type, ...] = (
    BridgeDriver, AsyncDriver, Stream, AsyncStream, Actions, ActionStream, Recorder,
    RecordedFile, RecordedMessage,
)  # fmt: skip
"""What public calls return, beside the classes that `cwire` names."""


def _public() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public call by the name that it has in `CALLS`."""
    named = {name: getattr(cwire, name) for name in dir(cwire) if not name.startswith("_")}
    classes = [one for one in named.values() if inspect.isclass(one)]
    made_by_hand = {cwire.Driver, cwire.DriverProcess, cwire.RelayProcess}
    for name, one in named.items():
        # `aconnect` is one in form only.
        is_made = not inspect.isclass(one) or one in made_by_hand or one is cwire.aconnect
        if is_made and callable(one):
            yield name, one
    for cls in (*classes, *_CLASSES):
        if issubclass(cls, BaseException) or cls is cwire.aconnect:
            continue
        for name, _ in inspect.getmembers_static(cls):
            home = next((base for base in cls.__mro__ if name in vars(base)), object)
            is_ours = not name.startswith("_") and home.__module__.startswith("cwire")
            if is_ours and callable(call := getattr(cls, name)):
                yield f"{cls.__name__}.{name}", call


def _parameters(call: Callable[..., Any]) -> set[str]:
    """Those that can be wrong: a flag takes whatever is true or false."""
    return {
        one.name
        for one in inspect.signature(call).parameters.values()
        if one.name != "self"
        and one.kind is not one.VAR_KEYWORD
        and not str(one.annotation).startswith("bool")
    }


def test_every_public_call_is_in_the_table() -> None:
    public = {name: _parameters(call) for name, call in _public()}
    missing = {
        name: sorted(parameters - set(CALLS.get(name, {})))
        for name, parameters in public.items()
        if parameters - set(CALLS.get(name, {}))
    }
    assert not missing, "put values that cannot be into CALLS"
    gone = {
        name: sorted(set(table) - public[name] if name in public else table)
        for name, table in CALLS.items()
        if not name.endswith("[]") and set(table) - public.get(name, set())
    }
    assert not gone, "there is no such call or parameter any more"


class World:
    """One of each thing that has calls."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        relay = stack.enter_context(FakeRelay())
        self.url = relay.url
        self.bridge = stack.enter_context(cwire.connect(relay.url))
        self.runner = stack.enter_context(asyncio.Runner())
        self.asynchronous = self.run(self._connect())
        stack.callback(lambda: self.run(self.asynchronous.close()))
        relay.send(ticks(0, 3))
        frames = self.bridge.latest("tick", 3, timeout=10)
        assert isinstance(frames, cwire.FrameArray)
        self.frames = frames
        file = cwire.open(record(folder / "run.mcap", ticks(0, 10), count=10))
        self.driver = cwire.Driver("lab", {"volts": "f8"}, folder / "lab.sock")
        stack.callback(self.driver.close)
        stack.callback(file.close)
        plot = self.bridge.plot("tick")
        stack.callback(plot.close)
        self.things: dict[str, Any] = {
            "Bridge": self.bridge,
            "AsyncBridge": self.asynchronous,
            "BridgeDriver": self.bridge["lab"],
            "AsyncDriver": self.asynchronous["lab"],
            "Stream": self.bridge.stream("tick"),
            "AsyncStream": self.asynchronous.stream("tick"),
            "Actions": self.bridge.call,
            "LivePlot": plot,
            "Driver": self.driver,
            "FrameArray": frames,
            "Record": frames[-1],
            "RecordedFile": file,
            "RecordedMessage": file["tick"],
            "DriverProcess": cwire.DriverProcess("sleep 1"),
            "RelayProcess": cwire.RelayProcess(),
        }

    async def _connect(self) -> cwire.AsyncBridge:
        return await cwire.aconnect(self.url)

    def run(self, awaitable: Any) -> Any:
        async def work() -> Any:
            return await awaitable

        return self.runner.run(work())

    def good(self, what: str) -> dict[str, Any]:
        """What a call needs beside the wrong argument."""
        if what in ("connect", "aconnect"):
            return {"url": self.url}
        if what.startswith("FrameArray.from"):
            kept = self.frames
            return {"buffer": b"", "dtype": kept.dtype, "message": kept.message}
        if what == "field_bytes":
            return {"message": self.frames[-1], "path": "index"}
        _, dot, name = what.rpartition(".")
        return GOOD.get(what, GOOD.get(dot + name, {}) if dot else {})

    def find(self, what: str) -> Callable[..., Any]:
        owner, _, name = what.rpartition(".")
        if not owner:
            return getattr(cwire, name)  # type: ignore[no-any-return]
        thing = self.things[owner]
        return thing.__getitem__ if name == "[]" else getattr(thing, name)  # type: ignore[no-any-return]

    def check(self) -> None:
        """What was called with a wrong argument can be used as before."""
        assert len(self.bridge.latest("tick", 3)) == 3
        assert self.bridge.connected
        assert self.asynchronous.connected
        assert self.driver.publish("volts", 1.0) is False
        assert self.frames["index"].tolist() == [0, 1, 2]
        assert len(self.things["RecordedMessage"].read()) == 10
        assert self.things["LivePlot"].running
        assert self.things["DriverProcess"].state == self.things["RelayProcess"].state == "new"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("wrong")
        patch.chdir(folder)
        yield World(stack, folder)


def _carry_out(
    world: World, call: Callable[..., Any], good: dict[str, Any], wrong: str, value: Any
) -> Any:
    """Calls with one wrong argument; waits for what is asynchronous, and for the first value."""
    given = {**good, wrong: value}
    parameters = inspect.signature(call).parameters.values()
    rest = any(one.kind is one.VAR_POSITIONAL and one.name == wrong for one in parameters)
    positional = [
        given.pop(one.name)
        for one in parameters
        if one.name in given
        and (
            one.kind in (one.POSITIONAL_ONLY, one.VAR_POSITIONAL)
            or (rest and one.kind is one.POSITIONAL_OR_KEYWORD)
        )
    ]
    result = call(*positional, **given)
    if inspect.isawaitable(result):
        result = world.run(result)
    if hasattr(result, "__anext__"):
        world.run(anext(result))
    if inspect.isgenerator(result):
        list(result)
    return result


def _told(text: str, parameter: str, value: Any) -> bool:
    """Whether a text names the parameter or what was given for it."""
    shown = [parameter, repr(value), str(value)]
    if isinstance(value, list | tuple | dict):
        shown += map(repr, value)
        shown += map(str, value)
    return value is HUGE or any(one and one in text for one in shown) or value in ("", b"\xff")


REMEDY = re.compile(r"[:;]| can be | such as |give | takes | not | has | is | one of ")


@pytest.mark.parametrize("what", [name for name, table in CALLS.items() if any(table.values())])
def test_what_cannot_be_is_said_in_a_sentence(world: World, what: str) -> None:
    call, wrong = world.find(what), _NUMPY.get(what, _ERRORS)
    silent = []
    for parameter, values in CALLS[what].items():
        for value in values:
            shown = "HUGE" if value is HUGE else repr(value)
            try:
                found = _carry_out(world, call, world.good(what), parameter, value)
            except wrong as error:
                text = str(error)
                if "\n" in text or not _told(text, parameter, value) or not REMEDY.search(text):
                    silent.append(f"{parameter}={shown}: {text}")
            except Exception as error:
                silent.append(f"{parameter}={shown}: {type(error).__name__}: {error}")
            else:
                silent.append(f"{parameter}={shown}: taken, as {str(found)[:60]!r}")
    assert not silent, "\n".join([what, *silent])
    world.check()
