"""NAME.pxd, NAME.pyx and NAME.pyi: one extension class per struct, over the real header.

A class holds the struct's bytes, or points into the struct that it is a part of. The header's
assertions make the C compiler answer for the offsets; getters of numbers copy from them, so that
neither packing nor alignment matters. What has to be checked goes through `encode`.
"""

from __future__ import annotations

from cwire_structs.emit.cython_property import NUMBER_IMPORTS, is_viewed, property_lines
from cwire_structs.emit.python_names import PythonNames, python_names
from cwire_structs.emit.stub import docstring, stub_text
from cwire_structs.layout import Layout
from cwire_structs.schema import Schema
from cwire_structs.schema.fields import Struct

_MODULE = '''\
# {made}
# cython: language_level=3, binding=False
"""The messages of {header} as classes over the C structs.

Getters of nested structs and arrays give views: what is written into them is written into the
message, and they keep its memory alive. Texts are copies.
"""

from cpython.buffer cimport PyBUF_READ, PyBUF_SIMPLE, PyBUF_WRITE
from cpython.buffer cimport PyBuffer_FillInfo, PyBuffer_Release
from cpython.buffer cimport PyObject_GetBuffer
from cpython.bytearray cimport PyByteArray_AS_STRING
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_CheckExact, PyBytes_FromStringAndSize
from cpython.bytes cimport PyBytes_GET_SIZE
from cpython.memoryview cimport PyMemoryView_FromMemory
{number_imports}
from cwire_structs import compiled as cwire_support


cdef extern from "{name}_schema.h":
    ctypedef struct cwire_schema_t "cwire_schema":
        const unsigned char *json
        size_t json_size
    cwire_schema_t cwire_this_schema "{name}_schema"
{hidden}
SCHEMA = cwire_support.native_schema(
    PyBytes_FromStringAndSize(<const char *>cwire_this_schema.json, cwire_this_schema.json_size))
'''
_CLASS = """\
cdef object {message} = {find}


cdef class {cls}:
    {doc}

    MESSAGE = {message}
    STRUCT = {struct!r}
{id_line}    __match_args__ = ({match_args})

"""
_PLAIN = '''\
    def __cinit__(self):
        self.cwire_at = self.cwire_own

    def __init__(self, /, **values):
        cdef bytes payload = {message}.encode(values)
        memcpy(self.cwire_at, PyBytes_AS_STRING(payload), {total})

    @classmethod
    def from_bytes(cls, data):
        """Returns a message with a copy of these bytes; ValueError if their number is wrong."""
        cdef {cls} made = {cls}.__new__({cls})
        cdef Py_buffer buffer
        if PyBytes_CheckExact(data):
            if PyBytes_GET_SIZE(data) != {total}:
                {message}.check_size(len(data))
            memcpy(made.cwire_at, PyBytes_AS_STRING(data), {total})
            return made
        PyObject_GetBuffer(data, &buffer, PyBUF_SIMPLE)
        try:
            if buffer.len != {total}:
                {message}.check_size(buffer.len)
            memcpy(made.cwire_at, buffer.buf, {total})
        finally:
            PyBuffer_Release(&buffer)
        return made

    def __bytes__(self):
        return PyBytes_FromStringAndSize(self.cwire_at, {total})

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyBuffer_FillInfo(buffer, self, self.cwire_at, {total}, 0, flags)

'''
_TAILED = '''\
    def __cinit__(self):
        self.cwire_reserve({size})

    cdef int cwire_reserve(self, Py_ssize_t size) except -1:
        # Views of the memory that was there before keep it.
        cdef Py_ssize_t room = size if size > {total} else {total}
        self.cwire_owner = bytearray(room)
        self.cwire_at = PyByteArray_AS_STRING(self.cwire_owner)
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
        return PyBytes_FromStringAndSize(self.cwire_at, self.cwire_size)

    def __getbuffer__(self, Py_buffer *buffer, int flags):
        PyObject_GetBuffer(memoryview(self.cwire_owner)[:self.cwire_size], buffer, flags)

'''
_COMMON = """\
    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        cdef bytes one = bytes(self)
        cdef bytes another = bytes(other)
        if len(one) != len(another):
            return False
        return cwire_support.equal({message}.struct, one, another, len(one))

    __hash__ = None

    def __repr__(self):
        return cwire_support.show(self, {message}.struct)

    def to_dict(self):
        \"\"\"Returns the values as plain Python: numbers, names of enums, lists, dicts, str.

        A union is its bytes: only the program knows which member is meant.
        \"\"\"
        cdef bytes payload = bytes(self)
        return cwire_support.to_dict({message}.struct, payload, len(payload))

    @classmethod
    def from_dict(cls, values):
        \"\"\"Returns the message of which `to_dict` made these values.\"\"\"
        return cls.from_bytes({message}.encode(values))

    def __reduce__(self):
        raise TypeError("a message is not pickled: send bytes(message), read it with from_bytes")

"""
_VIEW = """\

cdef {cls} {view}(char *at, object owner):
    cdef {cls} made = {cls}.__new__({cls})
    made.cwire_at = at
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
        "# cwire_at points to the C struct.",
    ]
    for name, struct in layout.structs.items():
        if name not in names.structs:
            continue
        lines += ["", f"cdef class {names.structs[name]}:"]
        if struct.tail:
            lines.append("    cdef Py_ssize_t cwire_size")
            lines.append("    cdef int cwire_reserve(self, Py_ssize_t size) except -1")
        else:
            lines.append(f"    cdef char cwire_own[{struct.size}]")
        lines += ["    cdef char *cwire_at", "    cdef object cwire_owner", ""]
    return "\n".join(lines).rstrip() + "\n"


def _pyx(layout: Layout, names: PythonNames, schema: Schema, made: str) -> str:
    parts = [_module(layout, made)]
    parts += [f"{names.constants[name]} = {value!r}\n" for name, value in schema.constants.items()]
    for name, enum in layout.enums.items():
        values = ", ".join(f"{label!r}: {value}" for label, value in enum.values.items())
        python = names.enums[name]
        parts.append(
            f"{python} = cwire_support.IntEnum(\n    {python!r}, {{{values}}}, module=__name__)\n"
        )
    parts.append("\n")
    classes = [struct for name, struct in schema.structs.items() if name in names.structs]
    parts += [_class(struct, names, schema) for struct in classes]
    entries = [
        f"    {message.id}: {names.structs[message.struct.name]},\n" for message in layout.messages
    ]
    parts += ["\nMESSAGES = {\n", *entries, "}\n"]
    return "".join(parts)


def _module(layout: Layout, made: str) -> str:
    return _MODULE.format(
        made=made,
        header=layout.header,
        name=layout.name,
        number_imports=NUMBER_IMPORTS,
        hidden=_without_macros(layout),
    )


def _without_macros(layout: Layout) -> str:
    """Returns what takes away macros with the names of members: Cython's code has such names."""
    lines = "".join(f"    #undef {name}\n" for name in sorted(layout.hidden))
    return f'\ncdef extern from *:\n    """\n{lines}    """\n' if lines else ""


