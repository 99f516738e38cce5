"""A replay's schema: the recorded one, and some more."""

from __future__ import annotations

import json

from cwire.recording.replay_messages import NAMES, with_replay
from cwire_structs.schema import Schema
from cwire_structs.schema.layout_hash import layout_hash
from support import schemas


def test_what_was_recorded_stays() -> None:
    before = schemas.schema()
    after = with_replay(before)
    for name, message in before.messages.items():
        assert after.messages[name].id == message.id
        assert after.messages[name].struct.size == message.struct.size
    assert set(after.messages) - set(before.messages) == set(NAMES)
    assert after.messages["replay_seek"].reply == "replay_status"
    assert after.layout_hash == layout_hash(after.json) != before.layout_hash


def test_a_recording_of_a_replay_has_them_once() -> None:
    once = with_replay(schemas.schema())
    assert with_replay(once).layout_hash == once.layout_hash


def test_ids_that_are_taken_stay() -> None:
    document = schemas.document()
    taken = {str(0xEFFF): document["messages"].pop("1"), str(0xEFFD): document["messages"].pop("2")}
    document["messages"] |= taken
    document["layout_hash"] = layout_hash(document)
    after = with_replay(Schema.from_json(json.dumps(document)))
    assert (after.messages["tick"].id, after.messages["rare"].id) == (0xEFFF, 0xEFFD)
    assert sorted(after.messages[name].id for name in NAMES) == [
        0xEFF9, 0xEFFA, 0xEFFB, 0xEFFC, 0xEFFE,
    ]  # fmt: skip
