"""Frames to pandas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from cwire.errors import CwireError, UnknownField
from cwire_structs.dtypes import column as field_column
from cwire_structs.fields import EnumType, Struct, StructType

if TYPE_CHECKING:
    import pandas

    from cwire.frame_array import FrameArray

__all__ = ["to_pandas"]


def to_pandas(frames: FrameArray, fields: Sequence[str]) -> pandas.DataFrame:
    """Makes a DataFrame; see `FrameArray.to_pandas`."""
    try:
        import pandas
    except ImportError:
        raise CwireError("this needs pandas: pip install 'cwire[notebook]'") from None
    plain = np.asarray(frames)
    struct = frames.message.struct if frames.message else None
    known = tuple(struct.by_name) if struct else plain.dtype.names or ()
    names = tuple(fields) or known
    for name in names:
        if name not in known:
            raise UnknownField(f"there is no field {name!r}; there are: {', '.join(known)}")
    data = {}
    for path, column, labels in _columns(plain, names, struct, ""):
        if labels is None:
            data[path] = column
        else:
            named = pandas.Series(column).map(labels)
            data[path] = pandas.Categorical(named, categories=list(dict.fromkeys(labels.values())))
    index = pandas.DatetimeIndex(np.array(frames.time), tz="UTC", name="time")
    return pandas.DataFrame(data, index=index)


def _columns(
    plain: np.ndarray[Any, np.dtype[Any]], names: Sequence[str], struct: Struct | None, path: str
) -> Iterator[tuple[str, Any, dict[int, str] | None]]:
    for name in names:
        field = struct.by_name.get(name) if struct else None
        column = field_column(plain, struct, field) if struct and field else plain[name]
        if column.ndim > 1:
            cells = np.empty(len(column), object)
            cells[:] = list(column)
            yield path + name, cells, None
        elif column.dtype.names:
            inner = field.type.struct if field and isinstance(field.type, StructType) else None
            below = tuple(inner.by_name) if inner else column.dtype.names
            yield from _columns(column, below, inner, f"{path}{name}.")
        elif column.dtype.kind == "S":
            yield path + name, [_text(cell) for cell in column], None
        elif field and isinstance(field.type, EnumType):
            labels = {value: label for label, value in field.type.enum.values.items()}
            yield path + name, column, labels
        else:
            # pandas wants the machine's own byte order, and columns that stand alone.
            yield path + name, column.astype(column.dtype.newbyteorder("=")), None


def _text(cell: bytes) -> str:
    return bytes(cell).split(b"\0", 1)[0].decode(errors="replace")
