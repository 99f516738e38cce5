"""What a session has to send comes once and in order, however often its connection breaks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cwire_server.actions.outbox import Outbox
from cwire_server.actions.texts import Unit


class Line:
    """A connection that takes so many pieces, of which so many arrive."""

    def __init__(self, room: int) -> None:
        self.left = room
        self.came: list[str] = []
        self.frames: list[bytes] = []
        self.units: list[tuple[str, tuple[bytes, ...]]] = []

    @property
    def room(self) -> bool:
        return self.left > 0

    def put_frame(self, frame: bytes) -> None:
        self.left -= 1
        self.frames.append(frame)

    def put_text(self, text: str) -> None:
        self.left -= 1
        self.units.append((text, tuple(self.frames)))
        self.frames.clear()

    def wake(self) -> None:
        pass


def unit(number: int, frames: int) -> Unit:
    return Unit(f"text {number}", tuple(f"{number} {n}".encode() for n in range(frames)))


@given(
    st.lists(st.integers(0, 3), max_size=12),
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 4)), max_size=6),
    st.booleans(),
)
def test_every_message_comes_once_with_its_frames(
    frames: list[int], breaks: list[tuple[int, int]], confirms: bool
) -> None:
    outbox = Outbox(1 << 20)
    sent = [unit(number, count) for number, count in enumerate(frames)]
    for one in sent:
        outbox.put(one)
    came: list[tuple[str, tuple[bytes, ...]]] = []
    for room, lost in [*breaks, (1000, 0)]:
        line = Line(room)
        outbox.flush(line)
        came += line.units[: max(len(line.units) - lost, 0)]
        if confirms:
            assert outbox.received(len(came))
        assert outbox.rewind(len(came))
    assert came == [(one.text, one.frames) for one in sent]
    assert outbox.waiting_bytes == 0


def test_what_was_dropped_for_room_cannot_be_sent_again() -> None:
    outbox = Outbox(kept=100)
    for number in range(10):
        outbox.put(Unit(f"{number}".rjust(30)))
    outbox.flush(Line(1000))
    assert outbox.rewind(7)
    assert not Outbox(kept=100).rewind(1)
    outbox.flush(Line(1000))
    assert not outbox.rewind(6)


def test_without_a_key_nothing_is_kept() -> None:
    outbox = Outbox(kept=0)
    outbox.put(Unit("text"))
    outbox.flush(Line(10))
    assert not outbox.rewind(0)


def test_progress_is_left_out_while_something_waits() -> None:
    outbox, line = Outbox(0), Line(1)
    outbox.put(Unit("one"))
    outbox.put(Unit("two"))
    outbox.flush(line)
    outbox.put_progress(line, "progress")
    assert [text for text, _ in line.units] == ["one"]
    line.left = 9
    outbox.flush(line)
    outbox.put_progress(line, "progress")
    assert [text for text, _ in line.units] == ["one", "two", "progress"]
