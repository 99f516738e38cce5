"""Runs a driver, a relay for it and more from a terminal: `cwire run` and `cwire demo`.

May import: nothing.
"""
