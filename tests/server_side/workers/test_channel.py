"""A function's line to its stream: when it may send, and what it hears of the end."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from cwire_server.actions.dispatcher import Verdict
from cwire_server.actions.texts import Envelope, Unit
from cwire_server.workers.channel import Channel, Inbox, StreamEnded


class FakeInbox:
    """Keeps what is posted, until a test decides."""

    def __init__(self) -> None:
        self.units: list[Unit] = []

    def post(self, message: Any) -> None:
        self.units.append(message[1])


def made(allowed: int | None = None) -> tuple[Channel, FakeInbox]:
    inbox = FakeInbox()
    return Channel(1, Envelope(7, "scan", False), inbox, allowed), inbox  # type: ignore[arg-type]


def test_what_is_not_decided_yet_is_bounded() -> None:
    channel, inbox = made()
    while channel.ready:
        channel.send("x" * 1000)
    assert len(inbox.units) == 64
    called = threading.Event()
    channel.when_ready(called.set)
    assert not called.is_set()
    channel.decided(inbox.units[0], Verdict.GO)
    assert called.is_set()


def test_one_large_value_is_enough_to_wait() -> None:
    channel, inbox = made()
    channel.send(bytes(300_000))
    assert not channel.ready
    channel.decided(inbox.units[0], Verdict.GO)
    assert channel.ready


def test_a_verdict_holds_it_until_there_is_room() -> None:
    channel, inbox = made()
    channel.send(1)
    channel.decided(inbox.units[0], Verdict.WAIT)
    assert not channel.ready
    channel.room()
    assert channel.ready


def test_a_window_is_never_overrun() -> None:
    channel, inbox = made(allowed=2)
    channel.send(1)
    channel.send(2)
    for unit in inbox.units:
        channel.decided(unit, Verdict.GO)
    assert not channel.ready
    channel.allow(3)
    assert channel.ready


def test_the_end_wakes_who_waits_and_is_told_to_who_sends() -> None:
    channel, _ = made(allowed=0)
    called = threading.Event()
    channel.when_ready(called.set)
    channel.end("cancelled")
    channel.end("ended")
    assert called.is_set()
    assert channel.code == "cancelled"
    with pytest.raises(StreamEnded, match="cancelled"):
        channel.send(1)


async def test_messages_of_many_threads_come_in_the_order_of_each() -> None:
    came: list[tuple[int, int]] = []
    done = asyncio.Event()

    def take(message: tuple[int, int]) -> None:
        came.append(message)
        if len(came) == 4000:
            done.set()

    inbox = Inbox(asyncio.get_running_loop(), take, lambda: None)

    def work(thread: int) -> None:
        for number in range(1000):
            inbox.post((thread, number))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    await asyncio.wait_for(done.wait(), 30)
    for thread in threads:
        thread.join()
    for number in range(4):
        assert [one for thread, one in came if thread == number] == list(range(1000))
    inbox.close()
    inbox.close()
    inbox.post((0, 0))
    assert len(came) == 4000
