"""A run of frames in a history's memory, and whether they are still there. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Run"]


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Frames that lie one behind the other in memory that is written into again and again.

    All that was ever written there is counted in bytes.

    Attributes:
        oldest: Says from which count on nothing is overwritten yet.
        start: The count of the run's first byte.
        memory: The run's bytes.
    """

    oldest: Callable[[], int]
    start: int
    memory: npt.NDArray[Any]

    def holds(self, array: npt.NDArray[Any]) -> bool:
        """Whether none of an array's frames, which are some of the run's, has been overwritten.

        Of an array that lies elsewhere, a copy, all frames of the run count.
        """
        offset = _first_byte(array) - _first_byte(self.memory)
        first = offset if 0 <= offset < self.memory.nbytes else 0
        return array.size == 0 or self.oldest() <= self.start + first


def _first_byte(array: npt.NDArray[Any]) -> int:
    address: int = np.asarray(array).__array_interface__["data"][0]
    back = (
        (count - 1) * stride
        for count, stride in zip(array.shape, array.strides, strict=True)
        if stride < 0
    )
    return address + int(sum(back))
