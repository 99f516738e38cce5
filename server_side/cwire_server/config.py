"""Configuration of a relay: drivers, address, token, checked when it is made."""

from __future__ import annotations

import ipaddress
import os
import pwd
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cwire_server.access import FILES, check_origin
from cwire_server.devices import Device, SerialDevice, parse_device
from cwire_server.limits import Limits
from cwire_structs.frames import RELAY_NAME
from cwire_structs.quantities import parse_bytes, parse_seconds
from cwire_structs.runtime import DEFAULT_PORT, runtime_dir
from cwire_structs.schema import Schema, SchemaError

__all__ = [
    "ACTIONS_PORT",
    "LAST_SOURCE",
    "Address",
    "ConfigError",
    "DeviceAddress",
    "DriverAddress",
    "RelayConfig",
    "account",
    "driver_address",
    "driver_addresses",
    "named_schema",
    "seconds",
    "size",
]

LAST_SOURCE = 254
"""The largest number of a driver: so many can be served."""

ACTIONS_PORT = 5678
"""The port of a relay that has actions and no driver, if nothing else is said."""


class ConfigError(ValueError):
    """The relay cannot start as it was told to."""


@dataclass(frozen=True)
class DriverAddress:
    """A driver's name among clients, and the Unix socket where it listens.

    Attributes:
        name: Letters, digits, ``_`` and ``-``.
        path: Of the socket; it need not be there yet.
    """

    name: str
    path: Path
    uids: frozenset[int] = frozenset()
    """Accounts whose drivers are taken there, beside this one and root."""

    @classmethod
    def parse(cls, text: str, uids: frozenset[int] = frozenset()) -> DriverAddress:
        """Reads a text: ``NAME=PATH``.

        Args:
            text: The text.
            uids: Accounts whose drivers are taken there, beside this one and root.

        Raises:
            ConfigError: It is not that, or the name cannot be a driver's.
        """
        name, separator, path = text.partition("=")
        if not separator or not name or not path:
            raise ConfigError(
                f"{text!r} is not NAME=PATH; give the driver a name and its socket, "
                "such as --driver scope=/tmp/scope.sock"
            )
        return cls.at(name, path, uids)

    @classmethod
    def at(cls, name: str, path: str, uids: frozenset[int] = frozenset()) -> DriverAddress:
        """Takes a name and the path of a socket.

        Args:
            name: The name.
            path: The path.
            uids: Accounts whose drivers are taken there, beside this one and root.

        Raises:
            ConfigError: The name cannot be a driver's.
        """
        _check_name(name)
        # One text for each place, since clients tell drivers apart by it. The socket itself may be
        # a link, and need not be there yet.
        place = Path(path).absolute()
        return cls(name, Path(os.path.realpath(place.parent)) / place.name, uids)

    @classmethod
    def named(cls, text: str, uids: frozenset[int] = frozenset()) -> DriverAddress:
        """Reads a text, ``NAME=PATH``, or a name: it is where `cwire_listen` puts its socket.

        Args:
            text: The text.
            uids: Accounts whose drivers are taken there, beside this one and root.

        Raises:
            ConfigError: It is neither.
            RuntimeDirError: The runtime directory, in which that is, cannot be trusted.
        """
        if text and not set(text) & set("=/"):
            text = f"{text}={runtime_dir() / text}.sock"
        return cls.parse(text, uids)

    @property
    def place(self) -> str:
        """Where it is, as clients and people read it."""
        return str(self.path)


@dataclass(frozen=True)
class DeviceAddress:
    """A driver's name among clients, and the TCP port or serial line where it is.

    Attributes:
        name: Letters, digits, ``_`` and ``-``.
        device: Where it is.
        schema: The file with its schema, if it says only that one's hash.
    """

    name: str
    device: Device
    schema: Path | None = None

    @property
    def place(self) -> str:
        """Where it is, as clients and people read it."""
        return str(self.device)


Address = DriverAddress | DeviceAddress
"""Where a driver is."""


