"""The demo driver in Python, for a machine that has no other.

May import: driver, errors.
"""
