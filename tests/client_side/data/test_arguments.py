"""Arguments of a wrong kind: one sentence, which is an error of cwire."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import cwire
from cwire.data.arguments import finite, frame_count, names_of, positive, seconds
from support.fake_relay import FakeRelay, ticks


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: frame_count("5"), "latest takes a number of frames, not '5'"),  # type: ignore[arg-type]
        (lambda: frame_count(-1), "not -1"),
        (lambda: seconds("2"), "a timeout is a number of seconds, not '2'"),  # type: ignore[arg-type]
        (lambda: seconds(float("nan")), "at least 0, not nan"),
        (lambda: positive("2s", "window", "a number of seconds"), "window is '2s'; it can be a"),  # type: ignore[arg-type]
        (lambda: positive(0, "fps", "a number"), "fps is 0"),
        (lambda: positive(5e9, "window", "a number of seconds", 1e9), "up to 1,000,000,000"),
        (lambda: finite(float("inf"), "vmin"), "vmin is inf; it can be a finite number"),
        (lambda: positive(True, "fps", "a number"), "fps is True"),
        (lambda: names_of(5, "fields"), "fields have names, such as 'status', not 5"),
        (lambda: names_of(["a", None], "fields"), "not None"),
        (lambda: names_of(["a", b"b"], "fields"), "not b'b'"),
    ],
)
def test_what_cannot_be(call: Callable[[], object], text: str) -> None:
    with pytest.raises(cwire.InvalidArgument) as caught:
        call()
    assert text in str(caught.value)
    assert isinstance(caught.value, (ValueError, TypeError))


def test_names_in_lists() -> None:
    assert names_of(("a", ["b", "c"], {"d": 1}), "fields") == ("a", "b", "c", "d")


@pytest.fixture(scope="module")
def bridge() -> Iterator[cwire.Bridge]:
    with FakeRelay() as relay, cwire.connect(relay.url) as bridge:
        relay.send(ticks(0, 3))
        bridge.latest("tick", 3, timeout=10)
        yield bridge


WRONG: dict[str, tuple[Callable[[Any], object], str]] = {
    "latest n": (lambda b: b.latest("tick", "5"), "number of frames"),
    "latest message": (lambda b: b.latest(["tick"]), "a message has a name"),
    "latest timeout": (lambda b: b.latest("tick", timeout="1"), "number of seconds"),
    "history": (lambda b: b.history("tick", seconds="1"), "history takes a number of seconds"),
    "wait for": (lambda b: b.wait_for("tick", 5), "a condition is a function of a record"),
    "wait for in a stream": (lambda b: b.stream("tick").wait_for("x > 5"), "not 'x > 5'"),
    "record timeout": (
        lambda b: b.record_to_dataframe("tick", frames=1, timeout="2"),
        "a timeout is a number of seconds, not '2'",
    ),
    "record for no time": (
        lambda b: b.record_to_dataframe("tick", frames=1, timeout=float("nan")),
        "at least 0, not nan",
    ),
    "figsize": (
        lambda b: b.plot("tick", figsize=5),
        "figsize is 5; it can be a width and a height",
    ),
    "figsize of nothing": (lambda b: b.plot("tick", figsize=(5, 0)), "in inches, up to 200"),
    "figsize too large": (lambda b: b.plot("tick", figsize=(1e9, 5)), "up to 200"),
    "figsize of three": (lambda b: b.plot("tick", figsize=(5, 5, 5)), "figsize is (5, 5, 5)"),
    "cmap": (lambda b: b.plot("tick", cmap="viridi"), "did you mean 'viridis'"),
    "unsubscribe": (lambda b: b.unsubscribe("tick"), "a subscription has a number, which"),
    "fields of a command": (lambda b: b.command("lab", "set", 5), "given by their names"),
    "command by position": (lambda b: b.send.set(5), "set takes its fields by name, not 5"),
    "history twice": (lambda b: b.history("tick", 1, seconds=1), "not both"),
    "stream": (lambda b: b.stream("tick", "1"), "number of seconds"),
    "record seconds": (lambda b: b.record_to_dataframe("tick", seconds="2"), "seconds, not '2'"),
    "record frames": (lambda b: b.record_to_dataframe("tick", frames="2"), "frames, not '2'"),
    "record arrays": (
        lambda b: b.record_to_dataframe("tick", frames=1, arrays="rows"),
        "arrays can be",
    ),
    "record fields": (lambda b: b.record_to_dataframe("tick", 5, frames=1), "fields have names"),
    "plot fps": (lambda b: b.plot("tick", fps="fast"), "fps is 'fast'"),
    "plot window": (lambda b: b.plot("tick", window="2s"), "window is '2s'"),
    "plot kind": (lambda b: b.plot("tick", kind="scatter"), "of kind"),
    "plot y": (lambda b: b.plot("tick", 5), "fields have names"),
    "plot list": (lambda b: b.plot(["tick"]), "a message has a name"),
    "scope window": (lambda b: b.scope("tick", window="2s"), "window is '2s'"),
    "scope message": (lambda b: b.scope(["tick"]), "a message has a name"),
    "panel commands": (lambda b: b.panel(commands=5), "commands have names"),
    "subscribe": (lambda b: b.subscribe(5), "messages have names"),
    "subscribe to none": (lambda b: b.subscribe([]), "names no message"),
    "driver": (lambda b: b[["lab"]], "a driver has a name"),
    "connect url": (lambda b: cwire.connect(8765), "the address of a relay is text"),  # type: ignore[arg-type]
    "connect subscribe": (
        lambda b: cwire.connect(b.address, subscribe=5),  # type: ignore[arg-type]
        "messages have names",
    ),
    "connect history": (
        lambda b: cwire.connect(b.address, history_bytes="1"),  # type: ignore[arg-type]
        "history_bytes must be",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_every_call_says_it_in_a_sentence(bridge: cwire.Bridge, what: str) -> None:
    call, text = WRONG[what]
    with pytest.raises(cwire.InvalidArgument) as caught:
        call(bridge)
    assert text in str(caught.value)
    assert "\n" not in str(caught.value)


def test_lists_where_several_names_can_be(bridge: cwire.Bridge) -> None:
    frames = bridge.latest("tick", 3)
    assert isinstance(frames, cwire.FrameArray)
    assert list(frames.to_pandas(["index"]).columns) == ["index"]
    assert frames.index.tolist() == frames["index"].tolist() == [0, 1, 2]
    assert "values" in dir(frames)
    with pytest.raises(AttributeError, match="no attribute and no field 'nope'"):
        frames.nope  # noqa: B018
    assert bridge.subscribe(["tick", "rare"])


def test_short_words_for_what_is_large(bridge: cwire.Bridge) -> None:
    assert len(repr(bridge.drivers)) < 200
    record = bridge.latest("tick", 1)[-1]
    assert len(repr(record.message)) < 100
    assert {"connect", "Bridge"} <= set(dir(cwire))
    assert not {"Any", "bridge", "data", "annotations"} & set(dir(cwire))
