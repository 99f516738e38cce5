"""The figures in docs/why are those of the last benchmarks."""

from __future__ import annotations

import subprocess
import sys

from support.processes import ROOT


def test_the_figures_are_those_of_the_benchmarks() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "figures.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    pages = [path.read_text() for path in (ROOT / "docs" / "why").glob("*.md")]
    tables = "".join(pages).count(".py: streams -->\n| C to numpy")
    assert tables == 2