def driver_address(
    text: str, uids: frozenset[int] = frozenset(), schemas: Mapping[str, Path] | None = None
) -> Address:
    """Reads what `--driver` takes: ``NAME``, ``NAME=PATH``, or ``NAME=`` and a device.

    Args:
        text: The text.
        uids: Accounts whose drivers are taken at a path, beside this one and root.
        schemas: Files with the schemas of drivers that say only their hash, by name.

    Raises:
        ConfigError: It is none of these.
        RuntimeDirError: The runtime directory, in which a name alone is, cannot be trusted.
    """
    name, _, place = text.partition("=")
    schema = (schemas or {}).get(name)
    try:
        device = parse_device(place)
    except ValueError as error:
        raise ConfigError(f"--driver {name}: {error}") from None
    if device is not None:
        _check_name(name)
        if isinstance(device, SerialDevice):
            # Not what a link of /dev/serial/by-id leads to: that changes when it is plugged in.
            device = SerialDevice(str(Path(device.path).absolute()), device.baud)
        return DeviceAddress(name, device, schema)
    if schema is not None:
        raise ConfigError(
            f"--schema {name}={schema}: the driver {name} is at a Unix socket, and such a one says "
            "its schema itself; leave --schema away"
        )
    return DriverAddress.named(text, uids)


def driver_addresses(
    texts: Iterable[str], schemas: Iterable[str] = (), uids: frozenset[int] = frozenset()
) -> tuple[Address, ...]:
    """Reads what `--driver` and `--schema` take.

    Args:
        texts: As of `driver_address`.
        schemas: ``NAME=FILE`` each.
        uids: Accounts whose drivers are taken at a path, beside this one and root.

    Raises:
        ConfigError: A text is none of these, or a schema is of none of the drivers.
        RuntimeDirError: The runtime directory, in which a name alone is, cannot be trusted.
    """
    files = dict(map(named_schema, schemas))
    found = tuple(driver_address(text, uids, files) for text in texts)
    if unknown := sorted(files.keys() - {driver.name for driver in found}):
        raise ConfigError(
            f"--schema {unknown[0]}={files[unknown[0]]}: no --driver has this name; give both the "
            "same one"
        )
    return found


def named_schema(text: str) -> tuple[str, Path]:
    """Reads what `--schema` takes, ``NAME=FILE``.

    Raises:
        ConfigError: It is not that, or there is no schema in the file.
    """
    name, separator, file = text.partition("=")
    if not separator or not name or not file:
        raise ConfigError(
            f"--schema {text}: give the driver's name and a file, such as "
            "--schema mcu=generated/sensor.schema.json"
        )
    try:
        Schema.from_json(Path(file).read_bytes())
    except OSError as error:
        raise ConfigError(f"--schema {text}: {file} cannot be read: {error.strerror}") from None
    except SchemaError as error:
        raise ConfigError(
            f"--schema {text}: {error}; give the .schema.json that `cwire wrap` has made"
        ) from None
    return name, Path(file).absolute()


def _check_name(name: str) -> None:
    if not name.replace("-", "_").isidentifier():
        raise ConfigError(f"driver name {name!r}: use letters, digits, _ and - only")


def account(text: str) -> int:
    """Reads the number of an account, or its name.

    Raises:
        ConfigError: There is no such account.
    """
    if text.isascii() and text.isdecimal() and int(text) < 1 << 32:
        return int(text)
    try:
        return pwd.getpwnam(text).pw_uid
    except KeyError:
        raise ConfigError(
            f"--allow-uid {text}: this machine has no such account; give its name or number, as "
            "`id -u NAME` prints it"
        ) from None


