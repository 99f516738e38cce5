"""What faults may be, and how they are written."""

from __future__ import annotations

import pytest

from cwire.errors import InvalidArgument
from cwire.proxy.faults import Break, Faults


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("100B", Break("reset", bytes=100)),
        ("0B", Break("reset", bytes=0)),
        ("1.5KiB", Break("reset", bytes=1536)),
        ("20ms", Break("reset", seconds=0.02)),
        (" 5 s ", Break("reset", seconds=5.0)),
    ],
)
def test_the_end_of_a_way(text: str, expected: Break) -> None:
    assert Break.of("reset", text) == expected


@pytest.mark.parametrize("text", ["", "5", "B", "-1B", "1e3B", "5 parsecs", "nan s", "5s5s"])
def test_what_is_no_end(text: str) -> None:
    with pytest.raises(InvalidArgument, match="no size and no time after which to stall: give"):
        Break.of("stall", text)


@pytest.mark.parametrize(
    ("faults", "message"),
    [
        ({"delay": -0.1}, "delay is 0 to 3600 seconds, not -0.1"),
        ({"jitter": float("nan")}, "jitter is 0 to 3600 seconds, not nan"),
        ({"lose": 1.5}, "lose is the probability of a byte, 0 to 1, not 1.5"),
        ({"flip": float("nan")}, "flip is the probability of a byte, 0 to 1, not nan"),
        ({"rate": 0.0}, "rate is 1 to 1e+09 bytes in a second, or inf, not 0.0"),
        ({"slice": -1}, "slice is the bytes of a piece, or 0 for no slices, not -1"),
        ({"slice": 1.5}, "slice is the bytes of a piece, or 0 for no slices, not 1.5"),
    ],
)
def test_values_out_of_their_range(faults: dict[str, float], message: str) -> None:
    with pytest.raises(InvalidArgument) as raised:
        Faults(**faults)  # type: ignore[arg-type]
    assert str(raised.value) == message
