"""Routes: the clients of one driver, by the messages that they want.

They are kept up to date client by client: among thousands, one that comes or goes costs as little
as it would alone. Pure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Generic, TypeVar

from cwire_server.hub.delivery import Delivery

__all__ = ["Routes"]

C = TypeVar("C")


class Routes(Generic[C]):
    """The clients of one driver, grouped by what they want whole, and those with pickers."""

    def __init__(self) -> None:
        # Dicts as ordered sets: the order of arrival, and removal without a search.
        self._whole: dict[frozenset[int], dict[C, None]] = {}
        self._picking: dict[C, None] = {}
        self._wanted: Counter[int] = Counter()
        self.wanted = self._wanted.keys()
        """The message ids that any client wants, in whatever way: as they are at the moment."""

    def change(self, client: C, before: Delivery, after: Delivery) -> bool:
        """Replaces what a client gets; returns whether `types` has changed."""
        if before.whole:
            wanted = frozenset(before.whole)
            group = self._whole[wanted]
            del group[client]
            if not group:
                del self._whole[wanted]
        self._picking.pop(client, None)
        if after.whole:
            self._whole.setdefault(frozenset(after.whole), {})[client] = None
        if after.pickers:
            self._picking[client] = None
        changed = False
        for type_ in after.types - before.types:
            self._wanted[type_] += 1
            changed |= self._wanted[type_] == 1
        for type_ in before.types - after.types:
            self._wanted[type_] -= 1
            if not self._wanted[type_]:
                del self._wanted[type_]
                changed = True
        return changed

    @property
    def types(self) -> frozenset[int]:
        """The same as a set that stays as it is."""
        return frozenset(self._wanted)

    def groups(self) -> Iterable[tuple[frozenset[int], list[C]]]:
        """Clients that want the same messages whole: they share batches."""
        return [(wanted, list(clients)) for wanted, clients in self._whole.items()]

    def picking(self) -> list[C]:
        """Clients that get single frames picked out."""
        return list(self._picking)
