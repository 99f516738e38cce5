"""Buffers are used again when nobody holds them, and only then."""

from __future__ import annotations

import runpy
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cwire_server.drivers import read_buffers
from cwire_server.drivers.read_buffers import ReadBuffers


def test_a_free_buffer_is_taken_again() -> None:
    buffers = ReadBuffers(1000)
    first = buffers.take(100)
    number = id(first)
    del first
    assert id(buffers.take(100)) == number


def test_one_that_is_held_is_not_even_by_a_view() -> None:
    buffers = ReadBuffers(1000)
    view = memoryview(buffers.take(100))[10:20]
    other = buffers.take(100)
    other[:] = b"x" * 100
    assert bytes(view) == bytes(10)


def test_how_python_counts_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Since 3.14 a local variable may lend its reference to a call: one less is counted."""
    count = sys.getrefcount
    monkeypatch.setattr(sys, "getrefcount", lambda thing: count(thing) - 2)  # one is this lambda's
    buffers = runpy.run_path(read_buffers.__file__)["ReadBuffers"](1000)
    held = buffers.take(100)
    other = buffers.take(100)
    assert other is not held
    number = id(held)
    del held
    assert id(buffers.take(100)) == number


def test_the_one_held_longest_comes_back_first() -> None:
    buffers = ReadBuffers(1000)
    held = [buffers.take(100) for _ in range(3)]
    oldest = id(held.pop(0))
    assert id(buffers.take(100)) == oldest


def test_buffers_of_another_size_are_let_go() -> None:
    buffers = ReadBuffers(1000)
    buffers.take(100)
    assert len(buffers.take(200)) == 200
    assert len(buffers.take(100)) == 100


def test_one_that_is_larger_than_all_may_be_had() -> None:
    buffers = ReadBuffers(10)
    assert len(buffers.take(100)) == 100
    assert len(buffers.take(100)) == 100


@given(st.lists(st.tuples(st.sampled_from([64, 128, 300]), st.integers(0, 5)), max_size=60))
def test_nobody_gets_what_another_holds(steps: list[tuple[int, int]]) -> None:
    buffers = ReadBuffers(1000)
    held: list[tuple[bytes, bytearray]] = []
    for number, (size, dropped) in enumerate(steps):
        fresh = buffers.take(size)
        mark = bytes([number]) * size
        fresh[:] = mark
        held.append((mark, fresh))
        del fresh, held[:dropped]
        assert all(mark == buffer for mark, buffer in held)


def test_what_is_forgotten_is_as_it_was_where_it_is_in_use() -> None:
    buffers = ReadBuffers(10_000)
    used = buffers.take(1000)
    used[:3] = b"abc"
    buffers.clear()
    fresh = buffers.take(1000)
    assert fresh is not used
    assert used[:3] == b"abc"
