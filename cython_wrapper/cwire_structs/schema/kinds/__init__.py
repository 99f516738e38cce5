"""The kinds of fields: one class for each, with everything that depends on the kind.

To add a kind of element, say a fixed-point number:

1. Its class, a `Scalar` or a `NumberType`, in a module here; its JSON name into `ELEMENTS` below.
   What all scalars can do is inherited: attributes, bit fields, arrays, tails, defaults.
2. `header/numbers.py` says which type in C it is, or `header/structs.py` if a tag in the comment
   says so.
3. Only if its `form` is a new one, a row for it in each table that goes by form: C and Cython
   (`emit/cython_property.py`, `emit/stub.py`), words after @default (`header/tag_values.py`),
   and the client's widgets (`panel/inputs.py`) and signatures (`bridge/commands.py`).
4. For JavaScript: `web/decode/`, and PROTOCOL.md's table of kinds.

To add a number of another size: its size and its letter in `numbers`, then 2 and 4. Pure.

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
