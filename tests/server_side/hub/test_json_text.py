"""Tests of JSON that stands in an operation as text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cwire_server.hub.client_queue import ClientQueue, TextPieces
from cwire_server.hub.json_text import JsonText, encode

PLACE = '[[[""]]]'  # what marks a text's place while it is encoded


@pytest.mark.parametrize("size", [0, 10, 100_000])
@pytest.mark.parametrize(
    "others", ["plain", PLACE, json.dumps(PLACE), f'": {PLACE}', "\\" + PLACE, "µ \U0001f600"]
)
@pytest.mark.parametrize("count", [1, 2, 5])
def test_it_says_what_the_value_would(size: int, others: str, count: int) -> None:
    """Whatever its neighbours and the text itself hold, also what marks its place."""
    value = {"doc": "x" * size, "odd": others, "list": [[[""]]]}
    text = JsonText(json.dumps(value, ensure_ascii=False).encode())

    def operation(schema: object) -> dict[str, Any]:
        one = {"name": others, "schema": schema, others: others}
        return {"op": "hello", "text": others, "drivers": [one] * count, "last": None}

    made = encode(operation(text))
    whole = made.encode() if isinstance(made, str) else b"".join(made)
    assert json.loads(whole) == operation(value)
    assert isinstance(made, str) <= whole.isascii()


def test_a_large_one_is_not_copied() -> None:
    texts = [JsonText(json.dumps("x" * 100_000).encode()) for _ in range(3)]
    pieces = encode({"op": "hello", "drivers": texts})
    assert isinstance(pieces, list)
    assert all(piece is one.text for piece, one in zip(pieces[1::2], texts, strict=True))


def test_an_operation_without_one_is_text() -> None:
    assert encode({"op": "unsubscribed", "id": 1}) == '{"op": "unsubscribed", "id": 1}'
    with pytest.raises(TypeError, match="set is not JSON"):
        encode({"op": {1}})


def test_what_all_clients_share_does_not_count_as_one_clients_own() -> None:
    """A hello with the schemas of many drivers is no pile of what a client does not read."""
    schema = JsonText(json.dumps("x" * (4 << 20)).encode())
    queue = ClientQueue(1 << 20, 16 << 20, 1 << 18)
    queue.put_operation({"op": "hello", "drivers": [schema] * 20})
    assert not queue.overflown
    assert 0 < queue.control_bytes < 1000
    message = queue.take()
    assert isinstance(message, TextPieces)
    assert message.size == sum(map(len, message.pieces)) > 80 << 20
    assert queue.control_bytes == 0
