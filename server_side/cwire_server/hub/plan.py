"""A plan: what one client gets of one driver, kept message by message.

So a subscription that comes or goes costs what its own messages cost, however many others there
are. Pure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from cwire_server.hub.delivery import NOTHING, Delivery, Wanted, plan_message
from cwire_server.hub.ledger import StreamLedger

__all__ = ["Plan"]


class Plan:
    """The subscriptions to each message of a driver, and the delivery that follows from them.

    Args:
        driver: Its name.
        json_limit: Values of a frame that JSON is made of.
    """

    __slots__ = ("_driver", "_json_limit", "_wanted", "delivery")

    def __init__(self, driver: str, json_limit: int) -> None:
        self._driver = driver
        self._json_limit = json_limit
        self._wanted: dict[int, dict[int, Wanted]] = {}
        self.delivery: Delivery = NOTHING
        """Replaced, never changed: batches that wait in a queue refer to the old one."""

    def wanted(self, type_: int) -> dict[int, Wanted]:
        """Returns what is wanted of a message, by subscription; do not change it."""
        return self._wanted.get(type_, {})

    def neighbours(self, type_: int) -> int:
        """The subscriptions that have to be looked at when one more comes to a message."""
        return 0 if type_ in self.delivery.whole else len(self.wanted(type_))

    def ledgers(self, type_: int) -> list[StreamLedger]:
        """The ledgers of all subscriptions to a message."""
        return [entry.ledger for entry in self.wanted(type_).values()]

    def types(self, subscription: int) -> list[int]:
        """The messages that a subscription gets."""
        return [type_ for type_, entries in self._wanted.items() if subscription in entries]

    def add(self, entries: Sequence[Wanted]) -> None:
        """Adds messages that one subscription gets, which it did not get before."""
        options = entries[0].options
        every_frame, json = options.every_frame, options.json
        whole, others = dict(self.delivery.whole), []
        for entry in entries:
            type_ = entry.message.id
            of_message = self._wanted.setdefault(type_, {})
            # Nearly always it is one of these, and nobody else's entry needs a look.
            if every_frame and not of_message:
                whole[type_] = (entry.ledger,)
            elif type_ in whole and not json:
                whole[type_] = (*whole[type_], entry.ledger)
            else:
                others.append(type_)
            of_message[entry.ledger.subscription] = entry
        self.delivery = Delivery(whole, self.delivery.pickers)
        if others:
            self._replan(others)

    def remove(self, subscription: int, types: Collection[int]) -> None:
        """Takes messages from a subscription, which it gets."""
        whole, others = dict(self.delivery.whole), []
        for type_ in types:
            of_message = self._wanted[type_]
            gone = of_message.pop(subscription)
            if type_ in whole and not gone.options.json and _any_whole(of_message):
                left = list(whole[type_])
                left.remove(gone.ledger)
                whole[type_] = left
            else:
                others.append(type_)
            if not of_message:
                del self._wanted[type_]
        self.delivery = Delivery(whole, self.delivery.pickers)
        if others:
            self._replan(others)

    def clear(self) -> Iterator[float]:
        """Forgets everything, in pieces, since there may be half a million objects."""
        self.delivery = NOTHING  # it refers to all of them
        while self._wanted:
            yield len(self._wanted.popitem()[1])

    def _replan(self, types: Collection[int]) -> None:
        whole, pickers = dict(self.delivery.whole), dict(self.delivery.pickers)
        for type_ in types:
            known = {picker.subscriptions: picker for picker in pickers.pop(type_, ())}
            whole.pop(type_, None)
            if entries := self._wanted.get(type_):
                ledgers, made = plan_message(
                    self._driver, list(entries.values()), self._json_limit, known
                )
                if ledgers:
                    whole[type_] = ledgers
                if made:
                    pickers[type_] = made
        self.delivery = Delivery(whole, pickers)


def _any_whole(entries: Mapping[int, Wanted]) -> bool:
    return any(entry.options.every_frame for entry in entries.values())
