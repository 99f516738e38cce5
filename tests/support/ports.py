"""Ports of this machine that a test may give away and take again."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["held_port"]


@contextmanager
def held_port() -> Iterator[int]:
    """A port that is given to nobody who takes any, until the end of the block.

    Whoever names it may listen there, again and again, with SO_REUSEADDR, as servers do. A port
    that was free a moment ago is no such one: it may be another program's by now.
    """
    with socket.socket() as holder:
        # Bound and not listening: Linux passes it over, and lets a listener in.
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        port: int = holder.getsockname()[1]
        yield port
