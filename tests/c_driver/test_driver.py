"""The demo driver, over its socket: what it publishes and how it takes commands."""

from __future__ import annotations

import math
import signal
import stat
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from support.processes import Running
from support.wire import ERROR, REPLY, Frame, Peer, pack

SCOPE_BLOCK, CAMERA_TILE, DRIVER_STATUS, WAVEFORM, SELF_TEST_RESULT, ACQUISITION = range(1, 7)
IMAGE_TILE, IMAGE = 7, 8
SET_WAVEFORM, GET_STATUS, START, STOP, SELF_TEST, SET_ACQUISITION, ECHO = range(16, 23)
WANT_TILES = 23
SINE, SQUARE, TRIANGLE, NOISE = range(4)
FREE_RUN, RISING_EDGE, FALLING_EDGE = range(3)
EUNKNOWN, ESIZE, ERANGE, EFAILED = -3, -4, -5, -10
WAVE = struct.Struct("<IIddd")
SCOPE = struct.Struct("<QdIi1024f")
STATUS = struct.Struct("<?BHfQQd16s6f")
SETUP = struct.Struct("<ddII")


class Block:
    """A scope block, unpacked."""

    def __init__(self, frame: Frame) -> None:
        fields = SCOPE.unpack(frame.payload)
        self.first, self.dt, self.channel, self.trigger = fields[:4]
        self.samples = fields[4:]


def block(peer: Peer, channel: int = 0) -> Block:
    while True:
        found = Block(peer.wait_for(SCOPE_BLOCK))
        if found.channel == channel:
            return found


def set_waveform(
    peer: Peer,
    channel: int = 0,
    shape: int = SINE,
    frequency: float = 180.0,
    amplitude: float = 1.0,
    offset: float = 0.0,
) -> Frame:
    return peer.call(SET_WAVEFORM, WAVE.pack(channel, shape, frequency, amplitude, offset))


def set_acquisition(
    peer: Peer,
    rate: float = 61440.0,
    level: float = 0.0,
    trigger: int = FREE_RUN,
    channel: int = 0,
) -> Frame:
    return peer.call(SET_ACQUISITION, SETUP.pack(rate, level, trigger, channel))


def next_after_reply(peer: Peer, channel: int = 0) -> Block:
    """The first block that was surely made after the last reply: windows overlap by one."""
    block(peer, channel)
    return block(peer, channel)


def test_the_hello_has_the_schema(demo: Path) -> None:
    with Peer(demo) as peer:
        assert peer.hello["protocol"] == 1
        assert peer.hello["name"] == "demo"
        assert peer.hello["epoch"] != 0
        assert peer.hello["schema"]["schema"] == "cwire-schema/1"
        assert peer.hello["schema"]["messages"]["16"]["reply"] == "waveform"
    assert stat.S_IMODE(demo.stat().st_mode) == 0o600


def test_blocks_of_both_channels_follow_each_other(demo: Path) -> None:
    with Peer(demo) as peer:
        frames = [peer.wait_for(SCOPE_BLOCK) for _ in range(20)]
        sequences = [frame.sequence for frame in frames]
        assert sequences == list(range(sequences[0], sequences[0] + 20))
        assert {Block(frame).channel for frame in frames} == {0, 1}
        assert Block(frames[0]).dt == pytest.approx(1 / 61440)


def test_free_running_blocks_have_no_gap_and_are_a_sine(demo: Path) -> None:
    with Peer(demo) as peer:
        assert set_acquisition(peer).type == ACQUISITION
        assert set_waveform(peer, frequency=300.0, amplitude=2.0, offset=0.5).type == WAVEFORM
        first, second = next_after_reply(peer), block(peer)
        while second.first != first.first + 1024:  # a machine with much to do is late, and skips
            first, second = second, block(peer)
    assert first.trigger == -1
    samples = first.samples + second.samples
    # Three samples of a sine around its middle obey x[n-1] + x[n+1] = 2 cos(w) x[n].
    turn = 2 * math.cos(2 * math.pi * 300.0 / 61440)
    for before, middle, after in zip(samples, samples[1:], samples[2:], strict=False):
        assert before + after - 1.0 == pytest.approx(turn * (middle - 0.5), abs=1e-5)
    assert max(samples) == pytest.approx(2.5, abs=1e-2)


