"""NAME.pxd, NAME.pyx and NAME.pyi: one extension class for each struct.

A class holds the struct's bytes, or points into the struct that it is a part of. What reads and
writes them is the same for all: a descriptor for each field, which the module makes from the schema
when it is imported. So a header of hundreds of structs is compiled in seconds. The header itself is
compiled beside the module, not in it: its macros cannot meet Cython's, and NAME_schema.h has the
compiler answer for the offsets.
"""

from __future__ import annotations

from dataclasses import dataclass

from cwire_structs.emit.python_names import (
    PythonNames,
    module_name,
    python_names,
    support_text,
)
from cwire_structs.emit.stub import docstring, stub_text
from cwire_structs.layout import Layout, Notice
from cwire_structs.schema import Schema
from cwire_structs.schema.fields import Struct

_MODULE = '''\
{language}# {made}
# cython: language_level=3, binding=False, auto_pickle=False, emit_code_comments=False
"""The messages of {header} as classes over the C structs.

Getters of nested structs and arrays give views: what is written into them is written into the
message, and they keep its memory alive. Texts are copies.
"""

{support}

cdef extern from *:
    """
    extern const unsigned char *const cwire_{name}_json;
    extern const size_t cwire_{name}_json_size;
    """
    const unsigned char *cwire_{name}_json
    size_t cwire_{name}_json_size

SCHEMA = cwire_support.native_schema(
    PyBytes_FromStringAndSize(<const char *>cwire_{name}_json, cwire_{name}_json_size))
globals().update(cwire_support.constants(SCHEMA, {constants}))
globals().update(cwire_support.enums(SCHEMA, {enums}, __name__))
'''
_PLAIN = """\


cdef class {cls}(cwire_struct):
    {doc}

    def __cinit__(self):
        self.cwire_at = self.cwire_own
        self.cwire_size = {total}

cwire_complete({cls}, SCHEMA, {struct!r})
"""
_TAILED = """\


cdef class {cls}(cwire_tailed):
    {doc}

    def __cinit__(self):
        self.cwire_total = {total}
        self.cwire_reserve({size})

cwire_complete({cls}, SCHEMA, {struct!r})
"""
_BASES = """
cdef class cwire_struct:
    cdef char *cwire_at
    cdef object cwire_owner
    cdef Py_ssize_t cwire_size

cdef class cwire_tailed(cwire_struct):
    cdef Py_ssize_t cwire_total
    cdef bint cwire_inner
    cdef Py_ssize_t cwire_start(self)
    cdef int cwire_reserve(self, Py_ssize_t size) except -1
"""


@dataclass(frozen=True)
class CythonFiles:
    """The texts of NAME.pxd, NAME.pyx and NAME.pyi.

    Attributes:
        files: By file name.
        notices: About names.
    """

    files: dict[str, str]
    notices: tuple[Notice, ...]


def cython_files(layout: Layout, schema: Schema) -> CythonFiles:
    """Returns the module's sources.

    Args:
        layout: What the header says, proved.
        schema: The schema that was made from it.
    """
    names = python_names(layout)
    made = f"Made by `cwire wrap {layout.header}`: do not edit."
    module = module_name(layout.name)
    notices = names.notices
    if module != layout.name:
        text = (
            f"{layout.header}: the classes are in the module {module}, since Python has another "
            f"use for the name {layout.name}; --name chooses one"
        )
        notices = (*notices, Notice(text, "names"))
    return CythonFiles(
        {
            f"{module}.pxd": _pxd(layout, names, made),
            f"{module}.pyx": _pyx(layout, names, schema, made),
            f"{module}.pyi": stub_text(layout, names, schema, made),
        },
        notices,
    )


def schema_source(name: str) -> str:
    """Returns the C source that is compiled beside the module: it holds the schema's JSON."""
    return (
        f'#include "{name}_schema.h"\n'
        f"extern const unsigned char *const cwire_{name}_json;\n"
        f"extern const size_t cwire_{name}_json_size;\n"
        f"const unsigned char *const cwire_{name}_json = {name}_schema_json;\n"
        f"const size_t cwire_{name}_json_size = sizeof {name}_schema_json;\n"
    )


def _pxd(layout: Layout, names: PythonNames, made: str) -> str:
    lines = [
        f"# {made}",
        "# cython: language_level=3",
        "# cwire_at points to the C struct.",
        _BASES.rstrip(),
    ]
    for name, struct in layout.structs.items():
        if name not in names.structs:
            continue
        base = "cwire_tailed" if struct.tail else "cwire_struct"
        own = "pass" if struct.tail else f"cdef char cwire_own[{max(struct.size, 1)}]"
        lines += ["", f"cdef class {names.structs[name]}({base}):", f"    {own}"]
    return "\n".join(lines).rstrip() + "\n"


def _pyx(layout: Layout, names: PythonNames, schema: Schema, made: str) -> str:
    changed = {name: python for name, python in names.constants.items() if name != python}
    head = _MODULE.format(
        language="# distutils: language = c++\n" if layout.language == "c++" else "",
        made=made,
        header=docstring_text(layout.header),
        name=layout.name,
        support=support_text(),
        constants=changed,
        enums=dict(names.enums),
    )
    structs = [struct for name, struct in schema.structs.items() if name in names.structs]
    entries = [
        f"    {message.id}: {names.structs[message.struct.name]},\n" for message in layout.messages
    ]
    parts = [_class(struct, names.structs[struct.name]) for struct in structs]
    return "".join([head, *parts, "\n\nMESSAGES = {\n", *entries, "}\n"])


def docstring_text(text: str) -> str:
    """Returns a text as it stands inside of a docstring."""
    return docstring(text, 0)[3:-3]


def _class(struct: Struct, cls: str) -> str:
    template = _TAILED if struct.tail else _PLAIN
    return template.format(
        cls=cls,
        doc=docstring(struct.doc or f"{struct.c_name}.", 4),
        total=struct.size,
        size=struct.tail.offset if struct.tail else "",
        struct=struct.name,
    )
