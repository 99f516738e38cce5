"""The bytes of a recorded message: how a frame's payload is made of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from cwire_structs.mcap.foreign import ForeignBody
from cwire_structs.mcap.ros2 import ENCAPSULATION, Description
from cwire_structs.schema import Message

__all__ = ["Body", "OtherBody", "OwnBody"]

_START = len(ENCAPSULATION["little"])


class Body(Protocol):
    """The bytes of a message's data."""

    @property
    def time(self) -> str:
        """Which of a message's times is the frame's."""

    def size(self, width: int) -> int:
        """Returns the bytes of a payload, of data of so many bytes."""

    def copy(self, data: npt.NDArray[np.uint8], out: npt.NDArray[Any]) -> None:
        """Writes the payloads of some messages of one size into rows."""


@dataclass(frozen=True, slots=True)
class OwnBody:
    """What cwire has recorded: the payload as it was, but for what is in front of a tail."""

    description: Description
    message: Message
    time: str = "publish_time"

    def size(self, width: int) -> int:
        """See `Body`."""
        tail = self.description.tail
        if tail is not None:
            return width - _START - tail.extra
        return width - _START if self.message.size else 0

    def copy(self, data: npt.NDArray[np.uint8], out: npt.NDArray[Any]) -> None:
        """See `Body`."""
        size, tail = out.shape[1], self.description.tail
        if tail is None:
            out[:] = data[:, _START : _START + size]
        else:
            fixed = self.description.fixed
            out[:, :fixed] = data[:, _START : _START + fixed]
            out[:, fixed:] = data[:, _START + fixed + tail.extra :]


@dataclass(frozen=True, slots=True)
class OtherBody:
    """What another program has recorded: a struct is made of it."""

    body: ForeignBody
    time: str = "log_time"

    def size(self, width: int) -> int:
        """See `Body`."""
        return self.body.struct.size

    def copy(self, data: npt.NDArray[np.uint8], out: npt.NDArray[Any]) -> None:
        """See `Body`."""
        out[:] = self.body.payloads(data)