@pytest.mark.parametrize("trigger", [RISING_EDGE, FALLING_EDGE])
def test_a_triggered_block_begins_at_the_crossing(demo: Path, trigger: int) -> None:
    with Peer(demo) as peer:
        set_waveform(peer, shape=TRIANGLE, frequency=200.0)
        set_acquisition(peer, level=0.25, trigger=trigger)
        next_after_reply(peer)
        for _ in range(5):
            found = block(peer)
            assert found.trigger == 0
            step = 4 * 200.0 / 61440
            assert found.samples[0] == pytest.approx(0.25, abs=step)
            rises = found.samples[1] > found.samples[0]
            assert rises == (trigger == RISING_EDGE)


def test_without_a_crossing_blocks_run_free(demo: Path) -> None:
    with Peer(demo) as peer:
        set_acquisition(peer, level=5.0, trigger=RISING_EDGE)
        assert next_after_reply(peer).trigger == -1


def test_shapes(demo: Path) -> None:
    with Peer(demo) as peer:
        set_acquisition(peer)
        set_waveform(peer, shape=SQUARE, amplitude=3.0)
        assert set(next_after_reply(peer).samples) == {3.0, -3.0}
        set_waveform(peer, 1, shape=NOISE, amplitude=0.1, offset=1.0)
        noise = next_after_reply(peer, 1).samples
        mean = sum(noise) / len(noise)
        spread = math.sqrt(sum((x - mean) ** 2 for x in noise) / len(noise))
        assert mean == pytest.approx(1.0, abs=0.03)
        assert spread == pytest.approx(0.1, rel=0.2)
        set_waveform(peer, amplitude=9.0, offset=9.0)
        assert max(next_after_reply(peer).samples) == 10.0  # the output stage clips


def test_status_comes_by_itself_and_on_request(demo: Path) -> None:
    with Peer(demo) as peer:
        published = peer.wait_for(DRIVER_STATUS)
        answered = peer.call(GET_STATUS, b"\1")
        assert (answered.type, answered.flags) == (DRIVER_STATUS, REPLY)
        running, _, peers, temperature, blocks, commands, uptime, firmware, *_ = STATUS.unpack_from(
            answered.payload
        )
        assert len(published.payload) == len(answered.payload) == 160
        assert (running, peers, commands) == (True, 1, 1)
        assert firmware.rstrip(b"\0") == b"demo 0.1.0"
        assert blocks > 0
        assert uptime > 0
        assert 30 < temperature < 45
        after = STATUS.unpack_from(peer.call(GET_STATUS, b"\0").payload)
        assert after[5] == 1  # the counters began anew
        assert after[4] < blocks + 100


def test_camera_tiles_make_a_picture(demo: Path) -> None:
    with Peer(demo) as peer:
        first = peer.wait_for(CAMERA_TILE)
        image = struct.unpack_from("<I", first.payload)[0]
        tiles: dict[int, tuple[int, ...]] = {}
        while len(tiles) < 16:
            found = struct.unpack_from("<I6H", peer.wait_for(CAMERA_TILE).payload)
            if found[0] == image + 1:
                tiles[found[1]] = found[2:]
    assert sorted(tiles) == list(range(16))
    assert {(x, y) for _, x, y, _, _ in tiles.values()} == {
        (64 * i, 64 * j) for i in range(4) for j in range(4)
    }
    assert {(width, height) for _, _, _, width, height in tiles.values()} == {(64, 64)}
    pixels = struct.unpack_from("<4096H", first.payload, 16)
    assert len(first.payload) == 16 + 2 * 4096
    assert len(set(pixels)) > 500


def test_no_picture_is_made_that_nobody_wants(demo: Path) -> None:
    with Peer(demo) as peer:
        peer.wait_for(CAMERA_TILE)
        peer.send(pack(0, struct.pack("<IIH", 4, 1, DRIVER_STATUS)))
        peer.call(ECHO, bytes(40))
        published = [peer.wait_for(DRIVER_STATUS).sequence for _ in range(2)]
        assert published[1] == published[0] + 1
        last = peer.call(ECHO, bytes(40), request=2)
        assert last.flags == REPLY
        frames: list[int] = []
        while len(frames) < 60:
            frame = peer.frame()
            assert frame is not None
            frames.append(frame.type)
        assert CAMERA_TILE not in frames


