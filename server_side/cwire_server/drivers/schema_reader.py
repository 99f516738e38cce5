"""Reads the schemas of drivers: each text once, and large ones beside the event loop."""

from __future__ import annotations

import asyncio
import gc
from weakref import WeakValueDictionary

from cwire_structs.schema import Schema

__all__ = ["SchemaReader"]

# One of this size takes 2 ms; one of 4 MiB, half a second.
_LARGE = 16 << 10


class SchemaReader:
    """Reads schemas for all drivers of a relay: those that are alike get the same one.

    Large ones are read in a thread, one at a time: each thread that reads takes its turn with the
    event loop's.

    Args:
        alone: Whether this process is a relay and nothing else: then the garbage collector is told
            to leave large schemas alone. It is not where other objects would be kept with them.
    """

    def __init__(self, *, alone: bool = True) -> None:
        self._read_large = _read_large if alone else Schema.from_json
        self._known: WeakValueDictionary[bytes, Schema] = WeakValueDictionary()
        self._one_at_a_time = asyncio.Lock()

    async def read(self, text: bytes) -> Schema:
        """Reads a schema, or returns the one that was read from the same text and is in use.

        Raises:
            SchemaError: It is none that can be trusted.
        """
        if len(text) < _LARGE:
            return self._known.get(text) or self._keep(text, Schema.from_json(text))
        async with self._one_at_a_time:
            known = self._known.get(text)
            return known or self._keep(text, await asyncio.to_thread(self._read_large, text))

    def _keep(self, text: bytes, schema: Schema) -> Schema:
        self._known[text] = schema
        return schema


def _read_large(text: bytes) -> Schema:
    """Reads a schema without letting the collector look at its hundred thousand objects.

    It would look at them a dozen times while they are made, up to 60 ms at once, in which no other
    thread runs, and for ever after. They refer to each other in no circles: they go when their
    driver has another schema.
    """
    gc.collect()  # what is garbage now shall not be kept
    gc.disable()
    try:
        schema = Schema.from_json(text)
        gc.freeze()
    finally:
        gc.enable()
    return schema
