"""Shows a progress bar by tqdm, where that is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["progress"]

_DELAY = 1.0  # s: what is over by then needs no bar


@contextmanager
def progress(
    title: str, total: float, unit: str, *, shown: bool = True
) -> Iterator[Callable[[float, str], None]]:
    """A bar that comes after a second and goes when all is done.

    Yields:
        What is to be called with how far it is, and a note.
    """
    make = _maker() if shown else None
    if make is None:
        yield lambda position, note: None
        return
    done = "{n:.1f}" if unit == "s" else "{n:.0f}"
    form = f"{{desc}}: {{percentage:3.0f}}%|{{bar}}| {done}/{{total:g}} {unit}{{postfix}}"
    with make(total=total, desc=title, delay=_DELAY, leave=False, bar_format=form) as bar:

        def show(position: float, note: str) -> None:
            bar.set_postfix_str(note, refresh=False)
            bar.update(min(position, total) - bar.n)

        yield show


def _maker() -> Any:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return None
    return tqdm
