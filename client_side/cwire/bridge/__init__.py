"""Offers what the user holds: `Bridge` and `AsyncBridge`.

May import: scope, plot, panel, actions, recording, link, session, data, view, kernel, errors.
"""
