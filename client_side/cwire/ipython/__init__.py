"""Extends IPython: Tab, `%cwire`, short tracebacks.

May import: actions, bridge, process, link, session, data, view, errors.
"""
