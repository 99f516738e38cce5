"""Decides what becomes of calls of Python functions, and what clients are told. Pure.

May import: errors, hub, limits.
"""
