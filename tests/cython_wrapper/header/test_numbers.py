"""The names by which a typedef of char says that it is a number."""

from __future__ import annotations

import pytest

from cwire_structs.header.numbers import is_small_integer

NUMBERS = (
    "s8", "u8", "S8", "U8", "i8", "I8", "ui8", "UI8", "si8", "__s8", "__u8", "s8_t", "u8_t",
    "vendor_s8", "tU8", "t_u8", "kU8", "hostS8", "my_i8", "int8", "INT8", "int8_t", "uint8_t",
    "sint8", "Sint8", "SINT8", "UINT8", "int8_T", "u_int8_t", "__int8_t", "INT8S", "INT8U",
    "CPU_INT08S", "CPU_INT08U", "int_8", "Int8", "xInt8", "GLint8", "int_least8_t",
    "uint_fast8_t", "xdc_Int8", "byte", "BYTE", "Byte", "byte_t", "SBYTE", "GLbyte", "png_byte",
    "octet", "octet_t", "bool", "BOOL", "bool_t", "Bool", "boolean", "boolean_t", "q7_t",
)  # fmt: skip
TEXTS = (
    "name_t", "char_t", "CHAR", "letter", "utf8", "utf8_t", "UTF8", "char8_t", "CHAR8", "TCHAR",
    "ascii8", "string8", "text", "tag_t", "id_t", "s80", "s16", "u8string", "iso8859", "label8",
    "gchar", "achar16",
)  # fmt: skip


@pytest.mark.parametrize("name", NUMBERS)
def test_numbers(name: str) -> None:
    assert is_small_integer(name)


@pytest.mark.parametrize("name", TEXTS)
def test_text(name: str) -> None:
    assert not is_small_integer(name)
