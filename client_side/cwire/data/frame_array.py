"""Frames of one message as a numpy array, and one of them as a record.

Both keep the frames' headers: when each was published, in which order and by whom. Pure.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cwire.data.arguments import names_of
from cwire.data.clock import LAST_STAMP
from cwire.data.columns import Column, flatten
from cwire.data.convert import Arrays, to_pandas, to_pyarrow, to_xarray
from cwire.data.fields import Fields, StructArray, known_path
from cwire.data.run import Run
from cwire.errors import InvalidArgument, UnknownField
from cwire.view.html import frames_html
from cwire.view.text import frame_rows, frames_text, frames_title
from cwire_structs.frames import HEADER, HEADER_SIZE, unpack_header
from cwire_structs.schema import Message
from cwire_structs.schema.dtypes import column
from cwire_structs.schema.fields import Struct

if TYPE_CHECKING:
    import pandas
    import pyarrow
    import xarray

__all__ = ["FrameArray", "Record", "frame_of", "record_of", "view_of"]

_HEADER_FIELDS: Mapping[str, tuple[np.dtype[Any], int]] = {
    name: (HEADER.fields[name][0], HEADER.fields[name][1])  # type: ignore[index]
    for name in HEADER.names or ()
}


_NAT = np.uint64(2**63)  # "not a time", as it counts nanoseconds


class FrameArray(np.ndarray[Any, np.dtype[Any]]):
    """Frames of one message and one size; a structured array with the message's fields.

    Each row is a whole frame, header included, so `time`, `seconds`, `sequence` and `source` stay
    with the rows through slicing, masks, sorting by index, `copy` and `numpy.concatenate`. They
    and the fields (``blocks["samples"]``, of shape ``(n, 1024)``, say) are views on the same
    memory; so are values inside of structs and arrays: ``status["axis[0].speed"]``, or of all
    axes ``status["axis.speed"]`` or ``status["axis"]["speed"]``, of shape ``(n, 2)``. One row,
    ``blocks[-1]``, is a `Record`.

    What other numpy functions make from it is a plain array without headers.

    The rows may be a view into the history (``copy=False``), which goes on: `valid` says whether
    they are still what they were.
    """

    _message: Message | None
    # False where numpy itself made a copy: it copies fields and leaves the header's bytes out.
    _whole: bool
    # The frames of the history that this is a view of.
    _run: Run | None = None
    # False of a copy of frames that were overwritten before it was complete.
    _intact: bool = True

    @classmethod
    def from_frames(
        cls,
        buffer: npt.NDArray[Any] | bytes | bytearray | memoryview,
        dtype: np.dtype[Any],
        message: Message | None = None,
    ) -> FrameArray:
        """Views a buffer of whole frames, each of ``dtype.itemsize`` bytes; copies nothing.

        Args:
            buffer: The frames, one after the other.
            dtype: Of a frame: `Message.frame_dtype`.
            message: What they are; without it they have no units and no paths.
        """
        if message is not None and not isinstance(message, Message):
            raise InvalidArgument(f"{message!r} is no message: give schema.messages[NAME], or None")
        try:
            raw = buffer if isinstance(buffer, np.ndarray) else np.frombuffer(buffer, np.uint8)
            rows = raw.reshape(-1).view(dtype)
        except (TypeError, ValueError, AttributeError) as error:
            raise InvalidArgument(
                f"buffer has no whole frames of dtype ({error}): give their bytes, and the "
                f"message's frame_dtype"
            ) from None
        return _framed(rows, message)

    def __array_finalize__(self, obj: object) -> None:
        self._message = None
        self._whole = False
        if isinstance(obj, FrameArray):
            self._message = obj._message
            self._whole = obj._whole and np.may_share_memory(self, obj)
            if obj._run is not None:
                self._run = obj._run
            if not obj._intact:
                self._intact = False

    @property
    def message(self) -> Message | None:
        """The message's description from the schema."""
        return self._message

    def valid(self) -> bool:
        """Whether none of the frames has been overwritten: call it when you have read them.

        True for ever of a copy. Of a view (``copy=False``) it becomes False when newer frames take
        the place of these: what was computed before may be of both. A slice has its own frames
        only; a copy of a view tells whether it was complete in time. A field of this name is read
        as ``frames["valid"]``.
        """
        return self._intact and (self._run is None or self._run.holds(self))

    @property
    def time(self) -> npt.NDArray[np.datetime64]:
        """Publishing time of each frame: datetime64[ns], UTC; NaT beyond the year 2262."""
        stamps = self._header("time_ns")
        beyond = stamps > LAST_STAMP
        if beyond.any():
            stamps = np.where(beyond, _NAT, stamps)
        return stamps.view("<M8[ns]")

    @property
    def seconds(self) -> npt.NDArray[np.float64]:
        """Publishing time of each frame in seconds since 1970 UTC, as `time.time` counts."""
        return np.asarray(self._header("time_ns").astype(np.float64) * 1e-9)

    @property
    def sequence(self) -> npt.NDArray[np.uint32]:
        """The driver's count of frames of this message, modulo 2³²; a step over 1 is a loss."""
        return self._header("sequence")

    @property
    def source(self) -> npt.NDArray[np.uint8]:
        """The relay's number of the driver."""
        return self._header("source")

    def _header(self, name: str) -> npt.NDArray[Any]:
        if not self._whole:
            raise ValueError(
                "this array was made by a numpy function that copies the fields only, so it has "
                f"no {name}: take it from the array that bridge.latest() gave"
            )
        dtype, offset = _HEADER_FIELDS[name]
        width = self.dtype.itemsize
        header = np.dtype(
            {"names": ["_"], "formats": [dtype], "offsets": [offset], "itemsize": width}
        )
        return np.asarray(np.asarray(self).view(header)["_"])

    def _raw(self) -> npt.NDArray[Any]:
        """The rows as opaque bytes: numpy copies those whole."""
        return np.asarray(self).view(f"V{self.dtype.itemsize}")

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            if self._message is not None:
                struct = self._message.struct
                field = struct.by_name.get(key)
                if field is not None:
                    values = column(np.asarray(self), struct, field)
                else:
                    path = known_path(struct, key, self._message.name)
                    values, field = path.values(np.asarray(self)), path.field
                if values.dtype.names is None or (inner := field.element.struct) is None:
                    return values
                return StructArray.of(values, inner)
            if key not in (self.dtype.names or ()):
                raise UnknownField(_no_field(key, self.dtype))
            return np.asarray(self)[key]
        if isinstance(key, list) and key and all(isinstance(name, str) for name in key):
            for name in key:
                if name not in (self.dtype.names or ()):
                    raise UnknownField(_no_field(name, self.dtype))
            return np.asarray(self)[key]
        # Not as SupportsIndex: that is looked at slowly, which each row of a loop would wait for.
        is_row = hasattr(key, "__index__") and not isinstance(key, np.ndarray)
        if is_row and self.ndim == 1:
            index = key.__index__()
            if not -len(self) <= index < len(self):
                raise IndexError(f"row {index} of {len(self)} frames")
            row = self[slice(index, index + 1 if index != -1 else None)]
            return record_of(row)
        raw = self._raw()
        rows = raw[key]
        found = _framed(rows.view(self.dtype), self._message, whole=self._whole)
        return found if self._run is None and self._intact else self._guard(found)

    def _guard(self, rows: FrameArray) -> FrameArray:
        """Has rows of this array, or a copy of them, tell whether they are valid."""
        if self._run is not None and np.may_share_memory(self, rows):
            rows._run, rows._intact = self._run, self._intact
        else:
            rows._intact = self.valid()
        return rows

    def __getattr__(self, name: str) -> Any:
        message = self.__dict__.get("_message")
        for field in message.struct.fields if message is not None else ():
            if field.py_name == name:
                return self[field.name]
        raise AttributeError(f"{type(self).__name__} has no attribute and no field {name!r}")

    def __dir__(self) -> list[str]:
        fields = self._message.struct.fields if self._message else ()
        return [*super().__dir__(), *(field.py_name for field in fields)]

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._message.struct.by_name if self._message else self.dtype.names or ())

    def __iter__(self) -> Iterator[Any]:
        return (self[index] for index in range(len(self)))

    def copy(self, order: Any = "C") -> FrameArray:
        """A copy with its own memory, headers included.

        Args:
            order: As numpy's.
        """
        rows = self._raw().copy(order).view(self.dtype)
        return self._guard(_framed(rows, self._message, whole=self._whole))

    def __copy__(self) -> FrameArray:
        return self.copy()

    def __deepcopy__(self, memo: Any, /) -> FrameArray:
        return self.copy()

    def __reduce__(self) -> Any:
        data = self._raw().tobytes()
        return _rebuild, (data, self.dtype, self._message, self._whole, self.valid())

    def __array_function__(
        self, func: Callable[..., Any], types: Any, args: Any, kwargs: Any
    ) -> Any:
        if func is np.concatenate:
            parts = list(args[0])
            if all(isinstance(part, FrameArray) and part.dtype == self.dtype for part in parts):
                rows = np.concatenate([part._raw() for part in parts], *args[1:], **kwargs)
                whole = all(part._whole for part in parts)
                joined = _framed(rows.view(self.dtype), self._message, whole=whole)
                joined._intact = all(part.valid() for part in parts)
                return joined
        return func(*_plain(args), **{name: _plain(value) for name, value in kwargs.items()})

    def to_pandas(
        self, *fields: str | Iterable[str], arrays: Arrays = "columns"
    ) -> pandas.DataFrame:
        """A pandas DataFrame: one row per frame, indexed by time (UTC).

        Enums are categories with their names, nested structs have names such as
        ``acquisition.level``, half floats are float32. Units are in ``attrs["units"]``. Where the
        header has a field ``time``, the index is called ``frame_time``; so with xarray and arrow.

        Args:
            *fields: The fields to take, or paths such as ``axis[0].speed``; all by default.
            arrays: What becomes of array fields. ``columns``: one column per element, named as in
                C: ``samples[0]``, ``axis[1].speed``. ``long``: one row per element, indexed by time
                and ``sample``; scalars are repeated. ``cells``: one array per cell.

        Raises:
            UnknownField: There is no such field.
            CwireError: pandas is not installed.
        """
        return to_pandas(self._columns(fields), self.time, self._message, arrays)

    def to_xarray(self, *fields: str | Iterable[str]) -> xarray.Dataset:
        """An xarray Dataset with the dimension ``time`` and those of the array fields.

        Arrays of one length have the dimension ``sample``; of several lengths, ``FIELD_sample``;
        of two dimensions, ``FIELD_row`` and ``FIELD_column``. ``seconds`` and ``sequence`` are
        further coordinates. Units and comments are attributes, as the CF conventions name them;
        enums are their names, whose numbers are in ``flag_values`` and ``flag_meanings``. Half
        floats are float32.

        Args:
            *fields: The fields to take, or paths such as ``axis[0].speed``; all by default.

        Raises:
            UnknownField: There is no such field.
            CwireError: xarray is not installed.
        """
        columns = self._columns(fields)
        return to_xarray(columns, self.time, self.seconds, self.sequence, self._message)

    def to_pyarrow(self, *fields: str | Iterable[str]) -> pyarrow.Table:
        """An Arrow table: a column ``time``, and one for each field.

        Arrays are lists of a fixed size, enums dictionaries, complex numbers pairs, half floats
        float32; unit, comment and C type are the fields' metadata.

        Args:
            *fields: The fields to take, or paths such as ``axis[0].speed``; all by default.

        Raises:
            UnknownField: There is no such field.
            CwireError: pyarrow is not installed.
        """
        return to_pyarrow(self._columns(fields), self.time, self._message)

    def save(self, path: Any, *fields: str | Iterable[str], overwrite: bool = False) -> None:
        """Saves the frames into a new file of another tool.

        The ending says the format: ``.h5`` (a group with a dataset for each field), ``.parquet``,
        ``.csv`` (a column for each element of arrays), ``.nc`` (netCDF), ``.mat`` (MATLAB),
        ``.npz`` (numpy), ``.zarr`` (a group like that of HDF5), ``.xdf`` (LabRecorder). Each has
        the time and the sequence beside the fields.

        Args:
            path: The file, as text or a `pathlib.Path`.
            *fields: The fields to save, or paths such as ``axis[0].speed``; all by default.
            overwrite: Whether the file may be there already.

        Raises:
            InvalidArgument: There is no such format, the file is there, or the format cannot hold
                a field: the text says which.
            UnknownField: There is no such field.
            CwireError: A package is missing, or the file cannot be written.
        """
        # The package has it, as files are above this folder. It is there: we are a part of it.
        sys.modules["cwire"]._save(self, path, fields, overwrite=overwrite)

    @property
    def _struct(self) -> Struct | None:
        return self._message.struct if self._message else None

    def _columns(self, fields: tuple[str | Iterable[str], ...]) -> list[Column]:
        return flatten(np.asarray(self), self._struct, names_of(fields, "fields"))

    def _title(self) -> str:
        name = self._message.name if self._message else "frames"
        return frames_title(
            name, self.shape, self.dtype.itemsize, self.time if self._whole else None
        )

    def _rows(self) -> list[tuple[str, ...]]:
        return frame_rows(np.asarray(self), self._struct)

    def __repr__(self) -> str:
        return frames_text(self._title(), self._rows())

    __str__ = __repr__

    def _repr_html_(self) -> str:
        return frames_html(self._title(), self._rows())


