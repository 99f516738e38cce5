"""Reads a C header: structs, enums, macros, ids, doc comments."""
