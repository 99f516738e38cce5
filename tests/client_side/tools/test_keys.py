"""Keys, as terminals write them."""

from __future__ import annotations

import pytest

from cwire.tools.keys import key_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("q", ["quit"]),
        ("\x1b[A\x1bOB", ["up", "down"]),
        ("\x1b[5~\x1b[6~ b", ["page up", "page down", "page down", "page up"]),
        ("\x1b[H\x1b[4~gG", ["home", "end", "home", "end"]),
        ("x\x1b[1;5Cjk\x1b", ["down", "up"]),
    ],
)
def test_what_keys_mean(text: str, names: list[str]) -> None:
    assert key_names(text) == names
