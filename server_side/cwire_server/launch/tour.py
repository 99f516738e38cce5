"""Copies of the tour's notebooks to work on: the checkout's own stay as git has them.

A copy that is there is never written to. Where the original has changed since, a further copy is
made under another name. Which original a copy is of is in the file ``.tour.json`` beside them.
"""

from __future__ import annotations

import hashlib
import json
from itertools import count
from pathlib import Path

from cwire_server.launch.part import LaunchError

__all__ = ["copy_tour"]

_NOTES = ".tour.json"


def copy_tour(source: Path, folder: Path) -> dict[str, Path]:
    """Copies what is missing, or has changed.

    Args:
        source: The folder of the originals.
        folder: Where the copies go; it is made.

    Returns:
        The newest copy of each original, by the original's name.

    Raises:
        LaunchError: They cannot be written.
    """
    try:
        folder.mkdir(exist_ok=True)
        notes = _notes(folder)
        copies = {}
        for original in sorted(source.glob("*.ipynb")):
            data = original.read_bytes()
            mark = hashlib.sha256(data).hexdigest()
            known, name = notes.get(original.name, ["", ""])
            path = folder / (name if known == mark else _free_name(folder, original.name, data))
            if not path.exists():
                path.write_bytes(data)
            notes[original.name] = [mark, path.name]
            copies[original.name] = path
        (folder / _NOTES).write_text(json.dumps(notes, indent=1))
    except OSError as error:
        raise LaunchError(
            f"cannot copy the notebooks: {error.filename}: {error.strerror}"
        ) from error
    return copies


def _notes(folder: Path) -> dict[str, list[str]]:
    """By original: the hash of what was copied last, and the copy's name."""
    try:
        told = json.loads((folder / _NOTES).read_text())
        return {str(name): [str(mark), Path(copy).name] for name, (mark, copy) in told.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _free_name(folder: Path, name: str, data: bytes) -> str:
    """A name for a copy: one that nobody has, or that has the very same in it."""
    stem = name.removesuffix(".ipynb")
    for number in count(1):
        free = f"{stem}_{number}.ipynb" if number > 1 else name
        path = folder / free
        if not path.exists() or path.read_bytes() == data:
            return free
    raise AssertionError
