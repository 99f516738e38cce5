"""Schemas are read once, one at a time, and the collector does not look at them."""

from __future__ import annotations

import asyncio
import gc
import json
import threading
import weakref
from collections.abc import Callable

import pytest

from cwire_server.drivers.schema_reader import SchemaReader
from cwire_structs.schema import Schema, SchemaError
from support import schemas


def large(name: str) -> bytes:
    document = schemas.document(name)
    document["types"]["rare"]["doc"] = "x" * 100_000
    return json.dumps(document).encode()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bool, bool]]:
    """Notes each reading: whether another one was under way, and whether the collector was on."""
    noted: list[tuple[bool, bool]] = []
    one = threading.Lock()
    read = Schema.from_json

    def noting(text: bytes) -> Schema:
        alone = one.acquire(blocking=False)
        noted.append((not alone, gc.isenabled()))
        schema = read(text)
        if alone:
            one.release()
        return schema

    monkeypatch.setattr(Schema, "from_json", noting)
    return noted


@pytest.mark.parametrize("make", [large, schemas.text])
async def test_what_is_alike_is_read_once(
    make: Callable[[str], bytes], reads: list[tuple[bool, bool]]
) -> None:
    reader = SchemaReader()
    texts = [make("one") for _ in range(5)] + [make("two")]
    *alike, other = await asyncio.gather(*map(reader.read, texts))
    assert len({id(schema) for schema in alike}) == 1
    assert (alike[0].name, other.name) == ("one", "two")
    assert [busy for busy, _ in reads] == [False, False]


async def test_the_collector_is_off_while_a_large_one_is_read(
    reads: list[tuple[bool, bool]],
) -> None:
    reader = SchemaReader()
    schema = await reader.read(large("one"))
    assert reads == [(False, False)]
    assert gc.isenabled()
    gc.disable()
    gone = [weakref.ref(struct) for struct in schema.structs.values()]
    del schema
    while any(ref() for ref in gone):  # the thread may have it still; no collector is needed
        await asyncio.sleep(0)
    gc.enable()
    with pytest.raises(SchemaError):
        await reader.read(large("one").replace(b"little", b"huge"))
    assert gc.isenabled()


async def test_in_another_program_the_collector_stays_as_it_is(
    reads: list[tuple[bool, bool]],
) -> None:
    frozen = gc.get_freeze_count()
    await SchemaReader(alone=False).read(large("one"))
    assert reads == [(False, True)]
    assert gc.get_freeze_count() == frozen
