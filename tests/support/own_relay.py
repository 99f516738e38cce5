"""Bridges to drivers without a relay in another process."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cwire

__all__ = ["connect_alone", "driver_url"]


def driver_url(path: Path) -> str:
    """The address of the driver that listens at a path, for who reads it without a relay."""
    return f"unix://{path}"


def connect_alone(path: Path, **options: Any) -> cwire.Bridge:
    """Connects to a driver; the relay is in this process. Options are those of `connect`."""
    return cwire.connect(driver_url(path), **options)
