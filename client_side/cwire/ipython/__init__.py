"""Extends IPython: Tab, `%cwire`, short tracebacks.

May import: bridge and all below it.
"""
