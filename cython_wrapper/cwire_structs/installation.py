"""Tells where this cwire lies: in a checkout of its sources, or where pip has put it.

Who installed it by pip has no Makefile and no folder of the sources. What texts advise in a
checkout only, they take from `advice`; a test looks for others.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["advice", "checkout"]

_PACKAGE = Path(__file__).resolve().parent


def checkout() -> Path | None:
    """Returns the root of the checkout that the package lies in; None: it lies in none."""
    root = _PACKAGE.parents[1]
    return root if (root / "c_driver" / "Makefile").is_file() else None


def advice(in_checkout: str, installed: str) -> str:
    """Returns what is to be done: in a checkout the first, after a plain ``pip install`` the other.

    Args:
        in_checkout: It may name make and files of the sources.
        installed: It must not.
    """
    return in_checkout if checkout() else installed
