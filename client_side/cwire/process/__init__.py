"""Starts drivers and relays that end with the notebook.

May import: data, kernel, errors.
"""
