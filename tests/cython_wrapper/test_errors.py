"""The names that an error suggests."""

from __future__ import annotations

import pytest

from cwire_structs.errors import hint_text, nearest


@pytest.mark.parametrize(
    ("name", "known", "near"),
    [
        ("frequncy", ["shape", "frequency"], "frequency"),
        ("zzz", ["shape", "frequency"], None),
        ("shape", [], None),
        ("x" * 65, ["x" * 64], None),  # comparing takes time with the square of the length
        ("x" * 64, ["x" * 65], None),
        ("speed499", [f"speed_{number}" for number in range(20_000)], "speed_499"),
        ("lever", [*(f"x{number}" for number in range(20_000)), "level"], "level"),
    ],
)
def test_nearest(name: str, known: list[str], near: str | None) -> None:
    assert nearest(name, known) == near


def test_hint() -> None:
    assert hint_text("spede", ["speed"], "axis.") == "did you mean 'axis.speed'?"
    assert hint_text("zzz", ["speed", "flags"], "axis.") == "there are: axis.speed, axis.flags"
    many = [f"field_{number}" for number in range(32)]
    assert hint_text("zzz", many).endswith("field_29, and 2 more")
    assert hint_text("zzz", []) == "there are: none"
