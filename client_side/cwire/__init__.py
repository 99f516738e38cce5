"""C structs on the wire, live in a notebook.

import cwire

bridge = cwire.connect()
bridge.send.set_waveform(frequency=5.0, shape="SINE")
blocks = bridge.latest("scope_block", 200)
bridge.plot("scope_block", y="samples")
"""

from __future__ import annotations

from typing import Any

from cwire.bridge.aio import AsyncBridge, aconnect
from cwire.bridge.sync import Bridge, connect
from cwire.data.frame_array import FrameArray, Record
from cwire.errors import (
    Ambiguous,
    CommandError,
    CommandTimeout,
    CwireError,
    DriverDown,
    InvalidArgument,
    InvalidCommand,
    InvalidSubscription,
    LayoutMismatch,
    NotConnected,
    ProtocolError,
    Unauthorized,
    UnknownCommand,
    UnknownDriver,
    UnknownField,
    UnknownMessage,
    WaitTimeout,
)
from cwire.ipython.hooks import join_notebooks
from cwire.plot.live_plot import LivePlot
from cwire.process.driver_process import DriverProcess
from cwire.process.relay_process import RelayProcess
from cwire.version import __version__
from cwire_structs.schema import FieldError, SchemaError, field_bytes

__all__ = [
    "Ambiguous",
    "AsyncBridge",
    "Bridge",
    "CommandError",
    "CommandTimeout",
    "CwireError",
    "DriverDown",
    "DriverProcess",
    "FieldError",
    "FrameArray",
    "InvalidArgument",
    "InvalidCommand",
    "InvalidSubscription",
    "LayoutMismatch",
    "LivePlot",
    "NotConnected",
    "ProtocolError",
    "Record",
    "RelayProcess",
    "SchemaError",
    "Unauthorized",
    "UnknownCommand",
    "UnknownDriver",
    "UnknownField",
    "UnknownMessage",
    "WaitTimeout",
    "__version__",
    "aconnect",
    "connect",
    "field_bytes",
]


def __dir__() -> list[str]:
    return [*__all__, "__doc__", "__file__", "__name__", "__path__"]


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext cwire`` calls this: it adds the magic ``%cwire``."""
    from cwire.ipython.magics import load

    load(shell)


join_notebooks()