def want(peer: Peer, *tiles: tuple[int, int, int], format: int = 1, rate: int = 60) -> Frame:
    """Asks for tiles, each as x, y and level."""
    places = b"".join(struct.pack("<IIHH", *tile, 0) for tile in tiles)
    return peer.call(WANT_TILES, struct.pack("<QII", 1, format, rate) + places)


def wave(place: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Any:
    return np.where(place % 512 < 256, place % 512, 511 - place % 512)


def brightness(picture: int, x: Any, y: Any) -> Any:
    """As pyramid.h says it; of columns and rows."""
    coarse = wave(x // 32 + picture)[None] * wave(y // 32 + picture // 2)[:, None] // 2
    fine = wave(x // 2 + 2 * picture)[None] * wave(y // 2 - picture)[:, None] // 4
    return coarse + fine + ((x[None] ^ y[:, None]) % 64) * 32


AS_FORMAT: list[tuple[str, Callable[[Any], Any]]] = [
    ("u1", lambda value: value // 256),
    ("<u2", lambda value: value),
    ("<i2", lambda value: value - 32768),
    ("<i4", lambda value: (value - 32768) * 32768),
    ("<f2", lambda value: value // 32),
    ("<f4", lambda value: value / 65536),
    ("<f8", lambda value: value / 65536),
]


def test_tiles_of_the_large_image_are_what_the_formula_says(demo: Path) -> None:
    with Peer(demo) as peer:
        for format_, (dtype, convert) in enumerate(AS_FORMAT):
            reply = want(peer, (512, 768, 2), (0, 0, 7), format=format_)
            assert struct.unpack("<5If", reply.payload) == (32768, 32768, 256, 256, 8, 3.0)
            seen: set[tuple[int, int, int]] = set()
            while len(seen) < 2:
                payload = peer.wait_for(IMAGE_TILE).payload
                picture, level, x, y, width, height, kind = struct.unpack_from("<4IHHI", payload)
                if kind != format_:  # published before the wish changed
                    continue
                assert (width, height) == (256, 256)
                seen.add((x, y, level))
                columns, rows = ((start + np.arange(256)) << level for start in (x, y))
                pixels = np.frombuffer(payload, dtype, offset=24).reshape(256, 256)
                wanted = convert(brightness(picture, columns, rows))
                assert np.array_equal(pixels, wanted.astype(dtype))
            assert seen == {(512, 768, 2), (0, 0, 7)}


def test_the_large_image_moves_while_it_is_wanted(demo: Path) -> None:
    with Peer(demo) as peer:
        want(peer, (0, 0, 7))
        pictures = [
            struct.unpack_from("<I", peer.wait_for(IMAGE_TILE).payload)[0] for _ in range(5)
        ]
        assert pictures == sorted(set(pictures))
        want(peer)  # nothing is in view
        peer.wait_for(DRIVER_STATUS)  # what was under way
        after = [peer.frame() for _ in range(100)]
        assert not [frame for frame in after if frame and frame.type == IMAGE_TILE]


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"tiles": [(0, 0, 8)]}, "levels are 0 to 7"),
        ({"tiles": [(1, 0, 0)]}, "edges multiples of 256"),
        ({"tiles": [(32768, 0, 0)]}, "there is no tile at x 32768"),
        ({"tiles": [(0, 256, 7)]}, "no tile at x 0, y 256 of level 7"),
        ({"tiles": [(0, 0, 0)] * 257}, "number of tiles 257 is out of range: 0 to 256"),
        ({"tiles": [], "format": 7}, "format 7 is not known"),
        ({"tiles": [], "rate": 0}, "rate 0 Hz is out of range: 1 to 60"),
    ],
)
def test_tiles_that_are_not_there(demo: Path, wish: dict[str, Any], reason: str) -> None:
    with Peer(demo) as peer:
        reply = want(peer, *wish.pop("tiles"), **wish)
        assert reply.flags == REPLY | ERROR
        assert reply.error[0] == ERANGE
        assert reason in reply.error[1]


def test_start_and_stop(demo: Path) -> None:
    with Peer(demo) as peer:
        assert peer.call(STOP, b"\1").payload == b""
        assert peer.call(GET_STATUS, b"\1").payload[0] == 0
        reply = peer.call(START, struct.pack("<Q", 3))
        assert (reply.type, reply.flags, reply.payload) == (START, REPLY, b"")
        blocks = [Block(peer.wait_for(SCOPE_BLOCK)) for _ in range(6)]  # three of each channel
        assert [found.channel for found in blocks] == [0, 1, 0, 1, 0, 1]
        assert blocks[0].first < 61440 * 10  # the samples were counted from zero again
        status = peer.wait_for(DRIVER_STATUS)
        assert status.payload[0] == 0  # it stopped by itself
        assert STATUS.unpack_from(status.payload)[4] == 6


def test_self_test_measures_and_fails(demo: Path) -> None:
    with Peer(demo) as peer:
        set_waveform(peer, 1, SINE, 50.0, 2.0, 1.0)
        reply = peer.call(SELF_TEST, struct.pack("<I", 1))
        channel, peak, rms, verdict = struct.unpack("<Iff52s", reply.payload)
        assert (reply.type, channel) == (SELF_TEST_RESULT, 1)
        assert peak == pytest.approx(3.0, rel=1e-3)
        assert rms == pytest.approx(math.sqrt(2.0 + 1.0), rel=1e-3)
        assert b"channel 1 is well" in verdict
        set_waveform(peer, 1, SINE, 50.0, 8.0, 4.0)
        code, text = peer.call(SELF_TEST, struct.pack("<I", 1)).error
        assert code == EFAILED
        assert "channel 1 clips: its signal reaches 12 V" in text
        assert "Lower its amplitude (8 V) or its offset (4 V)" in text


def test_echo_and_replies_in_order(demo: Path) -> None:
    with Peer(demo) as peer:
        payload = struct.pack("<Q4d", 2**64 - 1, 1.5, math.inf, -0.0, math.nan)
        assert peer.call(ECHO, payload).payload == payload
        peer.send(b"".join(pack(ECHO, bytes(40), request=n) for n in range(1, 2001)))
        for n in range(1, 2001):
            assert peer.reply(n).type == ECHO


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ((2, SINE, 1.0, 1.0, 0.0), "channel 2 is out of range: 0 to 1"),
        ((0, 9, 1.0, 1.0, 0.0), "shape 9 is not known: it is SINE (0), SQUARE (1)"),
        ((0, 2**32 - 1, 1.0, 1.0, 0.0), "shape 4294967295 is not known"),
        ((0, SINE, 0.0, 1.0, 0.0), "frequency 0 Hz is out of range: 0.01 to 1e+06 Hz"),
        ((0, SINE, math.nan, 1.0, 0.0), "nan Hz is out of range"),
        ((0, SINE, 1.0, 10.5, 0.0), "amplitude 10.5 V is out of range: 0 to 10 V"),
        ((0, SINE, 1.0, 1.0, -math.inf), "offset -inf V is out of range: -10 to 10 V"),
    ],
)
def test_set_waveform_out_of_range(
    demo: Path, values: tuple[int, int, float, float, float], text: str
) -> None:
    with Peer(demo) as peer:
        reply = peer.call(SET_WAVEFORM, WAVE.pack(*values))
        assert reply.flags == REPLY | ERROR
        assert reply.error[0] == ERANGE
        assert text in reply.error[1]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ((999.0, 0.0, 0, 0), "sample_rate 999 Hz is out of range: 1000 to 1e+07 Hz"),
        ((math.nan, 0.0, 0, 0), "sample_rate"),
        ((1e4, 11.0, 0, 0), "level 11 V is out of range: -10 to 10 V"),
        ((1e4, 0.0, 3, 0), "trigger 3 is not known: it is FREE_RUN (0)"),
        ((1e4, 0.0, 0, 2), "channel 2 is out of range: 0 to 1"),
    ],
)
def test_set_acquisition_out_of_range(
    demo: Path, values: tuple[float, float, int, int], text: str
) -> None:
    with Peer(demo) as peer:
        reply = peer.call(SET_ACQUISITION, SETUP.pack(*values))
        assert reply.error[0] == ERANGE
        assert text in reply.error[1]


