"""C structs on the wire, live in a notebook.

import cwire

bridge = cwire.connect()
bridge.send.set_waveform(frequency=5.0, shape="SINE")
blocks = bridge.latest("scope_block", 200)
bridge.plot("scope_block", y="samples")
"""

from __future__ import annotations

from cwire.aio import AsyncBridge, aconnect
from cwire.bridge import Bridge, connect
from cwire.errors import (
    Ambiguous,
    CommandError,
    CommandTimeout,
    CwireError,
    DriverDown,
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
from cwire.frame_array import FrameArray
from cwire.ipython import complete_in_notebooks
from cwire.plot import LivePlot
from cwire.record import Record
from cwire_structs.schema import FieldError, SchemaError

__all__ = [
    "Ambiguous",
    "AsyncBridge",
    "Bridge",
    "CommandError",
    "CommandTimeout",
    "CwireError",
    "DriverDown",
    "FieldError",
    "FrameArray",
    "InvalidCommand",
    "InvalidSubscription",
    "LayoutMismatch",
    "LivePlot",
    "NotConnected",
    "ProtocolError",
    "Record",
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
]

__version__ = "0.1.0"

complete_in_notebooks()
