"""Calls a relay's actions: `bridge.call`.

May import: link, session, data, kernel, errors.
"""
