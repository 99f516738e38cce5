"""NAME.pxd, NAME.pyx and NAME.pyi: one extension class per struct, over the real header.

A class holds the C struct itself, or points into the struct that it is a part of. Getters of
numbers read C; everything that has to be checked goes through `codec`, as in the dtype route.
"""

from __future__ import annotations

from collections.abc import Iterator

from .fields import (
    ArrayType,
    EnumType,
    Field,
    NumberType,
    Struct,
    StructType,
    TailType,
    TextType,
)
from .layout import Layout
from .python_names import PythonNames, python_names
from .schema import Schema
from .write_stub import docstring, stub_text

_MODULE = '''\
# {made}
# cython: language_level=3, binding=False
"""The messages of {header} as classes over the C structs.

Getters of nested structs and arrays give views: what is written into them is written into the
message, and they keep its memory alive. Texts are copies.
"""

from cpython.buffer cimport PyBUF_SIMPLE, PyBUF_WRITE, PyBuffer_FillInfo, PyBuffer_Release
from cpython.buffer cimport PyObject_GetBuffer
from cpython.bytearray cimport PyByteArray_AS_STRING
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_CheckExact, PyBytes_FromStringAndSize
from cpython.bytes cimport PyBytes_GET_SIZE
from cpython.memoryview cimport PyMemoryView_FromMemory
from libc.string cimport memcpy

from cwire_structs import compiled as cwire_support


cdef extern from "{name}_schema.h":
    ctypedef struct cwire_schema_t "cwire_schema":
        const unsigned char *json
        size_t json_size
    cwire_schema_t cwire_this_schema "{name}_schema"

SCHEMA = cwire_support.Schema.from_json(
    PyBytes_FromStringAndSize(<const char *>cwire_this_schema.json, cwire_this_schema.json_size))
'''
_CLASS = """\
cdef object {message} = {find}


cdef class {cls}:
    {doc}

    STRUCT = {struct!r}
{id_line}    __match_args__ = ({match_args})

"""
_PLAIN = '''\
    def __cinit__(self):
        self.cwire_at = &self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = {message}.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), sizeof({c_struct}))

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef {cls} made = {cls}.__new__({cls})
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != sizeof({c_struct}):
                {message}.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), sizeof({c_struct}))
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != sizeof({c_struct}):
                {message}.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, sizeof({c_struct}))
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(<char *>self.cwire_at, sizeof({c_struct}))

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, sizeof({c_struct}), 0, flags)

'''
_TAILED = '''\
    def __cinit__(self):
        self.cwire_reserve({size})

    cdef int cwire_reserve(self, Py_ssize_t size) except -1:
        # Views of the memory that was there before keep it.
        cdef Py_ssize_t room = size if size > <Py_ssize_t>sizeof({c_struct}) else sizeof({c_struct})
        self.cwire_owner = bytearray(room)
        self.cwire_at = <{c_struct} *>PyByteArray_AS_STRING(self.cwire_owner)
        self.cwire_size = size
        return 0

    def __init__(self, /, **values):
        cdef bytes payload = {message}.encode(values)
        self.cwire_reserve(len(payload))
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), len(payload))

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef {cls} made = {cls}.__new__({cls})
        cdef Py_buffer buffer
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            {message}.check_size(buffer.len)
            made.cwire_reserve(buffer.len)
            memcpy(made.cwire_at, buffer.buf, buffer.len)
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(<char *>self.cwire_at, self.cwire_size)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyObject_GetBuffer(memoryview(self.cwire_owner)[:self.cwire_size], buffer, flags)

'''
_COMMON = """\
    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return cwire_support.equal(self, other, {message})

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, {message})

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

"""
_VIEW = """\

cdef {cls} {view}(void *at, object owner):
    cdef {cls} made = {cls}.__new__({cls})
    made.cwire_at = <{c_struct} *>at
    made.cwire_owner = owner
    return made

"""


def cython_files(layout: Layout, schema: Schema) -> dict[str, str]:
    """Returns the texts of NAME.pxd, NAME.pyx and NAME.pyi by file name.

    Args:
        layout: What the header says, proved.
        schema: The schema that was made from it.

    Raises:
        WrapError: Names of the header clash in Python.
    """
    names = python_names(layout)
    made = f"Made by `cwire wrap {layout.header}`: do not edit."
    return {
        f"{layout.name}.pxd": _pxd(layout, names, made),
        f"{layout.name}.pyx": _pyx(layout, names, schema, made),
        f"{layout.name}.pyi": stub_text(layout, names, schema, made),
    }


