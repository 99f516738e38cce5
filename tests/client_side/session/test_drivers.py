"""The words in which people are told of a driver."""

from __future__ import annotations

import pytest

from cwire.session.drivers import Driver, down_text


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("", "start it"),
        ("the driver has stopped", "the driver has stopped; start it"),
        ("nothing is at a.sock; start the driver", "nothing is at a.sock; start the driver"),
    ],
)
def test_one_sentence_says_what_to_do(reason: str, told: str) -> None:
    text = down_text(Driver("lab", 1, reason=reason))
    assert text == f"driver 'lab' is down: {told}; it is found within seconds"
