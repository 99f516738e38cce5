"""Saves frames, or what a recorded file has, into a new file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from os import PathLike, fspath
from pathlib import Path
from shutil import rmtree

from cwire.data.arguments import names_of
from cwire.data.frame_array import FrameArray
from cwire.errors import CwireError, InvalidArgument
from cwire.saving.formats import FORMATS, SEVERAL, Writer
from cwire.saving.table import Table
from cwire_structs.errors import hint_text

__all__ = ["check", "path_of", "save", "save_frames"]

_STORE_FILES = ("zarr.json", ".zgroup", ".zarray")  # of zarr, of version 3 or 2


def path_of(given: object) -> Path:
    """Returns the path that a user gives.

    Raises:
        InvalidArgument: It is none.
    """
    if isinstance(given, (str, PathLike)) and isinstance(place := fspath(given), str) and place:
        return Path(given)
    raise InvalidArgument(f"a file has a path, such as 'run.mcap', not {given!r}")


def check(path: Path, *, overwrite: bool) -> str:
    """Returns the ending that says a file's format.

    Raises:
        InvalidArgument: There is no such format, or the file is there already.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise InvalidArgument(f"{path.name} has no format's ending; {hint_text(suffix, FORMATS)}")
    if path.exists() and not overwrite:
        raise InvalidArgument(
            f"{path} is there already: give another name, or say that it may be overwritten"
        )
    if path.is_dir() and not any((path / name).exists() for name in _STORE_FILES):
        raise InvalidArgument(f"{path} is a folder, and no zarr store: give another name")
    return suffix


def save_frames(
    frames: FrameArray,
    path: str | PathLike[str],
    fields: tuple[str | Iterable[str], ...] = (),
    *,
    overwrite: bool = False,
) -> None:
    """Saves frames; see `FrameArray.save`."""
    name = frames.message.name if frames.message is not None else "frames"
    save(path_of(path), [(name, [frames])], names_of(fields, "fields"), overwrite=overwrite)


def save(
    path: Path,
    messages: Sequence[tuple[str, Iterable[FrameArray]]],
    fields: Sequence[str] = (),
    *,
    overwrite: bool = False,
) -> list[Path]:
    """Saves the frames of some messages.

    Args:
        path: The file. Where its format holds one message only, and there are several, each has a
            file of its own, with the message's name before the ending.
        messages: The name of each and its frames, some at a time.
        fields: Those to save; all by default.
        overwrite: Whether files may be there already.

    Returns:
        The files.

    Raises:
        InvalidArgument: There is no such format, the file is there, or the format cannot hold
            what is asked for: the text says which field.
        UnknownField: There is no such field.
        CwireError: A package is missing, or the file cannot be written.
    """
    suffix = check(path, overwrite=overwrite)
    groups = [(path, list(messages))]
    if len(messages) > 1 and suffix not in SEVERAL:
        groups = [(_named(path, name), [(name, parts)]) for name, parts in messages]
        for one, _ in groups:
            check(one, overwrite=overwrite)
    written = []
    for one, some in groups:
        tables = [_table(name, parts, fields) for name, parts in some]
        try:
            _write(FORMATS[suffix], one, tables)
        except OSError as error:
            raise CwireError(f"cannot write {one}: {error.strerror or error}") from None
        written.append(one)
    return written


def _write(write: Writer, path: Path, tables: Sequence[Table]) -> None:
    """Writes a file beside the one it replaces, which stays if that fails."""
    partial = path.with_name(f"{path.stem}.partial{path.suffix}")
    try:
        write(partial, tables)
        if path.is_dir():  # a zarr store, by `check`
            rmtree(path)
        partial.replace(path)
    finally:
        if partial.is_dir():
            rmtree(partial)
        else:
            partial.unlink(missing_ok=True)


def _named(path: Path, name: str) -> Path:
    return path.with_name(f"{path.stem}-{name.replace('/', '-')}{path.suffix}")


def _table(name: str, frames: Iterable[FrameArray], fields: Sequence[str]) -> Table:
    iterator: Iterator[FrameArray] = iter(frames)
    first = next(iterator, None)
    message = first.message if first is not None else None
    every = iterator if first is None else chain([first], iterator)
    return Table(name, message, every, fields)
