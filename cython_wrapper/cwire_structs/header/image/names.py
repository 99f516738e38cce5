"""The names in a schema of what debugging information names in any language. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

_NO_IDENTIFIER = re.compile(r"\W+", re.ASCII)


class Named(Protocol):
    """A type with a name: a `Definition`."""

    @property
    def name(self) -> str:
        """Its own name."""

    @property
    def scopes(self) -> tuple[str, ...]:
        """The namespaces, classes and functions that it is in."""

    @property
    def qualified(self) -> str:
        """The name with its scopes."""

    @property
    def alias(self) -> bool:
        """Whether the name is a typedef's."""


@dataclass(frozen=True)
class Namer:
    """The names that a layout gives to what it finds.

    Attributes:
        prefix: Names that have several meanings: those get the names of their scopes, too.
        reserved: Names of members that the output's language keeps for itself.
    """

    prefix: frozenset[str] = frozenset()
    reserved: frozenset[str] = frozenset()

    @classmethod
    def of(cls, found: Iterable[Named], reserved: frozenset[str] = frozenset()) -> Namer:
        """Returns names under which everything in a file is told apart."""
        names = {one.qualified: one.name for one in found if not one.alias}
        count = Counter(identifier(name) for name in names.values())
        return cls(frozenset(name for name, times in count.items() if times > 1), reserved)

    def key(self, one: Named) -> str:
        """Returns a definition's name in the schema."""
        name = identifier(one.name)
        scopes = [identifier(scope) for scope in one.scopes if scope] if name in self.prefix else []
        return "_".join((*scopes, name))

    def member(self, name: str) -> str:
        """Returns a member's name in the schema."""
        name = identifier(name)
        return f"{name}_" if name in self.reserved else name


def identifier(name: str) -> str:
    """Returns a name of any language as one that C can have."""
    made = _NO_IDENTIFIER.sub("_", name).strip("_") if _NO_IDENTIFIER.search(name) else name
    return made if made and not made[0].isdigit() else f"_{made}"
