"""Completes a recorded file whose program was killed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from cwire.errors import CwireError, InvalidArgument
from cwire.recording.bags import BagFile
from cwire.recording.file import open as open_file
from cwire_structs.mcap.writer import mended

__all__ = ["recover"]


def recover(path: Path, output: Path | None = None) -> str:
    """Adds what readers need to find everything: indexes and the summary.

    What is not whole at the file's end is cut off: that is less than a second of a recording.

    Args:
        path: The file; no program may be writing it.
        output: A new file for the result; None: the same one.

    Returns:
        A sentence about what was done.

    Raises:
        InvalidArgument: There is no such file, or it is none of these; or `output` is there.
        CwireError: It cannot be written.
    """
    with open_file(path) as file:
        if file.whole or isinstance(file.mcap, BagFile):
            return f"{path} is whole: nothing to do"
        frames = sum(one.count for one in file.messages.values())
        keep, parts = mended(file.mcap)
        cut = len(file.mcap) - keep
    try:
        if output is not None:
            if output.exists():
                raise InvalidArgument(f"{output} is there already: give another name")
            shutil.copyfile(path, output)
        with (output or path).open("r+b") as target:
            target.truncate(keep)
            target.seek(keep)
            target.writelines(parts)
            target.flush()
            os.fsync(target.fileno())
    except OSError as error:
        raise CwireError(f"cannot write {output or path}: {error.strerror or error}") from None
    return f"{output or path}: {frames:,} frames; {cut:,} bytes at the end were not whole"
