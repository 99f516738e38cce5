"""What goes wrong in calls leaves nothing behind: threads, processes, descriptors, memory."""

from __future__ import annotations

import gc
import json
import logging
import os
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cwire_server import Server
from cwire_server.actions.dispatcher import Session, Stream
from cwire_server.workers.channel import Channel
from cwire_server.workers.job import Job
from support.action_caller import Caller
from support.actions import API, gates
from support.processes import alive, open_files, until

FAILS: list[tuple[str, Any]] = [
    ("scna", None),
    ("__class__", None),
    ("math.add.__globals__", None),
    ("math.add", {"a": "x"}),
    ("boom", {"text": "no light"}),
    ("mute", None),
    ("give_up", None),
    ("agive_up", None),
    ("unsendable", None),
    ("zeros", {"size": 100 << 20}),
    ("flood", {"size": 100 << 20, "count": 1}),
    ("slow", None),
    ("die", None),
    ("raise_there", None),
    ("shutdown", {"owner": "x"}),
]
RUNS: list[tuple[str, Any]] = [
    ("wait", None),
    ("sleep", {"seconds": 3600}),
    ("spin", None),
    ("generate", {"count": 10**9}),
    ("agenerate", {"count": 10**9}),
]
"""They end only when they are told to."""


async def all_that_goes_wrong(server: Server) -> None:
    async with Caller(server) as caller:
        for action, data in FAILS:
            assert (await caller.done(action, data))["op"] == "failed"
        await caller.send('{"op": "call", "id": 1, "action": "echo", "data": }')
        assert (await caller.next())["id"] == 1
        await caller.say("cancel", id=99)
        assert (await caller.next())["code"] == "unknown_stream"
        for id, (action, data) in enumerate(RUNS):
            await caller.call(id, action, data, window=2)
        await caller.call(0, "math.add", {"a": 1})  # the id of one that runs
        for id in range(1, len(RUNS)):
            await caller.say("cancel", id=id)
        ends = 0
        while ends < len(RUNS):
            ends += (await caller.next())["op"] == "failed"
    for plain in (False, True):  # clients that go in the middle
        async with Caller(server) as caller:
            for id, (action, data) in enumerate(RUNS):
                if plain and action.endswith("generate"):
                    continue  # without a window they would go on
                if plain:
                    text = {"streamId": id, "action": action, "data": data}
                    await caller.send(json.dumps(text))
                else:
                    await caller.call(id, action, data, window=2)
            await caller.done("list")


def kept() -> Counter[str]:
    """What is there of calls, by its kind."""
    gc.collect()
    kinds = (Session, Stream, Channel, Job)
    return Counter(type(one).__name__ for one in gc.get_objects() if type(one) in kinds)


def processes() -> set[int]:
    """The children of this process that run."""
    tasks = Path("/proc/self/task").glob("*/children")
    children = {int(pid) for one in tasks for pid in one.read_text().split()}
    return {pid for pid in children if alive(pid)}


async def test_what_goes_wrong_leaves_nothing_behind(
    runtime: Path, caplog: pytest.LogCaptureFixture
) -> None:
    gates.open.clear()
    before, others = kept(), processes()  # other tests' may be there, and may go meanwhile
    # Threads and processes are kept for the next calls, but no more than these; each process has
    # two descriptors here.
    pool, computing = 4, len(os.sched_getaffinity(0))
    config = {"port": 0, "owner": "o" * 16, "threads": pool}
    with caplog.at_level(logging.CRITICAL), Server(API, config) as server:
        threads, files = threading.active_count(), len(open_files())
        for _ in range(3):
            await all_that_goes_wrong(server)
            until(lambda: kept() <= before)
        # The loop that stands by, the one of async functions, and a thread for built-in actions.
        until(lambda: threading.active_count() <= threads + pool + computing + 3)
        until(lambda: len(processes() - others) <= computing)
        # The loop of async functions has three.
        until(lambda: len(open_files()) <= files + 2 * computing + 3)
    until(lambda: not [one for one in threading.enumerate() if one.name.startswith("cwire")])
    until(lambda: processes() <= others)
