"""Between two pieces of long work all else has its turn, and everybody's is done in the end."""

from __future__ import annotations

import asyncio

from cwire_server.clients.turns import SharedTurns


class Worker:
    """Has pieces of work, and writes down when it does them."""

    def __init__(self, turns: SharedTurns, name: str, pieces: int, log: list[str]) -> None:
        self._turns, self._name, self._pieces, self._log = turns, name, pieces, log

    def __call__(self) -> None:
        while self._pieces and self._turns.take(self):
            self._pieces -= 1
            self._log.append(self._name)
            self._turns.done()


async def others(log: list[str], pieces: int) -> None:
    """Something else that has its turn meanwhile."""
    while sum(name != "." for name in log) < pieces:
        log.append(".")
        await asyncio.sleep(0)


async def test_between_two_pieces_everything_else_has_its_turn() -> None:
    log: list[str] = []
    turns = SharedTurns()
    for worker in (Worker(turns, "a", 2, log), Worker(turns, "b", 3, log)):
        worker()
        worker()
    await others(log, 5)
    text = "".join(log)
    assert text.count("a") == 2
    assert text.count("b") == 3
    assert not any(pair in text for pair in ("aa", "ab", "ba", "bb"))


async def test_an_idle_turn_is_given_at_once() -> None:
    turns = SharedTurns()
    given = asyncio.Event()
    assert turns.take(given.set)
    assert not turns.take(given.set)
    turns.done()
    await asyncio.wait_for(given.wait(), 10)
    assert turns.take(given.set)
