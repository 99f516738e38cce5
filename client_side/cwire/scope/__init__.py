"""Draws live pictures in the browser: `bridge.scope()`.

May import: plot, link, session, data, kernel, errors.
"""
