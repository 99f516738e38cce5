"""A cell that is run again closes what its last run created."""

from __future__ import annotations

import gc

import pytest

import cwire
from cwire.kernel.cell import OncePerCell, cell_of_now, kernel_shell
from support.fake_relay import FakeRelay


class Thing:
    """Something that a cell made."""

    closed = ""

    def close(self, reason: str) -> None:
        """Ends it."""
        self.closed = reason


def test_outside_of_a_kernel_there_is_no_cell() -> None:
    assert kernel_shell() is None
    assert cell_of_now() is None


def test_what_the_earlier_run_made_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    things: OncePerCell[Thing] = OncePerCell(Thing.close)

    def made(cell: tuple[str, int] | None) -> Thing:
        monkeypatch.setattr("cwire.kernel.cell.cell_of_now", lambda: cell)
        thing = Thing()
        things.add(thing)
        return thing

    script, first, same, other = made(None), made(("a", 1)), made(("a", 1)), made(("b", 2))
    left = made(("a", 1))
    things.remove(left)
    assert not any(one.closed for one in (script, first, same, other))
    again = made(("a", 3))
    assert first.closed == same.closed == "its cell was run again"
    assert not any(one.closed for one in (script, other, left, again))
    del again
    gc.collect()
    assert len(things._open) == 2


def test_a_cell_that_connects_again_closes_its_bridge(monkeypatch: pytest.MonkeyPatch) -> None:
    def connected(run: int, cell: str = "a") -> cwire.Bridge:
        monkeypatch.setattr("cwire.kernel.cell.cell_of_now", lambda: (cell, run))
        return cwire.connect(relay.url)

    with FakeRelay() as relay:
        first, other, again = connected(1), connected(2, "b"), connected(3)
        assert (first.connected, other.connected, again.connected) == (False, True, True)
        with pytest.raises(cwire.NotConnected, match="was run again: run this one, too"):
            first.send.set(x=1.0)
        gc.collect()  # pytest fails the test if a socket was left open
        other.close()
        again.close()
