"""The values of one struct as an object: fields as attributes, ready to print. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from cwire.errors import UnknownField
from cwire.view.html import record_html
from cwire.view.text import value_text
from cwire_structs.schema.dtypes import column
from cwire_structs.schema.fields import Struct

__all__ = ["EnumValue", "Fields"]


class EnumValue(int):
    """An integer with the name that the C enum gives it; ``name`` is None for other numbers."""

    name: str | None

    def __new__(cls, value: int, name: str | None) -> EnumValue:
        """Makes one of a number and its name."""
        self = super().__new__(cls, value)
        self.name = name
        return self

    def __repr__(self) -> str:
        return f"{self.name} ({int(self)})" if self.name else str(int(self))

    def __reduce__(self) -> tuple[type[EnumValue], tuple[int, str | None]]:
        return type(self), (int(self), self.name)


class Fields:
    """A struct's values: ``status.acquisition.level`` or ``status["acquisition"]["level"]``.

    Numbers are Python's, text is str, enums are `EnumValue`, arrays are views on the message's
    memory (valid as long as anything refers to them).
    """

    __slots__ = ("_struct", "_values")
    _values: np.void
    _struct: Struct

    def __init__(self, values: np.void, struct: Struct) -> None:
        self._values = values
        self._struct = struct

    def __getitem__(self, name: str) -> Any:
        field = self._struct.by_name.get(name)
        if field is None:
            names = ", ".join(self._struct.by_name)
            raise UnknownField(
                f"{self._struct.name} has no field {name!r}; its fields are: {names}"
            )
        value = column(self._values, self._struct, field)
        kind = field.type
        if kind.struct is not None:
            return Fields(value, kind.struct)
        value = kind.from_numpy(value)
        return value if kind.enum is None else EnumValue(value, kind.enum.label(value))

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__"):
            for field in self._struct.fields:
                if field.py_name == name:
                    return self[field.name]
        names = ", ".join(field.py_name for field in self._struct.fields)
        raise AttributeError(f"{self._struct.name} has no field {name!r}; its fields are: {names}")

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(field.py_name for field in self._struct.fields)]

    def __iter__(self) -> Iterator[str]:
        return iter(self._struct.by_name)

    def __len__(self) -> int:
        return len(self._struct.by_name)

    def __contains__(self, name: object) -> bool:
        return name in self._struct.by_name

    def keys(self) -> list[str]:
        """The fields' names, so that ``dict(record)`` works."""
        return list(self._struct.by_name)

    def _ipython_key_completions_(self) -> list[str]:
        return self.keys()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Fields) or self._struct.name != other._struct.name:
            return NotImplemented
        return all(np.array_equal(self[name], other[name]) for name in self)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        inside = ", ".join(f"{name}={value_text(self[name])}" for name in self)
        return f"{self._struct.name}({inside})"

    def _title(self) -> str:
        return self._struct.name

    def _repr_html_(self) -> str:
        return record_html(self._title(), self._struct, self)
