"""Asks a C compiler: sizes, offsets, the proof of a layout."""
