"""C structs on the wire, live in a notebook.

import cwire

bridge = cwire.connect()
bridge.send.set_waveform(frequency=5.0, shape="SINE")
blocks = bridge.latest("scope_block", 200)
bridge.plot("scope_block", y="samples")

with cwire.Driver("lab", {"volts": "f8"}) as driver:  # the other end, in Python
    driver.publish("volts", 1.5)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cwire.bridge.aio import AsyncBridge, aconnect
from cwire.bridge.sync import Bridge, connect
from cwire.data.frame_array import FrameArray, Record
from cwire.errors import (
    ActionError,
    ActionTimeout,
    Ambiguous,
    CommandError,
    CommandTimeout,
    CwireError,
    DriverDown,
    DriverError,
    InvalidArgument,
    InvalidCommand,
    InvalidData,
    InvalidSubscription,
    LayoutMismatch,
    NotConnected,
    ProtocolError,
    Refused,
    Unauthorized,
    UnknownAction,
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

if TYPE_CHECKING:
    from cwire.driver.driver import Driver
    from cwire.recording.file import open as open  # noqa: A004
    from cwire_structs.schema.tags import array as array
    from cwire_structs.schema.tags import channels as channels
    from cwire_structs.schema.tags import command as command
    from cwire_structs.schema.tags import label as label
    from cwire_structs.schema.tags import message as message
    from cwire_structs.schema.tags import range as range  # noqa: A004
    from cwire_structs.schema.tags import scale as scale
    from cwire_structs.schema.tags import tail as tail
    from cwire_structs.schema.tags import text as text
    from cwire_structs.schema.tags import tile as tile
    from cwire_structs.schema.tags import time as time
    from cwire_structs.schema.tags import unit as unit

# Imported when they are first asked for: who only reads needs no driver.
_TAGS = ("array", "channels", "command", "label", "message", "range", "scale", "tail", "text",
         "tile", "time", "unit")  # fmt: skip
_LATER = {"Driver": "cwire.driver.driver", "open": "cwire.recording.file"} | dict.fromkeys(
    _TAGS, "cwire_structs.schema.tags"
)

# Without `open` and the tags, some of which are called like something of Python's.
__all__ = [
    "ActionError",
    "ActionTimeout",
    "Ambiguous",
    "AsyncBridge",
    "Bridge",
    "CommandError",
    "CommandTimeout",
    "CwireError",
    "Driver",
    "DriverDown",
    "DriverError",
    "DriverProcess",
    "FieldError",
    "FrameArray",
    "InvalidArgument",
    "InvalidCommand",
    "InvalidData",
    "InvalidSubscription",
    "LayoutMismatch",
    "LivePlot",
    "NotConnected",
    "ProtocolError",
    "Record",
    "Refused",
    "RelayProcess",
    "SchemaError",
    "Unauthorized",
    "UnknownAction",
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


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'cwire' has no attribute {name!r}")
    import importlib

    found = globals()[name] = getattr(importlib.import_module(_LATER[name]), name)
    return found


def __dir__() -> list[str]:
    return [*__all__, *_TAGS, "open", "__doc__", "__file__", "__name__", "__path__"]


def _save(frames: FrameArray, path: Any, fields: Any, *, overwrite: bool) -> None:
    from cwire.saving.save import save_frames

    save_frames(frames, path, fields, overwrite=overwrite)


FrameArray._saver = staticmethod(_save)


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext cwire`` calls this: it adds the magic ``%cwire``."""
    from cwire.ipython.magics import load

    load(shell)


join_notebooks()
