"""Conditions over messages, such as ``status.temperature > 80``: read, checked, evaluated.

The grammar is in docs/reference/expressions.md; tests/expressions.json has cases for it. Pure.

May import: schema, errors.
"""
