"""What becomes of the bytes of one way, without sockets and clocks."""

from __future__ import annotations

import random
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cwire.proxy.faults import NO_FAULTS, Break, Faults, Kind
from cwire.proxy.flow import Flow, Piece

FAULTS = st.builds(
    Faults,
    delay=st.floats(0, 10),
    jitter=st.floats(0, 10),
    rate=st.one_of(st.just(inf), st.floats(1, 1e6)),
    lose=st.one_of(st.just(0.0), st.floats(0, 1)),
    flip=st.one_of(st.just(0.0), st.floats(0, 1)),
    slice=st.integers(0, 5),
    end=st.one_of(
        st.none(), st.builds(Break, st.sampled_from(["stall", "reset", "truncate"]), st.just(7))
    ),
)


def flow(faults: Faults = NO_FAULTS, seed: int = 0) -> Flow:
    return Flow(faults, random.Random(seed))


def test_nothing_happens_without_faults() -> None:
    assert list(flow().feed(b"abc", 5.0)) == [Piece(5.0, b"abc")]
    assert list(flow().feed(b"", 5.0)) == []


def test_delay_and_rate() -> None:
    one = flow(Faults(delay=1.0, rate=10.0))
    assert list(one.feed(bytes(20), 0.0)) == [Piece(3.0, bytes(20))]
    assert list(one.feed(bytes(10), 1.0)) == [Piece(4.0, bytes(10))]  # the line was not free
    assert list(one.feed(bytes(10), 9.0)) == [Piece(11.0, bytes(10))]
    assert one.close(9.0) == 11.0


def test_slices_go_at_their_rate() -> None:
    pieces = list(flow(Faults(slice=2, rate=2.0)).feed(b"abcde", 0.0))
    assert pieces == [Piece(1.0, b"ab"), Piece(2.0, b"cd"), Piece(2.5, b"e")]


@pytest.mark.parametrize("kind", ["stall", "reset", "truncate"])
@pytest.mark.parametrize("sizes", [(3, 4, 5), (7, 1), (8,), (1,) * 12])
def test_an_end_comes_at_its_byte(kind: Kind, sizes: tuple[int, ...]) -> None:
    one = flow(Faults(end=Break(kind, bytes=7)))
    pieces = [piece for size in sizes for piece in one.feed(bytes(size), 0.0)]
    assert sum(len(piece.data) for piece in pieces) == 7
    assert [piece.end for piece in pieces if piece.end] == [kind]
    assert pieces[-1].end == kind
    assert one.ended


def test_an_end_after_no_byte_comes_before_the_first() -> None:
    one = flow(Faults(end=Break("reset", bytes=0)))
    assert list(one.feed(b"", 2.0)) == [Piece(2.0, b"", "reset")]


def test_other_faults_count_from_then_on() -> None:
    one = flow()
    assert len(list(one.feed(bytes(10), 0.0))) == 1
    one.faults = Faults(slice=1, end=Break("stall", bytes=12))
    assert len(list(one.feed(bytes(10), 0.0))) == 3  # two bytes and the end
    assert one.passed == 12


@given(FAULTS, st.lists(st.tuples(st.binary(max_size=12), st.floats(0, 5)), max_size=8))
def test_order_and_counts(faults: Faults, fed: list[tuple[bytes, float]]) -> None:
    one, twin = flow(faults, seed=1), flow(faults, seed=1)
    now = 0.0
    pieces: list[Piece] = []
    for data, later in fed:
        now += later
        came = list(one.feed(data, now))
        assert list(twin.feed(data, now)) == came
        pieces += came
    dues = [piece.due for piece in pieces]
    assert dues == sorted(dues)
    assert all(piece.due >= faults.delay for piece in pieces)
    assert sum(len(piece.data) for piece in pieces) == one.passed - one.lost
    assert all(len(piece.data) <= (faults.slice or 12) for piece in pieces)
    sent, got = b"".join(data for data, _ in fed), b"".join(piece.data for piece in pieces)
    if not (faults.lose or faults.flip):
        assert sent.startswith(got)
        assert got == sent[: 7 if faults.end else None]
    if not faults.lose:
        assert sum(a != b for a, b in zip(sent, got, strict=False)) == one.flipped