@dataclass(frozen=True)
class RelayConfig:
    """Everything that a relay needs to start.

    Attributes:
        drivers: Which it serves; none only where it has an `api` or finds them itself.
        host: A loopback address.
        port: Of TCP; 0 picks a free one.
        token: What TCP clients need: 16 letters and digits at the least; a fresh one.
        allowed_origins: Of pages of others that may connect, as ``http://localhost:8888``; those of
            desktop apps have ``file://``.
        limits: Sizes and counts beyond which a client is refused, or loses frames.

    Raises:
        ConfigError: Something of it cannot be; the text says what to give instead.
    """

    drivers: tuple[Address, ...]
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    token: str = field(default_factory=lambda: secrets.token_hex(32), repr=False)
    allowed_origins: frozenset[str] = frozenset()
    limits: Limits = field(default_factory=Limits)
    ring: bool = True
    """Whether drivers' frames are read from their shared memory, if they offer it."""
    watches: Path | None = None
    """The runtime directory, if drivers that listen there are served, now and later; None: no."""
    pages: Path | None = None
    """A folder with pages of the user's own."""
    foxglove: bool = False
    """Whether clients of Foxglove's WebSocket protocol are served, too."""
    api: object = None
    """Functions that clients may call, as `cwire_server.workers.api.flatten` takes them."""
    processes: Mapping[str, Any] = field(default_factory=dict)
    """Threads and coroutines beside them, by name; see `cwire_server.Server.add_process`."""
    owner: str = field(default="", repr=False)
    """The token with which a client may end the relay; empty: none can."""
    threads: int = 32
    """Functions of `api` that may run at a time in threads, of all clients together."""
    history_disk: float | None = None
    """Seconds for which all that comes is kept on disk; None: it is not."""
    history_disk_bytes: int = 2 << 30
    """Bytes that this has at most."""
    history_folder: Path | None = None
    """Where; None: in /var/tmp."""

    def __post_init__(self) -> None:
        names = [driver.name for driver in self.drivers]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ConfigError(f"two drivers are named {sorted(twice)[0]!r}; give each its own name")
        if RELAY_NAME in names:
            raise ConfigError(
                f"a driver cannot be named {RELAY_NAME!r}: clients know the relay's own statistics "
                "by this name; give it another one"
            )
        if not self.drivers and self.api is None and self.watches is None:
            raise ConfigError(
                "no driver: give at least one as --driver NAME=PATH, or functions to call as "
                "--actions MODULE:API"
            )
        if len(self.drivers) > LAST_SOURCE:
            raise ConfigError(f"{len(self.drivers)} drivers: one relay takes {LAST_SOURCE}")
        if not 0 <= self.port <= 65535:
            raise ConfigError(f"port {self.port} is not between 0 and 65535 (0 picks a free one)")
        port = self.port or "PORT"  # which one a free port will be is not known yet
        if not _is_loopback(self.host):
            raise ConfigError(
                f"host {self.host!r} is not a loopback address, and beyond this machine the token "
                "would travel unencrypted; keep 127.0.0.1 and reach it with "
                f"ssh -L {port}:127.0.0.1:{port} THIS_MACHINE"
            )
        for origin in self.allowed_origins - {FILES}:
            try:
                check_origin(origin)
            except ValueError as error:
                raise ConfigError(f"--allow-origin: {error}") from None
        if self.pages is not None and not self.pages.is_dir():
            raise ConfigError(
                f"--pages: {self.pages} is no folder; give the one that has your HTML files"
            )
        if self.pages is not None and not os.access(self.pages, os.R_OK | os.X_OK):
            raise ConfigError(f"--pages: the folder {self.pages} cannot be read by this account")
        self._check_history()
        if self.threads < 1:
            raise ConfigError(f"threads is {self.threads}: functions run in at least one thread")
        if self.owner and len(self.owner) < 16:
            raise ConfigError("the owner's token has fewer than 16 characters: it could be guessed")
        if not self.token.isascii() or not self.token.isalnum():
            raise ConfigError("the token must be letters and digits only (it travels in a header)")
        if len(self.token) < 16:
            raise ConfigError("the token is shorter than 16 characters; it could be guessed")

    def _check_history(self) -> None:
        if self.history_disk is not None and not self.history_disk >= 1:
            raise ConfigError(
                f"--history-disk: {self.history_disk:g} s is too short; give at least 1s"
            )
        if self.history_disk_bytes < 1 << 20:
            raise ConfigError(
                f"--history-disk-bytes: {self.history_disk_bytes:,} bytes are too few; give at "
                "least 1MiB"
            )
        folder = self.history_folder
        if folder is None:
            return
        if not folder.is_dir():
            raise ConfigError(
                f"--history-folder: {folder} is no folder; give one on the disk that is to have "
                "the history"
            )
        if not os.access(folder, os.W_OK | os.X_OK):
            raise ConfigError(f"--history-folder: {folder} cannot be written to by this account")


def seconds(text: str) -> float:
    """Reads ``--history-disk``: ``10min``.

    Raises:
        ConfigError: It is no time.
    """
    found = parse_seconds(text)
    if found is None:
        raise ConfigError(f"--history-disk: {text!r} is no time; give 10min, 90s or 2h")
    return found


def size(text: str) -> int:
    """Reads ``--history-disk-bytes``: ``2GiB``.

    Raises:
        ConfigError: It is no size.
    """
    found = parse_bytes(text)
    if found is None:
        raise ConfigError(f"--history-disk-bytes: {text!r} is no size; give 2GiB or 500MB")
    return found


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
