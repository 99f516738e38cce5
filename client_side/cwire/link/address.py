"""Finds the relay: by its entry in the runtime directory, or by an address."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote_to_bytes, urlsplit

from cwire.errors import InvalidArgument, NotConnected, OtherDrivers, UnknownDriver
from cwire.session.drivers import drivers_text
from cwire_structs.frames import RELAY_NAME
from cwire_structs.installation import advice
from cwire_structs.machine import Machine
from cwire_structs.relays import RelayEntry, living_relays
from cwire_structs.runtime import DEFAULT_PORT, RuntimeDirError, runtime_dir
from cwire_structs.served import Served

__all__ = ["Address", "Choice", "find_again", "resolve"]

_EXAMPLE = (
    f"give one such as ws://127.0.0.1:{DEFAULT_PORT}/ws, the link or the socket's path that a "
    "relay or a bridge prints, or the relay's process id"
)
_PLACES = ("/", "./", "../", "~")
_DRIVER = "unix:"
_DRIVER_EXAMPLE = (
    "give the whole path of its socket, such as unix:///run/user/1000/cwire/scope.sock"
)


@dataclass(frozen=True, slots=True)
class Address:
    """The address of a relay, or of a driver that is read without one.

    Attributes:
        url: ``ws://HOST:PORT/ws``; only its path matters with a Unix socket.
        unix: Path of the relay's Unix socket, or None for TCP.
        token: The relay's token, needed for TCP; never shown.
        driver: Path of the driver's Unix socket, if there is no relay but in this process.
    """

    url: str
    unix: str | None = None
    token: str | None = field(default=None, repr=False)
    driver: str | None = None

    def __str__(self) -> str:
        if self.driver is not None:
            return f"{_DRIVER}//{quote(os.fsencode(self.driver), safe='/=@+,:')}"
        return self.unix or self.url

    @property
    def place(self) -> str:
        """Says where the relay is, behind its noun."""
        return f"at {self}" if self.driver is None else f"in this process for {self}"


@dataclass(frozen=True, slots=True)
class Choice:
    """The relay that was taken, and those that were found.

    Attributes:
        address: Of the relay that was taken.
        found: The relays that were meant, first the one that was taken; empty where they do not
            differ in their drivers, or where the user gave an address.
    """

    address: Address
    found: Sequence[RelayEntry] = ()

    def note(self, how: str) -> str:
        """Says which relays were found and which was taken; empty where it makes no difference.

        Args:
            how: The way to choose another one, in the caller's words.
        """
        if not self.found:
            return ""
        newest = self.found[0].machine
        alike = all(one.machine.shares_paths(newest) for one in self.found)
        taken, *others = (
            f"{one.pid} ({one.driver_names})"
            if alike
            else f"{one.name} ({one.driver_names}) on {one.machine}"
            for one in self.found
        )
        return (
            f"{len(self.found)} relays run; taken is the newest, {taken}, not "
            f"{' or '.join(others)}; {how}"
        )


def resolve(
    relay: str | None = None, token: str | None = None, driver: str | None = None
) -> Choice:
    """Finds the relay that the user means.

    Args:
        relay: Its URL (``ws://HOST:PORT/ws`` or ``wss://…``), the link that it prints
            (``http://HOST:PORT/#token=…``), the path of its Unix socket (also ``ws+unix://PATH``),
            its process id or its name (``relay-PID-…``). ``unix://PATH`` of a driver's socket: a
            relay in this process. None: the newest relay of this account on this machine that has
            drivers; if none has any, the newest.
        token: The relay's token; for URLs, where the link does not have it.
        driver: Without a relay: the newest that serves a driver of this name.

    Raises:
        InvalidArgument: The address is no text.
        NotConnected: This cannot be the address of a relay, or no such relay runs here.
        UnknownDriver: Relays run here, and none serves this driver.
    """
    if relay is None:
        return _of_driver(driver)
    if not isinstance(relay, str):
        raise InvalidArgument(f"the address of a relay is text, not {relay!r}; {_EXAMPLE}")
    text = relay.strip()
    if text.isdecimal() or text.startswith("relay-"):
        return Choice(_address(_named(text)))
    if text.startswith(_DRIVER):
        return Choice(Address(_ANY, driver=_driver_path(text)))
    path = _unix_path(text)
    return Choice(_of_url(text, token) if path is None else Address(_ANY, unix=path))


_ANY = "ws://localhost/ws"


def find_again(
    relay: str | None,
    token: str | None,
    had: Served,
) -> Address:
    """Finds a relay again that was lost: of those in the runtime directory one with its drivers.

    Of several the one that has the most of them is taken, the newest of those.

    Args:
        relay: As for `resolve`; one that is not in the runtime directory is where it was.
        token: As for `resolve`.
        had: What it served. In another container the same path may be another socket.

    Raises:
        NotConnected: None runs.
        OtherDrivers: Relays run, but none with these drivers.
    """
    if relay is not None and not _is_entry(relay.strip()):
        return resolve(relay, token).address
    running = _living()
    found = [one for one in running if one.takes_over(had)]
    if found:
        return _address(max(found, key=lambda one: one.served.common(had)))
    if not running:
        raise NotConnected(_none_runs())
    machine = had.machine
    anywhere = replace(had, machine=None)
    elsewhere = machine is not None and any(one.takes_over(anywhere) for one in running)
    where = f" on {machine.host}" if machine and elsewhere else ""
    others = ", ".join(f"{one.unix} ({_other_text(one, machine)})" for one in running)
    raise OtherDrivers(
        f"no relay with the drivers that this bridge had ({drivers_text(had.drivers)}){where} "
        f"runs; not taken: {others}"
    )


def _other_text(entry: RelayEntry, machine: Machine | None) -> str:
    """What a relay serves, and where it runs if that is not the machine that was meant."""
    drivers = drivers_text(entry.drivers)
    if machine is None or entry.machine.shares_paths(machine):
        return drivers
    return f"{drivers}; on {entry.machine.place(machine)}"


def _of_driver(driver: str | None) -> Choice:
    running = _living()
    if not running:
        raise NotConnected(_none_runs())
    wanted = None if driver == RELAY_NAME else driver  # which every relay has
    if wanted is None:
        # One with actions only is not in the way of instruments, nor is one that has found none.
        found = [one for one in running if one.drivers]
        found = found or [one for one in running if one.watches is not None] or running
    else:
        found = [one for one in running if wanted in one.drivers]
    if not found:
        listed = ", ".join(map(str, running))
        raise UnknownDriver(
            f"no relay of this account serves a driver {driver!r}; there run: {listed}; "
            f"{_how_to_serve(driver, running)}"
        )
    newest = found[0]
    served = [one.drivers if wanted is None else one.drivers[wanted] for one in found]
    differ = any(one != served[0] for one in served) or not all(
        one.machine.shares_paths(newest.machine) for one in found
    )
    return Choice(_address(newest), found if differ else ())


def _how_to_serve(driver: str | None, running: Sequence[RelayEntry]) -> str:
    """Says how a driver that no relay serves comes to be served."""
    for relay in running:
        if relay.watches is not None:
            return f"start the driver: the relay {relay.name} finds it in {relay.watches}"
    return f"start one with `cwire serve --driver {driver}`"


def _named(text: str) -> RelayEntry:
    """The relay with this process id or name."""
    running = _living()
    found = [one for one in running if text in (one.name, str(one.pid))]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"{one.name} ({one.driver_names})" for one in found or running)
    if found:  # in containers of their own
        raise NotConnected(f"several relays have the process id {text}: {listed}; give the name")
    there = f"there run: {listed}" if running else _how_to_start()
    raise NotConnected(
        f"no relay {text} runs on this account; {there}; "
        "a port is part of a URL, such as ws://127.0.0.1:8765/ws"
    )


def _is_entry(text: str) -> bool:
    """Whether this names a relay of the runtime directory, in whatever form."""
    if text.isdecimal() or text.startswith("relay-"):
        return True
    path = _unix_path(text)
    try:
        return path is not None and Path(path).parent.samefile(runtime_dir())
    except (OSError, RuntimeDirError):
        return False


def _unix_path(text: str) -> str | None:
    """The path of a Unix socket; None if this is the URL of something else.

    ``ws+unix:`` is written with and without ``//``, and with ``:/ws`` behind the path.
    """
    if text.startswith(_PLACES):
        return str(Path(text).expanduser().absolute())
    found = re.fullmatch(r"ws\+unix:(?://)?(/.*?)(?::/[^:]*)?", text)
    return None if found is None else os.fsdecode(unquote_to_bytes(found[1]))


def _driver_path(text: str) -> str:
    """The path of a driver's socket, of ``unix:///PATH``, or ``unix:/PATH``.

    Raises:
        NotConnected: It cannot be one.
    """
    rest = text.removeprefix(_DRIVER)
    if rest.startswith("//"):
        host, slash, rest = rest[2:].partition("/")
        if host:
            raise NotConnected(
                f"{text!r} names a host, {host!r}: before the path are three slashes, or one, and "
                f"the driver must be on this machine; {_DRIVER_EXAMPLE}"
            )
        rest = slash + rest
    if not rest.startswith("/") or rest.endswith("/"):
        raise NotConnected(f"{text!r} is not the address of a driver: {_DRIVER_EXAMPLE}")
    if cut := re.search("%(?![0-9A-Fa-f]{2}).{0,2}|%00", rest):
        raise NotConnected(
            f"{text!r} has {cut[0]!r}, which stands for no character of a path: "
            "in a URL, % itself is written %25"
        )
    path = Path(os.fsdecode(unquote_to_bytes(rest)))
    if "\0" in str(path):
        raise NotConnected(f"{text!r} has a zero, which no path has; {_DRIVER_EXAMPLE}")
    if path.name.startswith("relay-") and path.with_suffix(".json").exists():
        raise NotConnected(
            f"{path} is the socket of a relay, not of a driver: give the path alone, without "
            f"{_DRIVER!r}"
        )
    return str(path)


def _of_url(text: str, token: str | None) -> Address:
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise NotConnected(f"{_shown(text)!r} is not a URL ({error}); {_EXAMPLE}") from None
    secure = {"ws": "ws", "http": "ws", "wss": "wss", "https": "wss"}.get(parts.scheme)
    if secure is None or not host:
        raise NotConnected(f"{_shown(text)!r} is not the address of a relay; {_EXAMPLE}")
    if token is None:
        token = next(iter(parse_qs(parts.fragment).get("token", [])), None)
    if token is not None and not isinstance(token, str):
        raise InvalidArgument(f"a token is text, as in the relay's link, not {token!r}")
    if token is not None and not (token.isascii() and token.isprintable() and " " not in token):
        raise NotConnected("the token has characters that no token has: copy it once more")
    path = parts.path if parts.path.strip("/") else "/ws"
    name = f"[{host}]" if ":" in host else host
    return Address(f"{secure}://{name}{f':{port}' if port else ''}{path}", token=token)


def _shown(url: str) -> str:
    return url.split("#", 1)[0]


def _living() -> list[RelayEntry]:
    try:
        return living_relays()
    except RuntimeDirError as error:
        raise NotConnected(str(error)) from error


def _none_runs() -> str:
    return f"no relay runs on this account (looked in {runtime_dir()}); {_how_to_start()}"


def _how_to_start() -> str:
    return advice(
        "start it with `cwire serve` (with `make run` in this checkout or a folder of `cwire new`)",
        "start it with `cwire serve`, or try `cwire demo`",
    )


def _address(entry: RelayEntry) -> Address:
    return Address(entry.url, unix=entry.unix)
