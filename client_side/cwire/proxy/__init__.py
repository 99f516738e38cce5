"""A proxy that delays, slices, slows down, damages or breaks connections, to test with.

May import: link, errors.
"""
