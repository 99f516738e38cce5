"""A publisher that its receiver starts: one that says when it is ready and can be held back."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Sequence
from types import TracebackType

__all__ = ["Publisher"]


class Publisher:
    """A running publisher. It ends with the with statement.

    Attributes:
        ready: The line that it printed when it was ready.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        assert self._process.stdout is not None
        self.ready = self._process.stdout.readline().decode().strip()
        if not self.ready:
            raise RuntimeError(f"{command[0]} did not start")

    def tell(self, received: int) -> None:
        """Tells it how many frames have come."""
        assert self._process.stdin is not None
        self._process.stdin.write(struct.pack("<Q", received))

    def __enter__(self) -> Publisher:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait(10)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
