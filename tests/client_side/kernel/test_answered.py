"""The line below a cell whose commands were answered with a plain OK."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from cwire.kernel.answered import shows_value, text_of
from cwire_structs import frames
from support.fake_relay import FakeRelay


@pytest.mark.parametrize(
    ("cell", "shows"),
    [
        ("x = 1\nf()", True),
        ("await f()", True),
        ("x = f()", False),
        ("f();", False),
        ("for i in range(3):\n    f()", False),
        ("", False),
        ("f(", False),
    ],
)
def test_a_cell_shows_the_value_of_its_last_statement(cell: str, shows: bool) -> None:
    assert shows_value(cell) is shows


@pytest.mark.parametrize(
    ("answers", "text"),
    [
        ([("stage_move", 0.00312)], "stage_move: OK, after 3.12 ms"),
        ([("home", 0.1), ("stage_move", 1.25)], "stage_move: OK, after 1.25 s, and 1 before it"),
        ([("go", 0.9996)], "go: OK, after 1 s"),
    ],
)
def test_the_line(answers: list[tuple[str, float]], text: str) -> None:
    assert text_of(answers) == text


def answer(data: bytes) -> bytes:
    """A plain OK."""
    header = frames.unpack_header(data)
    return frames.pack(header.type, flags=frames.REPLY, source=1, request=header.request)


@pytest.fixture(scope="module")
def shell() -> Iterator[Any]:
    made: Any = InteractiveShell.instance()
    made.colors = "nocolor"
    yield made
    InteractiveShell.clear_instance()


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("bridge.send.go()", "go: OK, after a while"),
        ("bridge.send.go(); bridge.send.go()", "go: OK, after a while, and 1 before it"),
        ("assert bridge.send.go() is None", ""),
        ("answer = bridge.send.go()", ""),
        ("bridge.send.go();", ""),
        ("bridge.send.go()\n1", "1"),
        ("None", ""),
        ("await remote.send.go()", "go: OK, after a while"),
    ],
)
def test_a_cell_says_that_it_was_answered(
    shell: Any, capsys: pytest.CaptureFixture[str], cell: str, said: str
) -> None:
    with FakeRelay() as relay:
        relay.on_binary = answer
        begin = "cwire.connect" if "remote" not in cell else "await cwire.aconnect"
        shell.run_cell(f"import cwire\nbridge = remote = {begin}({relay.url!r})").raise_error()
        capsys.readouterr()
        shell.run_cell(cell, store_history=True).raise_error()
        out = capsys.readouterr().out
        shell.run_cell("await remote.close()" if "remote" in cell else "bridge.close()")
    out = re.sub(r"after [\d.e-]+ m?s", "after a while", re.sub(r"Out\[\d+\]: ", "", out))
    assert out.strip() == said
