"""Keeps the last minutes of all drivers on disk, for clients that ask for them.

May import: errors, hub, limits.
"""
