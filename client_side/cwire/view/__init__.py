"""Draws plain values as text and HTML. Pure.

May import: errors.
"""
