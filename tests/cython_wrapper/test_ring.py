"""Reading a ring: frames, laps, sleep, and everything that a ring must not be."""

from __future__ import annotations

import contextlib
import fcntl
import gc
import os
import random
import resource
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cwire_structs import control, frames, ring
from cwire_structs.ring import MappedRing, ReaderPage, RingError, open_ring
from support.fake_ring import PAGE, SEALS, FakeRing, SeenPage, head_bytes, memory

SIZE = 1 << 16
FRAME = 64


def frame(number: int, payload: int = FRAME - 24) -> bytes:
    return frames.pack(3, number.to_bytes(8, "little") + bytes(payload - 8), sequence=number)


@contextlib.contextmanager
def reading(made: FakeRing, position: int | None = None) -> Iterator[MappedRing]:
    with ReaderPage() as page:
        opened = open_ring(
            made.fd, page, epoch=1, position=made.head if position is None else position
        )
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def made() -> Iterator[FakeRing]:
    with FakeRing(SIZE) as made:
        yield made


def taken(opened: MappedRing, room: int = SIZE) -> bytes:
    buffer = bytearray(16 + room)
    size, needed = opened.take(buffer, 16, room)
    assert needed == 0
    assert not any(buffer[:16])
    assert not any(buffer[16 + size :])
    return bytes(buffer[16 : 16 + size])


def numbers(data: bytes) -> list[int]:
    found, at = [], 0
    while at < len(data):
        header = frames.unpack_header(data, at)
        found.append(header.sequence)
        at += frames.span(header.size)
    assert at == len(data)
    return found


def test_what_is_put_comes_out_once(made: FakeRing) -> None:
    made.put(frame(1))
    with reading(made) as opened:
        assert taken(opened) == b""
        made.put(frame(2) + frame(3))
        assert opened.waiting == 2 * FRAME
        assert taken(opened) == frame(2) + frame(3)
        assert taken(opened) == b""
        assert (opened.waiting, opened.position) == (0, opened.head)


def test_the_driver_sees_how_far_it_has_been_read(made: FakeRing) -> None:
    with ReaderPage() as page, SeenPage(page.fileno()) as seen:
        assert seen.seals & SEALS == SEALS
        assert seen.begin == b"cwread\0\0\1\0\0\0", "the driver looks at it at once"
        opened = open_ring(made.fd, page, epoch=1, position=0)
        made.put(frame(1) + frame(2))
        taken(opened, FRAME)
        assert seen.position == FRAME
        taken(opened)
        assert seen.position == 2 * FRAME
        opened.close()