def _no_field(name: str, dtype: np.dtype[Any]) -> str:
    return f"this message has no field {name!r}; there are: {', '.join(dtype.names or ())}"


class Record(Fields):
    """One message as it came: its fields, and when and from whom it came.

    A field that is called ``time``, ``seconds``, ``sequence``, ``source``, ``message``, ``valid``
    or ``keys`` is read as ``record["time"]``.
    """

    __slots__ = ("_cwire_frame",)
    _cwire_frame: FrameArray

    @classmethod
    def _cwire_of(cls, frame: FrameArray) -> Record:
        if frame.message is None:
            raise ValueError("this array does not know its message")
        plain = np.asarray(frame)
        record = cls(plain[0], frame.message.struct)
        record._cwire_frame = frame
        return record

    @property
    def message(self) -> Message:
        """The message's description from the schema."""
        message = self._cwire_frame.message
        assert message is not None
        return message

    @property
    def time(self) -> np.datetime64:
        """Publishing time: datetime64[ns], UTC."""
        return np.datetime64(self._cwire_frame.time[0])

    @property
    def seconds(self) -> float:
        """Publishing time in seconds since 1970 UTC."""
        return float(self._cwire_frame.seconds[0])

    @property
    def sequence(self) -> int:
        """The driver's count of messages of this kind, modulo 2³²; 0 in replies."""
        return int(self._cwire_frame.sequence[0])

    @property
    def source(self) -> int:
        """The relay's number of the driver."""
        return int(self._cwire_frame.source[0])

    def valid(self) -> bool:
        """Whether it has not been overwritten; see `FrameArray.valid`."""
        return self._cwire_frame.valid()

    def __bytes__(self) -> bytes:
        data = np.asarray(self._cwire_frame).tobytes()
        return data[HEADER_SIZE : unpack_header(data).size]

    def __reduce__(self) -> Any:
        return record_of, (self._cwire_frame,)

    def __copy__(self) -> Any:
        return record_of(self._cwire_frame.copy())

    def _cwire_title(self) -> str:
        return f"{self.message.name}, {str(self.time)[:23]} UTC"


