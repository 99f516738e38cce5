"""One piece of long work in each turn of the event loop, and everybody's in the end."""

from __future__ import annotations

import asyncio

from cwire_server.clients.turns import Turns


class Worker:
    """Has pieces of work, and writes down when it does them."""

    def __init__(self, turns: Turns, name: str, pieces: int, log: list[str]) -> None:
        self._turns, self._name, self._pieces, self._log = turns, name, pieces, log

    def __call__(self) -> None:
        while self._pieces and self._turns.take(self):
            self._pieces -= 1
            self._log.append(self._name)


async def turn(log: list[str]) -> None:
    """Something else that has its turn meanwhile."""
    for _ in range(6):
        log.append(".")
        await asyncio.sleep(0)


async def test_between_two_pieces_everything_else_has_its_turn() -> None:
    log: list[str] = []
    turns = Turns()
    for worker in (Worker(turns, "a", 2, log), Worker(turns, "b", 3, log)):
        worker()
        worker()
    await turn(log)
    text = "".join(log)
    assert text.count("a") == 2
    assert text.count("b") == 3
    assert not any(pair in text for pair in ("aa", "ab", "ba", "bb"))


async def test_an_idle_turn_is_given_at_once() -> None:
    turns = Turns()
    assert turns.take(lambda: None)
    assert not turns.take(lambda: None)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert turns.take(lambda: None)
