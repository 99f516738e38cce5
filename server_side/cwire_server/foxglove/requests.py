"""Requests of one client that speaks Foxglove's protocol. No socket, no event loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cwire_server.clients.requests import ClientRequests, Services
from cwire_server.errors import ErrorCode, RequestError, internal_text, quoted
from cwire_server.foxglove.answers import failure_of, request_payload, response
from cwire_server.foxglove.offers import Channel
from cwire_server.foxglove.parameters import Parameter, parameters_of, values_of
from cwire_server.foxglove.protocol import (
    Level,
    is_id,
    numbers,
    operation,
    parse_operation,
    parse_service_call,
    service_failure,
    status,
)
from cwire_server.foxglove.queue import Answer, FoxgloveQueue
from cwire_server.hub.client import Client
from cwire_server.hub.driver_state import DriverState
from cwire_server.hub.subscription import HistoryRequest, SubscribeOptions, Subscription
from cwire_structs import frames
from cwire_structs.frames import Header
from cwire_structs.mcap.ros2 import topic_of

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

    # Parameters

    def _get_parameters(self, request: Mapping[str, Any]) -> Iterator[object]:
        names = request.get("parameterNames")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise RequestError(
                ErrorCode.BAD_REQUEST,
                "getParameters needs parameterNames, a list of names (an empty one: all), not "
                f"{quoted(names)}",
            )
        yield from self._read_parameters(names or None, request.get("id"))

    def _set_parameters(self, request: Mapping[str, Any]) -> Iterator[object]:
        given = request.get("parameters")
        entries = given if isinstance(given, list) else [None]
        found = [one.get("name") if isinstance(one, dict) else None for one in entries]
        names = [name for name in found if isinstance(name, str)]
        if len(names) < len(found):
            raise RequestError(
                ErrorCode.BAD_REQUEST,
                f"setParameters needs parameters, a list of {{name, value}}, not {quoted(given)}",
            )
        for driver, one in self._parameters().values():
            if one.name in names:
                text = f"parameter {one.name} can be read only: to set it, call the service"
                self._tell(Level.ERROR, f"{text} {topic_of(driver.name, one.setter)}")
        # The client is told what they are, so that it does not go on to show what it sent.
        yield from self._read_parameters(names, request.get("id"))

    def _parameters(self) -> dict[str, tuple[DriverState, Parameter]]:
        """The parameters of all drivers, by name."""
        hub = self._services.hub
        return {
            name: (driver, one)
            for driver in hub.drivers.served
            if driver.schema is not None
            for name, one in parameters_of(driver.name, driver.schema, hub.limits.json).items()
        }

    def _read_parameters(self, names: list[str] | None, id_: object) -> Iterator[object]:
        """Asks the drivers, and tells all that are known when all have answered.

        Args:
            names: Of the parameters; None: all.
            id_: Of the request, if it is a text.
        """
        known = self._parameters()
        if missing := [quoted(name) for name in names or () if name not in known]:
            text = f"there is no parameter {', '.join(missing[:5])}"
            self._tell(Level.WARNING, f"{text}; getParameters without names tells which there are")
        wanted: dict[tuple[int, str], dict[str, Parameter]] = {}
        for name in dict.fromkeys(known if names is None else names):
            if name in known:
                driver, one = known[name]
                wanted.setdefault((driver.source, one.getter.name), {})[name] = one
        reading = _Reading(id_, len(wanted))
        if not wanted:
            self._answer(reading.text())
        for (source, _), parameters in wanted.items():
            getter = next(iter(parameters.values())).getter
            answer = partial(self._read, reading, parameters)
            yield from self.command(source, getter.id, getter.encode({}), answer)

    def _read(
        self, reading: _Reading, parameters: Mapping[str, Parameter], header: Header, payload: bytes
    ) -> str | None:
        """Takes what one driver has answered; returns what the client is sent when all have."""
        asked = next(iter(parameters.values()))
        try:
            why = failure_of(header, payload)
            if not why:
                reading.values += values_of(parameters, asked.reply, payload)
        except ValueError as error:
            why = str(error)
        if why:
            some = ", ".join(list(parameters)[:3]) + (" …" if len(parameters) > 3 else "")
            self._tell(Level.ERROR, f"{some}: {asked.getter.name} gives no values: {why}")
        reading.missing -= 1
        return None if reading.missing else reading.text()

    def _channel_of(self, subscription: int) -> int | None:
        for number, subscribers in self._queue.subscribers.items():
            if subscription in subscribers:
                return number
        return None

    def end_channel(self, number: int) -> Iterator[object]:
        """Ends what the hub delivers for a channel, if it does."""
        if number in self._client.subscriptions:
            yield from self._services.hub.unsubscribing(self._client, number)


@dataclass(slots=True)
class _Reading:
    """Parameters that a client has asked for, until all drivers have answered."""

    id: object
    missing: int
    values: list[Any] = field(default_factory=list)

    def text(self) -> str:
        """What the client is told."""
        named = {"id": self.id} if isinstance(self.id, str) else {}
        return operation("parameterValues", parameters=self.values, **named)


OPERATIONS: dict[str, Callable[[FoxgloveRequests, Mapping[str, Any]], Iterator[object]]] = {
    "subscribe": FoxgloveRequests._subscribe,
    "unsubscribe": FoxgloveRequests._unsubscribe,
    "getParameters": FoxgloveRequests._get_parameters,
    "setParameters": FoxgloveRequests._set_parameters,
}
"""What a client may ask for in text."""
