"""The relay's hub and queue against the client's session: what both count must add up."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from cwire.bridge.health import health
from cwire.session.session import Session
from cwire_server.hub.batch import HEADROOM, Batch
from cwire_server.hub.client_queue import Text
from cwire_server.hub.hub import Hub
from cwire_server.hub.subscription import Subscription
from cwire_server.limits import Limits
from cwire_structs import frames
from cwire_structs.control import Hello
from support import schemas
from support.hub_client import HubClient
from support.schemas import GO, PICTURE, RARE, TICK

SIZES = {TICK: 40, RARE: 8, PICTURE: 8}
NAMES = {"tick": TICK, "rare": RARE, "picture": PICTURE}


PLANS = st.lists(
    st.tuples(st.sampled_from(sorted(NAMES)), st.sampled_from([0, 1, 7])),
    min_size=1,
    max_size=12,
)


class Machine(RuleBasedStateMachine):
    """Publishes with gaps, stalls, restarts, breaks the link, subscribes; then counts.

    What anybody can know is modelled, too: a relay knows nothing of what was published before its
    first frame of a message, the client nothing of what was before its own first sequence.
    """

    @initialize()
    def begin(self) -> None:
        self.hub = self.new_hub()
        self.session = Session(1 << 16)
        self.client = HubClient(self.hub)
        self.covered: dict[int, tuple[str, ...]] = {}
        self.published: Counter[str] = Counter()
        self.lost_at_driver: Counter[str] = Counter()
        self.lost_while_away: Counter[str] = Counter()
        self.epoch = 0
        self.restart()
        self.subscribe(sorted(NAMES))

    def new_hub(self) -> Hub:
        self.seen: set[str] = set()
        """Messages of this run of which the relay has had a frame."""
        return Hub(["lab"], Limits(queue=2000, crowd=500, batch=600, history=4000))

    @rule()
    def restart(self) -> None:
        self.epoch += 1
        self.last: dict[str, int] = {}
        self.seen.clear()
        self.placed: set[str] = set()
        """Messages of this run of which the client knows where it is."""
        self.unheard: Counter[str] = Counter()
        """Of these, frames that it will know to be lost when it hears of the next sequence."""
        self.break_link()

    @rule()
    def break_link(self) -> None:
        if self.hub.drivers[1].epoch is not None:
            self.hub.driver_down(1, "gone")
        hello = Hello(1, self.epoch, 1 << 20, 1.0, "fake", schemas.text())
        self.hub.driver_up(1, hello, schemas.schema())

    @rule(plan=PLANS, pixels=st.integers(0, 40))
    def publish(self, plan: list[tuple[str, int]], pixels: int) -> None:
        for name, gap in plan:
            if name in self.wanted():
                at_driver = gap if name in self.seen else 0
                self.lost_at_driver[name] += at_driver
                self.published[name] += 1 + at_driver
                if name in self.placed:
                    self.unheard[name] += gap - at_driver
                    self.hear(name)
                self.placed.add(name)
            self.advance(name, gap)
        self.route(plan, pixels)

    def wanted(self) -> set[str]:
        return {name for names in self.covered.values() for name in names}

    def hear(self, name: str) -> None:
        """The client hears of a sequence: what it did not hear of before was lost."""
        self.published[name] += self.unheard[name]
        self.lost_while_away[name] += self.unheard.pop(name, 0)

    def advance(self, name: str, gap: int) -> None:
        self.last[name] = self.last.get(name, -1) + 1 + gap
        self.seen.add(name)

    def route(self, plan: list[tuple[str, int]], pixels: int) -> None:
        """A batch as the driver makes it: the plan's frames, numbered up to where we are now."""
        data = bytearray(HEADROOM)
        ahead = Counter({name: 0 for name, _ in plan})
        for name, gap in plan:
            ahead[name] += 1 + gap
        for name, gap in plan:
            ahead[name] -= 1 + gap
            extra = 2 * pixels if name == "picture" else 0
            payload = bytes(SIZES[NAMES[name]] + extra)
            data += frames.pack(NAMES[name], payload, sequence=self.last[name] - ahead[name])
        found = frames.scan(data, HEADROOM, source=1)
        losses = self.hub.drivers[1].account(found.tallies)
        if self.hub.route(
            Batch(1, data, HEADROOM, found.end, found.tallies, losses, headroom=True), 0.0
        ):
            self.hub.overdue(1)

    @rule()
    def reply(self) -> None:
        self.client.queue.put_reply(frames.pack(GO, flags=frames.REPLY, source=1, request=9))

    @rule(names=st.lists(st.sampled_from(sorted(NAMES)), min_size=1, max_size=3, unique=True))
    def subscribe(self, names: list[str]) -> None:
        id_, _ = self.session.subscribe(names)
        self.covered[id_] = tuple(names)
        self.hear_first_sequences(names)
        self.hub.subscribe(self.client, Subscription(id_, None, tuple(names)), 0.0)

    def hear_first_sequences(self, names: Iterable[str]) -> None:
        for name in self.seen.intersection(names):
            self.hear(name)
            self.placed.add(name)

    @rule(which=st.integers(0, 9))
    def unsubscribe(self, which: int) -> None:
        if self.covered:
            id_ = sorted(self.covered)[which % len(self.covered)]
            del self.covered[id_]
            for name in set(NAMES) - self.wanted():
                self.placed.discard(name)
                self.unheard.pop(name, None)
            self.hub.unsubscribe(self.client, id_)

    @rule(size=st.one_of(st.none(), st.integers(1, 1000)))
    def set_window(self, size: int | None) -> None:
        self.client.queue.set_window(size)

    @rule(count=st.integers(1, 5))
    def read(self, count: int) -> None:
        while count and (message := self.client.queue.take()) is not None:
            if isinstance(message, Text):
                self.session.receive_text(message.text)
            else:
                self.session.receive_binary(b"".join(message.pieces), 0.0)
            count -= 1
        self.hub.back_pressure.drained(self.client)

    @rule()
    def drain(self) -> None:
        self.set_window(None)
        self.read(1 << 30)
        rows = {row.message: row for row in health(self.session, 0.0)}
        for name in NAMES:
            row = rows.get(name)
            if row is None:
                assert not self.published[name]
                continue
            assert row.frames + row.lost == self.published[name], row
            assert row.lost_at_driver == self.lost_at_driver[name], row
            assert row.lost_while_away == self.lost_while_away[name], row
            assert row.lost_at_relay + row.lost_at_driver + row.lost_while_away == row.lost, row

    @rule(plan=PLANS, pixels=st.integers(0, 40), new_relay=st.booleans())
    def reconnect(self, plan: list[tuple[str, int]], pixels: int, new_relay: bool) -> None:
        """The driver goes on while the client has no connection."""
        self.drain()
        self.hub.remove_client(self.client)
        self.session.disconnected()
        for name, gap in plan:
            if name in self.placed:
                self.unheard[name] += 1 + gap
            self.advance(name, gap)
        self.route(plan, pixels)
        if new_relay:
            self.hub = self.new_hub()
            self.break_link()
        self.client = HubClient(self.hub)
        self.read(1)
        for text in self.session.resubscribe():
            asked = json.loads(text)
            subscription = Subscription(asked["id"], None, tuple(asked["messages"]))
            self.hub.subscribe(self.client, subscription, 0.0)
        self.hear_first_sequences(self.wanted())

    def teardown(self) -> None:
        if hasattr(self, "hub"):
            self.drain()


TestLedgers = Machine.TestCase
TestLedgers.settings = settings(max_examples=100, stateful_step_count=40)
