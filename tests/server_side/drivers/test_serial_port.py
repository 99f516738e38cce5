"""A serial port of its own: opened, refused, written to and read."""

from __future__ import annotations

import os
import termios
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from cwire_server.devices import SerialDevice
from cwire_server.drivers.greeting import LinkError
from cwire_server.drivers.serial_port import SerialPort
from cwire_structs import frames, serial_line
from support.fake_driver import ticks


@pytest.fixture
def terminal() -> Iterator[tuple[int, str]]:
    """The far end of a line, and the path of the near end."""
    master, slave = os.openpty()
    tty.setraw(slave)
    yield master, os.ttyname(slave)
    os.close(slave)
    os.close(master)


def opened(path: str, baud: int = 115200) -> SerialPort:
    return SerialPort(SerialDevice(path, baud), lambda _: None)


def refused(path: str | Path) -> str:
    with pytest.raises(LinkError) as caught:
        opened(str(path))
    return str(caught.value)


def test_what_is_no_port(short_dir: Path) -> None:
    assert "plug the device in, or correct the path" in refused(short_dir / "gone")
    (short_dir / "file").touch()
    assert "is no serial port; give the device's path" in refused(short_dir / "file")
    assert "cannot open" in refused(short_dir)
    assert "is no serial port" in refused("/dev/null")


@pytest.mark.parametrize("baud", [9600, 921600, 123456, 4_000_000])
def test_rates(terminal: tuple[int, str], baud: int) -> None:
    port = opened(terminal[1], baud)
    control = termios.tcgetattr(port.fileno())[2]
    assert control & termios.CSIZE == termios.CS8
    unwanted = termios.PARENB | termios.CSTOPB | termios.CRTSCTS | termios.HUPCL
    assert control & unwanted == 0
    port.close()


def test_one_program_has_it(terminal: tuple[int, str]) -> None:
    port = opened(terminal[1])
    assert "another program uses" in refused(terminal[1])
    port.close()
    opened(terminal[1]).close()


def test_frames_in_pieces(terminal: tuple[int, str]) -> None:
    master, path = terminal
    damaged: list[int] = []
    os.write(master, b"left over")
    port = SerialPort(SerialDevice(path), damaged.append)
    room = memoryview(bytearray(1 << 18))
    with pytest.raises(BlockingIOError):
        port.recv_into(room)
    line = serial_line.encode(ticks(0, 1)) + serial_line.encode(ticks(1, 1))
    os.write(master, line[:20])
    with pytest.raises(BlockingIOError):
        port.recv_into(room)
    os.write(master, line[20:])
    assert bytes(room[: port.recv_into(room)]) == ticks(0, 2)
    os.write(master, b"\5\0\5\0" + line)
    assert bytes(room[: port.recv_into(room)]) == ticks(0, 2)
    assert damaged == [2]
    assert port.received == 2 * len(line) + 4
    port.close()


def test_what_is_sent_waits_until_the_line_takes_it(terminal: tuple[int, str]) -> None:
    master, path = terminal
    port = opened(path)
    whole = [frames.pack(5, os.urandom(30_000), request=n) for n in (1, 2)]
    data = memoryview(b"".join(whole))
    decoder, came = serial_line.LineDecoder(), b""
    blocked = 0
    while True:
        try:
            assert port.send(data, 0) == len(data)
            break
        except BlockingIOError:
            blocked += 1
            came += decoder.feed(os.read(master, 4096))
    os.set_blocking(master, False)
    while came != data:
        came += decoder.feed(os.read(master, 4096))
    assert blocked > 0
    port.close()


def test_a_line_that_is_gone(short_dir: Path) -> None:
    master, slave = os.openpty()
    port = opened(os.ttyname(slave))
    os.close(master)
    os.close(slave)
    with pytest.raises(OSError, match="the serial port is gone; was it unplugged?"):
        port.receive()
    with pytest.raises(OSError, match="the serial port is gone; was it unplugged?"):
        port.send(ticks(0, 1))
    port.close()
    port.close()
