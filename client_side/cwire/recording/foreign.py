"""Finds the messages of ROS in a recording that have a fixed size."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from cwire.recording.bags import Recording
from cwire.recording.bodies import OtherBody
from cwire.recording.names import EVENTS, MESSAGE
from cwire_structs.mcap.foreign import DIALECTS, DefinitionError, ForeignTypes
from cwire_structs.mcap.records import Channel, SchemaRecord
from cwire_structs.schema import Schema
from cwire_structs.schema.written import Written, identifier

__all__ = ["Foreign", "ForeignMessage"]


@dataclass(frozen=True, slots=True)
class ForeignMessage:
    """Messages of one topic.

    Attributes:
        key: What it is called in the file: its topic; with a number if it had other structs before.
        topic: As it was recorded.
        name: In the schema.
        driver: ``ros1`` or ``ros2``.
        channels: Where they are.
        body: What their bytes mean.
    """

    key: str
    topic: str
    name: str
    driver: str
    channels: tuple[int, ...]
    body: OtherBody


class Foreign:
    """The messages that are not cwire's.

    Args:
        recording: What was recorded.

    Attributes:
        messages: Those that can be read.
        refused: Topics that cannot, and why.
        schema: Of the messages; of none, None.
    """

    def __init__(self, recording: Recording) -> None:
        self.refused: dict[str, str] = {}
        groups: dict[tuple[str, int], list[Channel]] = {}
        for channel in recording.channels.values():
            if MESSAGE not in channel.metadata and channel.topic != EVENTS:
                groups.setdefault((channel.topic, channel.schema), []).append(channel)
        types, written = ForeignTypes(), Written("recorded")
        self.messages: list[ForeignMessage] = []
        for (topic, number), channels in groups.items():
            schema = recording.schemas.get(number)
            try:
                driver, body = _body(types, channels[0], schema)
            except DefinitionError as error:
                self.refused[topic] = str(error)
                continue
            key = _free(topic, [one.key for one in self.messages], "/")
            name = _free(identifier(topic.strip("/") or "_"), list(written.messages), "_")
            written.add_struct(body.body.struct, name)
            ids = tuple(one.id for one in channels)
            self.messages.append(ForeignMessage(key, topic, name, driver, ids, body))
        self._schema = written.schema() if self.messages else None

    @property
    def schema(self) -> Schema:
        """Of all messages that can be read."""
        assert self._schema is not None
        return self._schema


def _body(
    types: ForeignTypes, channel: Channel, schema: SchemaRecord | None
) -> tuple[str, OtherBody]:
    if schema is None:
        raise DefinitionError(f"its messages are {channel.encoding or 'bytes'} without a schema")
    if not schema.encoding:
        raise DefinitionError(f"the definition of {schema.name} is not in the bag")
    dialect = DIALECTS.get((channel.encoding, schema.encoding))
    if dialect is None:
        raise DefinitionError(
            f"its messages are {channel.encoding or 'bytes'} with a schema of {schema.encoding}: "
            "only those of ROS can be read (cdr with ros2msg, ros1 with ros1msg)"
        )
    text = schema.data.decode(errors="replace")
    return dialect, OtherBody(types.body(schema.name, text, dialect))


def _free(name: str, taken: Collection[str], between: str) -> str:
    free, number = name, 2
    while free in taken:
        free, number = f"{name}{between}{number}", number + 1
    return free