def test_unknown_and_misshapen_commands(demo: Path) -> None:
    with Peer(demo) as peer:
        assert peer.call(99).error[0] == EUNKNOWN
        assert peer.call(SCOPE_BLOCK, bytes(4120)).error[0] == EUNKNOWN
        code, text = peer.call(SET_WAVEFORM, bytes(31)).error
        assert code == ESIZE
        assert "'set_waveform' has 32 bytes of payload, this one came with 31" in text
        assert peer.call(SELF_TEST, struct.pack("<I", 7)).error[0] == ERANGE
        assert peer.call(GET_STATUS, b"\xff").type == DRIVER_STATUS  # any non-zero byte is true
        assert peer.call(ECHO, bytes(40)).flags == REPLY


def test_a_new_sample_rate_keeps_the_sample_count(demo: Path) -> None:
    with Peer(demo) as peer:
        set_acquisition(peer)
        before = block(peer)
        set_acquisition(peer, rate=512000.0)
        found = next_after_reply(peer)
        while found.dt != 1 / 512000.0:
            found = block(peer)
        assert found.first > before.first
        after = block(peer)
        while after.first != found.first + 1024:  # a machine with much to do is late, and skips
            found, after = after, block(peer)


def test_the_pace_follows_rate(c_build: Path, short_dir: Path) -> None:
    path = short_dir / "fast.sock"
    with Running(c_build / "memory" / "driver", "--socket", path, "--rate", "1000") as driver:
        driver.wait_for("listening at")
        with Peer(path) as peer:
            frames = [peer.wait_for(SCOPE_BLOCK) for _ in range(2000)]
        # Sample numbers go with the clock, whatever the machine can do: that is the pace. A block
        # may be stamped late, but not each of hundreds.
        late = [frame.time_ns / 1e9 - Block(frame).first / 1024e3 for frame in frames]
        assert min(late[-500:]) == pytest.approx(min(late[:500]), abs=0.3)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly(c_build: Path, short_dir: Path, number: int) -> None:
    path = short_dir / "d.sock"
    driver = Running(c_build / "memory" / "driver", "--socket", path)
    line = driver.wait_for("listening")
    assert line == f"driver: listening at {path} (Ctrl-C stops)"
    with Peer(path) as peer:
        assert driver.stop(number) == 0
        assert peer.bye() == (-14, "the driver has stopped")
    assert list(short_dir.iterdir()) == []


