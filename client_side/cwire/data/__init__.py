"""Holds what has come: arrays, records, history, counts of losses. Pure.

May import: view, errors.
"""
