"""Drivers and feeds, as the relay's words and other threads change them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

import cwire
from cwire.bridge.health import health
from cwire.data.feed import Watch
from cwire.session.events import DriverChanged
from cwire.session.session import Session
from support import schemas
from support.fake_relay import driver, ticks
from support.session import command as make_command
from support.session import connected, event, hello


def test_a_bad_schema_is_one_drivers_problem() -> None:
    session = connected(driver("bad", 2, schema={"schema": "what"}), driver())
    assert session.drivers["bad"].problem
    with pytest.raises(cwire.ProtocolError, match="schema of driver 'bad' cannot be used"):
        make_command(session, session.drivers["bad"], "set", {})
    assert make_command(session, session.drivers["lab"], "set", {}).request


def test_a_restart_keeps_the_history_and_counts_no_loss() -> None:
    session = connected()
    session.receive_binary(ticks(100, 5), 0.0)
    feed = session.feeds[1, schemas.TICK]
    news = driver(session=8)
    del news["schema"]
    changed = session.receive_text(event("driver", event="restarted", driver=news))
    assert changed == [DriverChanged("restarted", session.drivers["lab"])]
    session.receive_binary(ticks(0, 5), 0.0)
    assert session.feeds[1, schemas.TICK] is feed
    assert (feed.history.total, feed.ledger.lost) == (10, 0)
    assert session.drivers["lab"].schema is not None


def test_other_structs_begin_new_histories() -> None:
    session = connected()
    session.receive_binary(ticks(0, 5), 0.0)
    feed = session.feeds[1, schemas.TICK]
    woken: list[int] = []
    feed.watch(Watch(1 << 60, lambda: woken.append(1)))
    changed = driver(session=8, schema=schemas.document(extra_field=True))
    session.receive_text(event("driver", event="schema_changed", driver=changed))
    assert feed.replaced
    assert session.feeds == {}
    assert woken
    session.receive_binary(ticks(0, 2), 0.0)
    assert session.feeds[1, schemas.TICK].history.total == 2


class Overtaken(AbstractContextManager[None]):
    """A lock that another thread got first, to do something."""

    def __init__(self) -> None:
        self.action: Callable[[], object] | None = None

    def __enter__(self) -> None:
        action, self.action = self.action, None
        if action:
            action()

    def __exit__(self, *error: object) -> None:
        pass


def test_a_feed_that_was_asked_for_while_the_structs_changed_is_replaced() -> None:
    lock = Overtaken()
    session = Session(1 << 20, lock=lock)
    session.receive_text(hello(driver()))
    lab = session.drivers["lab"]
    assert lab.schema is not None
    changed = driver(session=8, schema=schemas.document(extra_field=True))
    news = event("driver", event="schema_changed", driver=changed)
    lock.action = lambda: session.receive_text(news)
    assert session.feed(lab, lab.schema.messages["rare"]).replaced
    assert session.feeds == {}
    assert not session.feed(lab, lab.schema.messages["rare"]).replaced


def test_other_threads_read_while_feeds_and_counts_change() -> None:
    session = Session(4096, lock=threading.Lock())
    session.receive_text(hello(driver()))
    schema = session.drivers["lab"].schema
    assert schema is not None
    done = threading.Event()
    failures: list[BaseException] = []

    def read() -> None:
        try:
            while not done.is_set():
                for message in schema.published.values():
                    session.feed(session.drivers["lab"], message)
                health(session, 0.0)
        except BaseException as error:
            failures.append(error)

    drop = {"source": 1, "message": "tick", "reason": "relay", "count": 1}
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    threads = [threading.Thread(target=read) for _ in range(2)]
    try:
        for thread in threads:
            thread.start()
        for number in range(1500):
            session.receive_text(event("dropped", id=number, sequence=number, **drop))
            if number % 50 == 0:
                session.disconnected()
                session.connected = True
                session._catalog.drop_feeds(1)
    finally:
        done.set()
        for thread in threads:
            thread.join()
        sys.setswitchinterval(before)
    assert failures == []
