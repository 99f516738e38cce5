"""Runs inside a Jupyter kernel: the running cell, paced updates, progress bars.

May import: nothing.
"""
