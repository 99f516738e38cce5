"""Connecting and shaking hands: addresses, TLS, and servers that are no relay."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve, unix_serve
from websockets.http11 import Request, Response

from cwire.errors import NotConnected, ProtocolError, Unauthorized
from cwire.link.address import Address
from cwire.link.transport import Transport
from support.ports import held_port
from support.websocket_servers import (
    LARGE,
    PROTOCOLS,
    Inbox,
    Rude,
    echo,
    rude,
    until_it_goes,
    url_of,
)


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
    with held_port() as port:
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
        with pytest.raises(NotConnected, match="hung up; .* speaks no TLS: .* is ws://"):
            await Transport.open(Address(url_of(server, "wss")), Inbox().take, 10)
    with pytest.raises(NotConnected, match="ws://"):
        await Transport.open(Address(secure_url.replace("wss", "ws")), Inbox().take, 10)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # as Tornado, which waits for a line
        port = silent.getsockname()[1]
        with pytest.raises(NotConnected, match=f"speaks no TLS: .* is ws://127.0.0.1:{port}/ws$"):
            await Transport.open(Address(f"wss://127.0.0.1:{port}/ws"), Inbox().take, 0.1)


@pytest.mark.parametrize(
    ("status", "body", "kind", "text"),
    [
        (401, "the token is old", Unauthorized, "let you in: the token is old .*#token="),
        (401, "", Unauthorized, "let you in: the token is missing or wrong .*#token="),
        (403, "", Unauthorized, "let you in: Forbidden$"),
        (403, "this relay answers to localhost only", Unauthorized, "let you in: .* only$"),
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
