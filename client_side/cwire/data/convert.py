"""Makes tables of pandas, xarray and pyarrow, where those are installed, of columns. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from cwire.data.columns import Column
from cwire.errors import CwireError, InvalidArgument
from cwire.view.text import scaling_text
from cwire_structs.schema import Message, shown

if TYPE_CHECKING:
    import pandas
    import pyarrow
    import xarray

__all__ = [
    "Arrays",
    "cf_notes",
    "dimensions",
    "free_name",
    "to_pandas",
    "to_pyarrow",
    "to_xarray",
]

_MANY = 50  # columns

Arrays = Literal["columns", "long", "cells"]


def to_pandas(
    columns: Sequence[Column],
    time: npt.NDArray[np.datetime64],
    message: Message | None,
    arrays: Arrays = "columns",
) -> pandas.DataFrame:
    """Makes a DataFrame; see `FrameArray.to_pandas`.

    Args:
        columns: Its columns, as `flatten` makes them.
        time: When each frame was published: the index.
        message: The message's description, where it is known.
        arrays: What becomes of array fields.
    """
    pd = _package("pandas")
    if arrays not in ("columns", "long", "cells"):
        raise InvalidArgument(f"arrays can be 'columns', 'long' or 'cells', not {arrays!r}")
    index = pd.DatetimeIndex(np.array(time), tz="UTC", name=free_name("time", columns))
    if arrays == "long":
        return _long(pd, index, columns)
    parts = []
    for column in columns:
        if column.values.ndim == 1:
            parts.append(_series(pd, column, column.values).to_frame(column.name))
        elif arrays == "cells":
            cells = np.empty(len(column.values), object)
            cells[:] = list(column.values)
            parts.append(pd.DataFrame({column.name: cells}))
        else:
            parts.append(_spread(pd, column))
    table = pd.concat(parts, axis=1) if parts else pd.DataFrame(index=range(len(index)))
    if len(parts) > _MANY:
        table = table.copy()  # as one block: pandas warns of tables in more pieces
    table.index = index
    return _noted(table, message, columns)


def _series(pd: Any, column: Column, values: npt.NDArray[Any]) -> Any:
    labels = column.labels
    if labels is None:
        return pd.Series(values)
    names = list(dict.fromkeys(labels.values()))
    return pd.Series(pd.Categorical(pd.Series(values).map(labels), categories=names))


def _spread(pd: Any, column: Column) -> Any:
    """One column for each element, named as C writes it: ``samples[0]``."""
    shape = column.values.shape[1:]
    names = [column.element_name(place) for place in product(*map(range, shape))]
    flat = column.values.reshape(len(column.values), len(names))
    if column.labels is None:
        return pd.DataFrame(flat, columns=names)
    parts = {name: _series(pd, column, flat[:, i]) for i, name in enumerate(names)}
    return pd.DataFrame(parts)


def _long(pd: Any, index: Any, columns: Sequence[Column]) -> Any:
    shapes = {column.values.shape[1:] for column in columns if column.values.ndim > 1}
    if len(shapes) > 1:
        sizes = ", ".join(
            f"{column.name}{list(column.values.shape[1:])}"
            for column in columns
            if column.values.ndim > 1
        )
        raise InvalidArgument(f"the long form needs arrays of one shape; choose fields of: {sizes}")
    shape = next(iter(shapes), ())
    places = list(product(*map(range, shape)))
    levels = ["sample"] if len(shape) == 1 else [f"sample_{axis}" for axis in range(len(shape))]
    levels = [free_name(level, columns) for level in levels]
    data = {}
    for column in columns:
        values = column.values
        flat = values.reshape(-1) if values.ndim > 1 else np.repeat(values, len(places))
        data[column.name] = _series(pd, column, flat)
    table = pd.DataFrame(data)
    numbers = np.array(places, np.intp).reshape(len(places), len(shape))
    levels_of = [np.tile(numbers[:, axis], len(index)) for axis in range(len(shape))]
    table.index = (
        pd.MultiIndex.from_arrays(
            [index.repeat(len(places)), *levels_of], names=[index.name, *levels]
        )
        if shape
        else index
    )
    return table


def _noted(table: Any, message: Message | None, columns: Sequence[Column]) -> Any:
    if message is not None:
        table.attrs["message"] = message.name
        table.attrs["units"] = {
            column.name: column.field.unit
            for column in columns
            if column.field and column.field.unit and not shown.scaling(column.field)
        }
        scaled = {column.name: column.field for column in columns if column.field}
        scaled = {name: field for name, field in scaled.items() if shown.scaling(field)}
        if scaled:  # the table holds the numbers as C has them
            table.attrs["shown_as"] = {name: scaling_text(field) for name, field in scaled.items()}
    return table


def to_xarray(
    columns: Sequence[Column],
    time: npt.NDArray[np.datetime64],
    seconds: npt.NDArray[np.float64],
    sequence: npt.NDArray[np.uint32],
    message: Message | None,
) -> xarray.Dataset:
    """Makes a Dataset; see `FrameArray.to_xarray`.

    Args:
        columns: Its variables, as `flatten` makes them.
        time: When each frame was published: the coordinate of the dimension ``time``.
        seconds: The same in seconds since 1970 UTC.
        sequence: The driver's count of each frame.
        message: The message's description, where it is known.
    """
    xr = _package("xarray")
    when = free_name("time", columns)
    dims = dimensions(columns)
    data = {}
    for column in columns:
        values, notes = column.values, cf_notes(column)
        if (labels := column.labels) is not None:
            values = _names(labels, values)
        data[column.name] = (dims[column.name], values, notes)
    clock = {"long_name": "when it was published, UTC"}
    coordinates = {
        "time": (when, np.array(time), clock),
        "seconds": (when, seconds, {"units": "s", "long_name": "since 1970, UTC"}),
        "sequence": (when, sequence.copy(), {"long_name": "the driver's count"}),
    }
    coordinates = {free_name(name, columns): value for name, value in coordinates.items()}
    about = {"message": message.name, "doc": message.doc} if message else {}
    made: xarray.Dataset = xr.Dataset(data, coords=coordinates, attrs=about)
    return made


def dimensions(columns: Sequence[Column]) -> dict[str, list[str]]:
    """Returns the names of the dimensions of each column; the first one is ``time``."""
    lengths = {column.values.shape[1] for column in columns if column.values.ndim == 2}
    when = free_name("time", columns)
    found = {}
    for column in columns:
        shape = column.values.shape[1:]
        if len(shape) == 1:
            dims = ["sample" if len(lengths) == 1 else f"{column.name}_sample"]
        elif len(shape) == 2:
            dims = [f"{column.name}_row", f"{column.name}_column"]
        else:
            dims = [f"{column.name}_{axis}" for axis in range(len(shape))]
        found[column.name] = [when, *(free_name(name, columns) for name in dims)]
    return found


def cf_notes(column: Column) -> dict[str, Any]:
    """Returns unit, comment, scale and an enum's names as the CF conventions say them."""
    notes: dict[str, Any] = dict(column.notes)
    for key in ("scale_factor", "add_offset"):
        if key in notes:
            notes[key] = float(notes[key])
    if (labels := column.labels) is not None:
        notes["flag_values"] = list(labels)
        notes["flag_meanings"] = " ".join(labels.values())
    return notes


