"""The messages and commands that a replay has beside those that were recorded. Pure."""

from __future__ import annotations

import json
from typing import Annotated

from numpy import uint32, uint64

from cwire_structs.frames import RELAY_TYPES
from cwire_structs.schema import Schema, tags
from cwire_structs.schema.layout_hash import layout_hash
from cwire_structs.schema.tags import command, unit
from cwire_structs.schema.written import Written

__all__ = [
    "NAMES",
    "ReplayPause",
    "ReplaySeek",
    "ReplaySpeed",
    "ReplayStatus",
    "ReplayStep",
    "with_replay",
]

FASTEST = 1000.0
"""Times as fast as recorded, at most; 0 stands for as fast as readers take it."""


class ReplayStatus:
    """How far the replay is."""

    position: Annotated[float, unit("s"), "Of the recording, since its first frame."]
    duration: Annotated[float, unit("s"), "Of the whole recording."]
    speed: Annotated[float, "Times as fast as recorded; 0: as fast as readers take it."]
    frames: Annotated[uint64, "Published so far."]
    playing: Annotated[bool, "False: it pauses."]


@command(reply=ReplayStatus)
class ReplayPause:
    """Pauses the replay, or goes on."""

    paused: bool = True


@command(reply=ReplayStatus)
class ReplaySeek:
    """Goes to another place of the recording."""

    position: Annotated[float, unit("s"), tags.range(0, 1e9)] = 0.0


@command(reply=ReplayStatus)
class ReplaySpeed:
    """Sets how fast it is played."""

    speed: Annotated[float, tags.range(0, FASTEST)] = 1.0


@command(reply=ReplayStatus)
class ReplayStep:
    """Pauses, and publishes the next frames."""

    frames: Annotated[uint32, tags.range(1, 1_000_000)] = uint32(1)


_CLASSES = (ReplayStatus, ReplayPause, ReplaySeek, ReplaySpeed, ReplayStep)
NAMES = ("replay_status", "replay_pause", "replay_seek", "replay_speed", "replay_step")
"""Their names."""


def with_replay(recorded: Schema) -> Schema:
    """Returns a recorded driver's schema with the messages of a replay.

    Those of the recorded driver keep their ids. A recording of a replay has such messages already:
    they give way.
    """
    written = Written("replay")
    for cls in _CLASSES:
        written.add(cls)
    own = written.schema().json
    document = json.loads(json.dumps(recorded.json))
    kept = {key: one for key, one in document["messages"].items() if one["name"] not in NAMES}
    added = {}
    id_ = RELAY_TYPES - 1
    for one in own["messages"].values():
        while str(id_) in kept:
            id_ -= 1
        added[str(id_)] = one
        id_ -= 1
    document["messages"] = dict(sorted({**kept, **added}.items(), key=lambda pair: int(pair[0])))
    document["types"] = {**document["types"], **own["types"]}
    document["enums"] = {**document.get("enums", {}), **own.get("enums", {})}
    document["layout_hash"] = layout_hash(document)
    return Schema.from_json(json.dumps(document))
