"""The demo driver's ring, read by a foreign peer: plain Python that knows PROTOCOL.md only."""

from __future__ import annotations

import re
import signal
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.processes import Running
from support.ring_peer import DOORBELL, HEAD, PLACE, SHRINK, TAIL, RingPeer, reader_page
from support.wire import REPLY, Frame, Peer, pack

SCOPE_BLOCK, START, STOP, ECHO = 1, 18, 19, 22
EPROTOCOL, EDOWN = -9, -14
ROOT = Path(__file__).parents[2]


@pytest.fixture
def fast(c_build: Path, short_dir: Path) -> Iterator[tuple[Running, Path]]:
    """A demo driver that publishes as fast as it can, and its socket."""
    path = short_dir / "fast.sock"
    with Running(c_build / "memory" / "driver", "--socket", path, "--rate", "9765") as driver:
        driver.wait_for("listening at")
        yield driver, path


def kind(frame: Frame) -> int:
    """The kind of a control frame, 0 of another."""
    return int(struct.unpack_from("<I", frame.payload)[0]) if frame.type == 0 else 0


def places(frames: list[Frame], number: int) -> list[int]:
    """The counts of the places of one reader."""
    found = [struct.unpack("<IIII", frame.payload) for frame in frames if kind(frame) == PLACE]
    return [count for _, of, count, _ in found if of == number]


def read_until(peer: RingPeer, place: int) -> list[Frame]:
    """The ring's frames up to this place of the peer's, at most 10 s; the place is the last."""
    frames: list[Frame] = []
    while not places(frames, peer.number) or places(frames, peer.number)[-1] < place:
        new = peer.read()
        frames += new
        if not new and peer.sleep():
            wait_for_doorbell(peer)
    return frames


def wait_for_doorbell(peer: RingPeer) -> None:
    """Waits asleep; replies and heartbeats may come before it."""
    while True:
        frame = peer.frame()
        assert frame is not None
        if kind(frame) == DOORBELL:
            peer.turn()
            return


def sequences(frames: list[Frame], type_: int) -> list[int]:
    return [frame.sequence for frame in frames if frame.type == type_]


def test_frames_come_by_memory_only(demo: Path) -> None:
    with RingPeer(demo) as peer, Peer(demo) as other:
        peer.attach()
        frames: list[Frame] = []
        for _ in range(40):  # a socket's peer is sent the same meanwhile
            other.wait_for(SCOPE_BLOCK)
            frames += peer.read()
        frames += peer.read()
        blocks = sequences(frames, SCOPE_BLOCK)
        assert len(blocks) >= 39
        assert blocks == list(range(blocks[0], blocks[0] + len(blocks)))
        peer.send(pack(ECHO, bytes(40), request=1))
        while (frame := peer.frame()) is not None and not frame.flags & REPLY:
            assert kind(frame) == 3, "only heartbeats come while it is awake"


def test_replies_keep_their_place(demo: Path) -> None:
    with RingPeer(demo) as peer, RingPeer(demo) as other:
        peer.attach()
        other.attach()
        assert peer.number != other.number
        for count in range(1, 11, 2):
            assert peer.call(STOP, b"\0", request=count).flags == REPLY
            read_until(peer, count)
            assert peer.call(START, bytes(8), request=count + 1).flags == REPLY
            stopped = read_until(peer, count + 1)
            # Nothing was published between the two replies, and the ring says so.
            assert not sequences(stopped[:-1], SCOPE_BLOCK)
            assert places(stopped, peer.number) == [count + 1]
        frames = other.read()
        assert places(frames, peer.number) == list(range(1, 11))
        assert places(frames, other.number) == []


def test_a_sleeping_reader_is_woken_each_time(fast: tuple[Running, Path]) -> None:
    with RingPeer(fast[1]) as peer:
        peer.attach()
        slept = 0
        blocks: list[int] = []
        while slept < 200:
            blocks += sequences(peer.read(), SCOPE_BLOCK)
            if peer.sleep():
                wait_for_doorbell(peer)
                slept += 1
        assert peer.sleeps % 2 == 0
        assert blocks == list(range(blocks[0], blocks[0] + len(blocks)))


def test_a_reader_that_is_lapped_goes_on_at_the_tail(fast: tuple[Running, Path]) -> None:
    with RingPeer(fast[1]) as peer, Peer(fast[1]) as other:
        peer.attach()
        first = peer.position
        while peer.tail <= first + peer.size:  # it has been around more than once
            other.frame()
        blocks = sequences(peer.read(), SCOPE_BLOCK)
        assert blocks == list(range(blocks[0], blocks[0] + len(blocks)))
        while not (later := sequences(peer.read(), SCOPE_BLOCK)):
            other.frame()
        assert later[0] >= blocks[-1] + 1