def test_it_listens_in_the_runtime_directory(c_build: Path, runtime: Path) -> None:
    with Running(c_build / "memory" / "driver") as driver:
        assert str(runtime / "demo.sock") in driver.wait_for("listening")


@pytest.mark.parametrize(
    ("arguments", "status", "text"),
    [
        (["--socket", "/no/such/place/a.sock"], 1, "cannot make the directory /no/such/place"),
        (["--socket", "x" * 120], 1, "1 to 107 bytes, this one has 120"),
        (["--socket"], 2, "a value is missing after --socket"),
        (["--rate", "0"], 2, "--rate takes a number from 1 to 9765, not 0"),
        (["--rate", "nan"], 2, "--rate takes a number"),
        (["--rate", "60x"], 2, "--rate takes a number"),
        (["--verbose"], 2, "unknown argument --verbose"),
    ],
)
def test_bad_arguments(c_build: Path, arguments: list[str], status: int, text: str) -> None:
    driver = c_build / "memory" / "driver"
    result = subprocess.run([driver, *arguments], capture_output=True, text=True, timeout=60)
    assert result.returncode == status
    assert text in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_a_socket_in_use(c_build: Path, demo: Path) -> None:
    driver = c_build / "memory" / "driver"
    result = subprocess.run(
        [driver, "--socket", str(demo)], capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 1
    assert (
        f"or a child that it left, listens at {demo}: stop it, or choose another path"
        in result.stderr
    )
