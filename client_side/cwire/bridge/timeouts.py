"""Makes the errors of waits that timed out: how much came, and why no more."""

from __future__ import annotations

from cwire.data.feed import Feed
from cwire.data.frame_array import Record
from cwire.data.newest import Newest
from cwire.errors import CommandTimeout, WaitTimeout
from cwire.link.link import Link
from cwire.session.drivers import down_text
from cwire.view.text import counted
from cwire_structs.frames import Code

__all__ = ["no_answer", "no_match", "nothing_came", "too_few"]


def nothing_came(link: Link, feed: Feed, timeout: float | None) -> WaitTimeout:
    """The error of a wait for the next message.

    Args:
        link: Where it would have come from.
        feed: Of what.
        timeout: Seconds that were given.
    """
    return WaitTimeout(
        f"no message of {feed.message.name} in {timeout or 0.0:g} s{_why(link, feed, came=False)}"
    )


def too_few(link: Link, newest: Newest, timeout: float | None) -> WaitTimeout:
    """The error of a wait for a number of frames, of which fewer are here.

    Args:
        link: Where they would have come from.
        newest: What was waited for.
        timeout: Seconds that were given.
    """
    history, wanted, here = newest.feed.history, newest.wanted, newest.count
    frames = "frame" if wanted == 1 else counted(wanted, "frame")
    count = f"{here:,} of" if here else "no"
    text = f"{count} {frames} of {newest.feed.message.name} in {timeout or 0.0:g} s"
    if wanted > history.capacity:
        text += f"; the history holds at most {history.capacity:,}: connect(history_bytes=…)"
    if history.problem:
        text += f"; {history.problem}"
    return WaitTimeout(text + _why(link, newest.feed, came=newest.came > 0))


def no_match(
    link: Link, feed: Feed, timeout: float | None, seen: int, last: Record | None
) -> WaitTimeout:
    """The error of a wait for a message that satisfies a condition.

    Args:
        link: Where it would have come from.
        feed: Of what.
        timeout: Seconds that were given.
        seen: How many came and did not.
        last: The last of them; None: there was none.
    """
    if last is None:
        return nothing_came(link, feed, timeout)
    return WaitTimeout(
        f"no {feed.message.name} matched in {timeout or 0.0:g} s ({seen:,} seen); "
        f"the last one: {last!r}"
    )


def no_answer(driver: str, command: str, timeout: float) -> CommandTimeout:
    """The error of a command that nobody has answered."""
    text = (
        f"no answer in {timeout:g} s; the outcome is unknown: look at the driver's state before "
        "you send it again"
    )
    return CommandTimeout(driver, command, Code.ETIMEOUT, text)


def _why(link: Link, feed: Feed, *, came: bool) -> str:
    """The reason why no more came, as far as it is known."""
    if link.unconnected:
        return f"; {link.unconnected}"
    driver = link.session.drivers.get(feed.driver)
    if driver is None:
        return ""
    if driver.state == "up":
        return "" if came else f"; {down_text(driver)} but does not publish it now"
    return f"; {down_text(driver)}"