def to_pyarrow(
    columns: Sequence[Column], time: npt.NDArray[np.datetime64], message: Message | None
) -> pyarrow.Table:
    """Makes a Table; see `FrameArray.to_pyarrow`.

    Args:
        columns: Its columns, as `flatten` makes them.
        time: When each frame was published: the first column.
        message: The message's description, where it is known.
    """
    pa = _package("pyarrow")
    stamps = pa.array(np.array(time)).cast(pa.timestamp("ns", "UTC"))
    arrays, schema = [stamps], [pa.field(free_name("time", columns), stamps.type)]
    for name, array, notes in _arrow_columns(pa, columns):
        arrays.append(array)
        schema.append(pa.field(name, array.type, metadata=notes))
    about = {"message": message.name, "doc": message.doc} if message else None
    return pa.Table.from_arrays(arrays, schema=pa.schema(schema, metadata=about))


def _arrow_columns(pa: Any, columns: Sequence[Column]) -> Iterator[tuple[str, Any, dict[str, str]]]:
    for column in columns:
        values = column.values
        if values.dtype.kind == "c":  # arrow has no complex numbers: pairs of real and imaginary
            values = values.view(values.real.dtype).reshape(*values.shape, 2)
        array = _arrow_flat(pa, column, np.ascontiguousarray(values).reshape(-1))
        if 0 in values.shape[1:]:  # arrow has no list of a fixed size without any
            type_ = array.type
            for _ in values.shape[1:]:
                type_ = pa.list_(type_)
            array = pa.array(values.tolist(), type_)
        else:
            for size in reversed(values.shape[1:]):
                array = pa.FixedSizeListArray.from_arrays(array, size)
        yield column.name, array, column.notes


def _arrow_flat(pa: Any, column: Column, flat: npt.NDArray[Any]) -> Any:
    labels = column.labels
    if flat.dtype == object:
        return pa.array(flat, pa.string())
    if labels is None:
        return pa.array(flat)
    place = {value: i for i, value in enumerate(labels)}
    indices = pa.array([place.get(value) for value in flat.tolist()], pa.int32())
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(labels.values()), pa.string()))


def _names(labels: Mapping[int, str], values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The names of an enum's values; of a number without one, the number."""
    numbers, places = np.unique(values, return_inverse=True)
    names = np.array([labels.get(one, str(one)) for one in numbers.tolist()], str)
    found: npt.NDArray[Any] = names[places].reshape(values.shape)
    return found


def free_name(name: str, columns: Sequence[Column]) -> str:
    """A name of ours in a table: ``time``, or ``frame_time`` where the header has a ``time``."""
    taken = {column.name for column in columns}
    while name in taken:
        name = f"frame_{name}"
    return name


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise CwireError(f"this needs {name}, which is not installed: pip install {name}") from None
