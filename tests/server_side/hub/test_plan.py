"""A plan that is changed step by step is the one that would be made of what is left."""

from __future__ import annotations

import random
from typing import Any

import pytest

from cwire_server.hub.delivery import Wanted
from cwire_server.hub.ledger import StreamLedger
from cwire_server.hub.plan import Plan
from cwire_server.hub.policies import LATEST
from cwire_server.hub.subscription import SubscribeOptions
from support import schemas

MESSAGES = list(schemas.schema().published.values())
OPTIONS = [
    SubscribeOptions(),
    SubscribeOptions(policy=LATEST),
    SubscribeOptions(max_rate=5.0),
    SubscribeOptions(json=True, max_rate=5.0),
    SubscribeOptions(policy=LATEST, key=("index",)),
    SubscribeOptions(policy=LATEST, key=("values", "index")),
]
KEYED = {"tick"}


def shown(plan: Plan) -> dict[int, Any]:
    """What each message comes to: subscriptions that get it whole, and those of each picker."""
    whole, pickers = plan.delivery.whole, plan.delivery.pickers
    assert all(whole.values())
    assert all(pickers.values())
    return {
        type_: (
            [ledger.subscription for ledger in whole.get(type_, ())],
            [(one.subscriptions, one._policy, one._interval) for one in pickers.get(type_, ())],
        )
        for type_ in plan.delivery.types
    }


@pytest.mark.parametrize("seed", range(20))
def test_it_does_not_matter_how_it_came_about(seed: int) -> None:
    chance = random.Random(seed)
    plan = Plan("lab", 100)
    entries: dict[int, list[Wanted]] = {}
    for number in range(40):
        if entries and chance.random() < 0.4:
            gone = chance.choice(list(entries))
            plan.remove(gone, [entry.message.id for entry in entries.pop(gone)])
        else:
            options = chance.choice(OPTIONS)
            entries[number] = [
                Wanted(StreamLedger(number, 1, message.name), message, options)
                for message in chance.sample(MESSAGES, chance.randint(1, len(MESSAGES)))
                if not options.key or message.name in KEYED
            ]
            if not entries[number]:
                del entries[number]
                continue
            plan.add(entries[number])
        anew = Plan("lab", 100)
        for of_subscription in entries.values():
            anew.add(of_subscription)
        assert shown(plan) == shown(anew)
        assert all(
            plan.types(id_) == [one for one in plan._wanted if one in {e.message.id for e in of}]
            for id_, of in entries.items()
        )


def test_what_is_forgotten_in_pieces_is_forgotten() -> None:
    plan = Plan("lab", 100)
    for number in range(3):
        plan.add(
            [Wanted(StreamLedger(number, 1, one.name), one, OPTIONS[number]) for one in MESSAGES]
        )
    assert list(plan.clear()) == [3] * len(MESSAGES)
    assert not plan.delivery.types
    assert not any(plan.ledgers(one.id) for one in MESSAGES)
