"""Reads layouts from DWARF, the debugging information in ELF files.

May import: errors, frames, header, layout, schema.
"""
