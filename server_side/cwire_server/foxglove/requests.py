"""Requests of one client that speaks Foxglove's protocol. No socket, no event loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from cwire_server.clients.requests import ClientRequests, Services
from cwire_server.errors import ErrorCode, RequestError, internal_text, quoted
from cwire_server.foxglove.answers import request_payload, response
from cwire_server.foxglove.offers import Channel
from cwire_server.foxglove.protocol import (
    Level,
    is_id,
    numbers,
    parse_operation,
    parse_service_call,
    service_failure,
    status,
)
from cwire_server.foxglove.queue import Answer, FoxgloveQueue
from cwire_server.hub.client import Client
from cwire_server.hub.subscription import HistoryRequest, SubscribeOptions, Subscription
from cwire_structs import frames

__all__ = ["OPERATIONS", "FoxgloveRequests"]

# A viewer shows what a message says now, also one that is seldom published.
_OPTIONS = SubscribeOptions(history=HistoryRequest(frames=1))


class FoxgloveRequests:
    """Carries out a client's messages; an error in one is told, and the next one is read.

    Args:
        client: Who asks.
        queue: The client's sink.
        services: The parts of the relay that act on requests.
    """

    __slots__ = ("_client", "_commands", "_next", "_queue", "_services")

    def __init__(self, client: Client, queue: FoxgloveQueue, services: Services) -> None:
        self._client = client
        self._queue = queue
        self._services = services
        self._commands = ClientRequests(client, queue, services)
        self._next = 0  # number of a command

    def left(self) -> None:
        """Notes that the client is gone."""
        self._commands.left()

    def receive_text(self, text: str) -> Iterator[object]:
        """Carries out an operation, or tells why not.

        Yields:
            After each piece of one that takes long.
        """
        yield from self._guarded(self._operation(text))

    def receive_frames(self, message: bytes) -> Iterator[object]:
        """The same for a binary message."""
        if message:
            yield from self._guarded(self._binary(message))

    def _guarded(self, steps: Iterator[object]) -> Iterator[object]:
        try:
            yield from steps
        except RequestError as error:
            self._tell(Level.ERROR, str(error))
        except Exception as error:
            self._services.hub.on_fault(f"a request of client {self._client.id}", error)
            self._tell(Level.ERROR, f"the relay failed at this request: {internal_text(error)}")

    def _operation(self, text: str) -> Iterator[object]:
        request = parse_operation(text, self._services.hub.limits.text)
        operation = OPERATIONS.get(request["op"])
        if operation is None:
            raise RequestError(
                ErrorCode.UNKNOWN_OP,
                f"this server has no operation {quoted(request['op'])}; "
                f"it has: {', '.join(OPERATIONS)}",
            )
        yield from operation(self, request)

    def _binary(self, message: bytes) -> Iterator[object]:
        call = parse_service_call(message)
        service = self._queue.offers.services.get(call.service)
        if service is None:
            text = f"there is no service {call.service}; it may have been unadvertised"
            self._answer(service_failure(call, f"{text}, as its driver has another layout now"))
            return
        limit = self._services.hub.limits.json
        try:
            payload = request_payload(service, call, limit)
        except ValueError as error:
            self._answer(service_failure(call, f"{service.name}: {error}"))
            return
        answer = partial(response, service, call, json_limit=limit)
        yield from self.command(service.source, service.command.id, payload, answer)

    def command(self, source: int, type_: int, payload: bytes, answer: Answer) -> Iterator[object]:
        """Sends a command to a driver, as any client does."""
        number = self._next = self._next % (2**32 - 1) + 1
        self._queue.answers[number] = answer
        session = self._services.hub.drivers[source].session or 0
        command = frames.pack(type_, payload, source=source, sequence=session, request=number)
        yield from self._commands.receive_frames(command)

    def _answer(self, text: str) -> None:
        self._queue.put_text(text)
        self._client.wake()

    def _tell(self, level: Level, text: str, id_: str | None = None) -> None:
        self._answer(status(level, text, id_))

    # Subscriptions: one of the hub's for each channel, under the channel's id

    def _subscribe(self, request: Mapping[str, Any]) -> Iterator[object]:
        asked = request.get("subscriptions")
        if not isinstance(asked, list):
            raise RequestError(
                ErrorCode.BAD_REQUEST,
                f"subscribe needs subscriptions, a list of {{id, channelId}}, not {quoted(asked)}",
            )
        for one in asked:
            try:
                yield from self._subscribe_one(one)
            except RequestError as error:  # the others are carried out
                self._tell(Level.ERROR, str(error))

    def _subscribe_one(self, asked: object) -> Iterator[object]:
        given = asked if isinstance(asked, dict) else {}
        id_, number = given.get("id"), given.get("channelId")
        if not is_id(id_) or not is_id(number):
            raise RequestError(
                ErrorCode.BAD_REQUEST,
                f"a subscription is {{id, channelId}}, two whole numbers, not {quoted(asked)}",
            )
        taken = self._channel_of(id_)
        if taken is not None:
            raise RequestError(
                ErrorCode.BAD_REQUEST,
                f"subscription {id_} is there already, to channel {taken}: unsubscribe from it, or "
                "take another id",
            )
        channel = self._queue.offers.channels.get(number)
        if channel is None:
            raise RequestError(
                ErrorCode.BAD_REQUEST,
                f"subscription {id_}: there is no channel {number}; it may have been unadvertised, "
                "as its driver has another layout now",
            )
        subscribers = self._queue.subscribers.setdefault(number, {})
        subscribers[id_] = None
        if len(subscribers) == 1:
            try:
                yield from self._begin(channel)
            except Exception:
                del self._queue.subscribers[number]
                raise

    def _begin(self, channel: Channel) -> Iterator[object]:
        names = (channel.message.name,)
        subscription = Subscription(channel.id, channel.driver, names, _OPTIONS)
        try:
            yield from self._services.hub.subscribing(self._client, subscription, time.monotonic())
        except RequestError as error:
            raise RequestError(error.code, f"{channel.topic}: {error}") from error

    def _unsubscribe(self, request: Mapping[str, Any]) -> Iterator[object]:
        for id_ in numbers(request, "subscriptionIds"):
            number = self._channel_of(id_)
            if number is None:
                continue  # clients do so after a channel has gone
            subscribers = self._queue.subscribers[number]
            del subscribers[id_]
            if not subscribers:
                del self._queue.subscribers[number]
                yield from self.end_channel(number)

    def _channel_of(self, subscription: int) -> int | None:
        for number, subscribers in self._queue.subscribers.items():
            if subscription in subscribers:
                return number
        return None

    def end_channel(self, number: int) -> Iterator[object]:
        """Ends what the hub delivers for a channel, if it does."""
        if number in self._client.subscriptions:
            yield from self._services.hub.unsubscribing(self._client, number)


OPERATIONS: dict[str, Callable[[FoxgloveRequests, Mapping[str, Any]], Iterator[object]]] = {
    "subscribe": FoxgloveRequests._subscribe,
    "unsubscribe": FoxgloveRequests._unsubscribe,
}
"""What a client may ask for in text."""
