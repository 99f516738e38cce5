"""Runs a relay in the main thread until somebody ends it."""

from __future__ import annotations

import asyncio
import gc
import resource
import signal
import sys

from cwire_server.app import Relay
from cwire_server.service_manager import notify

__all__ = ["allow_many_clients", "new_loop", "run"]

_SWITCH_SECONDS = 1e-4

_SEVERAL = (
    "clients that name neither a driver (--driver NAME, connect(driver=…)) nor a relay "
    "(--relay PID, connect(…)) take {}; Ctrl-C stops this one"
)


def allow_many_clients() -> None:
    """Raises this process's soft limit of open files to what it may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def new_loop(relay: Relay) -> asyncio.AbstractEventLoop:
    """Makes the event loop for a relay: with actions, one that runs short functions itself."""
    if relay.actions is None:
        return asyncio.SelectorEventLoop()
    from cwire_server.workers.led_loop import LedLoop

    return LedLoop()


def run(relay: Relay) -> None:
    """Runs a relay until SIGINT or SIGTERM, or until its owner asks for the end.

    In the main thread only.
    """
    with asyncio.Runner(loop_factory=lambda: new_loop(relay)) as runner:
        loop = runner.get_loop()
        stop = asyncio.Event()

        def end(*_: object) -> None:
            loop.call_soon_threadsafe(stop.set)

        # Not by the loop, which may run in another thread.
        before = {one: signal.signal(one, end) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            runner.run(_serve(relay, stop))
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


async def _serve(relay: Relay, stop: asyncio.Event) -> None:
    config = relay.config
    if relay.actions is not None:
        relay.actions.on_shutdown = stop.set
    try:
        await relay.start()
        # All objects so far stay: the collector, which needs 25 ms for them, need not look at them.
        gc.collect()
        gc.freeze()
        # A thread that reads a large schema, or an action that computes, shall not keep the event
        # loop waiting for 5 ms each time that it has let go of the interpreter.
        sys.setswitchinterval(_SWITCH_SECONDS)
        print(f"cwire relay: {relay.link}", flush=True)
        for link in relay.own_links():
            print(f"  page: {link}", flush=True)
        if relay.foxglove_link:
            print(f"  foxglove: {relay.foxglove_link}", flush=True)
        for driver in relay.hub.drivers.served:
            print(f"  driver {driver.name}: {driver.socket}", flush=True)
        if config.watches is not None:
            print(f"  drivers that come to {config.watches} are served, too", flush=True)
        if relay.actions is not None:
            print(f"  actions: {', '.join(relay.actions.registry.names)}", flush=True)
        if others := relay.others():
            for other in others:
                print(f"also runs: {other}", flush=True)
            taken = "this one, the newest"
            if not config.drivers and any(other.drivers for other in others):
                taken = "one with drivers, which this one has not"
            print(_SEVERAL.format(taken), flush=True)
        notify(f"READY=1\nSTATUS=serves at port {relay.port}")
        await stop.wait()
    finally:
        notify("STOPPING=1")
        await relay.stop()
