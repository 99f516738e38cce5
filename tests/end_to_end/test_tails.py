"""Messages without a payload and with tails of all forms: C driver, relay, client, panel, JSON."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import cwire
from cwire_structs import wrap
from support.processes import ROOT, Relay, Running
from support.widgets import open_widgets

HEADER = ROOT / "tests" / "cython_wrapper" / "cases" / "tails.h"
LIBRARY = ROOT / "c_driver"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory, built_driver: None) -> Path:
    folder = tmp_path_factory.mktemp("tails")
    wrap.write(wrap.wrap(HEADER, "cc"), folder)
    folders = [f"-I{path}" for path in (folder, HEADER.parent, LIBRARY / "include")]
    source = Path(__file__).with_name("tails_driver.c")
    library = LIBRARY / "build" / "libcwire.a"
    words = ["cc", "-std=gnu11", "-Wall", *folders, "-pthread", "-o"]
    subprocess.run([*words, folder / "driver", source, library], check=True)
    return folder / "driver"


@pytest.fixture
def relay(program: Path, runtime: Path) -> Iterator[Relay]:
    path = runtime / "tails.sock"
    with Running(program, path) as driver:
        driver.wait_for("listening")
        with Relay(f"tails={path}") as relay:
            relay.wait_for_drivers()
            yield relay


def test_all_of_them(relay: Relay) -> None:
    with cwire.connect(relay.link, subscribe=["poll", "rows"]) as bridge:
        polls = bridge.latest("poll", 5, timeout=30)
        assert isinstance(polls, cwire.FrameArray)
        assert (len(polls), polls.dtype.names) == (5, polls.dtype.names)
        assert (np.diff(polls.sequence.astype(int)) == 1).all()
        assert len(polls.to_pandas()) == 5
        assert polls.to_pyarrow().num_rows == 5
        assert "poll" in repr(polls[0])
        rows = bridge.latest("rows", 3, timeout=30)
        for row in rows:
            assert row["address"].tolist() == [[0] * 6, [0] * 5 + [7]]
        assert bridge.send.reset() is None
        reply = bridge.send.echo(n=42)
        assert reply is not None
        assert (reply.n, reply.tail.m, reply["tail"]["data"].tolist()) == (1, 42, [-5])
        assert bridge.send.say(count=2, numbers={"args": [1, 99]}) is None
        for numbers in ([7, 8], []):  # an empty reply is one, where the reply may be empty
            answer = bridge.send.ask(count=len(numbers))
            assert answer is not None
            assert (answer.message.name, answer["args"].tolist()) == ("alone", numbers)
        with pytest.raises(cwire.CommandError):
            bridge.send.say(count=1, numbers={"args": [1]})
        with pytest.raises(cwire.CommandError, match="no such field"):
            bridge.send.reset(hard=True)
        stream = bridge.stream("poll")
        assert next(stream).message.name == "poll"
        assert "reset()" in repr(bridge.send)
        panel = bridge.panel()
        assert panel["reset"].values() == {}
        assert panel["say"].values()["count"] == 0
        panel.close()
    assert open_widgets() == []