def _pxd(layout: Layout, names: PythonNames, made: str) -> str:
    lines = [
        f"# {made}",
        "# cython: language_level=3",
        "from libc.stdint cimport int8_t, int16_t, int32_t, int64_t",
        "from libc.stdint cimport uint8_t, uint16_t, uint32_t, uint64_t",
        "",
        "",
        "# Enums are integers here; flexible array members are left out.",
        f'cdef extern from "{layout.name}_schema.h":',
    ]
    for struct in layout.structs.values():
        lines.append(f'    ctypedef struct {_c_struct(struct)} "{struct.c_name}":')
        members = [_member(field) for field in struct.fields if field is not struct.tail]
        lines += [*(f"        {member}" for member in members), ""]
    for name, struct in layout.structs.items():
        lines += ["", f"cdef class {names.structs[name]}:"]
        if struct.tail:
            lines.append("    cdef Py_ssize_t cwire_size")
            lines.append("    cdef int cwire_reserve(self, Py_ssize_t size) except -1")
        else:
            lines.append(f"    cdef {_c_struct(struct)} cwire_own")
        lines += [f"    cdef {_c_struct(struct)} *cwire_at", "    cdef object cwire_owner", ""]
    return "\n".join(lines).rstrip() + "\n"


def _c_struct(struct: Struct) -> str:
    return f"cwire_c_{struct.name}"


def _member(field: Field) -> str:
    type_, dimensions = field.type, ""
    if isinstance(type_, ArrayType):
        dimensions = "".join(f"[{length}]" for length in type_.shape)
        type_ = type_.of
    if isinstance(type_, TextType):
        c_type = "char"
        if type_.length > 1 or field.c_type.endswith("]"):
            dimensions += f"[{type_.length}]"
    elif isinstance(type_, StructType):
        c_type = _c_struct(type_.struct)
    elif isinstance(type_, EnumType | NumberType):
        c_type = _c_number(type_)
    alias = f' "{field.name}"' if field.py_name != field.name else ""
    return f"{c_type} {field.py_name}{alias}{dimensions}"


def _c_number(type_: EnumType | NumberType) -> str:
    kind, bits = type_.np[1], 8 * type_.size
    if kind == "b":
        return "bint"
    if kind == "f":
        return "double" if bits == 64 else "float"
    return f"{'u' if kind == 'u' else ''}int{bits}_t"


def _pyx(layout: Layout, names: PythonNames, schema: Schema, made: str) -> str:
    parts = [_MODULE.format(made=made, header=layout.header, name=layout.name)]
    parts += [f"{names.constants[name]} = {value!r}\n" for name, value in schema.constants.items()]
    for name, enum in layout.enums.items():
        values = ", ".join(f"{label!r}: {value}" for label, value in enum.values.items())
        python = names.enums[name]
        parts.append(
            f"{python} = cwire_support.IntEnum(\n    {python!r}, {{{values}}}, module=__name__)\n"
        )
    parts.append("\n")
    parts += [_class(struct, names, schema) for struct in layout.structs.values()]
    entries = [
        f"    {message.id}: {names.structs[message.struct.name]},\n" for message in layout.messages
    ]
    parts += ["\nMESSAGES = {\n", *entries, "}\n"]
    return "".join(parts)


def _class(struct: Struct, names: PythonNames, schema: Schema) -> str:
    message = schema.messages.get(struct.name)
    cls = names.structs[struct.name]
    words = {
        "cls": cls,
        "c_struct": _c_struct(struct),
        "message": f"cwire_message_{struct.name}",
        "view": f"cwire_view_{struct.name}",
        "find": f"SCHEMA.messages[{struct.name!r}]"
        if message
        else f"cwire_support.Message(0, {struct.name!r}, SCHEMA.structs[{struct.name!r}])",
        "doc": docstring(struct.doc or f"{struct.c_name}.", 4),
        "struct": struct.name,
        "id_line": f"    ID = {message.id}\n" if message else "",
        "match_args": ", ".join(repr(field.py_name) for field in struct.fields) + ",",
        "size": str(struct.tail.offset) if struct.tail else "",
    }
    body = _TAILED if struct.tail else _PLAIN
    parts = [part.format(**words) for part in (_CLASS, body, _COMMON)]
    dtypes = []
    for field in struct.fields:
        if _viewed(field):
            dtype = f"cwire_dtype_{struct.name}__{field.name}"
            find = f"cwire_support.element_dtype({words['message']}, {field.name!r})"
            dtypes.append(f"cdef object {dtype} = {find}\n")
        parts += _property(struct, field, words)
    if struct.name in _nested_names(schema):
        parts.append(_VIEW.format(**words))
    # The dtypes come before the class, behind its message.
    first, rest = parts[0].split("\n", 1)
    return "".join(["\n", first, "\n", *dtypes, rest, *parts[1:]])


