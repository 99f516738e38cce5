"""Offers: a driver's messages as channels, its commands as services. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from cwire_server.hub.driver_state import DriverState
from cwire_structs.mcap.ros2 import ENCAPSULATION, PACKAGE, Description, describe, topic_of
from cwire_structs.schema import Message, Schema

__all__ = ["Change", "Channel", "Offers", "Service"]

# Messages that are described in one turn: about 3 ms of work.
_AT_ONCE = 32
_EMPTY_TEXT = "uint8 empty\n"  # a definition has at least one field


@dataclass(frozen=True, slots=True, eq=False)
class Channel:
    """A message of a driver, under an id that no other layout of it has had."""

    id: int
    source: int
    driver: str
    message: Message
    description: Description

    @property
    def topic(self) -> str:
        """Its name among people, the same as in a recording."""
        return topic_of(self.driver, self.message.name)

    def advertised(self) -> dict[str, Any]:
        """The channel as clients are told of it."""
        return {
            "id": self.id,
            "topic": self.topic,
            "encoding": "cdr",
            "schemaName": self.description.name,
            "schema": self.description.text,
            "schemaEncoding": "ros2msg",
        }


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """A command of a driver, in the same way."""

    id: int
    source: int
    driver: str
    command: Message
    reply: Message | None
    """None: an empty OK answers it."""
    request_description: Description
    reply_description: Description

    @property
    def name(self) -> str:
        """Its name among people, as a topic."""
        return topic_of(self.driver, self.command.name)

    def advertised(self) -> dict[str, Any]:
        """The service as clients are told of it."""
        name = self.request_description.name.rpartition("/")[2]
        return {
            "id": self.id,
            "name": self.name,
            "type": f"{PACKAGE}/srv/{name}",
            "request": _definition(self.request_description),
            "response": _definition(self.reply_description),
        }


def _definition(description: Description) -> dict[str, str]:
    return {
        "encoding": "cdr",
        "schemaName": description.name,
        "schemaEncoding": "ros2msg",
        "schema": description.text,
    }


@dataclass(slots=True)
class Change:
    """The channels and services that came, and the ids of those that went."""

    channels: list[Channel] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    gone_channels: list[int] = field(default_factory=list)
    gone_services: list[int] = field(default_factory=list)


class Offers:
    """All that one client is offered at the moment.

    Attributes:
        channels: By id.
        services: By id.
    """

    def __init__(self) -> None:
        self.channels: dict[int, Channel] = {}
        self.services: dict[int, Service] = {}
        self._ids = itertools.count(1)
        self._schemas: dict[int, Schema] = {}  # by source

    def by_type(self) -> dict[tuple[int, int], Channel]:
        """The channels by source and message id."""
        return {(one.source, one.message.id): one for one in self.channels.values()}

    def update(self, driver: DriverState) -> Change:
        """Takes note of a driver's present schema; returns what is different.

        Messages are described some at a time. Until all are, what there was is gone, as frames may
        have another layout, and `is_current` is False: call it again.
        """
        schema, change = driver.schema, Change()
        told = self._schemas.get(driver.source)
        if schema is None or told is schema:
            return change
        if not _prepare(schema):
            return change if told is None else self._withdraw(driver.source)
        self._schemas[driver.source] = schema
        channels = {one.topic: one for one in self.channels.values() if one.source == driver.source}
        for message in schema.published.values():
            description = _described(schema, message)
            known = channels.get(topic_of(driver.name, message.name))
            if known is None or (known.description, known.message.id) != (description, message.id):
                channel = Channel(next(self._ids), driver.source, driver.name, message, description)
                change.channels.append(channel)
            else:
                del channels[known.topic]
        change.gone_channels = [one.id for one in channels.values()]
        services = {one.name: one for one in self.services.values() if one.source == driver.source}
        for service in self._services(driver, schema):
            before = services.get(service.name)
            if before is None or _differ(before, service):
                change.services.append(service)
            else:
                del services[before.name]
        change.gone_services = [one.id for one in services.values()]
        self._forget(change)
        self.channels |= {one.id: one for one in change.channels}
        self.services |= {one.id: one for one in change.services}
        return change

    def is_current(self, driver: DriverState) -> bool:
        """Whether all that a driver offers has been told."""
        return driver.schema is None or self._schemas.get(driver.source) is driver.schema

    def _withdraw(self, source: int) -> Change:
        """Takes back all that a driver offered."""
        del self._schemas[source]
        change = Change(
            gone_channels=[one.id for one in self.channels.values() if one.source == source],
            gone_services=[one.id for one in self.services.values() if one.source == source],
        )
        self._forget(change)
        return change

    def _forget(self, change: Change) -> None:
        for gone in change.gone_channels:
            del self.channels[gone]
        for gone in change.gone_services:
            del self.services[gone]

    def _services(self, driver: DriverState, schema: Schema) -> Iterator[Service]:
        for command in schema.commands.values():
            reply = schema.messages[command.reply] if command.reply else None
            request = _described(schema, command)
            answer = _nothing(schema) if reply is None else _described(schema, reply)
            yield Service(
                next(self._ids), driver.source, driver.name, command, reply, request, answer
            )


def _differ(one: Service, other: Service) -> bool:
    return (one.command.id, one.request_description, one.reply_description) != (
        other.command.id,
        other.request_description,
        other.reply_description,
    )


def _nothing(schema: Schema) -> Description:
    """The description of an answer without fields."""
    return Description(f"{PACKAGE}/msg/Empty", _EMPTY_TEXT, ENCAPSULATION[schema.byte_order], 0)


# All clients of a driver are told the same.
_DESCRIPTIONS: WeakKeyDictionary[Message, Description] = WeakKeyDictionary()


def _prepare(schema: Schema) -> bool:
    """Describes some of the messages that are not described yet; returns whether all are."""
    new = [message for message in schema.messages.values() if message not in _DESCRIPTIONS]
    for message in new[:_AT_ONCE]:
        _described(schema, message)
    return len(new) <= _AT_ONCE


def _described(schema: Schema, message: Message) -> Description:
    description = _DESCRIPTIONS.get(message)
    if description is None:
        description = _DESCRIPTIONS[message] = describe(schema, message)
    return description
