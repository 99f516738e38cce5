"""The settings of the Jupyter extension, from its traits, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from cwire_server.jupyter.extension import CwireExtension

__all__ = ["markdown"]


def markdown() -> str:
    """A table of all of them."""
    return "\n".join(_rows()) + "\n"


def _rows() -> Iterator[str]:
    yield "| setting | default | what |\n|---|---|---|"
    for name, trait in CwireExtension.class_own_traits(config=True).items():
        yield f"| `c.CwireExtension.{name}` | `{trait.default()!r}` | {trait.help} |"
