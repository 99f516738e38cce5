"""Connects to a driver at a TCP port or on a serial line, and reads its hello."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cwire_server.config import DeviceAddress
from cwire_server.devices import SerialDevice, TcpDevice
from cwire_server.drivers.greeting import LinkError, farewell, read_hello
from cwire_server.drivers.serial_port import SerialPort
from cwire_structs import control, frames
from cwire_structs.control import Hello
from cwire_structs.frames import HELLO_LIMIT
from cwire_structs.ring_handshake import RingHandshake

__all__ = ["NO_RING", "ask", "connect", "open_device", "whole_hello"]

NO_RING = {TcpDevice: "TCP connection", SerialDevice: "serial line"}
"""How the frames of a driver come that has no ring, by where it is."""

_CONNECT_SECONDS = 5.0
_GREET_SECONDS = 0.5
_SILENT_SECONDS = 5.0
_NO_HELLO_SECONDS = 15.0
# A board that has lost its power says nothing: after so many seconds it is asked, and after some
# more it is known to be gone.
_IDLE_SECONDS, _PROBE_SECONDS, _PROBES = 5, 2, 3


async def connect(device: TcpDevice) -> socket.socket:
    """Connects to a TCP port.

    Raises:
        LinkError: Nobody takes the connection.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            found = await loop.getaddrinfo(device.host, device.port, type=socket.SOCK_STREAM)
            problem: OSError | None = None
            for family, kind, protocol, _, address in found:
                sock = socket.socket(family, kind, protocol)
                try:
                    sock.setblocking(False)
                    await loop.sock_connect(sock, address)
                except OSError as error:
                    sock.close()
                    problem = error
                except BaseException:
                    sock.close()
                    raise
                else:
                    _set_options(sock)
                    return sock
    except TimeoutError as error:
        raise LinkError(
            f"{device} does not answer; is it switched on, and is this its address?"
        ) from error
    except socket.gaierror as error:
        raise LinkError(f"{device}: there is no host of this name ({error.strerror})") from error
    if isinstance(problem, ConnectionRefusedError):
        raise LinkError(f"no driver listens at {device}; start it, or correct the port")
    assert problem is not None
    raise LinkError(f"cannot connect to {device}: {problem.strerror or problem}")


def _set_options(sock: socket.socket) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _IDLE_SECONDS)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _PROBE_SECONDS)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, _PROBES)


async def open_device(
    device: TcpDevice | SerialDevice, on_damaged: Callable[[int], None]
) -> socket.socket | SerialPort:
    """Connects to a device.

    Args:
        device: Which one.
        on_damaged: Called with the number of frames that came damaged, where that can be.

    Raises:
        LinkError: There is none.
    """
    if isinstance(device, SerialDevice):
        return SerialPort(device, on_damaged)
    return await connect(device)


async def ask(
    connection: socket.socket | SerialPort, address: DeviceAddress, limit: int
) -> RingHandshake:
    """Reads a device's hello; on a serial line it is asked for.

    Raises:
        LinkError: It says none.
        FrameError: What it says is malformed.
    """
    if isinstance(connection, SerialPort):
        return await _greet(connection, address, limit)
    return await read_hello(connection, address.place, limit)


async def _greet(port: SerialPort, address: DeviceAddress, limit: int) -> RingHandshake:
    """Asks for the hello whenever the line is silent, and drops what comes before it.

    A board may just be starting, and one that runs may be in the middle of a frame.
    """
    loop = asyncio.get_running_loop()
    began = heard = loop.time()
    readable = asyncio.Event()
    loop.add_reader(port, readable.set)
    try:
        port.send(control.greet())
        while True:
            try:
                async with asyncio.timeout(_GREET_SECONDS):
                    await readable.wait()
                readable.clear()
                whole = port.receive()
                heard = loop.time()
                if handshake := _hello_in(whole, limit):
                    return handshake
            except TimeoutError:
                port.send(control.greet())
            except BlockingIOError:
                pass  # nothing came, or the port is full
            now = loop.time()
            if now - heard > _SILENT_SECONDS or now - began > _NO_HELLO_SECONDS:
                raise LinkError(_why_no_hello(port, address))
    except OSError as error:
        raise LinkError(str(error.strerror)) from error
    finally:
        loop.remove_reader(port)


def _hello_in(whole: bytes, limit: int) -> RingHandshake | None:
    position = 0
    while position < len(whole):
        header = frames.unpack_header(whole, position)
        frame = whole[position : position + frames.span(header.size)]
        position += len(frame)
        if header.type != frames.CONTROL:
            continue
        match control.parse_control(frame[frames.HEADER_SIZE : header.size]):
            case control.Bye() as bye:
                raise farewell(bye)
            case Hello():
                handshake = RingHandshake(limit)
                handshake.feed(frame[: handshake.wants])
                handshake.feed(frame[frames.HEADER_SIZE :])
                return handshake
    return None


def _why_no_hello(port: SerialPort, address: DeviceAddress) -> str:
    if port.received:
        return (
            f"{port.received:,} bytes came by {address.place}, and no hello in them; is this the "
            "board's rate, and does its program call cwire_mini_receive and cwire_mini_tick?"
        )
    return (
        f"nothing comes by {address.place}; is the board switched on, are its lines crossed (TX to "
        "RX), and does its program call cwire_mini_receive and cwire_mini_tick?"
    )


def whole_hello(hello: Hello, address: DeviceAddress) -> Hello:
    """Returns the hello with the schema in it, which comes from a file if the device has the hash.

    Raises:
        LinkError: There is no file, or its schema has another hash; or the hello has no epoch.
    """
    if not hello.epoch:
        raise LinkError(
            "the driver's epoch is 0, so that a restart could not be seen; give cwire_mini_begin "
            "another number at each start"
        )
    name, file = address.name, address.schema
    said = _outline(hello.schema)
    if file is None:
        if "types" in said:
            return hello
        raise LinkError(
            f"the driver says only the hash of its schema; start the relay with --schema "
            f"{name}=FILE, the .schema.json that `cwire wrap` made with its header"
        )
    try:
        if file.stat().st_size > HELLO_LIMIT:
            raise LinkError(f"--schema {name}={file}: it is larger than {HELLO_LIMIT:,} bytes")
        text = file.read_bytes()
    except OSError as error:
        raise LinkError(f"--schema {name}={file}: it cannot be read: {error.strerror}") from error
    if (given := _outline(text).get("layout_hash")) != (hash_ := said.get("layout_hash")):
        raise LinkError(
            f"--schema {name}={file} does not fit: its layout is {_short(given)}, and the driver's "
            f"{_short(hash_)}; give the file that `cwire wrap` made with the header that the "
            "driver was built with, or build the driver anew"
        )
    return replace(hello, schema=text)


def _outline(text: bytes) -> dict[str, Any]:
    """The members of a schema's object; empty if it is none, which is found when it is read."""
    try:
        found = json.loads(text)
    except ValueError:
        return {"types": None}
    return found if isinstance(found, dict) else {"types": None}


def _short(layout: object) -> str:
    return str(layout)[: len("sha256:") + 12]
