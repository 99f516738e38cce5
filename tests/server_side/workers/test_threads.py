"""Threads for functions: every job runs, as many at a time as may, and none waits in vain."""

from __future__ import annotations

import logging
import threading

import pytest

from cwire_server.workers.threads import ThreadPool


def test_every_job_runs_and_no_more_at_a_time_than_may() -> None:
    pool = ThreadPool(3, "test")
    lock, done = threading.Lock(), threading.Semaphore(0)
    running, most, order = 0, 0, []
    together = threading.Barrier(3)

    def job(number: int) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
            order.append(number)
        if number < 3:
            together.wait(30)  # three do run at a time
        with lock:
            running -= 1
        done.release()

    for number in range(200):
        pool.submit(lambda number=number: job(number))  # type: ignore[misc]
    for _ in range(200):
        assert done.acquire(timeout=30)
    assert most == 3
    assert sorted(order) == list(range(200))
    pool.stop()


def test_a_job_beside_one_that_never_ends_runs_all_the_same() -> None:
    pool = ThreadPool(2, "test")
    gate = threading.Event()
    pool.submit(gate.wait)
    for _ in range(50):
        ran = threading.Event()
        pool.submit(ran.set)
        assert ran.wait(30)
    gate.set()
    pool.stop()


def test_a_job_that_raises_costs_no_thread(caplog: pytest.LogCaptureFixture) -> None:
    pool = ThreadPool(1, "test")
    ran = threading.Event()
    with caplog.at_level(logging.ERROR):
        pool.submit(lambda: 1 / 0)
        pool.submit(ran.set)
        assert ran.wait(30)
    assert "ZeroDivisionError" in caplog.text
    pool.stop()


def test_after_the_stop_nothing_begins() -> None:
    pool = ThreadPool(1, "test")
    gate, ran = threading.Event(), threading.Event()
    began = threading.Event()

    def busy() -> None:
        began.set()
        gate.wait()

    pool.submit(busy)
    assert began.wait(30)
    (thread,) = (one for one in threading.enumerate() if one.name == "test 1")
    pool.submit(ran.set)
    pool.stop()
    pool.submit(ran.set)
    gate.set()
    thread.join(30)
    assert not thread.is_alive()
    assert not ran.is_set()
