"""The past of a message: what is in memory, and what the relay has on disk before it."""

from __future__ import annotations

import logging
from dataclasses import replace

from cwire import errors
from cwire.data.arguments import FOR_EVER, frame_count, seconds
from cwire.data.feed import Feed
from cwire.data.frame_array import FrameArray, Record
from cwire.data.history import stamps_of
from cwire.data.past import decoded, with_past
from cwire.link.link import Link
from cwire.session.events import PastAnswer
from cwire.session.pasts import PastQuery
from cwire.view.text import counted

__all__ = ["joined", "look"]

_log = logging.getLogger("cwire")
_TURN_ON = "start it with `cwire serve --history-disk 10min`, say"

_MEANWHILE = 1000  # frames


def look(
    link: Link, feed: Feed, n: int | None, span: float | None, disk: bool | None
) -> tuple[FrameArray | list[Record], PastQuery | None]:
    """Finds what is in memory, and what to ask the relay for, which may have older frames.

    Args:
        link: Leads to the relay.
        feed: Of the message.
        n: How many frames.
        span: Or of how many seconds.
        disk: Whether the relay is to be asked; None: if it has something.

    Returns:
        The frames in memory; and the query, or None.

    Raises:
        InvalidArgument: A number cannot be.
        CwireError: The relay is to be asked, and has nothing on disk.
    """
    if n is not None and span is not None:
        raise errors.InvalidArgument("history takes a number of frames or seconds, not both")
    history = feed.history
    # In this order: if frames come in between, more are found than were here, not fewer.
    here = history.total - history.oldest
    if span is not None:
        span = seconds(span, what="history takes")
        found = history.latest_seconds(FOR_EVER if span is None else span)
        enough = len(found) < here
    else:
        found = history.latest(None if n is None else frame_count(n, "history"))
        enough = n is not None and len(found) >= n
        if n is None and disk is None:
            return found, None
    if enough or disk is False:
        return found, None
    query = _query(link, feed, must=disk is True)
    return found, None if query is None else _narrowed(replace(query, most=n), found, span)


def _query(link: Link, feed: Feed, *, must: bool) -> PastQuery | None:
    """The query for all of a message that the relay has; None: it has nothing."""
    session, name = link.session, feed.message.name
    driver = session.drivers[feed.driver]
    if link.address.driver is not None:
        why = "this bridge has no relay: start one, `cwire serve --history-disk 10min`, say"
    elif not link.connected:
        why = link.unconnected
    elif session.on_disk is None:
        why = f"the relay keeps none: {_TURN_ON}"
    elif driver.is_relay or name in driver.derived:
        why = "the relay keeps what drivers publish, and nothing that it makes itself"
    elif driver.schema is None or feed.replaced:
        why = f"driver {feed.driver!r} has other structs since: ask again"
    else:
        return PastQuery(feed.driver, name, driver.schema.layout_hash)
    if must:
        raise errors.CwireError(f"there is no history of {name} on disk: {why}")
    return None


def _narrowed(query: PastQuery, found: FrameArray | list[Record], span: float | None) -> PastQuery:
    """The query for what is before the frames that were found."""
    if not len(found):
        return replace(query, seconds=span)
    stamps = stamps_of(found)
    if span is None and (stamps[1:] < stamps[:-1]).any():
        # The driver's clock goes back, so stamps do not say what was before: those that are here
        # come once more, and some that have come meanwhile.
        most = None if query.most is None else query.most + query.most // 8 + _MEANWHILE
        return replace(query, most=most)
    # With the first one itself, which tells the place; others with its stamp may be before it.
    query = replace(query, end=int(stamps[0]) + 1)
    if span is None:
        return query
    return replace(query, begin=max(0, int(stamps[-1]) - int(span * 1e9)))


def joined(
    feed: Feed,
    found: FrameArray | list[Record],
    answer: tuple[bytearray, PastAnswer],
    n: int | None,
) -> FrameArray | list[Record]:
    """Joins the frames of the relay's disk and those in memory; at most ``n``."""
    data, said = answer
    if said.left_out:
        _log.warning(
            "%s of %s on the relay's disk are left out: they are of a run of driver %s that had "
            "other structs",
            counted(said.left_out, "frame"),
            feed.message.name,
            feed.driver,
        )
    return with_past(decoded(feed.message, data), found, n)
