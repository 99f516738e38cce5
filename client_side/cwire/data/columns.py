"""Splits a structured array into named columns, from which all tables are made. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cwire.data.fields import known_path
from cwire.errors import UnknownField
from cwire_structs.schema.fields import Field, Struct
from cwire_structs.schema.paths import Path

__all__ = ["Column", "flatten"]


@dataclass(frozen=True, slots=True)
class Column:
    """One field of many frames.

    Attributes:
        name: The path of its field: ``acquisition.level``; of all structs of an array
            ``axis.speed``.
        values: A copy of shape ``(frames, *shape of the field)``, in this machine's byte order;
            text is an array of str objects, half floats are float32.
        path: The path itself; None where the frames do not know their message.
    """

    name: str
    values: npt.NDArray[Any]
    path: Path | None = None

    @property
    def field(self) -> Field | None:
        """Its description; None where the frames do not know their message."""
        return self.path.field if self.path else None

    def element_name(self, place: Sequence[int]) -> str:
        """The path of one element of an array: ``samples[0]``, ``axis[1].speed``."""
        if self.path is not None:
            return self.path.element_name(place)
        return self.name + "".join(f"[{index}]" for index in place)

    @property
    def labels(self) -> Mapping[int, str] | None:
        """The names of an enum's values; None if it is no enum."""
        enum = self.field.element.enum if self.field else None
        if enum is None:
            return None
        labels: dict[int, str] = {}
        for name, value in enum.values.items():
            labels.setdefault(value, name)  # of two names for one value, the first one
        return labels

    @property
    def notes(self) -> dict[str, str]:
        """Unit, comment and C type, as far as the header has them."""
        if self.field is None:
            return {}
        notes = {"units": self.field.unit, "long_name": self.field.doc}
        if self.field.scale is not None:  # as the CF conventions say it: of value * scale + offset
            notes["scale_factor"] = f"{self.field.scale:.17g}"
        if self.field.bias is not None:
            notes["add_offset"] = f"{self.field.bias:.17g}"
        return {"c_type": self.field.c_type, **{key: text for key, text in notes.items() if text}}


def flatten(
    plain: npt.NDArray[Any], struct: Struct | None, names: Sequence[str] = ()
) -> list[Column]:
    """Returns the columns of frames.

    Args:
        plain: The frames' fields: a structured array of one dimension.
        struct: Describes them; None: only numpy does.
        names: The fields to take; all by default.

    Raises:
        UnknownField: There is no such field.
    """
    if struct is not None:
        paths = [known_path(struct, name, struct.name) for name in names or struct.by_name]
        return [column for path in paths for column in _described(plain, path)]
    known = plain.dtype.names or ()
    for name in names:
        if name not in known:
            raise UnknownField(f"there is no field {name!r}; there are: {', '.join(known)}")
    return list(_undescribed(plain, tuple(names) or known, ""))


def _described(plain: npt.NDArray[Any], path: Path) -> Iterator[Column]:
    inner = path.field.element.struct
    if inner is not None:
        for field in inner.fields:
            yield from _described(plain, path.into(field))
    else:
        yield Column(path.name, _table_values(path.values(plain)), path)


def _undescribed(plain: npt.NDArray[Any], names: Sequence[str], path: str) -> Iterator[Column]:
    for name in names:
        values = plain[name]
        if values.dtype.names:
            yield from _undescribed(values, values.dtype.names, f"{path}{name}.")
        else:
            yield Column(path + name, _table_values(values))


def _table_values(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A copy as tables take it: texts as str, numbers in this machine's byte order."""
    return _texts(values) if values.dtype.kind == "S" else values.astype(_table_dtype(values.dtype))


def _table_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """Returns the dtype of a column: in this machine's byte order, and float32 for half floats.

    Those are too narrow for what tables do with them: pandas 3.1 gives an infinite standard
    deviation of 1, 400 and 800, Arrow 26 has no sum or comparison of them, netCDF no such type.
    """
    native = dtype.newbyteorder("=")
    return np.dtype(np.float32) if native == np.float16 else native


def _texts(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    texts = np.empty(values.shape, object)
    for index, cell in np.ndenumerate(values):
        texts[index] = bytes(cell).split(b"\0", 1)[0].decode(errors="replace")
    return texts
