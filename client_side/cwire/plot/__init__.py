"""Draws live matplotlib figures: `bridge.plot()`.

May import: link, session, data, view, kernel, errors.
"""
