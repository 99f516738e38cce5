"""The cwire relay: between C drivers on Unix sockets and clients on WebSockets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cwire_server.app import Relay
    from cwire_server.config import ConfigError, DriverAddress, RelayConfig

__all__ = ["ConfigError", "DriverAddress", "Relay", "RelayConfig"]

# Imported when they are first asked for: a client that uses the core needs no web server.
_LATER = dict.fromkeys(__all__, "cwire_server.config") | {"Relay": "cwire_server.app"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'cwire_server' has no attribute {name!r}")
    import importlib

    found = globals()[name] = getattr(importlib.import_module(_LATER[name]), name)
    return found
