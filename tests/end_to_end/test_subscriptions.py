"""Policies, history, decimation, windows and the ledger: real driver, real relay, our client."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

import cwire
from support.processes import Relay, until

Connect = Callable[..., cwire.Bridge]


@pytest.fixture
def bridge(relay: Relay) -> Iterator[cwire.Bridge]:
    with cwire.connect(subscribe=None) as bridge:
        until(lambda: bridge["demo"].state == "up")
        yield bridge


def blocks_published(bridge: cwire.Bridge) -> int:
    """Blocks since the driver started; the answer stands behind everything before it."""
    status = bridge.send.get_status()
    assert status is not None
    return int(status.blocks)


def sequences(frames: cwire.FrameArray | list[cwire.Record]) -> np.ndarray:
    assert isinstance(frames, cwire.FrameArray)
    return frames.sequence.astype(np.int64)


# So much that a machine with much to do is not too late for all of it.
@pytest.mark.parametrize("options", [{"history": 500}, {"history_seconds": 5.0}])
def test_history_goes_over_into_live_frames(
    bridge: cwire.Bridge, options: dict[str, float]
) -> None:
    newest = int(sequences(bridge.latest("scope_block", 100, timeout=30))[-1])
    with cwire.connect(subscribe=None) as late:
        late.subscribe("scope_block", **options)  # type: ignore[arg-type]
        late.latest("scope_block", 200, timeout=30)
        got = sequences(late.history("scope_block"))
        assert got[0] <= newest
        assert (np.diff(got) == 1).all()
        row = late.health.of("scope_block")
        assert (row.lost, row.skipped) == (0, 0)
        with pytest.raises(cwire.InvalidSubscription, match="do not come yet"):
            late.subscribe("scope_block", history=5)


def test_each_bridge_gets_what_it_asked_for(bridge: cwire.Bridge) -> None:
    bridge.send.stop()
    before = blocks_published(bridge)
    with cwire.connect(subscribe=None) as rated:
        bridge.subscribe("scope_block")
        rated.subscribe("scope_block", policy="latest", max_rate=20)
        bridge.send.start(blocks=200)
        until(lambda: blocks_published(bridge) == before + 400)
        assert blocks_published(rated) == before + 400
        row = bridge.health.of("scope_block")
        assert (row.frames, row.skipped, row.lost) == (400, 0, 0)
        row = rated.health.of("scope_block")
        assert 0 < row.frames < 200
        assert row.over_rate > 0
        assert (row.published, row.lost) == (400, 0)


@pytest.mark.parametrize(
    ("options", "window"),
    [
        ({}, None),
        ({}, 1 << 20),
        ({"policy": "latest"}, 1 << 16),
        ({"policy": "latest", "key": "channel"}, 1 << 16),
    ],
)
def test_delivered_and_dropped_are_published(
    bridge: cwire.Bridge, options: dict[str, str], window: int | None
) -> None:
    """While one client hangs, another one goes on; both know what became of every frame."""
    bridge.send.stop()
    before = blocks_published(bridge)
    go_on = threading.Event()
    with cwire.connect(subscribe=None, window=window) as stalled:
        bridge.subscribe("scope_block")
        stalled.subscribe("scope_block", **options)  # type: ignore[arg-type]
        stalled._thread.post(go_on.wait, 60)
        bridge.send.set_acquisition(sample_rate=1e7)
        bridge.send.start()
        # More than the relay's queue and all sockets hold.
        until(lambda: bridge.health.of("scope_block").published > 15_000)
        bridge.send.stop()
        published = blocks_published(bridge) - before
        go_on.set()
        assert blocks_published(stalled) - before == published
        for one in (bridge, stalled):
            row = one.health.of("scope_block")
            assert row.published == published, row
            assert row.lost == row.lost_at_relay + row.lost_at_driver
        if options:
            assert row.conflated > 0
            assert row.lost_at_relay == 0
        else:
            # With a window the relay drops for it; else, once its ring is read, the driver does.
            assert (row.lost if window is None else row.lost_at_relay) > 0
            assert row.skipped == 0


def test_decimated_blocks(bridge: cwire.Bridge) -> None:
    id_ = bridge.subscribe("scope_block", decimate=16)
    bridge.subscribe("scope_block")
    small = bridge.latest("scope_block_by_16", 30, timeout=30)
    whole = bridge.latest("scope_block", 60, timeout=30)
    assert isinstance(small, cwire.FrameArray)
    assert isinstance(whole, cwire.FrameArray)
    _, left, right = np.intersect1d(small.sequence, whole.sequence, return_indices=True)
    assert len(left) > 10
    rows = whole["samples"][right].reshape(len(right), -1, 16)
    assert (small["samples_min"][left] == rows.min(axis=2)).all()
    assert (small["samples_max"][left] == rows.max(axis=2)).all()
    assert (small.time[left] == whole.time[right]).all()
    assert next(bridge.stream("scope_block_by_16", timeout=30)).samples_max.shape == (64,)
    assert bridge.health.of("scope_block_by_16").lost == 0
    bridge.unsubscribe(id_)
    until(lambda: not bridge._link.session.wants("demo", "scope_block_by_16"))
    more = bridge.health.of("scope_block_by_16").frames + 5
    bridge.latest("scope_block_by_16", more, timeout=30)  # its name is known: asked for again


def test_a_derived_id_that_another_stream_gets(bridge: cwire.Bridge) -> None:
    id_ = bridge.subscribe("scope_block", decimate=16)
    assert len(bridge.latest("scope_block_by_16", 5, timeout=30)[-1].samples_min) == 64
    bridge.unsubscribe(id_)
    bridge.subscribe("scope_block", decimate=8)
    assert len(bridge.latest("scope_block_by_8", 5, timeout=30)[-1].samples_min) == 128
    with pytest.raises(cwire.UnknownMessage, match=r"subscribe\('scope_block', decimate=16\)"):
        bridge.latest("scope_block_by_16")


def test_a_plot_of_decimated_blocks(bridge: cwire.Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    import matplotlib

    matplotlib.use("agg")
    with pytest.raises(cwire.UnknownMessage, match=r"subscribe\('scope_block', decimate=16\)"):
        bridge.plot("scope_block_by_16")
    bridge.subscribe("scope_block", decimate=16)
    bridge.latest("scope_block_by_16", 4, timeout=30)
    plot = bridge.plot("scope_block_by_16", y=["samples_min", "samples_max"])
    bands = plot.axes.collections
    assert [band.get_label() for band in bands] == ["channel 0", "channel 1"]
    block = bridge.latest("scope_block_by_16", 1)[-1]
    x = np.asarray(bands[0].get_paths()[0].vertices)[:, 0]
    assert x.max() == pytest.approx(63 * 16 * block.dt)
    plot.close()


@pytest.mark.parametrize(
    ("messages", "options", "text"),
    [
        (["scope_block"], {"policy": "newest"}, "queue, latest"),
        (["scope_block"], {"max_rate": -1}, "max_rate"),
        (["scope_block"], {"history": -1}, "history must be a number of frames"),
        (["scope_block"], {"history": 5, "decimate": 4}, "not decimated"),
        (["scope_block"], {"decimate": 1}, "from 2"),
        (["driver_status"], {"decimate": 2}, "cannot be decimated"),
    ],
)
async def test_what_cannot_be_had(
    bridge: cwire.Bridge, messages: list[str], options: dict[str, float], text: str
) -> None:
    with pytest.raises(cwire.InvalidSubscription, match=text):
        bridge.subscribe(*messages, **options)  # type: ignore[arg-type]
    async with cwire.aconnect(subscribe=None) as other:
        with pytest.raises(cwire.InvalidSubscription, match=text):
            await other.subscribe(*messages, **options)  # type: ignore[arg-type]
        with pytest.raises(cwire.UnknownMessage, match="nope"):
            await other.subscribe("nope")
        await other.subscribe(*messages)  # the connection lives
