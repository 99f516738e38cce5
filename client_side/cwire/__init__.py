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

import sys as _sys
from typing import TYPE_CHECKING, Any

from cwire.version import __version__ as __version__

if TYPE_CHECKING:
    from cwire.bridge.aio import AsyncBridge as AsyncBridge
    from cwire.bridge.aio import aconnect as aconnect
    from cwire.bridge.sync import Bridge as Bridge
    from cwire.bridge.sync import connect as connect
    from cwire.data.frame_array import FrameArray as FrameArray
    from cwire.data.frame_array import Record as Record
    from cwire.driver.driver import Driver as Driver
    from cwire.errors import ActionError as ActionError
    from cwire.errors import ActionTimeout as ActionTimeout
    from cwire.errors import Ambiguous as Ambiguous
    from cwire.errors import CommandError as CommandError
    from cwire.errors import CommandTimeout as CommandTimeout
    from cwire.errors import CwireError as CwireError
    from cwire.errors import DriverDown as DriverDown
    from cwire.errors import DriverError as DriverError
    from cwire.errors import InvalidArgument as InvalidArgument
    from cwire.errors import InvalidCommand as InvalidCommand
    from cwire.errors import InvalidData as InvalidData
    from cwire.errors import InvalidSubscription as InvalidSubscription
    from cwire.errors import LayoutMismatch as LayoutMismatch
    from cwire.errors import NotConnected as NotConnected
    from cwire.errors import ProtocolError as ProtocolError
    from cwire.errors import Refused as Refused
    from cwire.errors import Unauthorized as Unauthorized
    from cwire.errors import UnknownAction as UnknownAction
    from cwire.errors import UnknownCommand as UnknownCommand
    from cwire.errors import UnknownDriver as UnknownDriver
    from cwire.errors import UnknownField as UnknownField
    from cwire.errors import UnknownMessage as UnknownMessage
    from cwire.errors import WaitTimeout as WaitTimeout
    from cwire.plot.live_plot import LivePlot as LivePlot
    from cwire.process.driver_process import DriverProcess as DriverProcess
    from cwire.process.relay_process import RelayProcess as RelayProcess
    from cwire.recording.file import open as open  # noqa: A004
    from cwire_structs.schema import FieldError as FieldError
    from cwire_structs.schema import SchemaError as SchemaError
    from cwire_structs.schema import field_bytes as field_bytes
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

# Imported when they are first asked for, so that `import cwire` takes no time: numpy alone takes
# longer than all else that a short program does.
_MODULES = {
    "cwire.bridge.aio": "AsyncBridge aconnect",
    "cwire.bridge.sync": "Bridge connect",
    "cwire.data.frame_array": "FrameArray Record",
    "cwire.driver.driver": "Driver",
    "cwire.errors": (
        "ActionError ActionTimeout Ambiguous CommandError CommandTimeout CwireError "
        "DriverDown DriverError InvalidArgument InvalidCommand InvalidData "
        "InvalidSubscription LayoutMismatch NotConnected ProtocolError Refused "
        "Unauthorized UnknownAction UnknownCommand UnknownDriver UnknownField "
        "UnknownMessage WaitTimeout"
    ),
    "cwire.plot.live_plot": "LivePlot",
    "cwire.process.driver_process": "DriverProcess",
    "cwire.process.relay_process": "RelayProcess",
    "cwire.recording.file": "open",
    "cwire_structs.schema": "FieldError SchemaError field_bytes",
    "cwire_structs.schema.tags": (
        "array channels command label message range scale tail text tile time unit"
    ),
}
_HOME = {name: module for module, names in _MODULES.items() for name in names.split()}

# Without `open` and the tags, some of which are called like something of Python's.
__all__ = ["__version__"] + [
    name
    for name, module in _HOME.items()
    if name != "open" and module != "cwire_structs.schema.tags"
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'cwire' has no attribute {name!r}")
    import importlib

    from cwire.ipython.hooks import join_notebooks

    join_notebooks()
    found = globals()[name] = getattr(importlib.import_module(_HOME[name]), name)
    return found


def __dir__() -> list[str]:
    return list({*__all__, *_HOME, "__doc__", "__file__", "__name__", "__path__"})


def _save(frames: FrameArray, path: Any, fields: Any, *, overwrite: bool) -> None:
    """For `FrameArray.save`, as no folder below may know of files to save frames in."""
    from cwire.saving.save import save_frames

    save_frames(frames, path, fields, overwrite=overwrite)


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext cwire`` calls this: it adds the magic ``%cwire``, as an import does."""
    from cwire.ipython.magics import load

    load(shell)


if "IPython" in _sys.modules:
    from cwire.ipython.hooks import offer_magic as _offer_magic

    _offer_magic()
