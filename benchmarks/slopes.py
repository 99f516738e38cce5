"""Whether a row of samples grows: robust slopes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

__all__ = ["Growth", "growth"]

_HOUR = 3600.0
Samples = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Growth:
    """The course of a figure over time.

    Attributes:
        start: Median of the first tenth.
        end: Median of the last tenth.
        slope: Per hour, over all.
        halves: Per hour, of the first half and of the second.
        limit: Per hour; what is borne.
    """

    start: float
    end: float
    slope: float
    halves: tuple[float, float]
    limit: float

    @property
    def leaks(self) -> bool:
        """Whether all three slopes are above the limit."""
        # A step, or what fills up and then is full, grows in one half only.
        return min(self.slope, *self.halves) > self.limit


def growth(samples: Samples, borne: float, noise: float) -> Growth:
    """Judges samples of (time in seconds, value).

    Args:
        samples: In the order of time; at least four.
        borne: Growth per hour that is no leak.
        noise: What comes and goes by itself: growth that is less than this in half of the time is
            no leak either.
    """
    middle, tenth = len(samples) // 2, max(1, len(samples) // 10)
    half = (samples[-1][0] - samples[0][0]) / 2
    return Growth(
        start=median(value for _, value in samples[:tenth]),
        end=median(value for _, value in samples[-tenth:]),
        slope=_slope(samples),
        halves=(_slope(samples[:middle]), _slope(samples[middle:])),
        limit=max(borne, noise * _HOUR / half),
    )


def _slope(samples: Samples) -> float:
    """Theil and Sen's: the median of the slopes of all pairs, which a few outliers do not move."""
    pairs = combinations(samples, 2)
    return median((y - y0) / (x - x0) for (x0, y0), (x, y) in pairs) * _HOUR
