import json
import random
from typing import Any

import pytest

from cwire_server.hub.batch import HEADROOM, Batch
from cwire_server.hub.client_queue import Binary, ClientQueue, Text, TextPieces
from cwire_server.hub.ledger import StreamLedger
from cwire_server.hub.policies import LATEST, QUEUE, Policy
from cwire_server.hub.sink import PickedFrame
from cwire_structs import frames
from support.fake_driver import ticks
from support.schemas import TICK


def batch(first: int, count: int, lost: int = 0) -> Batch:
    data = bytearray(HEADROOM) + ticks(first, count)
    found = frames.scan(data, HEADROOM)
    losses = {TICK: lost} if lost else {}
    return Batch(1, data, HEADROOM, found.end, found.tallies, losses, headroom=True)


def queue(data_limit: int = 1 << 20, control_limit: int = 1 << 20) -> ClientQueue:
    return ClientQueue(data_limit, control_limit, batch_limit=256 << 10)


def stream() -> StreamLedger:
    return StreamLedger(subscription=7, source=1, message="tick")


def sequences(message: Text | TextPieces | Binary | None) -> list[int]:
    assert isinstance(message, Binary)
    data = b"".join(message.pieces)
    assert len(data) == message.size
    return [frames.unpack_header(data, offset).sequence for offset in range(0, len(data), 24 + 40)]


def notice(message: Text | TextPieces | Binary | None) -> dict[str, Any]:
    assert isinstance(message, Text)
    told: dict[str, Any] = json.loads(message.text)
    return told


def test_everything_comes_out_in_order() -> None:
    waiting = queue()
    waiting.put_operation({"op": "a"})
    waiting.put_batch(batch(0, 2), {TICK: [stream()]})
    waiting.put_reply(frames.pack(5, flags=frames.REPLY))
    waiting.put_operation({"op": "b"})
    assert waiting.take() == Text('{"op": "a"}')
    together = waiting.take()
    assert isinstance(together, Binary)
    assert len(together.pieces) == 2
    assert together.batch is None
    assert waiting.take() == Text('{"op": "b"}')
    assert waiting.take() is None
    assert (waiting.data_bytes, waiting.control_bytes) == (0, 0)


def test_a_batch_alone_is_named_so_that_it_is_sent_without_a_copy() -> None:
    waiting = queue()
    one = batch(0, 3)
    waiting.put_batch(one, {})
    message = waiting.take()
    assert isinstance(message, Binary)
    assert message.batch is one


def test_what_waits_goes_together_up_to_the_batch_limit() -> None:
    waiting = ClientQueue(1 << 20, 1 << 20, batch_limit=64 * 5)
    for first in range(0, 8, 2):
        waiting.put_batch(batch(first, 2), {})
    assert sequences(waiting.take()) == [0, 1, 2, 3]
    assert sequences(waiting.take()) == [4, 5, 6, 7]


def test_the_oldest_is_dropped_and_told_where_it_is_missing() -> None:
    ledger = stream()
    pinned = batch(0, 2).pinned
    waiting = queue(data_limit=pinned)
    waiting.put_operation({"op": "before"})
    for first in range(0, 10, 2):
        waiting.put_batch(batch(first, 2), {TICK: [ledger]})
    assert waiting.take() == Text('{"op": "before"}')
    told = notice(waiting.take())
    assert told == {
        "op": "dropped",
        "id": 7,
        "source": 1,
        "message": "tick",
        "reason": "relay",
        "count": 6,
        "sequence": 5,
    }
    assert sequences(waiting.take()) == [6, 7, 8, 9]
    assert waiting.dropped == 6


def test_drops_on_both_sides_of_an_event_are_told_on_their_side() -> None:
    old, new = stream(), stream()
    waiting = queue(data_limit=1)
    waiting.put_batch(batch(0, 2), {TICK: [old]})
    waiting.put_operation({"op": "restarted"})
    waiting.put_batch(batch(0, 2), {TICK: [new]})
    waiting.put_batch(batch(2, 2), {TICK: [new]})
    assert notice(waiting.take())["count"] == 2
    assert waiting.take() == Text('{"op": "restarted"}')
    told = notice(waiting.take())
    assert (told["count"], told["sequence"]) == (2, 1)
    assert sequences(waiting.take()) == [2, 3]
    assert (old.lost, new.lost) == ({"relay": 2}, {"relay": 2})


def picked(
    sequence: int, subject: int, ledger: StreamLedger, policy: Policy = LATEST
) -> PickedFrame:
    frame = frames.pack(TICK, bytes(40), source=1, sequence=sequence)
    return PickedFrame((1, TICK, "picked"), frame, sequence, (ledger,), policy, bytes([subject]))


def take_all(waiting: ClientQueue) -> tuple[list[int], dict[str, int]]:
    """The sequences that come, and the last count of each reason."""
    came: list[int] = []
    told: dict[str, int] = {}
    while (message := waiting.take()) is not None:
        if isinstance(message, Text):
            entry = notice(message)
            told[entry["reason"]] = entry["count"]
        else:
            came += sequences(message)
    assert (waiting.data_bytes, waiting.control_bytes) == (0, 0)
    return came, told


