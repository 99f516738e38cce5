"""Opens the link of a driver: libcwire's options, its schema, its errors."""

from __future__ import annotations

import grp
import os
from dataclasses import dataclass
from typing import Self

from cwire.driver.arguments import count, milliseconds, table_of
from cwire.driver.dispatcher import Dispatcher
from cwire.errors import DriverError, InvalidArgument
from cwire_structs._driver import Link, LinkError
from cwire_structs.frames import HEADER_SIZE
from cwire_structs.schema import Schema
from cwire_structs.schema.document import compact

__all__ = ["Options", "driver_error", "open_link"]

_FRAME_BYTES = 4 << 20  # libcwire's default


@dataclass(frozen=True)
class Options:
    """The options of a driver, as libcwire takes them; 0 stands for its default.

    Attributes:
        socket: Where; None: NAME.sock in the runtime directory.
        ring_bytes: Memory for published frames.
        frame_bytes: The largest frame.
        reply_bytes: Replies that may wait for one peer.
        peers: How many may be connected.
        heartbeat_ms: Between the heartbeats of a silent link.
        group: The number of a group whose members may connect.
    """

    socket: bytes | None
    ring_bytes: int
    frame_bytes: int
    reply_bytes: int
    peers: int
    heartbeat_ms: int
    group: int

    @classmethod
    def checked(
        cls,
        socket: str | os.PathLike[str] | None,
        ring_bytes: int | None,
        frame_bytes: int | None,
        reply_bytes: int | None,
        peers: int | None,
        heartbeat: float | None,
        group: str | int | None,
    ) -> Self:
        """Returns the options that a user has given; InvalidArgument: one cannot be."""
        return cls(
            None if socket is None else _path(socket),
            count("ring_bytes", ring_bytes, 1 << 48),
            count("frame_bytes", frame_bytes, (1 << 32) - 1),
            count("reply_bytes", reply_bytes, 1 << 48),
            count("peers", peers, (1 << 31) - 1),
            milliseconds(heartbeat),
            _group_number(group),
        )


def _path(socket: str | os.PathLike[str]) -> bytes:
    try:
        return os.fsencode(socket)
    except TypeError:
        raise InvalidArgument(
            f"socket={socket!r}: give the path of a socket, such as '/tmp/lab.sock'"
        ) from None


def _group_number(group: str | int | None) -> int:
    """Returns the number of a group; 0 stands for None."""
    if not isinstance(group, str):
        return count("group", group, (1 << 32) - 2)
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        raise InvalidArgument(
            f"group={group!r}: this machine has no such group; `id` says which ones are yours"
        ) from None


def open_link(name: str, schema: Schema, options: Options, dispatcher: Dispatcher) -> Link:
    """Listens for peers.

    Raises:
        DriverError: It cannot; the text says why.
    """
    frame_bytes = options.frame_bytes
    largest = HEADER_SIZE + max(one.size for one in schema.messages.values())
    if not options.ring_bytes and not frame_bytes and largest > _FRAME_BYTES:
        frame_bytes = largest  # libcwire makes the ring four times as large
    sizes = options.ring_bytes, frame_bytes, options.reply_bytes
    try:
        link = Link(
            options.socket,
            name.encode(errors="surrogateescape"),
            (schema.name.encode(), compact(schema.json)),
            table_of(schema),
            dispatcher,
            (*sizes, options.peers, options.heartbeat_ms, options.group),
        )
    except LinkError as error:
        raise driver_error(name, error) from None
    dispatcher.link, dispatcher.schema = link, schema
    return link


def driver_error(name: str, error: LinkError) -> DriverError:
    """Returns an error of libcwire with the words of Python."""
    text = error.text.replace("cwire_options.", "").replace("cwire_poll", "poll")
    return DriverError(name, error.code, text)