def test_a_frame_over_the_rings_end_is_in_one_piece(made: FakeRing) -> None:
    with reading(made) as opened:
        for number in range(3 * SIZE // 1000):
            made.put(frame(number, 1000))
            assert taken(opened) == frame(number, 1000)


def test_only_whole_frames_that_fit_come(made: FakeRing) -> None:
    with reading(made) as opened:
        made.put(frame(1) + frame(2, 800) + frame(3) + frame(4))
        assert taken(opened, FRAME + 100) == frame(1)
        assert opened.take(bytearray(700), 0, 700) == (0, 824)
        assert taken(opened, 824 + FRAME) == frame(2, 800) + frame(3)
        assert opened.take(bytearray(0), 0, 0) == (0, FRAME)
        assert taken(opened, FRAME) == frame(4)


def test_the_next_frames_header_is_there_before_it_is_read(made: FakeRing) -> None:
    with reading(made) as opened:
        assert opened.peek() is None
        made.put(frame(1) + frame(2, 800) + frame(3))
        first = frames.unpack_header(frame(1))
        assert opened.peek() == opened.peek() == first
        assert opened.position == 0, "nothing is read"
        assert taken(opened, FRAME) == frame(1)
        header = opened.peek()
        assert header is not None
        assert (header.size, header.sequence) == (824, 2)
        assert taken(opened, 824) == frame(2, 800)
        opened.skip()  # what it has shown is taken already
        assert taken(opened) == frame(3)
        assert opened.peek() is None


def test_frames_are_passed_over(made: FakeRing) -> None:
    with ReaderPage() as page, SeenPage(page.fileno()) as seen:
        opened = open_ring(made.fd, page, epoch=1, position=0)
        opened.skip()
        made.put(frame(1))
        opened.skip()
        assert opened.position == 0, "only what was shown"
        for number in range(2, 3 * SIZE // 1000):  # around the ring's end, too
            made.put(frame(number, 1000))
            header = opened.peek()
            assert header is not None
            assert header.sequence == number - 1
            opened.skip()
            opened.skip()
            assert seen.position == opened.position == made.head - frames.span(1024)
        opened.close()


def test_a_frame_that_was_shown_is_overtaken(made: FakeRing) -> None:
    with reading(made) as opened:
        made.put(frame(0))
        assert opened.peek() is not None
        for number in range(1, 2 * SIZE // FRAME + 5):
            made.put(frame(number))
        opened.skip()
        header = opened.peek()
        assert header is not None
        assert header.sequence == SIZE // FRAME + 5
        opened.skip()
        assert numbers(taken(opened))[0] == SIZE // FRAME + 6


def mapped() -> int:
    """How many mappings of the ring's bytes this process has; the page before them is not one."""
    lines = Path("/proc/self/maps").read_text().splitlines()
    return sum("cwire-ring" in line and line.split()[2] != "00000000" for line in lines)


def test_frames_are_shown_where_they_lie(made: FakeRing) -> None:
    with reading(made) as opened:
        assert len(opened.view(SIZE)) == 0
        made.put(frame(1) + frame(2) + frame(3))
        shown = opened.view(2 * FRAME + 63)
        assert shown == frame(1) + frame(2)
        assert (shown.readonly, shown.contiguous, shown.itemsize) == (True, True, 1)
        with pytest.raises(TypeError, match="read-only"):
            shown[0] = 1
        assert opened.view(SIZE) == frame(1) + frame(2) + frame(3), "nothing is passed yet"
        assert opened.position == 0
        assert opened.view(FRAME) == frame(1)
        assert opened.skip()
        assert opened.position == FRAME
        assert opened.skip(), "nothing else was shown"
        assert opened.position == FRAME
        assert taken(opened) == frame(2) + frame(3)
        made.write(0, b"seen at once")
        assert bytes(shown[:12]) == b"seen at once"


def test_a_frame_that_is_larger_than_wanted_is_shown_alone(made: FakeRing) -> None:
    with reading(made) as opened:
        made.put(frame(1, 800) + frame(2))
        for room in (0, 24, 823):
            assert opened.view(room) == frame(1, 800)
        opened.skip()
        assert opened.view(0) == frame(2)


def test_what_is_shown_is_in_one_piece_over_the_rings_end(made: FakeRing) -> None:
    with reading(made) as opened:
        for number in range(3 * SIZE // 2000):
            made.put(frame(number, 1000) + frame(number + 1, 1000))
            assert opened.view(SIZE) == frame(number, 1000) + frame(number + 1, 1000)
            assert opened.skip()


def test_what_was_overwritten_is_told(made: FakeRing) -> None:
    with reading(made) as opened:
        made.put(frame(0) + frame(1))
        shown = opened.view(SIZE)
        for number in range(2, SIZE // FRAME):
            made.put(frame(number))
        assert shown == frame(0) + frame(1), "the ring is full, and nothing is overwritten"
        made.put(frame(SIZE // FRAME))
        assert shown != frame(0) + frame(1)
        assert not opened.skip()
        # It goes on with the oldest that is there, like a copy.
        assert numbers(bytes(opened.view(SIZE)))[0] == 1
        assert opened.skip()
        assert opened.position == made.head


def test_views_keep_the_memory(made: FakeRing) -> None:
    assert mapped() == 0
    with reading(made) as opened:
        made.put(frame(1) + frame(2))
        shown = opened.view(SIZE)
        part = shown[FRAME:]
        del shown
    assert mapped() == 2, "the ring is closed, and a part of a view is left"
    assert part == frame(2)
    values = np.frombuffer(part, np.uint64)
    del part
    assert values[3] == 2
    assert mapped() == 2
    del values
    assert mapped() == 0


def test_views_of_a_ring_that_nobody_closed(made: FakeRing) -> None:
    with ReaderPage() as page:
        opened = open_ring(made.fd, page, epoch=1, position=0)
    made.put(frame(1))
    shown = opened.view(SIZE)
    del opened
    gc.collect()
    assert (shown == frame(1), mapped()) == (True, 2)
    shown.release()
    assert mapped() == 0


def test_who_is_overtaken_goes_on_with_the_oldest_frame_that_is_there(made: FakeRing) -> None:
    with reading(made) as opened:
        for number in range(2 * SIZE // FRAME + 5):
            made.put(frame(number))
        assert numbers(taken(opened)) == list(range(SIZE // FRAME + 5, 2 * SIZE // FRAME + 5))


def test_a_driver_that_begins_at_the_front_again(made: FakeRing) -> None:
    with reading(made) as opened:
        made.put(frame(1))
        assert taken(opened) == frame(1)
        # Stopped before its first frame is there: nothing to read, and nothing to wake for.
        made.set(SIZE, made.head)
        assert taken(opened) == b""
        assert opened.sleep()
        made.set(SIZE, SIZE)
        made.put(frame(2))
        opened.wake()
        assert taken(opened) == frame(2)


def test_sleeping_and_waking_count(made: FakeRing) -> None:
    with ReaderPage() as page, SeenPage(page.fileno()) as seen:
        opened = open_ring(made.fd, page, epoch=1, position=0)
        assert seen.sleeps == 0
        assert opened.sleep()
        assert seen.sleeps == 1
        assert opened.sleep()
        assert seen.sleeps == 3, "the driver may have rung for the last one"
        opened.wake()
        opened.wake()
        assert seen.sleeps == 4
        made.put(frame(1))
        assert not opened.sleep(), "there is something to read"
        assert seen.sleeps == 6
        opened.close()


PLACE = control.place(3, 9)


@pytest.mark.parametrize(
    ("there", "found"),
    [
        (PLACE, True),
        (PLACE + frame(1), True),
        (b"", False),
        (frame(1) + PLACE, False),
        (control.place(3, 8), False),
        (control.place(4, 9), False),
        (frames.pack(1, PLACE[frames.HEADER_SIZE :]), False),
        (frames.pack(frames.CONTROL, PLACE[frames.HEADER_SIZE :], flags=1), False),
        (frames.pack(frames.CONTROL, PLACE[frames.HEADER_SIZE :] + bytes(8)), False),
        (control.doorbell(), False),
    ],
)
def test_a_place_is_taken_only_where_it_is_next(made: FakeRing, there: bytes, found: bool) -> None:
    with reading(made) as opened:
        made.put(there)
        assert opened.take_place(3, 9) == found
        assert taken(opened) == there[len(PLACE) * found :]


def test_a_place_that_was_overwritten_is_not_taken(made: FakeRing) -> None:
    with reading(made) as opened:
        made.put(PLACE)
        made.set(made.head, made.head)
        assert not opened.take_place(3, 9)
        assert opened.position == made.head


def test_a_place_in_a_ring_that_lies(made: FakeRing) -> None:
    with reading(made) as opened:
        made.set(0, 1 << 40)
        with pytest.raises(RingError, match="is damaged"):
            opened.take_place(3, 9)


def test_it_cannot_be_written(made: FakeRing) -> None:
    with reading(made):
        lines = Path("/proc/self/maps").read_text().splitlines()
    mapped = [line.split()[1] for line in lines if "memfd:cwire-ring" in line]
    assert mapped.count("r--s") == 3, "the page, and the ring twice"


def test_closing_gives_all_of_it_back(made: FakeRing) -> None:
    def used() -> tuple[int, int]:
        count = sum("cwire-r" in line for line in Path("/proc/self/maps").read_text().splitlines())
        return count, len(list(Path("/proc/self/fd").iterdir()))

    before = used()
    for _ in range(3):
        with reading(made):
            pass
        with ReaderPage() as page, pytest.raises(RingError):
            open_ring(made.fd, page, epoch=2, position=0)
        with ReaderPage() as page, pytest.raises(RingError):
            open_ring(made.fd, page, epoch=1, position=8)
    assert used() == before


def test_a_closed_ring_says_so(made: FakeRing) -> None:
    with reading(made) as opened:
        pass
    opened.close()
    for use in (
        lambda: opened.take(bytearray(8), 0, 8),
        opened.peek,
        opened.skip,
        lambda: opened.view(8),
        lambda: opened.waiting,
        lambda: opened.head,
        opened.sleep,
        opened.wake,
    ):
        with pytest.raises(ValueError, match="the ring is closed"):
            use()


def test_closing_while_another_thread_reads() -> None:
    problems: list[BaseException] = []

    def read(opened: MappedRing, made: FakeRing) -> None:
        buffer = bytearray(made.size)
        try:
            while True:
                made.put(frame(1, made.size - 24))
                opened.take(buffer, 0, len(buffer))
        except ValueError as error:
            problems.append(error)

    for _ in range(20):
        with FakeRing(1 << 20) as made, reading(made) as opened:
            thread = threading.Thread(target=read, args=(opened, made))
            thread.start()
            while not opened.position:
                pass
            opened.close()
            thread.join()
    assert all("closed" in str(problem) for problem in problems), problems


@pytest.mark.parametrize(("start", "room"), [(-1, 4), (0, -1), (0, 9), (8, 1), (2**62, 2**62)])
def test_room_is_inside_the_buffer(made: FakeRing, start: int, room: int) -> None:
    with reading(made) as opened, pytest.raises(IndexError):
        opened.take(bytearray(8), start, room)
    with reading(made) as opened, pytest.raises((TypeError, BufferError)):
        opened.take(b"fixed", 0, 5)


# What a ring must be before it is mapped.


def opening(fd: int, **options: int) -> None:
    with ReaderPage() as page:
        open_ring(fd, page, **{"epoch": 1, "position": 0, **options}).close()


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        (head_bytes(SIZE, magic=b"cwread\0\0"), "no cwire magic"),
        (head_bytes(SIZE, version=2), "has version 2, this side reads 1: build both"),
        (head_bytes(SIZE, begin=2 * PAGE), f"begins at byte {2 * PAGE}"),
        (head_bytes(SIZE, begin=0), "begins at byte 0"),
        (head_bytes(0), "not a power of two"),
        (head_bytes(64), "not a power of two"),
        (head_bytes(3 * PAGE), "not a power of two"),
        (head_bytes(2 * SIZE), "or more than there is"),
        (head_bytes(1 << 63), "or more than there is"),
        (head_bytes(SIZE, epoch=7), "of another driver: epoch 0x7 in its page, 0x1 in the hello"),
    ],
)
def test_a_page_that_is_not_this_drivers(head: bytes, reason: str) -> None:
    fd = memory(PAGE + SIZE)
    try:
        os.pwrite(fd, head, 0)
        with pytest.raises(RingError, match=reason):
            opening(fd)
    finally:
        os.close(fd)


@pytest.mark.parametrize("position", [8, 4, 2**63])
def test_a_position_that_is_none(made: FakeRing, position: int) -> None:
    with pytest.raises(RingError, match=f"cannot begin at {position}: its page says tail 0"):
        opening(made.fd, position=position)


def test_a_file_that_could_shrink() -> None:
    fd = memory(PAGE + SIZE, seals=fcntl.F_SEAL_GROW)
    try:
        os.pwrite(fd, head_bytes(SIZE), 0)
        with pytest.raises(RingError, match="not sealed: it could be taken away"):
            opening(fd)
    finally:
        os.close(fd)


def test_files_that_are_no_memory(made: FakeRing, tmp_path: Path) -> None:
    reader, writer = os.pipe()
    deaf = os.open(f"/proc/self/fd/{made.fd}", os.O_WRONLY)
    with tempfile.TemporaryFile(dir=tmp_path) as file:
        for fd in (reader, writer, deaf, file.fileno(), 12345):
            with pytest.raises(RingError, match="sent no ring, but another file|not sealed"):
                opening(fd)
    for fd in (reader, writer, deaf):
        os.close(fd)


def test_memory_of_huge_pages_is_refused() -> None:
    try:
        fd = os.memfd_create("huge", os.MFD_ALLOW_SEALING | os.MFD_HUGETLB)
    except OSError:
        pytest.skip("this kernel has no huge pages")
    try:
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, SEALS)
        with pytest.raises(RingError, match="not sealed"):
            opening(fd)
    finally:
        os.close(fd)


def test_without_address_space_it_says_so() -> None:
    size = 1 << 40
    with large_file(size) as fd:
        limits = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (size, limits[1]))
        try:
            with pytest.raises(RingError, match=r"cannot be mapped: Cannot allocate.*raise this"):
                opening(fd)
        finally:
            resource.setrlimit(resource.RLIMIT_AS, limits)


@contextlib.contextmanager
def large_file(size: int) -> Iterator[int]:
    fd = memory(PAGE + size)
    try:
        os.pwrite(fd, head_bytes(size), 0)
        yield fd
    finally:
        os.close(fd)


# What it says later.


@pytest.mark.parametrize(
    ("tail", "head"),
    [
        (0, 4),  # between two frames' begins
        (4, 128),
        (0, SIZE + 8),  # more than the ring has
        (0, 2**64 - 8),
        (3 * SIZE, 64),  # beyond the next round
        (0, 56),  # back
    ],
)
def test_numbers_that_cannot_be(made: FakeRing, tail: int, head: int) -> None:
    with reading(made) as opened:
        made.put(frame(1))
        taken(opened)
        made.set(tail, head)
        for use in (lambda: taken(opened), opened.peek, lambda: opened.view(SIZE)):
            with pytest.raises(RingError, match=f"damaged: its page says tail {tail}, head {head}"):
                use()


def test_a_tail_that_goes_back(made: FakeRing) -> None:
    with reading(made) as opened:
        for number in range(2 * SIZE // FRAME):
            made.put(frame(number))
        taken(opened)
        made.set(made.tail - 64, made.head)
        with pytest.raises(RingError, match="damaged"):
            taken(opened)


@pytest.mark.parametrize("size", [0, 23, 64 + 8, SIZE, 2**32 - 1])
@pytest.mark.parametrize("before", [0, 1, 2])
def test_a_frame_that_ends_where_nothing_is(made: FakeRing, size: int, before: int) -> None:
    with reading(made) as opened:
        data = frame(1) * before + size.to_bytes(4, "little") + bytes(60)
        made.put(data)
        for _ in range(before):
            assert opened.peek() == frames.unpack_header(frame(1))
            opened.skip()
        for use in (opened.peek, lambda: opened.view(len(data) - before * FRAME - 8)):
            with pytest.raises(RingError, match="damaged"):
                use()
    with FakeRing(SIZE) as made, reading(made) as opened:
        made.put(data)
        with pytest.raises(RingError, match="damaged"):
            taken(opened, len(data) - 8)


NUMBERS = st.one_of(
    st.integers(0, 40).map(lambda n: 8 * n),
    st.integers(0, 2**64 - 1),
    st.integers(-64, 64).map(lambda n: SIZE + n),
    st.integers(-64, 64).map(lambda n: 2**64 - 128 + n),
)


@settings(deadline=None, max_examples=150)
@given(
    pages=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=8),
    sizes=st.lists(st.one_of(st.integers(0, 300), st.integers(0, 2**32 - 1)), max_size=40),
    rooms=st.lists(st.integers(0, 3 * SIZE), min_size=1, max_size=5),
    seed=st.integers(0, 99),
)
def test_a_page_full_of_lies_is_read_or_refused(
    pages: list[tuple[int, int]], sizes: list[int], rooms: list[int], seed: int
) -> None:
    chance = random.Random(seed)
    with FakeRing(SIZE) as made, reading(made) as opened:
        at = 0
        for size in sizes:
            made.write(at, size.to_bytes(4, "little") + chance.randbytes(20))
            at += max(frames.span(size % 512), 8)
        buffer = bytearray(3 * SIZE)
        with contextlib.suppress(RingError):
            for tail, head in pages:
                made.set(tail, head)
                for room in rooms:
                    if room % 3 == 0 and opened.peek() is not None and room % 2:
                        opened.skip()
                    if room % 5 == 0:
                        assert len(bytes(opened.view(room))) <= SIZE
                        opened.skip()
                    size, needed = opened.take(buffer, 0, room)
                    assert 0 <= size <= room
                    assert size == 0 or needed == 0
                    assert needed == 0 or needed > room
                    opened.sleep()
                    opened.wake()


@settings(deadline=None, max_examples=100)
@given(st.binary(min_size=32, max_size=64), st.booleans())
def test_any_page_is_read_or_refused(data: bytes, with_magic: bool) -> None:
    fd = memory(PAGE + SIZE)
    try:
        os.pwrite(fd, b"cwring\0\0\1\0\0\0" * with_magic + data, 0)
        with contextlib.suppress(RingError):
            opening(fd)
    finally:
        os.close(fd)


def test_a_writer_that_laps_its_reader_is_never_read_torn() -> None:
    """A thread writes without a pause; each frame's bytes all say its number."""
    made = FakeRing(1 << 14)
    done = threading.Event()

    def write() -> None:
        number = 0
        while not done.is_set():
            size = 8 * (1 + number % 300)
            made.put(frames.pack(3, number.to_bytes(8, "little") * (size // 8), sequence=number))
            number += 1

    with made, reading(made) as opened:
        thread = threading.Thread(target=write)
        thread.start()
        last, jumps = -1, 0
        buffer = bytearray(1 << 14)
        while jumps < 20:
            shown = opened.peek()
            if shown is not None:
                # It was whole when it was shown, whatever has become of it since.
                assert shown.type == 3
                assert shown.size == 24 + 8 * (1 + shown.sequence % 300)
                if shown.sequence % 5 == 0:
                    opened.skip()
                    last = max(last, shown.sequence)
            size, _ = opened.take(buffer, 0, 1 << 13)
            at = 0
            while at < size:
                header = frames.unpack_header(buffer, at)
                payload = buffer[at + 24 : at + header.size]
                assert payload == header.sequence.to_bytes(8, "little") * (len(payload) // 8)
                assert header.sequence > last
                jumps += header.sequence != last + 1
                last = header.sequence
                at += frames.span(header.size)
        done.set()
        thread.join()


def test_a_view_that_was_overwritten_is_never_taken_for_whole() -> None:
    """As above, without copies: a view is read, and only then it is asked."""
    made = FakeRing(1 << 14)
    done = threading.Event()

    def write() -> None:
        number = 0
        while not done.is_set():
            size = 8 * (1 + number % 300)
            made.put(frames.pack(3, number.to_bytes(8, "little") * (size // 8), sequence=number))
            number += 1

    with made, reading(made) as opened:
        thread = threading.Thread(target=write)
        thread.start()
        last, whole, torn = -1, 0, 0
        try:
            while whole < 100 or torn < 10:
                data = bytes(opened.view(1 << 13))
                if not opened.skip():
                    torn += 1
                    continue
                whole += data != b""
                at = 0
                while at < len(data):
                    header = frames.unpack_header(data, at)
                    payload = data[at + 24 : at + header.size]
                    assert payload == header.sequence.to_bytes(8, "little") * (len(payload) // 8)
                    assert header.sequence > last
                    last = header.sequence
                    at += frames.span(header.size)
        finally:
            done.set()
            thread.join()


def test_the_machine_shares_numbers_without_locks() -> None:
    assert ring.SHAREABLE
