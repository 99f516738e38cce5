"""Commands that wait for the replies of one driver.

The driver sees request numbers of this relay's own, so that two clients may use the same one, and
a reply that comes after its client is gone, or after its time is up, reaches nobody else. The
caller passes the time in. Pure.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

__all__ = ["CommandSink", "Pending", "PendingCommands"]


class Pending(NamedTuple):
    """A command that waits for its reply."""

    client: int
    request: int
    """The client's own number."""
    type: int
    deadline: float
    text: bool
    """It came as JSON and is answered as JSON."""
    began: float = 0.0
    told: int = 0
    """Its number in `relay_command`."""

    @property
    def key(self) -> tuple[int, bool, int]:
        """Identifies it among all that wait."""
        return self.client, self.text, self.request


class PendingCommands:
    """The commands of one run of one driver that have no reply yet, by the relay's number.

    Args:
        limit: How many may wait.
        patience: Seconds until one is given up.
    """

    def __init__(self, limit: int, patience: float) -> None:
        self.limit = limit
        self.patience = patience
        self._waiting: dict[int, Pending] = {}
        self._taken: set[tuple[int, bool, int]] = set()
        self._last = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def __getitem__(self, number: int) -> Pending:
        return self._waiting[number]

    @property
    def full(self) -> bool:
        """Whether no further command may wait."""
        return len(self._waiting) >= self.limit

    def waits(self, client: int, request: int, *, text: bool = False) -> bool:
        """Whether this client's request has no reply yet."""
        return (client, text, request) in self._taken

    def add(
        self,
        client: int,
        request: int,
        type_: int,
        now: float,
        *,
        text: bool = False,
        told: int = 0,
    ) -> int:
        """Adds a command; returns the number under which the driver gets it."""
        while True:
            self._last = self._last % (2**32 - 1) + 1
            if self._last not in self._waiting:
                break
        pending = Pending(client, request, type_, now + self.patience, text, now, told)
        self._waiting[self._last] = pending
        self._taken.add(pending.key)
        return self._last

    def answer(self, number: int) -> Pending | None:
        """Takes the command that a reply with this number answers; None if nobody waits for it."""
        pending = self._waiting.pop(number, None)
        if pending is not None:
            self._taken.discard(pending.key)
        return pending

    def forget_client(self, client: int) -> list[Pending]:
        """Forgets the commands of a client that is gone, so that their replies are dropped."""
        gone = [(n, pending) for n, pending in self._waiting.items() if pending.client == client]
        for number, _ in gone:
            self.answer(number)
        return [pending for _, pending in gone]

    def expire(self, now: float) -> list[Pending]:
        """Gives up the commands whose time is over."""
        # In order of their deadlines: the patience is the same for all.
        late = []
        for number, pending in list(self._waiting.items()):
            if pending.deadline > now:
                break
            late.append(pending)
            self.answer(number)
        return late

    @property
    def next_deadline(self) -> float | None:
        """The time when `expire` has something to do; None: nothing waits."""
        return next((pending.deadline for pending in self._waiting.values()), None)

    def drain(self) -> list[Pending]:
        """Gives up all of them: the driver is gone."""
        everything = list(self._waiting.values())
        self._waiting.clear()
        self._taken.clear()
        return everything


class CommandSink(Protocol):
    """Takes the commands for one driver, as its link does."""

    @property
    def pending(self) -> PendingCommands:
        """The commands that wait for a reply."""

    @property
    def congested(self) -> bool:
        """Whether the driver does not read its commands."""

    @property
    def command_limit(self) -> int:
        """Bytes that a command's frame may have."""

    def send_command(
        self, client: int, type_: int, request: int, payload: memoryview, *, text: bool = False
    ) -> None:
        """Sends a command that has been checked."""

    def forget_client(self, client: int) -> None:
        """Forgets the commands of a client that is gone."""
