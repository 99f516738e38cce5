"""Extends IPython: Tab, `%cwire`, short tracebacks.

May import: bridge, process, link, session, data, view, errors.
"""
