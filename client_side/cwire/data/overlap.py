"""Leaves out frames that have come before, by the driver's ring or by the relay. Pure."""

from __future__ import annotations

from cwire.data.ledger import widen
from cwire_structs import frames
from cwire_structs.frames import Tally

__all__ = ["later"]


def later(data: memoryview, tally: Tally, due: int | None) -> Tally | None:
    """The frames of a tally that have not come before.

    Args:
        data: The batch.
        tally: Frames of one message in it; control frames and replies are not among them.
        due: The widened sequence of the first one to take; None: all.

    Returns:
        The tally of these; None if there are none.
    """
    if due is None or widen(tally.first_sequence, due) >= due:
        return tally
    if widen(tally.last_sequence, due) < due:
        return None
    kind = (tally.type, tally.source)
    offset = tally.first_offset
    end = tally.last_offset + frames.span(frames.unpack_header(data, tally.last_offset).size)
    while offset < end:
        header = frames.unpack_header(data, offset)
        if (header.type, header.source) == kind and widen(header.sequence, due) >= due:
            found = frames.scan(data, offset, end).tallies
            return next(one for one in found if (one.type, one.source) == kind)
        offset += frames.span(header.size)
    return None
