"""Writes what is made of a header: schema JSON, C, Cython, stubs."""