def record_of(frame: FrameArray) -> Record:
    """The record of an array of one frame whose message is known; copies nothing."""
    return Record._cwire_of(frame)


def frame_of(record: Record) -> FrameArray:
    """A record as an array of one frame; copies nothing."""
    return record._cwire_frame


def _framed(rows: npt.NDArray[Any], message: Message | None, *, whole: bool = True) -> FrameArray:
    if rows.dtype.itemsize < HEADER_SIZE:
        raise ValueError(f"rows of {rows.dtype.itemsize} bytes cannot hold a frame's header")
    frames = rows.view(FrameArray)
    frames._message = message
    frames._whole = whole
    return frames


def _rebuild(
    data: bytes, dtype: np.dtype[Any], message: Message | None, whole: bool, intact: bool
) -> FrameArray:
    frames = _framed(np.frombuffer(bytearray(data), dtype), message, whole=whole)
    frames._intact = intact
    return frames


def view_of(run: Run, dtype: np.dtype[Any], message: Message) -> FrameArray:
    """Views a history's frames, read-only; `FrameArray.valid` says whether they are still there."""
    frames = FrameArray.from_frames(run.memory, dtype, message)
    frames.flags.writeable = False
    frames._run = run
    return frames


def _plain(value: Any) -> Any:
    """The value with the frame arrays in it as plain arrays."""
    if isinstance(value, FrameArray):
        return np.asarray(value)
    if isinstance(value, (list, tuple)):
        return type(value)(_plain(item) for item in value)
    return value
