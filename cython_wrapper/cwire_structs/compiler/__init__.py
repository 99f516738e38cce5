"""Asks a C compiler: sizes, offsets, the proof of a layout.

May import: errors, layout, schema.
"""
