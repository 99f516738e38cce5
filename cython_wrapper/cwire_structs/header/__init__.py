"""Reads a C header: structs, enums, macros, ids, doc comments.

May import: compiler, errors, frames, layout, schema.
"""
