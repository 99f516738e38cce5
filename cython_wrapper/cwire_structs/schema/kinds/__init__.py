"""The kinds of fields: one class for each, with everything that depends on the kind.

To add a kind, say a fixed-point number:

1. Here: its class, a `Scalar` or a `NumberType`, in one of the modules, and its JSON name in
   `ELEMENTS`. Inherited: attributes of message classes, arrays, tails, defaults, dtypes.
2. `header/numbers.py`: the types in C that are of this kind.
3. For a fast compiled getter: `CODES` in `compiled.py` and `cwire_number` in `emit/classes.pyx`.
4. Only if people write its values in a way of their own: a new `Form` in `schema/fields.py`, and a
   row in each table by form: `emit/stub.py`, `header/tag_values.py`
   (words after @default), and the client's `panel/inputs.py` (widgets) and `bridge/commands.py`
   (signatures). A test compares the tables with the forms.
5. For JavaScript: `web/decode/kinds.mjs`; for other languages: PROTOCOL.md's table of kinds.

A number of another size is a row in each table at the top of `numbers`, then 2, 3 and 5. Tables of
frames (pandas, xarray, pyarrow) go by numpy's dtype and need nothing. Pure.

May import: nothing.
"""

from cwire_structs.schema.fields import Kind
from cwire_structs.schema.kinds.arrays import DIMENSION_LIMIT, ArrayType, TailType
from cwire_structs.schema.kinds.element import Element, Known, Scalar
from cwire_structs.schema.kinds.enums import EnumType
from cwire_structs.schema.kinds.numbers import (
    NUMBERS,
    BoolType,
    ComplexType,
    FloatType,
    IntegerType,
    IntType,
    NumberType,
    UintType,
)
from cwire_structs.schema.kinds.structs import StructType
from cwire_structs.schema.kinds.text import TextType

__all__ = [
    "DIMENSION_LIMIT",
    "ELEMENTS",
    "LISTS",
    "NUMBERS",
    "ArrayType",
    "BoolType",
    "ComplexType",
    "Element",
    "EnumType",
    "FloatType",
    "IntType",
    "IntegerType",
    "Kind",
    "Known",
    "NumberType",
    "Scalar",
    "StructType",
    "TailType",
    "TextType",
    "UintType",
]

ELEMENTS: dict[str, type[Element]] = {
    **NUMBERS,
    "enum": EnumType,
    "char": TextType,
    "struct": StructType,
}
LISTS: dict[str, type[ArrayType | TailType]] = {"array": ArrayType, "tail": TailType}
