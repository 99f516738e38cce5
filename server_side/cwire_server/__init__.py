"""The cwire relay: between C drivers on Unix sockets and clients on WebSockets."""

from cwire_server.app import Relay
from cwire_server.config import ConfigError, DriverAddress, RelayConfig

__all__ = ["ConfigError", "DriverAddress", "Relay", "RelayConfig"]
