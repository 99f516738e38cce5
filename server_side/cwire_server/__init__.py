"""The cwire relay: between C drivers on Unix sockets and clients on WebSockets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cwire_server.app import Relay
    from cwire_server.config import ConfigError, DriverAddress, RelayConfig
    from cwire_server.server import Server
    from cwire_server.workers.api import ActionError, ApiError, action, flatten

__all__ = [
    "ActionError",
    "ApiError",
    "ConfigError",
    "DriverAddress",
    "Relay",
    "RelayConfig",
    "Server",
    "action",
    "flatten",
]

# Imported when they are first asked for: a client that uses the core needs no web server.
_LATER = {
    **dict.fromkeys(("ConfigError", "DriverAddress", "RelayConfig"), "cwire_server.config"),
    **dict.fromkeys(("ActionError", "ApiError", "action", "flatten"), "cwire_server.workers.api"),
    "Relay": "cwire_server.app",
    "Server": "cwire_server.server",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'cwire_server' has no attribute {name!r}")
    import importlib

    found = globals()[name] = getattr(importlib.import_module(_LATER[name]), name)
    return found
