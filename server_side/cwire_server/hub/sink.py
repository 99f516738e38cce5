"""The interface of what the hub delivers to: a client's queue, or a recorder, say. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cwire_server.hub.batch import Batch
from cwire_server.hub.ledger import Ledgers, StreamLedger
from cwire_server.hub.policies import Policy

__all__ = ["PickedFrame", "Sink"]


@dataclass(frozen=True, slots=True)
class PickedFrame:
    """One frame picked out of a stream, which may be replaced by a newer one while it waits."""

    key: tuple[object, ...]
    """The stream that it is of."""
    frame: bytes
    sequence: int
    ledgers: Sequence[StreamLedger]
    policy: Policy
    subject: bytes = b""
    """What it tells of, where a message has several: a frame of the same one replaces it."""
    render: Callable[[bytes], str] | None = None
    """Makes the text to send instead of the bytes, when it is sent."""

    @property
    def text(self) -> str:
        """The text to send."""
        assert self.render is not None
        return self.render(self.frame)


class Sink(Protocol):
    """Takes what is delivered to one `Client`, in order. `ClientQueue` keeps it for a socket.

    Everything it is given is true at its place in the stream: a driver's restart, say, comes
    between the last frame before and the first one after it. Whatever a sink does with frames, for
    each ledger the frames it hands on and the counts in the ledger add up to those published: so
    it adds to the ledger what it is told that is missing, and what it drops itself.
    """

    @property
    def data_bytes(self) -> int:
        """Bytes of frames that wait: while there are many in every sink, the driver is held back.

        So while a sink that always says 0 is fed, its driver never is.
        """

    @property
    def control_bytes(self) -> int:
        """Bytes of everything else that waits."""

    @property
    def dropped(self) -> int:
        """Frames that it has dropped itself so far, for the statistics."""

    @property
    def dropped_by(self) -> Mapping[tuple[int, str], int]:
        """The same by source and message."""

    def put_operation(self, operation: Mapping[str, Any]) -> None:
        """Takes an operation of PROTOCOL.md, as it will be in JSON; a schema is a `JsonText`."""

    def put_place(self) -> object:
        """Keeps a place for an operation that is still being made: what comes later is after it."""

    def fill_place(self, place: object, operation: Mapping[str, Any] | None) -> None:
        """Takes the operation for such a place, or None: there is none.

        In a `subscribed`, ``streams`` may hold a `JsonText` of several.
        """

    def put_reply(self, frame: bytes) -> None:
        """Takes the reply to a command of this client."""

    def put_batch(self, batch: Batch, ledgers: Ledgers) -> None:
        """Takes a batch.

        Args:
            batch: Frames that are all wanted, shared with other sinks. It may be kept. Its
                ``losses`` count frames that never came to the relay (reason `driver`).
            ledgers: The ledgers of its messages; there may be others.
        """

    def put_pick(self, pick: PickedFrame, skipped: Mapping[str, int]) -> None:
        """Takes one frame; ``skipped`` says, by reason, how many before it were left out."""

    def put_skipped(self, ledgers: Sequence[StreamLedger], sequence: int, **lost: int) -> None:
        """Takes note of frames up to a sequence that were left out on purpose, by reason."""
