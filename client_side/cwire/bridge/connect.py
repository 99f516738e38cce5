"""Opens the link of a bridge, by the options of `connect` and `aconnect`."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from cwire.data.arguments import SHORTEST_WAIT, names_of, seconds
from cwire.errors import InvalidArgument
from cwire.link.address import Choice, find_again, resolve
from cwire.link.jupyter_relay import located
from cwire.link.link import Link
from cwire.session.options import check_window
from cwire.session.session import HISTORY_BYTES, Session

__all__ = ["CONNECT_TIMEOUT", "HISTORY_BYTES", "HOW_TO_CHOOSE", "ConnectOptions", "open_link"]

CONNECT_TIMEOUT = 10.0
"""Seconds."""

HOW_TO_CHOOSE = 'choose with connect(driver=...) or connect("NUMBER")'
"""For `Choice.note`, in Python's words."""

_LONGEST_CONNECT = 1e6  # s


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectOptions:
    """The arguments of `connect`, which says what they mean."""

    url: str | None
    token: str | None
    subscribe: str | Iterable[str] | None
    history_bytes: int
    timeout: float
    window: int | None
    reconnect: bool
    driver: str | None
    ring: bool = True


async def open_link(options: ConnectOptions) -> tuple[Link, Choice]:
    """Connects and subscribes; returns the link, and which relay was taken for it.

    Raises:
        InvalidArgument: The timeout or `history_bytes` cannot be.
        InvalidSubscription: The window cannot be.
        NotConnected: There is no relay, or no driver at the path.
        Unauthorized: It does not accept the token.
        UnknownDriver: No relay, or not this one, has the driver.
        UnknownMessage: A message to subscribe to does not exist.
    """
    wait = seconds(options.timeout, least=SHORTEST_WAIT)
    names = () if options.subscribe is None else names_of(options.subscribe, "messages")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    given = options.history_bytes
    if not isinstance(given, (int, float)) or not 0 <= given <= memory:
        raise InvalidArgument(
            f"history_bytes must be 0 to {memory}, this machine's memory, "
            f"not {options.history_bytes!r}; each message may take so much"
        )
    session = Session(options.history_bytes, check_window(options.window), threading.Lock())
    find = partial(resolve, options.url, options.token, options.driver)
    choice = await located(find, options.driver) if options.url is None else find()
    again = partial(find_again, options.url, options.token)
    link = Link(
        choice.address,
        session,
        again if options.reconnect else None,
        ring=options.ring and options.window is None,
    )
    await link.open(_LONGEST_CONNECT if wait is None else wait)
    try:
        if options.driver is not None:
            link.lookup.driver(options.driver)
            link.lookup.preferred = options.driver
        if options.subscribe is not None:
            await link.subscribe(None if options.subscribe == "all" else names, None)
    except BaseException:
        await link.shut()
        raise
    return link, choice
