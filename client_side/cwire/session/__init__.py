"""Speaks PROTOCOL.md without a socket. Pure.

May import: data, view, errors.
"""
