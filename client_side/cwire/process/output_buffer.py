"""Keeps the last lines that a program wrote: without colours, whatever the bytes are. Pure."""

from __future__ import annotations

import codecs
import re
from collections import deque

__all__ = ["OutputBuffer"]

_KEPT = 10_000  # lines
_LONGEST = 2_000  # characters of a line
# Colours and cursor movements (ECMA-48 5.4), titles (xterm's OSC), and other control characters.
_CONTROL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.?|[\x00-\x08\x0b-\x1f\x7f]"
)


class OutputBuffer:
    """The last lines of an output.

    Attributes:
        total: Whole lines that ever came.
    """

    def __init__(self, kept: int = _KEPT) -> None:
        self._lines: deque[str] = deque(maxlen=kept)
        self._rest = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self.total = 0

    def feed(self, data: bytes) -> None:
        """Takes the next bytes; a line may come in pieces."""
        *whole, rest = (self._rest + self._decoder.decode(data)).split("\n")
        for line in whole:
            self._add(line)
        # A line without end must not grow without end.
        self._rest = rest if len(rest) <= 4 * _LONGEST else rest[-_LONGEST:]

    def end(self) -> None:
        """The output has ended: what has no newline is a line too."""
        self._rest += self._decoder.decode(b"", final=True)
        if self._rest:
            self._add(self._rest)
        self._rest = ""
        self._decoder.reset()

    def add(self, line: str) -> None:
        """Puts a line of our own between the program's."""
        self.end()
        self._add(line)

    def since(self, total: int) -> list[str]:
        """The whole lines after the first `total`, as far as they are kept."""
        count = min(self.total - total, len(self._lines))
        return self.last(count, partial=False)

    def last(self, count: int | None = None, *, partial: bool = True) -> list[str]:
        """The last lines, oldest first; with `partial` also the one that has not ended yet."""
        lines = list(self._lines)
        if partial and self._rest:
            lines.append(_clean(self._rest))
        return lines if count is None else lines[max(0, len(lines) - count) :]

    def _add(self, line: str) -> None:
        self._lines.append(_clean(line))
        self.total += 1


def _clean(line: str) -> str:
    # A progress bar writes over its line: what it wrote last is what a terminal shows.
    shown = line.rstrip("\r").rpartition("\r")[2]
    text = _CONTROL.sub("", shown)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
