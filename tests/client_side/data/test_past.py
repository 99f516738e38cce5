"""The newest frames of a history, by number and by time."""

from __future__ import annotations

from cwire.data.history import FixedHistory
from cwire.data.past import newest_seconds
from cwire_structs import frames
from support import schemas
from support.fake_relay import ticks


def test_the_last_seconds_of_stamps_that_jump() -> None:
    message = schemas.schema().messages["tick"]
    history = FixedHistory(message, 1 << 20)
    data = memoryview(ticks(100, 3) + ticks(50, 1) + ticks(101, 1))
    (tally,) = frames.scan(data).tallies
    history.append(data, tally)
    recent = newest_seconds(history, 1)
    assert [int(row.index) for row in recent] == [100, 101, 102, 101]