def _nested_names(schema: Schema) -> set[str]:
    """Returns the structs that are part of another one."""
    types = (field.type for struct in schema.structs.values() for field in struct.fields)
    elements = (getattr(type_, "of", type_) for type_ in types)
    return {of.struct.name for of in elements if isinstance(of, StructType)}


def _viewed(field: Field) -> bool:
    """Says whether the getter gives a numpy array."""
    type_ = field.type
    if isinstance(type_, ArrayType):
        return isinstance(type_.of, NumberType | EnumType)
    return isinstance(type_, TailType) and not isinstance(type_.of, TextType)


def _property(struct: Struct, field: Field, words: dict[str, str]) -> Iterator[str]:
    name = field.py_name
    unit = f" [{field.unit}]" if field.unit else ""
    yield f"    @property\n    def {name}(self):\n"
    yield f"        {docstring((field.doc or field.c_type) + unit, 8)}\n"
    yield from (f"        {line}\n" for line in _getter(struct, field))
    yield f"\n    @{name}.setter\n    def {name}(self, value):\n"
    yield from (f"        {line}\n" for line in _setter(struct, field, words))
    yield "\n"


def _getter(struct: Struct, field: Field) -> list[str]:
    type_ = field.type
    at = f"<char *>self.cwire_at + {field.offset}"
    dtype = f"cwire_dtype_{struct.name}__{field.name}"
    # A numpy array or a view outlives a tailed message's memory of the moment: it keeps that.
    owner = "self.cwire_owner" if struct.tail else "self"
    if isinstance(type_, TailType):
        if isinstance(type_.of, TextType):
            rest = f"self.cwire_size - {field.offset}"
            return [f"return cwire_support.text(PyBytes_FromStringAndSize({at}, {rest}))"]
        count = f"(self.cwire_size - {field.offset}) // {type_.stride}"
        return [f"return cwire_support.array({owner}, {dtype}, ({count},), {field.offset})"]
    if isinstance(type_, ArrayType):
        shape, of = type_.shape, type_.of
        if isinstance(of, TextType):
            raw = f"PyBytes_FromStringAndSize({at}, {field.size})"
            return [f"return cwire_support.texts({raw}, {of.length}, {shape})"]
        if isinstance(of, StructType):
            view = f"cwire_view_{of.struct.name}"
            items = f"{view}({at} + i * {of.size}, {owner})"
            total = field.size // of.size
            return [
                "cdef Py_ssize_t i",
                f"return cwire_support.nest([{items} for i in range({total})], {shape})",
            ]
        return [f"return cwire_support.array({owner}, {dtype}, {shape}, {field.offset})"]
    if isinstance(type_, StructType):
        return [f"return cwire_view_{type_.struct.name}({at}, {owner})"]
    if isinstance(type_, TextType):
        return [f"return cwire_support.text(PyBytes_FromStringAndSize({at}, {field.size}))"]
    if isinstance(type_, NumberType) and type_.kind == "bool":
        # Not as a C bool: a byte from elsewhere may be neither 0 nor 1.
        return [f"return (<unsigned char *>self.cwire_at)[{field.offset}] != 0"]
    return [f"return self.cwire_at.{field.py_name}"]


def _setter(struct: Struct, field: Field, words: dict[str, str]) -> list[str]:
    message, c_struct = words["message"], words["c_struct"]
    if isinstance(field.type, TailType):
        start = field.offset
        return [
            f"cdef bytes data = cwire_support.encode_message_tail({message}, value)",
            "cdef object old = self.cwire_owner",
            f"if len(data) != self.cwire_size - {start}:",
            f"    self.cwire_reserve({start} + len(data))",
            f"    memcpy(self.cwire_at, PyByteArray_AS_STRING(old), {start})",
            f"memcpy(<char *>self.cwire_at + {start}, PyBytes_AS_STRING(data), len(data))",
        ]
    memory = f"<char *>self.cwire_at, sizeof({c_struct}), PyBUF_WRITE"
    return [
        f"cwire_support.put({message}, {field.name!r}, PyMemoryView_FromMemory({memory}), value)"
    ]
