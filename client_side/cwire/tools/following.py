"""Follows one message for a tool: all frames from now on, and how many were missed."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

from cwire.bridge.base import link_of
from cwire.bridge.sync import Bridge
from cwire.data.feed import Feed
from cwire.data.frame_array import FrameArray, Record, frame_of
from cwire.errors import WaitTimeout
from cwire.tools import terminal

__all__ = ["HISTORY_BYTES", "add_arguments", "count", "follow", "split_path"]

HISTORY_BYTES = 64 << 20
"""Memory for what comes while a tool prints."""

_LOOK = 0.02  # s


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of a tool that follows a message."""
    parser.add_argument("--driver", metavar="NAME", help="where several have it")
    parser.add_argument("-n", metavar="N", type=count, help="end after so many")
    terminal.add_relay_arguments(parser)


def count(text: str) -> int:
    """Reads a number from 1 on of the command line."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1 on")
    return int(text)


def split_path(text: str) -> tuple[str, str]:
    """Splits ``status.axis[0].speed`` into the message and the path in it."""
    ends = [at for at in (text.find("."), text.find("[")) if at > 0]
    if not ends:
        return text, ""
    at = min(ends)
    return text[:at], text[at:].removeprefix(".")


def follow(
    bridge: Bridge, message: str, driver: str | None, timeout: float | None
) -> Iterator[tuple[list[FrameArray], int]]:
    """Yields what has come since the last time: frames, perhaps none, and how many are missing.

    A driver that comes back with other structs is followed, too.

    Args:
        bridge: Where they come from.
        message: The message's name.
        driver: Where several drivers have it.
        timeout: Seconds to wait for the first frame; None: for ever.

    Raises:
        WaitTimeout: None came in time.
    """
    feed = _feed(bridge, message, driver)
    position = feed.history.total
    gone = feed.ledger.lost
    deadline = None if timeout is None else time.monotonic() + timeout
    while True:
        history = feed.history
        start, found = history.next(position, history.total - position)
        passed, position = start - position, start + len(found)
        lost, gone = feed.ledger.lost - gone + passed, feed.ledger.lost
        if len(found):
            deadline = None
        yield _arrays(found), lost
        if feed.replaced and position >= history.total:
            feed = _feed(bridge, message, feed.driver)
            position, gone = 0, feed.ledger.lost
        if deadline is not None and time.monotonic() > deadline:
            raise WaitTimeout(
                f"no {message} in {timeout:g} s: `cwire list` says whether its driver is up"
            )
        time.sleep(_LOOK)


def _feed(bridge: Bridge, message: str, driver: str | None) -> Feed:
    bridge.history(message, 0, driver=driver)  # subscribes, if nobody has
    return link_of(bridge).lookup.feed(message, driver)


def _arrays(found: FrameArray | list[Record]) -> list[FrameArray]:
    if isinstance(found, FrameArray):
        return [found] if len(found) else []
    return [frame_of(record) for record in found]
