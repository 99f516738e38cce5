"""A serial port that carries frames: it is read and written as a socket is.

The port is opened by the standard library's termios: pyserial would add its own waiting to an event
loop that has one, and for a rate that is none of termios' constants it does what is done here.
"""

from __future__ import annotations

import array
import errno
import fcntl
import os
import struct
import termios
from collections.abc import Callable
from typing import Any

from cwire_server.devices import SerialDevice
from cwire_server.drivers.greeting import LinkError
from cwire_structs import frames
from cwire_structs.serial_line import LineDecoder, encode

__all__ = ["SerialPort"]

# What is whole of these fits the room that a `BatchReader` has, with the frame that had begun.
_READ_BYTES = 64 << 10

# From <asm-generic/termbits.h>: struct termios2 has the rate as a number (c_cflag BOTHER).
_TERMIOS2 = struct.Struct("4I20s2I")
_TCGETS2, _TCSETS2 = 0x802C542A, 0x402C542B
_BOTHER, _CBAUD, _CIBAUD = 0o010000, 0o010017, 0o010017 << 16
_TOLERANCE = 0.02  # of the rate: half a bit in ten is lost at 5 %, and both ends may be off


class SerialPort:
    """An open serial port, with the methods of a socket that does not block.

    Args:
        device: Which one, and how fast.
        on_damaged: Called with the number of frames that came damaged.

    Raises:
        LinkError: It cannot be opened.
    """

    def __init__(self, device: SerialDevice, on_damaged: Callable[[int], None]) -> None:
        self._decoder = LineDecoder()
        self._on_damaged = on_damaged
        self._rest: memoryview | None = None
        self.received = 0
        """Bytes that have come by the line."""
        self._fd = _open(device)

    def fileno(self) -> int:
        """The descriptor."""
        return self._fd

    def recv_into(self, room: memoryview, /) -> int:
        """Writes the frames that are whole into ``room``, which must be large enough.

        Raises:
            BlockingIOError: No frame is whole yet.
            OSError: The port is gone.
        """
        whole = self.receive()
        if not whole:
            raise BlockingIOError
        room[: len(whole)] = whole
        return len(whole)

    def receive(self) -> bytes:
        """Returns the frames that are whole by what has come.

        Raises:
            BlockingIOError: Nothing has come.
            OSError: The port is gone.
        """
        try:
            data = os.read(self._fd, _READ_BYTES)
        except BlockingIOError:
            raise
        except OSError as error:
            raise _gone(error.errno) from error
        if not data:
            raise _gone()
        self.received += len(data)
        before = self._decoder.damaged
        whole = self._decoder.feed(data)
        if more := self._decoder.damaged - before:
            self._on_damaged(more)
        return whole

    def send(self, data: memoryview | bytes, flags: int = 0, /) -> int:
        """Sends whole frames.

        Returns:
            The number of bytes in ``data``: all of them.

        Raises:
            BlockingIOError: The port does not take them all yet: send the same again.
            OSError: The port is gone.
        """
        if self._rest is None:
            self._rest = memoryview(b"".join(map(encode, _split(memoryview(data)))))
        while self._rest:
            try:
                self._rest = self._rest[os.write(self._fd, self._rest) :]
            except BlockingIOError:
                raise
            except OSError as error:
                raise _gone(error.errno) from error
        self._rest = None
        return len(data)

    def close(self) -> None:
        """Closes the port, and with it its locks."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _split(data: memoryview) -> list[memoryview]:
    found, position = [], 0
    while position < len(data):
        end = position + frames.span(frames.unpack_header(data, position).size)
        found.append(data[position:end])
        position = end
    return found


def _gone(number: int | None = None) -> OSError:
    return OSError(number or errno.EIO, "the serial port is gone; was it unplugged?")


def _open(device: SerialDevice) -> int:
    try:
        fd = os.open(device.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise LinkError(_why_not(error, device.path)) from error
    try:
        _lock(fd, device.path)
        _configure(fd, device)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _why_not(error: OSError, path: str) -> str:
    match error.errno:
        case errno.ENOENT | errno.ENODEV | errno.ENXIO:
            return (
                f"nothing is at {path}; plug the device in, or correct the path "
                "(`ls -l /dev/serial/by-id` names what is there)"
            )
        case errno.EACCES | errno.EPERM:
            return (
                f"{path} is closed to this account; it must be in the group of the device "
                "(dialout, mostly: `sudo usermod -aG dialout $USER`, then log in anew)"
            )
        case errno.EBUSY:
            return _in_use(path)
    return f"cannot open {path}: {error.strerror or error}"


def _in_use(path: str) -> str:
    return f"another program uses {path}; close it (`fuser -v {path}` names it)"


def _lock(fd: int, path: str) -> None:
    """Keeps others away: by a lock, and by the kernel, which lets root in all the same."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise LinkError(_in_use(path)) from error
    except OSError as error:
        raise LinkError(f"{path} cannot be locked: {error.strerror}") from error
    try:
        fcntl.ioctl(fd, termios.TIOCEXCL)
    except OSError as error:
        raise LinkError(f"{path} is no serial port; give the device's path") from error


def _configure(fd: int, device: SerialDevice) -> None:
    """Sets 8 data bits, no parity, 1 stop bit, no flow control, and drops what has come so far."""
    try:
        attributes: list[Any] = termios.tcgetattr(fd)
        attributes[0] = attributes[1] = attributes[3] = 0
        # Without HUPCL: that would reset boards that have DTR at their reset, each time.
        other = termios.CSIZE | termios.PARENB | termios.CSTOPB | termios.CRTSCTS | termios.HUPCL
        attributes[2] = attributes[2] & ~other | termios.CS8 | termios.CREAD | termios.CLOCAL
        attributes[6][termios.VMIN], attributes[6][termios.VTIME] = 1, 0
        constant = getattr(termios, f"B{device.baud}", None)
        if constant is not None:
            attributes[4] = attributes[5] = constant
        termios.tcsetattr(fd, termios.TCSANOW, attributes)
        if constant is None:
            _set_rate(fd, device)
        termios.tcflush(fd, termios.TCIFLUSH)
    except (OSError, termios.error) as error:
        why = error.args[-1]
        raise LinkError(f"{device.path} cannot be set to {device.baud} baud: {why}") from error


def _set_rate(fd: int, device: SerialDevice) -> None:
    """Sets a rate for which termios has no constant."""
    settings = array.array("B", bytes(_TERMIOS2.size))
    fcntl.ioctl(fd, _TCGETS2, settings)
    input_, output, control, local, rest, _, _ = _TERMIOS2.unpack(settings)
    control = control & ~(_CBAUD | _CIBAUD) | _BOTHER | _BOTHER << 16
    rates = device.baud, device.baud
    fcntl.ioctl(fd, _TCSETS2, _TERMIOS2.pack(input_, output, control, local, rest, *rates))
    fcntl.ioctl(fd, _TCGETS2, settings)
    rate = _TERMIOS2.unpack(settings)[-1]
    if abs(rate - device.baud) > _TOLERANCE * device.baud:
        raise LinkError(
            f"{device.path} cannot do {device.baud} baud, the nearest is {rate}; "
            "give both ends another rate"
        )
