"""Holds one connection to a relay, from the first attempt to the last byte."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from cwire import errors
from cwire.link.address import Address
from cwire.link.transport import RawMessage, Transport
from cwire_structs.websocket import CloseCode

__all__ = ["Connection"]

_CLOSE_TIMEOUT = 1.0  # s for the relay to close, too


class Connection:
    """A transport, and whether the relay has said hello and has hung up.

    Args:
        receive: Takes this connection and each message, and None once when it has ended. It must
            not raise.
    """

    def __init__(self, receive: Callable[[Connection, RawMessage | None], None]) -> None:
        self._receive = receive
        self._transport: Transport | None = None
        self._hung_up = asyncio.Event()
        self._hello: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def open(self, address: Address, timeout: float) -> None:
        """Connects and waits until `hello_received` is called.

        Raises:
            NotConnected: The relay cannot be reached; the text says why.
            ProtocolError: It is not a relay that this client understands.
        """
        self._transport = await Transport.open(address, self._on_message, timeout)
        # asyncio.timeout would give up a hello that comes in the same turn of the loop as its end.
        await asyncio.wait([self._hello], timeout=timeout)
        if self.waits_for_hello:
            raise errors.NotConnected(
                f"{address} does not say hello within {timeout:g} s: is it a cwire relay?"
            )
        self._hello.result()

    @property
    def waits_for_hello(self) -> bool:
        """Whether the relay has not said hello yet."""
        return not self._hello.done()

    def hello_received(self) -> None:
        """Lets `open` return: the relay has said hello."""
        if not self._hello.done():
            self._hello.set_result(None)

    def fail(self, error: errors.CwireError) -> None:
        """Has `open` raise this error: there will be no hello."""
        if not self._hello.done():
            self._hello.set_exception(error)
            self._hello.exception()  # seen: `open` may have been cancelled

    @property
    def close_reason(self) -> str:
        """The reason that the relay gave when it closed; empty if none."""
        return "" if self._transport is None else self._transport.close_reason

    def send(self, message: str | bytes) -> None:
        """Sends a message.

        Raises:
            NotConnected: The connection has ended.
        """
        if self._transport is None:
            raise errors.NotConnected("not connected yet")
        self._transport.send(message)

    def close(self, code: int = CloseCode.NORMAL) -> None:
        """Sends a close frame, if the other side is still there to read it."""
        self.fail(errors.NotConnected("the connection was closed"))
        if self._transport is None:
            return
        if self._hung_up.is_set():
            self._transport.abort()
        else:
            self._transport.close(code, "" if code == CloseCode.NORMAL else "protocol error")

    def abort(self) -> None:
        """Closes the socket, whatever the other side does."""
        if self._transport is not None:
            self._transport.abort()

    async def wait_closed(self) -> None:
        """Waits up to 1 s until the other side has closed, too, then closes the socket."""
        if self._transport is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_TIMEOUT):
                    await self._hung_up.wait()
            self._transport.abort()
            await self._transport.wait_ended()

    def _on_message(self, message: RawMessage | None) -> None:
        if message is None:
            self._hung_up.set()
        self._receive(self, message)
