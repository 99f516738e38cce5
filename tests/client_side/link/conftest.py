"""Connections are tried in asyncio's event loop and in uvloop's, which differs where it may."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import uvloop

BOTH = {"test_opening.py", "test_transport.py"}

Factories = Mapping[str, Callable[[], asyncio.AbstractEventLoop]]


def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> Factories:
    """The loops that a test runs in, one after the other."""
    factories: dict[str, Callable[[], asyncio.AbstractEventLoop]]
    factories = {"asyncio": asyncio.SelectorEventLoop}
    if Path(item.path).name in BOTH:
        factories["uvloop"] = uvloop.new_event_loop
    return factories
