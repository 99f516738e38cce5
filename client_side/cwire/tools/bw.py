"""`cwire bw`: how many bytes of a message come, once a second."""

from __future__ import annotations

import argparse

from cwire.tools.hz import add

__all__ = ["register"]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds `bw` to the `cwire` command."""
    add(
        subparsers,
        "bw",
        "show how many bytes of a message come",
        "Prints once a second how many bytes of a message's frames came, headers included.",
    )
