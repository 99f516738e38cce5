"""The transport against real servers: Tornado's, the library `websockets`', and rude ones."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from websockets.asyncio.server import Server, ServerConnection, serve, unix_serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame
from websockets.frames import Opcode as Op
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from cwire.errors import NotConnected, ProtocolError, Unauthorized
from cwire.link.address import Address
from cwire.link.transport import Incoming, Transport
from support.fake_relay import FakeRelay
from support.foreign import masked_frames

PROTOCOLS = [Subprotocol("cwire.v1")]
LARGE = bytes(range(256)) * 5000  # five times what is received at once


class Inbox:
    """What came, binary messages copied."""

    def __init__(self) -> None:
        self._messages: asyncio.Queue[str | bytes | None] = asyncio.Queue()
        self.on_message: Callable[[], None] = lambda: None

    def take(self, message: Incoming | None) -> None:
        self._messages.put_nowait(message.tobytes() if isinstance(message, memoryview) else message)
        self.on_message()

    async def next(self) -> str | bytes | None:
        async with asyncio.timeout(10):
            return await self._messages.get()

    async def end(self) -> None:
        """The connection has ended, and nothing came before or after that."""
        assert await self.next() is None
        assert self._messages.empty()


Handler = Callable[[ServerConnection], Awaitable[None]]


def url_of(server: Server | asyncio.Server, scheme: str = "ws") -> str:
    host, port = server.sockets[0].getsockname()[:2]
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}/ws"


@contextlib.asynccontextmanager
async def connected(handler: Handler) -> AsyncIterator[tuple[Transport, Inbox]]:
    """A transport to a server of the library `websockets`."""
    inbox = Inbox()
    async with serve(
        handler, "127.0.0.1", 0, subprotocols=PROTOCOLS, max_size=None, ping_interval=None
    ) as server:
        transport = await Transport.open(Address(url_of(server)), inbox.take, 10)
        try:
            yield transport, inbox
        finally:
            transport.abort()


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


async def until_it_goes(connection: ServerConnection) -> None:
    await connection.wait_closed()


# What is received and sent


async def test_messages_both_ways() -> None:
    async with connected(echo) as (transport, inbox):
        sent: list[str | bytes] = ["", b"", "Grüße", b"\0" * 125, b"\xff" * 126, LARGE, b"last"]
        for message in sent:
            transport.send(message)
        assert [await inbox.next() for _ in sent] == sent
        transport.close()
        await inbox.end()
        assert transport.close_reason == "close code 1000"
        with pytest.raises(NotConnected, match="hung up"):
            transport.send("late")


async def test_fragments_and_control_frames_between_them() -> None:
    pongs: list[asyncio.Future[float]] = []

    async def handler(connection: ServerConnection) -> None:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"one "
            pongs.append(await connection.ping())  # type: ignore[arg-type]
            yield LARGE
            yield b""
            yield b" end"

        await connection.send(pieces())
        await connection.send(["a", "b", "ü"])
        await pongs[0]
        await connection.close(4000, "thank you")

    async with connected(handler) as (transport, inbox):
        assert await inbox.next() == b"one " + LARGE + b" end"
        assert await inbox.next() == "abü"
        await inbox.end()
        assert transport.close_reason == "thank you (close code 4000)"


async def test_many_messages_in_one_read() -> None:
    count = 5000

    async def handler(connection: ServerConnection) -> None:
        data = b"".join(
            Frame(Op.BINARY, bytes([n % 256]) * (n % 300)).serialize(mask=False)
            for n in range(count)
        )
        connection.transport.write(data)
        await connection.wait_closed()

    async with connected(handler) as (_, inbox):
        for n in range(count):
            assert await inbox.next() == bytes([n % 256]) * (n % 300)


async def test_nothing_is_lost_while_the_other_side_does_not_read() -> None:
    read = asyncio.Event()
    messages = [bytes([n]) * 200_000 for n in range(100)]

    async def handler(connection: ServerConnection) -> None:
        connection.transport.pause_reading()
        await connection.send("not yet")
        await read.wait()
        connection.transport.resume_reading()
        for message in messages:
            assert await connection.recv() == message
        await connection.send("all")

    async with connected(handler) as (transport, inbox):
        assert await inbox.next() == "not yet"
        for message in messages:
            transport.send(message)
        read.set()
        assert await inbox.next() == "all"


async def test_tornado() -> None:
    with FakeRelay() as relay:
        inbox = Inbox()
        relay.on_binary = lambda data: data
        transport = await Transport.open(Address(relay.url), inbox.take, 10)
        hello = await inbox.next()
        assert isinstance(hello, str)
        assert '"hello"' in hello
        for message in (b"", b"x" * 126, LARGE):
            transport.send(message)
            assert await inbox.next() == message
        relay.hang_up(4001, "enough")
        await inbox.end()
        assert transport.close_reason == "enough (close code 4001)"


# How it connects


async def test_a_unix_socket(short_dir: Path) -> None:
    path = short_dir / "relay.sock"
    inbox = Inbox()
    async with unix_serve(echo, str(path), subprotocols=PROTOCOLS) as server:
        address = Address("ws://elsewhere/ws", unix=str(path))
        transport = await Transport.open(address, inbox.take, 10)
        transport.send(LARGE[:1_000_000])
        assert await inbox.next() == LARGE[:1_000_000]
        server.close()
        await inbox.end()
        assert transport.close_reason == "close code 1001"
    with pytest.raises(
        NotConnected, match="no relay answers at .*relay.sock \\(Connection refused"
    ):
        await Transport.open(address, inbox.take, 10)


async def test_a_name_with_several_addresses() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    address = Address(f"ws://localhost:{port}/ws")
    with pytest.raises(NotConnected, match=r"no relay answers at .* \(Connection refused\)"):
        await Transport.open(address, Inbox().take, 10)
    async with serve(until_it_goes, "127.0.0.1", port, subprotocols=PROTOCOLS):
        (await Transport.open(address, Inbox().take, 10)).abort()


async def test_ipv6() -> None:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            pass
    except OSError:
        pytest.skip("no IPv6 here")
    async with serve(until_it_goes, "::1", 0, subprotocols=PROTOCOLS) as server:
        transport = await Transport.open(Address(url_of(server)), Inbox().take, 10)
        transport.abort()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate and its key for 127.0.0.1, in one file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl here")
    path = tmp_path / "certificate.pem"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=cwire test"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(path), "-out", str(path)]
    made = subprocess.run(command, check=False, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return path


@pytest.fixture
async def secure_url(certificate: Path) -> AsyncIterator[str]:
    """A server with this certificate that says welcome at once, then echoes."""

    async def handler(connection: ServerConnection) -> None:
        await connection.send("welcome")
        await echo(connection)

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    async with serve(
        handler, "127.0.0.1", 0, subprotocols=PROTOCOLS, max_size=None, ssl=context
    ) as server:
        yield url_of(server, "wss")


async def test_tls(secure_url: str, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    inbox = Inbox()
    transport = await Transport.open(Address(secure_url), inbox.take, 10)
    assert await inbox.next() == "welcome"
    for message in ("text", LARGE, b"small"):
        transport.send(message)
        assert await inbox.next() == message
    transport.close()
    await inbox.end()
    transport.abort()  # of no effect


async def test_a_certificate_that_nobody_vouches_for(secure_url: str) -> None:
    with pytest.raises(NotConnected, match="TLS handshake with wss://.* failed: .*CERTIFICATE"):
        await Transport.open(Address(secure_url), Inbox().take, 10)


async def test_tls_where_there_is_none(secure_url: str) -> None:
    async with serve(echo, "127.0.0.1", 0) as server:
        with pytest.raises(NotConnected, match="wss://"):
            await Transport.open(Address(url_of(server, "wss")), Inbox().take, 10)
    with pytest.raises(NotConnected, match="ws://"):
        await Transport.open(Address(secure_url.replace("wss", "ws")), Inbox().take, 10)


@pytest.mark.parametrize(
    ("status", "body", "kind", "text"),
    [
        (401, "the token is old", Unauthorized, "let you in: the token is old .*#token="),
        (403, "", Unauthorized, "let you in: the token is missing or wrong"),
        (400, "offer cwire.v2", NotConnected, "HTTP 400 offer cwire.v2; its endpoint is /ws"),
        (404, "<html>…</html>", NotConnected, "HTTP 404 Not Found; its endpoint is /ws"),
        (200, "a page", NotConnected, "HTTP 200 a page"),
    ],
)
async def test_refusals(status: int, body: str, kind: type[Exception], text: str) -> None:
    def refuse(connection: ServerConnection, request: Request) -> Response:
        assert request.headers["Authorization"] == "Bearer secret"
        return connection.respond(status, body)

    async with serve(echo, "127.0.0.1", 0, process_request=refuse) as server:
        address = Address(url_of(server), token="secret")
        with pytest.raises(kind, match=text):
            await Transport.open(address, Inbox().take, 10)


async def test_another_protocol() -> None:
    async with serve(echo, "127.0.0.1", 0, select_subprotocol=lambda *_: None) as server:
        with pytest.raises(ProtocolError, match="no cwire relay: it did not take the protocol"):
            await Transport.open(Address(url_of(server)), Inbox().take, 10)


# Rude servers


class Rude:
    """A server that shakes hands, then does with the connection what a test says.

    Attributes:
        talk: What else it does before it hangs up, or waits for the client to go.
        heard: All frames that came from the client (after `talk`), once it has gone.
    """

    def __init__(self, *answer: bytes, greeting: bytes | None = None, hang_up: bool = True) -> None:
        self._answer = b"".join(answer)
        self._greeting = greeting
        self._hang_up = hang_up
        self.talk = _say_nothing
        self.heard: asyncio.Future[list[Frame]] = asyncio.get_running_loop().create_future()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        (key,) = [
            line.split()[1] for line in head.split(b"\r\n") if line.startswith(b"Sec-WebSocket-Key")
        ]
        digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
        greeting = b"HTTP/1.1 101 Yes\r\nUpgrade: WebSocket\r\nConnection: upgrade\r\n"
        greeting += b"Sec-WebSocket-Accept: " + base64.b64encode(digest)
        greeting += b"\r\nSec-WebSocket-Protocol: cwire.v1\r\n\r\n"
        # In one packet with the greeting: nothing of it may get lost.
        writer.write((greeting if self._greeting is None else self._greeting) + self._answer)
        await self.talk(reader, writer)
        if self._hang_up:
            writer.write_eof()
        heard = b""
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1 << 16):
                heard += data
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        self.heard.set_result(masked_frames(heard))


async def _say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    pass


@contextlib.asynccontextmanager
async def rude(server: Rude, **options: float) -> AsyncIterator[tuple[Transport, Inbox]]:
    inbox = Inbox()
    async with await asyncio.start_server(server.serve, "127.0.0.1", 0) as listener:
        try:
            transport = await Transport.open(Address(url_of(listener)), inbox.take, 10, **options)
            try:
                yield transport, inbox
            finally:
                transport.abort()
        finally:
            async with asyncio.timeout(10):
                await server.heard


def plain(opcode: Op, payload: bytes = b"", fin: bool = True) -> bytes:
    return Frame(opcode, payload, fin).serialize(mask=False)


@pytest.mark.parametrize(
    ("data", "code", "reason"),
    [
        (b"\xc1\x00", 1002, "a frame with reserved bits set"),
        (b"\x81\x80abcd", 1002, "a masked frame"),
        (plain(Op.TEXT, b"\xff"), 1007, "text that is not UTF-8"),
        (
            b"\x82\x7f" + (1 << 40).to_bytes(8, "big"),
            1009,
            f"a message of {1 << 40} bytes; the limit is {(1 << 26) + (1 << 22)}",
        ),
    ],
)
async def test_violations(data: bytes, code: int, reason: str) -> None:
    server = Rude(plain(Op.TEXT, b"hello"), data, plain(Op.TEXT, b"more"), hang_up=False)
    async with rude(server) as (transport, inbox):
        assert await inbox.next() == "hello"
        await inbox.end()
        assert transport.close_reason == f"it sent {reason}"
        (goodbye,) = await server.heard
        assert goodbye == Frame(Op.CLOSE, code.to_bytes(2, "big") + reason.encode())


@pytest.mark.parametrize("data", [b"", b"\x82", b"\x82\x7e\x01", plain(Op.BINARY, bytes(99))[:50]])
async def test_the_end_in_the_middle(data: bytes) -> None:
    async with rude(Rude(plain(Op.TEXT, b"hello"), data)) as (transport, inbox):
        assert await inbox.next() == "hello"
        await inbox.end()
        assert transport.close_reason == ""


async def test_a_large_message_right_behind_the_greeting() -> None:
    async with rude(Rude(plain(Op.BINARY, LARGE), plain(Op.TEXT, b"and text"))) as (_, inbox):
        assert await inbox.next() == LARGE
        assert await inbox.next() == "and text"
        await inbox.end()


async def test_what_it_hears() -> None:
    server = Rude(plain(Op.PING, b"there?"), plain(Op.PONG), plain(Op.CLOSE, b"\x03\xe9bye"))
    async with rude(server) as (transport, inbox):
        await inbox.end()
        assert transport.close_reason == "bye (close code 1001)"
        pong, goodbye = await server.heard
        assert pong == Frame(Op.PONG, b"there?")
        assert goodbye == Frame(Op.CLOSE, b"\x03\xe9")


async def test_a_silent_server_is_given_up() -> None:
    server = Rude(hang_up=False)
    async with rude(server, ping=0.05) as (transport, inbox):
        await inbox.end()
        assert transport.close_reason == "it has not answered for 0.05 s"
        assert Frame(Op.PING, b"") in await server.heard


async def test_one_that_answers_pings_is_not() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(5):
            assert masked_frames(await reader.readexactly(6)) == [Frame(Op.PING, b"")]
            writer.write(plain(Op.PONG))
        writer.write(plain(Op.TEXT, b"still here"))

    server = Rude()
    server.talk = answer
    async with rude(server, ping=0.05) as (_, inbox):
        assert await inbox.next() == "still here"
        await inbox.end()


async def test_one_that_does_not_answer_a_goodbye() -> None:
    server = Rude(hang_up=False)
    async with rude(server) as (transport, inbox):
        transport.close(1002, "protocol error")
        transport.close(1000, "once is enough")
        transport.abort()
        await inbox.end()
        (goodbye,) = await server.heard
        assert goodbye == Frame(Op.CLOSE, b"\x03\xeaprotocol error")


async def test_nothing_is_handed_on_after_a_goodbye() -> None:
    server = Rude(plain(Op.TEXT, b"first"), plain(Op.TEXT, b"second"))
    async with rude(server) as (transport, inbox):
        inbox.on_message = transport.close
        assert await inbox.next() == "first"
        await inbox.end()


async def test_a_handshake_that_is_cut_off() -> None:
    for greeting in (b"", b"HTTP/1.1 101 Yes\r\nUpgrade"):
        with pytest.raises(NotConnected, match=r"\(it hung up during the handshake\)"):
            async with rude(Rude(greeting=greeting)):
                pass


async def test_a_wrong_accept() -> None:
    greeting = b"HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
    with pytest.raises(NotConnected, match="its Sec-WebSocket-Accept is not the one"):
        async with rude(Rude(greeting=greeting)):
            pass


async def test_a_reset() -> None:
    async def handler(connection: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            await connection.recv()
        linger = b"\1\0\0\0\0\0\0\0"  # on, 0 s: close says RST
        sock = connection.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        connection.transport.abort()

    async with connected(handler) as (transport, inbox):
        transport.send("go")
        await inbox.end()
        assert transport.close_reason == "Connection reset by peer"
