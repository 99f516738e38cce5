"""Chooses the constants of a header for the schema, which every hello carries."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Literal

DEFAULT_BYTES = 32_000  # of JSON for #define constants, and again for loose enums
Source = Literal["own", "included", "system"]


@dataclass(frozen=True)
class ConstantChoice:
    """The option ``--constants``.

    Attributes:
        which: ``own``: the header's own; ``all``: also those of what it includes, but of the
            system's headers; ``none``; else patterns of names, parted by commas, of any header.
            Empty: the header's own, up to 32 kB; those that messages use come first.
    """

    which: str = ""

    def takes(self, name: str, source: Source) -> bool:
        """Says whether a constant, or an enum that no field has, goes into the schema."""
        match self.which:
            case "" | "own":
                return source == "own"
            case "all":
                return source != "system"
            case "none":
                return False
        patterns = re.split(r"[,\s]+", self.which)
        return any(fnmatchcase(name, pattern) for pattern in patterns)

    def within_limit(
        self, sizes: Mapping[str, int], first: Collection[str]
    ) -> tuple[set[str], int]:
        """Returns the names that have room, and how many have none.

        Args:
            sizes: Bytes of each one's JSON, in the header's order.
            first: Those that go before all others.
        """
        if self.which:
            return set(sizes), 0
        kept: set[str] = set()
        room = DEFAULT_BYTES
        for name in (*(one for one in sizes if one in first), *sizes):
            if name not in kept and (name in first or sizes[name] <= room):
                kept.add(name)
                room -= sizes[name]
        return kept, len(sizes) - len(kept)


def names_in(text: str, known: Iterable[str]) -> set[str]:
    """Returns those of the names that a text of C uses."""
    return set(re.findall(r"[^\W\d]\w*", text)).intersection(known)
