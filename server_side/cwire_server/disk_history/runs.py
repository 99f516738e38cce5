"""Runs of drivers: which frames one schema describes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cwire_server.hub.driver_state import DriverState

__all__ = ["Run", "run_of"]


@dataclass(frozen=True, eq=False, slots=True)
class Run:
    """One run of one driver, as far as its frames can be told from those of other runs."""

    source: int
    session: int
    layout: str
    """The layout hash of its schema."""
    types: Mapping[str, int]
    """The ids of what it publishes, by name."""


def run_of(driver: DriverState) -> Run:
    """Makes a run of what a driver is now."""
    schema, session = driver.schema, driver.session
    assert schema is not None, "it has published something"
    assert session is not None, "as above"
    types = {name: message.id for name, message in schema.published.items()}
    return Run(driver.source, session, schema.layout_hash, types)
