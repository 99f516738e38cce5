"""Frames taken apart into named columns, the common ground of all tables. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from cwire.errors import UnknownField
from cwire_structs.schema.dtypes import column as field_column
from cwire_structs.schema.fields import ArrayType, EnumType, Field, Struct, StructType, TailType

if TYPE_CHECKING:
    from cwire.data.frame_array import FrameArray

__all__ = ["Column", "flatten"]


@dataclass(frozen=True, slots=True)
class Column:
    """One field of many frames.

    Attributes:
        name: The field's name; that of a nested struct's has dots: ``acquisition.level``.
        values: Of shape ``(frames, *shape of the field)``, in this machine's byte order; text is
            an array of str objects.
        field: Its description; None where the frames do not know their message.
    """

    name: str
    values: npt.NDArray[Any]
    field: Field | None

    @property
    def labels(self) -> Mapping[int, str] | None:
        """The names of an enum's values; None if it is no enum."""
        kind = self.field.type if self.field else None
        if isinstance(kind, (ArrayType, TailType)):
            kind = kind.of
        if not isinstance(kind, EnumType):
            return None
        labels: dict[int, str] = {}
        for name, value in kind.enum.values.items():
            labels.setdefault(value, name)  # of two names for one value, the first one
        return labels

    @property
    def notes(self) -> dict[str, str]:
        """Unit, comment and C type, as far as the header has them."""
        if self.field is None:
            return {}
        notes = {"units": self.field.unit, "long_name": self.field.doc}
        return {"c_type": self.field.c_type, **{key: text for key, text in notes.items() if text}}


def flatten(frames: FrameArray, names: Sequence[str] = ()) -> list[Column]:
    """The columns of frames.

    Args:
        frames: An array of one dimension.
        names: The fields to take; all by default.

    Raises:
        UnknownField: There is no such field.
    """
    plain = np.asarray(frames)
    struct = frames.message.struct if frames.message else None
    known = tuple(struct.by_name) if struct else plain.dtype.names or ()
    for name in names:
        if name not in known:
            raise UnknownField(f"there is no field {name!r}; there are: {', '.join(known)}")
    return list(_walk(plain, tuple(names) or known, struct, ""))


def _walk(
    plain: npt.NDArray[Any], names: Sequence[str], struct: Struct | None, path: str
) -> Iterator[Column]:
    for name in names:
        field = struct.by_name.get(name) if struct else None
        values = field_column(plain, struct, field) if struct and field else plain[name]
        if values.dtype.names:
            inner = _struct(field)
            below = tuple(inner.by_name) if inner else values.dtype.names
            yield from _walk(values, below, inner, f"{path}{name}.")
        elif values.dtype.kind == "S":
            yield Column(path + name, _texts(values), field)
        else:
            native = values.astype(values.dtype.newbyteorder("="))  # a copy that stands alone
            yield Column(path + name, native, field)


def _struct(field: Field | None) -> Struct | None:
    kind = field.type if field else None
    if isinstance(kind, (ArrayType, TailType)):
        kind = kind.of
    return kind.struct if isinstance(kind, StructType) else None


def _texts(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    texts = np.empty(values.shape, object)
    for index, cell in np.ndenumerate(values):
        texts[index] = bytes(cell).split(b"\0", 1)[0].decode(errors="replace")
    return texts
