"""Live figures: drawn into memory here, and by a real kernel."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cwire
from cwire_structs import frames
from support import schemas
from support.fake_relay import FakeRelay, driver, ticks
from support.processes import until


@pytest.fixture(autouse=True)
def agg(monkeypatch: pytest.MonkeyPatch) -> None:
    import matplotlib

    matplotlib.use("agg")


@pytest.fixture
def relay() -> Iterator[FakeRelay]:
    with FakeRelay() as relay:
        yield relay


@pytest.fixture
def bridge(relay: FakeRelay) -> Iterator[cwire.Bridge]:
    with cwire.connect(relay.url) as bridge:
        yield bridge


def test_a_figure_follows_its_message(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    plot = bridge.plot("tick", y="values")
    assert plot.axes.get_title("left") == "tick: The tick. (nothing received yet)"
    assert (plot.axes.get_ylabel(), plot.axes.get_xlabel()) == ("values [V]", "index")
    assert len(plot.axes.lines) == 0
    relay.send(ticks(0, 3))
    bridge.latest("tick", 3, timeout=10)
    plot.update()
    assert plot.axes.get_title("left") == "tick: The tick."
    (line,) = plot.axes.lines
    assert len(np.asarray(line.get_ydata())) == 4
    assert repr(plot) == "<plot of tick: values, live>"


def test_the_title_says_what_is_wrong_with_the_clock(
    relay: FakeRelay, bridge: cwire.Bridge
) -> None:
    plot = bridge.plot("tick", y="index")
    relay.send(ticks(3600, 3) + ticks(0, 1))
    bridge.latest("tick", 4, timeout=10)
    plot.update()
    title = plot.axes.get_title("left")
    assert title == "tick: The tick. (the time stamps went back by 60 minutes)"


def test_run_draws_what_comes(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    plot = bridge.plot("tick", y="index", fps=100)
    relay.send(ticks(0, 3))
    until(lambda: bridge._link.lookup.feed("tick").history.total == 3)
    begun = time.monotonic()
    plot.run(0.2)
    assert time.monotonic() - begun > 0.15
    (line,) = plot.axes.lines
    assert np.asarray(line.get_xdata()).tolist() == [-2, -1, 0]
    assert plot.axes.get_xlim() == (-10, 0)


def test_nothing_new_is_not_drawn(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    plot = bridge.plot("tick", y="index")
    assert plot.drawn == 1
    plot.update()
    assert plot.drawn == 1
    relay.send(ticks(0, 1))
    bridge.latest("tick", 1, timeout=10)
    plot.update()
    plot.update()
    assert plot.drawn == 2


def test_a_closed_bridge_draws_nothing(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    bridge.close()
    for draw in (bridge.plot, bridge.scope):
        with pytest.raises(cwire.NotConnected, match="closed: connect again"):
            draw("tick")
    with pytest.raises(cwire.NotConnected, match="closed: connect again"):
        bridge.panel()


def test_it_stops_when_the_bridge_closes(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    plot = bridge.plot("tick", y="index")
    bridge.close()
    plot.run(60)
    assert not plot.running
    assert "not connected any more" in plot.axes.get_title("left")
    plot.update()
    plot.stop()


def test_it_goes_on_after_the_structs_changed(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    plot = bridge.plot("rare", y=["a", "b"])
    changed = driver(session=8, schema=schemas.document(extra_field=True))
    relay.say("driver", event="schema_changed", driver=changed)
    relay.send(ticks(0, 1))
    bridge.latest("tick", 1, timeout=10)
    plot.update()
    assert plot.running
    away = schemas.document(extra_field=True)
    del away["messages"][str(schemas.RARE)]
    from cwire_structs.schema.layout_hash import layout_hash

    away["layout_hash"] = layout_hash(away)
    relay.say("driver", event="schema_changed", driver=driver(session=9, schema=away))
    relay.send(ticks(0, 2))
    bridge.latest("tick", 2, timeout=10)
    plot.update()
    assert "no message 'rare'" in plot.axes.get_title("left")


def test_a_driver_that_goes_down_is_told(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    plot = bridge.plot("tick", y="index")
    down = driver(state="down", session=None)
    relay.say("driver", event="down", driver=down)
    until(lambda: bridge["lab"].state == "down")
    plot.update()
    assert "(driver lab is down)" in plot.axes.get_title("left")


def test_dollars_are_text(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    plot = bridge.plot("tick", y="index")
    plot.stop("cost: $x_{")
    plot.figure.canvas.draw()


def test_only_the_thread_that_made_it_draws(bridge: cwire.Bridge) -> None:
    plot = bridge.plot("tick", y="index")
    caught: list[BaseException] = []

    def draw() -> None:
        for use in (plot.update, lambda: plot.run(1)):
            try:
                use()
            except cwire.CwireError as error:
                caught.append(error)

    thread = threading.Thread(target=draw)
    thread.start()
    thread.join()
    assert len(caught) == 2
    assert "one thread only" in str(caught[0])


def test_wrong_names(bridge: cwire.Bridge) -> None:
    with pytest.raises(cwire.UnknownMessage):
        bridge.plot("nope")
    with pytest.raises(cwire.UnknownField):
        bridge.plot("tick", y="nope")
    with pytest.raises(ValueError, match="above zero"):
        bridge.plot("tick", fps=0)


def test_figures_are_not_kept(bridge: cwire.Bridge) -> None:
    from matplotlib import pyplot

    plot = bridge.plot("tick", y="index")
    figure = weakref.ref(plot.figure)
    plot.close()
    del plot
    gc.collect()
    assert figure() is None
    assert pyplot.get_fignums() == []


def test_running_a_cell_again_ends_its_earlier_plots(
    bridge: cwire.Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cwire.kernel.cell.cell_of_now", lambda: ("cell", 1))
    first, second = bridge.plot("tick", y="index"), bridge.plot("tick", y="values")
    monkeypatch.setattr("cwire.kernel.cell.cell_of_now", lambda: ("other", 2))
    other = bridge.plot("tick")
    assert first.running
    assert second.running
    monkeypatch.setattr("cwire.kernel.cell.cell_of_now", lambda: ("cell", 3))
    again = bridge.plot("tick")
    assert [plot.running for plot in (first, second, other, again)] == [False, False, True, True]
    assert "its cell was run again" in first.axes.get_title("left")


def test_the_client_needs_no_matplotlib() -> None:
    program = "import sys, cwire; print(*{'matplotlib', 'pandas', 'IPython'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "\n"


def pair(number: int) -> bytes:
    """A frame of `rare`, whose two values grow with its number."""
    payload = number.to_bytes(4, "little") + (2 * number).to_bytes(4, "little")
    time_ns = number * 10**8
    return frames.pack(schemas.RARE, payload, source=1, sequence=number, time_ns=time_ns)


def newest(bridge: cwire.Bridge, relay: FakeRelay, first: int, count: int = 1) -> None:
    """Sends ticks and waits until they are here."""
    stop = bridge._link.lookup.feed("tick").history.total + count
    relay.send(ticks(first, count))
    until(lambda: bridge._link.lookup.feed("tick").history.total >= stop)


def test_only_what_changes_is_drawn_anew(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    plot = bridge.plot("tick", y="index")
    plot.axes.set_ylim(-1, 20)
    newest(bridge, relay, 0, 8)
    plot.update()
    whole: list[object] = []
    plot.figure.canvas.mpl_connect("draw_event", whole.append)
    newest(bridge, relay, 8)
    plot.update()
    assert (plot.drawn, len(whole)) == (3, 0)
    canvas: Any = plot.figure.canvas
    pixels = np.array(canvas.buffer_rgba())
    canvas.draw()  # all of it, by matplotlib itself: the same picture, but for the frame's line
    assert (pixels != np.array(canvas.buffer_rgba())).any(-1).mean() < 1e-3
    newest(bridge, relay, 9)
    plot.update()  # somebody else has drawn: what is behind the lines is drawn anew
    plot.axes.set_ylabel("mine")
    plot.update()  # the user has changed something
    assert len(whole) == 3
    plot.update()
    assert len(whole) == 3


def test_a_legend_lies_over_the_lines(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    relay.send(pair(0) + pair(1))
    until(lambda: bridge._link.lookup.feed("rare").history.total == 2)
    plot = bridge.plot("rare", y=["a", "b"])
    legend = plot.axes.get_legend()
    assert legend is not None
    canvas: Any = plot.figure.canvas
    left, bottom, right, top = (int(edge) for edge in legend.get_window_extent().extents)

    def pixels() -> Any:
        return np.array(canvas.buffer_rgba())[-top + 1 : -bottom - 1, left + 1 : right - 1]

    before = pixels()
    for number in range(2, 5):
        relay.send(pair(number))
        until(lambda number=number: bridge._link.lookup.feed("rare").history.total > number)  # type: ignore[misc]
        plot.update()
    assert (pixels() == before).all()


def test_limits_that_the_user_sets_stay(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    plot = bridge.plot("tick", y="index")
    plot.axes.set_ylim(-5, 500)
    newest(bridge, relay, 0, 1000)
    plot.update()
    assert plot.axes.get_ylim() == (-5, 500)
    plot.axes.set_autoscaley_on(True)
    newest(bridge, relay, 1000)
    plot.update()
    assert plot.axes.get_ylim()[1] > 1000


def test_a_saved_figure_has_its_lines(
    relay: FakeRelay, bridge: cwire.Bridge, tmp_path: Path
) -> None:
    plot = bridge.plot("tick", y="index")
    newest(bridge, relay, 0, 8)
    plot.update()
    plot.figure.savefig(tmp_path / "a.png")
    plot.axes.lines[0].set_visible(False)
    plot.figure.savefig(tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() != (tmp_path / "b.png").read_bytes()


def test_bars(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    plot = bridge.plot("tick", y="values", kind="bar")
    newest(bridge, relay, 0)
    plot.update()
    (bars,) = plot.axes.collections
    assert len(bars.get_paths()) == 4
    assert plot.axes.get_xlim() == (-0.5, 3.5)
    both = bridge.plot("rare", y=["a", "b"], kind="bar")
    assert [label.get_text() for label in both.axes.get_xticklabels()] == ["a", "b"]
    with pytest.raises(ValueError, match="of kind 'line', 'image', 'bar', not 'pie'"):
        bridge.plot("tick", kind="pie")


def test_subplots(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    plot = bridge.plot("rare", y=["a", "b"], subplots=True, figsize=(4, 6))
    upper, lower = plot.figure.axes
    assert plot.axes is upper
    assert (upper.get_ylabel(), lower.get_ylabel()) == ("a", "b")
    assert (upper.get_xlabel(), lower.get_xlabel()) == ("", "time before the last frame [s]")
    assert plot.figure.get_size_inches().tolist() == [4, 6]


def test_a_function_of_the_user(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    seen: list[list[int]] = []

    def update(axes: Any, frames: Any) -> Any:
        seen.append(frames["index"].tolist())
        if not axes.lines:
            axes.plot([0, 1], [0, 1])
        axes.lines[0].set_ydata([0, frames["index"][-1]])
        return axes.lines

    plot = bridge.plot("tick", update=update)
    assert repr(plot) == "<plot of tick: update, live>"
    assert seen == []
    newest(bridge, relay, 0, 3)
    plot.update()
    plot.update()
    newest(bridge, relay, 3, 2)
    plot.update()
    assert seen == [[0, 1, 2], [3, 4]]
    assert np.asarray(plot.axes.lines[0].get_ydata()).tolist() == [0, 4]


def test_a_function_that_fails(relay: FakeRelay, bridge: cwire.Bridge) -> None:
    def update(axes: Any, frames: Any) -> None:
        raise KeyError("samples")

    plot = bridge.plot("tick", update=update)
    newest(bridge, relay, 0)
    with pytest.raises(cwire.CwireError, match="update failed in line .*: KeyError: 'samples'"):
        plot.run(60)
    assert not plot.running
    assert "(update failed in line" in plot.axes.get_title("left")
    plot.update()


def test_it_goes_on_with_another_relay(short_dir: Path) -> None:
    path = short_dir / "relay.sock"
    with FakeRelay(unix=path) as relay:
        port = relay.url
        with cwire.connect(port) as bridge:
            plot = bridge.plot("tick", y="index")
            newest(bridge, relay, 0, 3)
            assert relay.next(dict)["op"] == "subscribe"
            relay.refuses = True
            relay.hang_up()
            until(lambda: not bridge.connected)
            plot.update()
            assert plot.running
            assert "(not connected" in plot.axes.get_title("left")
            assert plot.axes.lines[0].get_alpha() == 0.35
            relay.refuses = False
            assert relay.next(dict)["op"] == "subscribe"
            until(lambda: bridge.connected)
            newest(bridge, relay, 10, 2)
            plot.update()
            assert plot.axes.get_title("left") == "tick: The tick."
            assert plot.axes.lines[0].get_alpha() is None
            line = np.asarray(plot.axes.lines[0].get_ydata(), float)
            assert str(line.tolist()) == "[1.0, 2.0, nan, 10.0, 11.0]"


def test_another_thread_may_ask_but_not_draw(bridge: cwire.Bridge, relay: FakeRelay) -> None:
    async def main() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("cwire.plot.canvas.MemoryCanvas.visible", True)
            plot = bridge.plot("tick", y="index", fps=0.01)
        drawing: list[int] = []
        update = plot._drawings[0].update

        def watched(feed: Any) -> None:
            drawing.append(threading.get_ident())
            update(feed)

        plot._drawings[0].update = watched  # type: ignore[method-assign]
        newest(bridge, relay, 0)
        await asyncio.to_thread(plot.update)
        while plot.drawn < 2:
            await asyncio.sleep(0.01)
        assert set(drawing) == {threading.get_ident()}
        await asyncio.to_thread(plot.stop)
        assert not plot.running

    asyncio.run(main())


@pytest.mark.parametrize("kind", ["line", "bar"])
@pytest.mark.parametrize(
    "values",
    [
        (np.nan, np.inf, -np.inf, 1),
        (np.nan,) * 4,
        (np.finfo(float).max, -np.finfo(float).max, 0, np.nan),
        (5e-324, 0, 0, 0),
        (7, 7, 7, 7),
    ],
)
def test_an_axis_gets_a_range_that_it_can_show(
    relay: FakeRelay, bridge: cwire.Bridge, values: tuple[float, ...], kind: str
) -> None:
    plot = bridge.plot("tick", y="values", kind=kind)
    payload = schemas.schema().messages["tick"].encode({"index": 1, "values": values})
    relay.send(frames.pack(schemas.TICK, payload, source=1, sequence=0))
    bridge.latest("tick", 1, timeout=10)
    plot.update()
    for low, high in (plot.axes.get_xlim(), plot.axes.get_ylim()):
        assert -1e300 <= low < high <= 1e300
    plot.figure.canvas.draw()