def _class(struct: Struct, names: PythonNames, schema: Schema) -> str:
    message = next((one for one in schema.messages.values() if one.struct is struct), None)
    cls = names.structs[struct.name]
    words = {
        "cls": cls,
        "total": str(struct.size),
        "message": f"cwire_message_{struct.name}",
        "view": f"cwire_view_{struct.name}",
        "find": f"SCHEMA.messages[{message.name!r}]"
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
        if is_viewed(field):
            dtype = f"cwire_dtype_{struct.name}__{field.name}"
            find = f"cwire_support.element_dtype({words['message']}, {field.name!r})"
            dtypes.append(f"cdef object {dtype} = {find}\n")
        parts += property_lines(struct, field, words["message"])
    if struct.name in _nested_names(schema):
        parts.append(_VIEW.format(**words))
    # The dtypes come before the class, behind its message.
    first, rest = parts[0].split("\n", 1)
    return "".join(["\n", first, "\n", *dtypes, rest, *parts[1:]])


def _nested_names(schema: Schema) -> set[str]:
    """Returns the structs that the getter of another one gives a view of."""
    fields = (field for struct in schema.structs.values() for field in struct.fields)
    structs = (field.element.struct for field in fields if not field.type.is_tail)
    return {struct.name for struct in structs if struct is not None}
