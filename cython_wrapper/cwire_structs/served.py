"""The drivers that a relay serves, and whether another relay may take its place. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cwire_structs.machine import Machine

__all__ = ["Served"]


@dataclass(frozen=True, slots=True)
class Served:
    """The drivers of a relay. The same socket on the same machine is the same instrument.

    Attributes:
        drivers: Name to Unix socket.
        watches: The directory whose drivers it serves, also those that come later; None: it serves
            those that it was told to.
        machine: Where the sockets are; None: unknown.
    """

    drivers: Mapping[str, str | None] = field(default_factory=dict)
    watches: str | None = None
    machine: Machine | None = None

    def same_machine(self, before: Served) -> bool:
        """Whether paths of sockets mean the same on both, as far as is known."""
        if self.machine is None:
            return True
        return self.machine.shares_paths(before.machine)

    def common(self, before: Served) -> int:
        """Counts the drivers that both have, by name and socket."""
        return len(self.drivers.items() & before.drivers.items())

    def same_drivers(self, before: Served) -> bool:
        """Whether it may take the place of the one before, as far as drivers are concerned.

        None of its drivers has the name of another one then, and one at least is the same; or it
        has found none yet, where the one before has found its own. Those that it lacks are down.
        """
        names = self.drivers.keys() & before.drivers.keys()
        if any(self.drivers[name] != before.drivers[name] for name in names):
            return False
        if not before.drivers:
            return self.watches == before.watches
        if not self.drivers:
            return self.watches is not None and self.watches == before.watches
        return bool(names)

    def takes_over(self, before: Served) -> bool:
        """Whether it may take the place of the one before."""
        return self.same_machine(before) and self.same_drivers(before)
