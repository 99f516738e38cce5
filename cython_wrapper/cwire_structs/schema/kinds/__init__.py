"""The kinds of fields: one class for each, with everything that depends on the kind.

To add a kind:

1. Here: its class, a `Scalar` or a `NumberType`, in one of the modules, and its JSON name in
   `ELEMENTS` (of a number: in `NUMBERS`). Inherited: attributes of message classes, arrays, tails,
   defaults, dtypes.
2. `header/numbers.py` and `header/dwarf.py`: the types in C that are of this kind, as libclang and
   as DWARF name them. Both see a type without its typedefs: a kind that C knows by a typedef's
   name only (`q15_t` is a short) has to be found before, in `header/structs.py`.
3. `compiler/proof.py`: the class of its type in C, if `Kind.c_class` says a new one.
4. For a fast compiled getter: `CODES` in `compiled.py` and `cwire_number` in `emit/classes.pyx`.
5. Only if no `Form` fits how people write a value: a new one in `schema/fields.py`, and a row in
   each table by form: `emit/stub.py`, `emit/typescript.py`, `header/tag_values.py` (words after
   @default), and the client's `panel/inputs.py` (widgets) and `bridge/commands.py` (signatures).
   A test compares the tables with the forms. Without a table, these ask for forms:
   `emit/c_header.py` (the generated assertions), `schema/reader.py` (which kinds have a @range)
   and the relay's `hub/decimation.py`.
6. For JavaScript: `web/decode/kinds.mjs`; for other languages: PROTOCOL.md's table of kinds.

A number of another size is a row in each table at the top of `numbers`, then 2, 4 and 6.

The steps are all where numpy stores the values themselves. Where its dtype holds something else, as
the integers of fixed-point numbers, arrays of message classes, the client's `data/frame_array.py`
and its tables (pandas, xarray, pyarrow), which go by the dtype, would show that: each of them has
to ask the kind for the values, and so has the getter of the generated class. Pure.

May import: nothing.
"""

from cwire_structs.schema.fields import Kind
from cwire_structs.schema.kinds.arrays import DIMENSION_LIMIT, ArrayType, TailType
from cwire_structs.schema.kinds.chars import as_numbers, as_text
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
    "as_numbers",
    "as_text",
]

ELEMENTS: dict[str, type[Element]] = {
    **NUMBERS,
    "enum": EnumType,
    "char": TextType,
    "struct": StructType,
}
LISTS: dict[str, type[ArrayType | TailType]] = {"array": ArrayType, "tail": TailType}
