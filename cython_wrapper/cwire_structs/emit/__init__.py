"""Writes what is made of a header: schema JSON, C, Cython, stubs.

May import: compiled, compiler, errors, layout, schema.
"""
