"""Actions for tests: an API, and a server of it in this process."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Generator
from typing import Any

import numpy as np

from cwire_server import ActionError, action

__all__ = ["API", "Counter", "Gates", "compute", "count_up", "die"]


class Gates:
    """Where functions of tests wait, and what they have seen: by name."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.seen: list[str] = []
        self.outs: list[Any] = []


gates = Gates()


def add(a: int, b: int = 2) -> int:
    """Adds two numbers."""
    return a + b


def echo(data: Any) -> Any:
    """Gives back what it gets."""
    return data


def send(out: Any, data: Any, **context: Any) -> None:
    """Sends each of a list of values."""
    for value in data:
        out.send(value)


def scan(out: Any, stop: float, steps: int, progress: Any) -> str:
    """Measures at places from 0 to `stop`."""
    for step in range(steps):
        out.send({"place": stop * step / steps, "counts": np.arange(step, step + 3)})
        progress(step + 1, steps, f"step {step + 1}")
    return "all measured"


def generate(count: int) -> Generator[int, None, str]:
    """Yields numbers."""
    try:
        yield from range(count)
    finally:
        gates.seen.append("generator closed")
    return "generated"


async def sleep(seconds: float) -> float:
    """Sleeps without a thread."""
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        gates.seen.append("sleep cancelled")
        raise
    return seconds


async def agenerate(count: int) -> AsyncIterator[int]:
    """Yields numbers in an event loop."""
    for number in range(count):
        yield number


def wait(cancelled: Any) -> None:
    """Waits until it is cancelled."""
    gates.seen.append("waits")
    cancelled.wait()
    gates.seen.append("cancelled")
    cancelled.check()


def stubborn() -> None:
    """Waits for its gate, whoever cancels."""
    gates.open.wait()
    gates.seen.append("stubborn returned")


async def hold_loop() -> None:
    """Keeps the event loop of async functions waiting for its gate."""
    gates.seen.append("holds")
    gates.open.wait()


def keep_out(out: Any) -> None:
    """Lets others send when it has returned."""
    gates.outs.append(out)


def flood(out: Any, size: int, count: int, wait: bool = True) -> int:
    """Sends as much as is asked for; returns how many results were sent."""
    return sum(out.send(bytes(size), wait=wait) for _ in range(count))


def boom(text: str) -> None:
    """Raises an error."""
    raise RuntimeError(text)


class Mute(Exception):  # noqa: N818
    """An error that fails to say what it is."""

    def __str__(self) -> str:
        raise ValueError


def mute() -> None:
    """Raises an error without a text."""
    raise Mute


def give_up() -> None:
    """Raises what ends a task, and is none."""
    raise asyncio.CancelledError


async def agive_up() -> None:
    """The same in an event loop."""
    raise asyncio.CancelledError


def send_for_other() -> None:
    """Sends by what another call was given."""
    gates.outs.pop().send(1)


def no_sample() -> None:
    """Fails with a code of its own."""
    raise ActionError("there is no sample in the holder", "no_sample")


def zeros(size: int) -> Any:
    """Gives so many bytes."""
    return np.zeros(size, np.uint8)


def unsendable() -> Any:
    """Gives what cannot be sent."""
    return {1, 2}


def who(client: int) -> int:
    """Gives the caller's number."""
    return client


@action(runs="process")
def compute(out: Any, count: int) -> int:
    """Computes in a process of its own."""
    for number in range(count):
        out.send(number)
    return os.getpid()


@action(runs="process")
def die() -> None:
    """Ends its process."""
    os._exit(3)


@action(runs="process")
def spin(out: Any) -> None:
    """Computes for ever."""
    out.send(os.getpid())
    while True:
        pass


@action(runs="process")
def raise_there() -> None:
    """Raises an error in its process."""
    raise KeyError("there")


@action(deadline=0.05)
def slow(cancelled: Any) -> bool:
    """Has less time than it needs."""
    return bool(cancelled.wait(30))


API = {
    "math": {"add": add},
    "scan": scan,
    "generate": generate,
    "agenerate": agenerate,
    **{
        one.__name__: one
        for one in (
            *(echo, send, sleep, wait, stubborn, keep_out, flood, boom, no_sample, zeros),
            *(hold_loop, mute, give_up, agive_up, send_for_other),
            *(unsendable, who, compute, die, spin, raise_there, slow),
        )
    },
}


class Counter(threading.Thread):
    """A background process: counts until it is to stop."""

    process_id: str
    output: Any

    def run(self) -> None:
        """Counts."""
        count = 0
        while not self.output.stopping.wait(0.001):
            count += 1
            self.output.send(action="counter_increment", data={"count": count})


class Crash(threading.Thread):
    """A background process that fails."""

    output: Any

    def run(self) -> None:
        """Fails."""
        raise OSError("no such device")


async def count_up(process_id: str, output: Any) -> None:
    """A background process in an event loop."""
    output.send(action="hello", data=process_id)
    await asyncio.sleep(3600)
