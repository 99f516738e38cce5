"""The code in README.md and in the pages of docs/, each block with the test that runs it.

Before a block stands ``<!-- run by tests/FILE.py::TEST -->``, or ``<!-- not run: REASON -->``. A
test gets the blocks that name it by the fixture `examples`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.processes import ROOT

__all__ = ["PAGES", "Example", "all_examples", "examples", "examples_of"]

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
"""The pages whose code is run."""

_BLOCK = re.compile(
    r"(?:^<!-- (?P<said>[^\n]*) -->\n)?^```(?P<head>[^\n]*)\n(?P<text>.*?)^```$", re.M | re.S
)


@dataclass(frozen=True)
class Example:
    """A block of code of a page."""

    page: Path
    line: int
    language: str
    """Empty if it is only shown."""
    text: str
    said: str
    """What the comment before it says."""

    @property
    def runner(self) -> str:
        """The test that runs it, as pytest calls it; empty if none does."""
        return self.said.removeprefix("run by ") if self.said.startswith("run by ") else ""

    def __str__(self) -> str:
        """Say where it is."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def all_examples() -> list[Example]:
    """Every block, in the order of the pages."""
    found = []
    for page in PAGES:
        text = page.read_text()
        for match in _BLOCK.finditer(text):
            line = text.count("\n", 0, match.start("head")) + 1
            language = match["head"].partition(" ")[0]
            found.append(Example(page, line, language, match["text"], match["said"] or ""))
    return found


def examples_of(test: str) -> list[str]:
    """The blocks that a test runs, which is named as pytest does."""
    found = [one.text for one in all_examples() if one.runner == test]
    assert found, f"no page has an example for {test}"
    return found


@pytest.fixture
def examples(request: pytest.FixtureRequest) -> list[str]:
    """The blocks that name this test."""
    path = request.path.relative_to(ROOT)
    return examples_of(f"{path}::{request.node.originalname}")
