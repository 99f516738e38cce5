"""One writer for each format. Each says what it cannot hold, by the field's name."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cwire.data.columns import Column
from cwire.data.convert import (
    cf_notes,
    dimensions,
    free_name,
    to_pandas,
    to_pyarrow,
    to_xarray,
)
from cwire.errors import CwireError, InvalidArgument
from cwire.saving.table import Table
from cwire.saving.xdf import write_xdf

__all__ = ["FORMATS", "Writer"]

Writer = Callable[[Path, Sequence[Table]], None]
"""Writes tables into a new file."""

_CHUNK_BYTES = 1 << 18  # of a dataset that grows, at most
_CHUNK_ROWS = 64  # at least, if they are not larger
_ZARR_CHUNK_BYTES = 1 << 20
_INT32 = 32  # bits
_PARQUET_BATCH = 1 << 18  # values at a time
_MAT_LIMIT = 1 << 31  # bytes of a variable in a MATLAB file
_MAT_NAME = 63  # characters of a variable's name


def _package(name: str, suffix: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise CwireError(f"{suffix} needs {name}: pip install {name}") from None


def write_hdf5(path: Path, tables: Sequence[Table]) -> None:
    """A group for each message, and a dataset for each field, of shape (frames, …)."""
    h5py = _package("h5py", ".h5")
    with h5py.File(path, "w") as file:
        for table in tables:
            group = file.create_group(table.name)
            if table.message is not None:
                group.attrs["doc"] = table.message.doc
            done = 0
            for part in table.equal_parts():
                for name, values, column in part.named():
                    stored, dtype = _hdf5_values(h5py, values, column)
                    if name not in group:
                        made = group.create_dataset(
                            name,
                            (0, *stored.shape[1:]),
                            dtype,
                            maxshape=(None, *stored.shape[1:]),
                            chunks=_hdf5_chunks(stored),
                        )
                        made.attrs.update(_hdf5_notes(values, column))
                    dataset = group[name]
                    dataset.resize(done + len(stored), axis=0)
                    if len(stored):
                        dataset[done:] = stored
                done += len(part.time)


def _hdf5_values(
    h5py: Any, values: npt.NDArray[Any], column: Column | None
) -> tuple[npt.NDArray[Any], Any]:
    if values.dtype.kind == "M":
        return values.view(np.int64), np.dtype(np.int64)
    if values.dtype.kind == "O":
        assert column is not None
        assert column.field is not None
        if column.field.type.is_tail:  # of any length
            return values, h5py.string_dtype("utf-8")
        dtype = h5py.string_dtype("utf-8", column.field.element.size)
        encoded = [text.encode() for text in values.reshape(-1)]
        return np.array(encoded, dtype).reshape(values.shape), dtype
    if column is not None and column.labels is not None:
        names = {name: value for value, name in column.labels.items()}
        return values, h5py.enum_dtype(names, values.dtype)
    return values, values.dtype


def _hdf5_chunks(stored: npt.NDArray[Any]) -> tuple[int, ...]:
    each = max(1, stored[:1].nbytes or stored.dtype.itemsize)
    rows = min(max(len(stored), _CHUNK_ROWS), max(1, _CHUNK_BYTES // each))
    return (rows, *(max(1, size) for size in stored.shape[1:]))


def _hdf5_notes(values: npt.NDArray[Any], column: Column | None) -> Mapping[str, str]:
    if column is not None:
        return column.notes
    return {"units": "ns since 1970 UTC"} if values.dtype.kind == "M" else {}


def write_parquet(path: Path, tables: Sequence[Table]) -> None:
    """A column for each field; arrays are lists, enums are dictionaries of their names."""
    pq = _package("pyarrow.parquet", ".parquet")
    (table,) = tables
    writer = None
    try:
        for part in table.parts():
            made = to_pyarrow(part.columns, part.time, table.message)
            made = _arrow_lists(made, table)
            made = made.add_column(1, free_name("sequence", part.columns), [part.sequence])
            if writer is None:
                writer = pq.ParquetWriter(path, made.schema, **_parquet_options(made.schema))
            writer.write_table(made)
    finally:
        if writer is not None:
            writer.close()
    if writer is None:
        raise InvalidArgument(f"there are no frames of {table.name} to save")


def _parquet_options(schema: Any) -> dict[str, Any]:
    """Says how columns are stored, which decides how long it takes.

    To look for values that come again is of use for texts only. Parquet has no integers of less
    than 32 bits: the bytes of their arrays are stored apart, as most are zero. So an array of bytes
    is written in a third of the time and half of the room.
    """
    pa = import_module("pyarrow")
    repeating, apart, single = [], [], []
    for field in schema:
        name, type_ = field.name, field.type
        if not pa.types.is_nested(type_):
            single.append(name)
        while _is_list(pa, type_):
            name, type_ = f"{name}.list.element", type_.value_type
        if pa.types.is_dictionary(type_) or pa.types.is_string(type_):
            repeating.append(name)
        elif name != field.name and pa.types.is_integer(type_) and type_.bit_width <= _INT32:
            apart.append(name)
    return {
        "use_dictionary": repeating,
        "use_byte_stream_split": apart,
        "write_statistics": single,
        "write_batch_size": _PARQUET_BATCH,
    }


def _arrow_lists(made: Any, table: Table) -> Any:
    """Casts lists to those that Parquet stores fastest, of any size where frames may differ.

    Their items are never null, but for numbers of an enum without a name. Frames differ in the
    columns of a tail.
    """
    pa = import_module("pyarrow")
    message = table.message
    tail = message.tail.name if message is not None and message.tail is not None else None
    for index, field in enumerate(made.schema):
        if _is_list(pa, field.type):
            type_ = _list_type(pa, field.type, any_size=field.name.split(".")[0] == tail)
            field = pa.field(field.name, type_, metadata=field.metadata)
            made = made.set_column(index, field, made[index].cast(type_))
    return made


def _is_list(pa: Any, type_: Any) -> bool:
    return bool(pa.types.is_fixed_size_list(type_) or pa.types.is_list(type_))


def _list_type(pa: Any, type_: Any, *, any_size: bool) -> Any:
    item = type_.value_type
    if _is_list(pa, item):
        item = _list_type(pa, item, any_size=any_size)
    field = pa.field("item", item, nullable=pa.types.is_dictionary(item))
    if any_size or pa.types.is_list(type_):
        return pa.list_(field)
    return pa.list_(field, type_.list_size)


def write_csv(path: Path, tables: Sequence[Table]) -> None:
    """A row for each frame, a column for each element; times as ISO 8601, enums as names."""
    (table,) = tables
    first = True
    for part in table.equal_parts():
        frame = to_pandas(part.columns, part.time, table.message)
        frame.insert(0, free_name("sequence", part.columns), part.sequence)
        frame.to_csv(path, mode="w" if first else "a", header=first)
        first = False
    if first:
        raise InvalidArgument(f"there are no frames of {table.name} to save")


def write_npz(path: Path, tables: Sequence[Table]) -> None:
    """An array for each field, as numpy has it; enums are their numbers."""
    (table,) = tables
    arrays = {
        name: values.astype(str) if values.dtype.kind == "O" else values
        for name, values, _ in table.whole().named()
    }
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)


def write_mat(path: Path, tables: Sequence[Table]) -> None:
    """A variable for each field; enums and texts are cells of text, times are ns since 1970."""
    io = _package("scipy.io", ".mat")
    (table,) = tables
    variables: dict[str, Any] = {}
    for name, values, column in table.whole().named():
        legal = re.sub(r"\W", "_", name).lstrip("_0123456789")[:_MAT_NAME] or "field"
        while legal in variables:
            legal = f"{legal[: _MAT_NAME - 1]}_"
        stored = values
        if column is not None and column.labels is not None:
            labels = column.labels
            flat = [labels.get(one, str(one)) for one in values.reshape(-1).tolist()]
            stored = np.array(flat, object).reshape(values.shape)
        elif values.dtype.kind == "M":
            stored = values.view(np.int64)
        if stored.nbytes >= _MAT_LIMIT:
            raise InvalidArgument(f"{name} has 2 GiB or more, which .mat cannot hold: save as .h5")
        variables[legal] = stored if stored.ndim > 1 else stored.reshape(-1, 1)
    io.savemat(path, variables, long_field_names=True)


def write_netcdf(path: Path, tables: Sequence[Table]) -> None:
    """A variable for each field, with the dimension ``time``; notes as the CF conventions say."""
    _package("xarray", ".nc")
    (table,) = tables
    part = table.whole()
    for column in part.columns:
        if column.values.dtype.kind == "c":
            raise InvalidArgument(
                f"{column.name} is complex, which netCDF cannot hold: choose other fields, or .h5"
            )
    seconds = part.frames.seconds
    made = to_xarray(part.columns, part.time, seconds, part.sequence, table.message)
    try:
        made.to_netcdf(path, engine=_netcdf_engine())
    except (TypeError, ValueError) as error:
        raise InvalidArgument(f"netCDF cannot hold {table.name}: {error}") from None


def _netcdf_engine() -> Any:
    for package, engine in (("h5netcdf", "h5netcdf"), ("netCDF4", "netcdf4")):
        try:
            import_module(package)
        except ImportError:
            continue
        return engine
    raise CwireError(".nc needs h5netcdf: pip install h5netcdf")


def write_zarr(path: Path, tables: Sequence[Table]) -> None:
    """A group for each message, and an array for each field, as xarray reads them."""
    zarr = _package("zarr", ".zarr")
    root = zarr.open_group(path, mode="w", zarr_format=3)
    for table in tables:
        about = {"message": table.message.name, "doc": table.message.doc} if table.message else {}
        group = root.create_group(table.name, attributes=about)
        for part in table.equal_parts():
            dims = dimensions(part.columns)
            when = free_name("time", part.columns)
            for name, values, column in part.named():
                stored = values.view(np.int64) if values.dtype.kind == "M" else values
                if name not in group:
                    group.create_array(
                        name,
                        shape=(0, *stored.shape[1:]),
                        dtype=str if stored.dtype.kind == "O" else stored.dtype,
                        chunks=_zarr_chunks(stored),
                        dimension_names=[when] if column is None else dims[name],
                        attributes=_zarr_notes(values, column),
                    )
                if len(stored):
                    group[name].append(stored)
            group.attrs["coordinates"] = free_name("sequence", part.columns)
    with warnings.catch_warnings():
        # zarr 3.1 warns that the format's text does not have it yet; xarray, if it is missing.
        warnings.simplefilter("ignore")
        zarr.consolidate_metadata(root.store)


def _zarr_chunks(stored: npt.NDArray[Any]) -> tuple[int, ...]:
    each = max(1, stored[:1].nbytes or stored.dtype.itemsize)
    rows = max(_CHUNK_ROWS, _ZARR_CHUNK_BYTES // each)
    return (rows, *(max(1, size) for size in stored.shape[1:]))


def _zarr_notes(values: npt.NDArray[Any], column: Column | None) -> Mapping[str, Any]:
    if column is not None:
        return cf_notes(column)
    if values.dtype.kind == "M":
        return {"units": "nanoseconds since 1970-01-01", "long_name": "when it was published, UTC"}
    return {"long_name": "the driver's count"}


FORMATS: Mapping[str, Writer] = {
    ".csv": write_csv,
    ".h5": write_hdf5,
    ".hdf5": write_hdf5,
    ".mat": write_mat,
    ".nc": write_netcdf,
    ".npz": write_npz,
    ".parquet": write_parquet,
    ".xdf": write_xdf,
    ".zarr": write_zarr,
}
"""By the file's ending."""

SEVERAL = (".h5", ".hdf5", ".xdf", ".zarr")
"""Formats whose files hold several messages."""