@pytest.mark.parametrize(
    ("page", "text"),
    [
        (-1, "did not come with the answer"),
        ({"seals": 0}, "not sealed against shrinking"),
        ({"size": 100}, "smaller than a page"),
        ({"magic": b"cwring"}, "wrong magic"),
        ({"version": 2}, "another version"),
    ],
)
def test_a_page_that_breaks_a_rule(demo: Path, page: int | dict[str, int], text: str) -> None:
    made = page if isinstance(page, int) else reader_page(**page)  # type: ignore[arg-type]
    with RingPeer(demo, page=made) as peer:
        code, why = peer.bye()
        assert (code, text in why) == (EPROTOCOL, True), why


def test_a_page_need_only_be_sealed_against_shrinking(demo: Path) -> None:
    page = reader_page(seals=SHRINK, size=1 << 16, position=1 << 60)
    with RingPeer(demo, page=page) as peer:
        peer.attach()
        assert not peer.text
        assert peer.call(ECHO, bytes(40)).flags == REPLY
        peer.read()
        assert peer.call(ECHO, bytes(40), request=2).flags == REPLY


@pytest.mark.parametrize(
    ("step", "text"),
    [
        (1 << 40, "past what has been published"),
        (-4, "not a multiple of 8"),
        (-64, "has gone back"),
    ],
)
def test_a_position_that_cannot_be(demo: Path, step: int, text: str) -> None:
    with RingPeer(demo) as peer, Peer(demo) as other:
        peer.attach()
        while peer.position < peer.size // 1000:
            other.wait_for(SCOPE_BLOCK)
            peer.read()
        peer.call(STOP, b"\0")
        peer.call(ECHO, bytes(40), request=2)
        peer.read()
        peer.call(ECHO, bytes(40), request=3)  # the driver has seen the position
        peer.store(peer.position + step)
        code, why = peer.bye()
        assert (code, text in why) == (EPROTOCOL, True), why
        assert other.call(START, bytes(8), request=4).flags & REPLY


def descriptors(driver: Running) -> int:
    return len(list(Path(f"/proc/{driver.process.pid}/fd").iterdir()))


def test_peers_come_and_go_and_leave_nothing(fast: tuple[Running, Path]) -> None:
    driver, path = fast
    with Peer(path) as other:
        before = descriptors(driver)
        for turn in range(20):
            with RingPeer(path) as peer:
                if turn % 3:
                    peer.attach()
                if turn % 3 == 2:
                    peer.read()
        maps = Path(f"/proc/{driver.process.pid}/maps")
        # A page is unmapped after its descriptor is closed. The test's own time limit ends this.
        while descriptors(driver) > before or "memfd:reader" in maps.read_text():
            other.frame()


def test_the_ring_stays_when_the_driver_is_killed(fast: tuple[Running, Path]) -> None:
    driver, path = fast
    with RingPeer(path) as peer:
        peer.attach()
        while not peer.read():
            pass
        driver.stop(signal.SIGKILL)
        assert peer.frame() is None
        frames = peer.read()
        assert peer.position == peer.head
        assert all(kind(frame) == 0 for frame in frames)


def test_a_bye_comes_after_what_was_published(c_build: Path, short_dir: Path) -> None:
    path = short_dir / "d.sock"
    driver = Running(c_build / "memory" / "driver", "--socket", path)
    driver.wait_for("listening")
    with RingPeer(path) as peer:
        peer.attach()
        assert driver.stop() == 0
        assert peer.bye() == (EDOWN, "the driver has stopped")
        peer.read()
        assert peer.position == peer.head


def test_the_page_is_where_protocol_md_says(demo: Path) -> None:
    text = (ROOT / "PROTOCOL.md").read_text()
    section = text[text.index("### The shared ring") : text.index("## WebSocket session")]
    rows = re.findall(r"^\| (\d+) \| (\w+) \| (\d+) \|", section, re.MULTILINE)
    header = (ROOT / "c_driver/include/cwire_ring.h").read_text()
    said = dict(re.findall(r"CWIRE_RING_AT_(\w+) = (\d+)", header))
    said |= dict(re.findall(r"CWIRE_READER_AT_(\w+) = (\d+)", header))
    listed = {name.upper(): at for at, name, _ in rows if name != "magic"}
    assert listed == said
    assert (int(listed["TAIL"]), int(listed["HEAD"])) == (TAIL, HEAD)
