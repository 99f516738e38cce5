"""Decides who gets what, in what order, what is dropped and told. Pure.

May import: errors, limits, relay_schema.
"""
