"""Offers what the user holds: `Bridge` and `AsyncBridge`.

May import: scope, plot, panel, actions, link, session, data, view, kernel, errors.
"""