def test_a_frame_replaces_only_one_of_its_subject() -> None:
    waiting, ledger = queue(), stream()
    for sequence, subject in enumerate([0, 1, 2, 1, 1, 0]):
        waiting.put_pick(picked(sequence, subject, ledger), {})
    assert take_all(waiting) == ([2, 4, 5], {"conflated": 3})
    waiting.put_pick(picked(6, 2, ledger), {})
    assert take_all(waiting) == ([6], {})


def test_a_frame_that_a_policy_keeps_is_not_replaced() -> None:
    waiting, ledger = queue(), stream()
    waiting.put_pick(picked(0, 0, ledger, QUEUE), {})
    waiting.put_pick(picked(1, 0, ledger), {})
    waiting.put_pick(picked(2, 0, ledger, QUEUE), {})
    waiting.put_pick(picked(3, 0, ledger), {})
    assert take_all(waiting) == ([0, 2, 3], {"conflated": 1})


@pytest.mark.parametrize("seed", range(10))
def test_subjects_that_a_hanging_client_has_waiting_are_bounded_and_counted(seed: int) -> None:
    chance = random.Random(seed)
    subjects = chance.choice([3, 100])
    waiting, ledger = queue(data_limit=64 * 30), stream()
    came: list[int] = []
    told: dict[str, int] = {}
    for sequence in range(2000):
        waiting.put_pick(picked(sequence, chance.randrange(subjects), ledger), {})
        assert waiting.data_bytes <= 64 * 31
        if chance.random() < 0.02:
            found, lost = take_all(waiting)
            came += found
            told |= lost
    # However often they were replaced while one waited before them.
    assert len(waiting._entries) < 200
    assert sum(map(len, waiting._places.values())) < 200
    found, lost = take_all(waiting)
    came += found
    told |= lost
    assert came == sorted(came)
    assert len(came) + sum(told.values()) == 2000
    assert ("relay" in told) == (subjects > 30)
    assert not waiting._places
    assert not waiting._newest


def test_what_the_driver_lost_is_told_before_the_batch() -> None:
    ledger = stream()
    waiting = queue()
    waiting.put_batch(batch(0, 2), {TICK: [ledger]})
    waiting.put_batch(batch(5, 2, lost=3), {TICK: [ledger]})
    assert sequences(waiting.take()) == [0, 1]
    told = notice(waiting.take())
    assert (told["reason"], told["count"], told["sequence"]) == ("driver", 3, 6)
    assert sequences(waiting.take()) == [5, 6]


def test_what_the_driver_lost_is_not_forgotten_when_the_batch_is_dropped() -> None:
    waiting = queue(data_limit=1)
    ledger = stream()
    waiting.put_batch(batch(5, 2, lost=3), {TICK: [ledger]})
    waiting.put_batch(batch(7, 1), {TICK: [ledger]})
    assert {notice(waiting.take())["reason"], notice(waiting.take())["reason"]} == {
        "relay",
        "driver",
    }
    assert ledger.lost == {"relay": 2, "driver": 3}


def test_replies_are_never_dropped_but_do_overflow() -> None:
    waiting = queue(data_limit=1, control_limit=1000)
    reply = frames.pack(5, bytes(40), flags=frames.REPLY)
    for _ in range(15):
        waiting.put_reply(reply)
    assert not waiting.overflown
    waiting.put_reply(reply)
    assert waiting.overflown
    message = waiting.take()
    assert isinstance(message, Binary)
    assert len(message.pieces) == 16
    assert not waiting.overflown


@pytest.mark.parametrize("seed", range(20))
def test_delivered_and_dropped_add_up_to_published(seed: int) -> None:
    chance = random.Random(seed)
    ledger = stream()
    waiting = queue(data_limit=4096)
    published = lost = delivered = 0
    told: dict[str, int] = {}

    def read() -> bool:
        nonlocal delivered
        message = waiting.take()
        if isinstance(message, Text):
            entry = json.loads(message.text)
            told[entry["reason"]] = entry["count"]
        elif message is not None:
            numbers = sequences(message)
            # Every notice has come before the frames that follow what it tells of.
            assert numbers[-1] + 1 == delivered + len(numbers) + sum(told.values())
            delivered += len(numbers)
        return message is not None

    for _ in range(200):
        if chance.random() < 0.6:
            gap = chance.choice([0, 0, 0, 5])
            count = chance.randint(1, 20)
            waiting.put_batch(batch(published + gap, count, lost=gap), {TICK: [ledger]})
            published += gap + count
            lost += gap
        else:
            read()
    while read():
        pass
    assert delivered + sum(told.values()) == published
    assert told.get("driver", 0) == lost


def test_nothing_overtakes_an_operation_that_is_still_being_made() -> None:
    waiting = queue()
    waiting.put_operation({"op": "before"})
    first, second, third = (waiting.put_place() for _ in range(3))
    waiting.put_batch(batch(0, 2), {TICK: [stream()]})
    waiting.put_reply(frames.pack(5, flags=frames.REPLY))
    assert waiting.take() == Text('{"op": "before"}')
    assert waiting.take() is None
    waiting.fill_place(third, {"op": "third"})
    waiting.fill_place(second, None)
    assert waiting.control_bytes > len('{"op": "third"}')
    assert waiting.take() is None
    waiting.fill_place(first, {"op": "first"})
    assert [notice(waiting.take())["op"] for _ in range(2)] == ["first", "third"]
    message = waiting.take()
    assert isinstance(message, Binary)
    assert len(message.pieces) == 2
    assert (waiting.data_bytes, waiting.control_bytes) == (0, 0)
